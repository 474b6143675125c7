"""The training process: takes commands, trains in short chunks between them, reports when asked.

Three threads: the main one trains, one reads commands, and nobody else. The reader also notices when
the app is gone, however it went, and then ends the process at once, even in the midst of a compilation.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Protocol

import msgspec

from tutor import limits
from tutor.content.part import Value
from tutor.content.questions import Numeric, Trace
from tutor.errors import GpuError, TutorError
from tutor.report import Report, State, Wanted
from tutor.worker.mailbox import Mailbox
from tutor.worker.protocol import (
    AnyCommand,
    AnyEvent,
    Busy,
    CatchUp,
    DrawLots,
    DropOverlays,
    Epoch,
    Failed,
    Fork,
    Load,
    Pause,
    Pose,
    Pull,
    Quit,
    Ready,
    Reported,
    Reset,
    Rest,
    Rewind,
    Start,
    Step,
    Turn,
    Worked,
    decode_command,
    encode,
)
from tutor.worker.wire import BrokenStream, Channel

_CHUNK_SECONDS = 0.03
"""A command waits for the end of a chunk, and its answer must be there within 50 ms."""
_LIVE_SHARE = 0.6
"""Of a chunk's time, while other seeds are trained in the background."""
_USUAL_SECONDS = 1.0
_COMPILING = "Compiling the training kernels (the first time only, some 20 seconds) ..."
_PR_SET_PDEATHSIG = 1  # from <linux/prctl.h>

Send = Callable[[AnyEvent], None]


class Run(Protocol):
    """What the host needs of ``tutor.lab.Run``."""

    paced: bool

    @property
    def finished(self) -> bool: ...

    def advance(self, seconds: float) -> None: ...

    def step(self) -> None: ...

    def finish_epoch(self, seconds: float) -> bool: ...

    def train_to(self, step: int, seconds: float) -> bool: ...

    def turn(self, name: str, value: Value) -> bool: ...

    def reset(self, seed: int) -> None: ...

    def rewind(self, mark: int) -> None: ...

    def fork(self, label: str) -> None: ...

    def drop_overlays(self) -> None: ...

    @property
    def drawing(self) -> bool: ...

    def draw_lots(self, seeds: int) -> None: ...

    def draw(self, seconds: float) -> None: ...

    def confirm_goal(self) -> None: ...

    def take_the_cpu(self) -> None: ...

    def report(self, state: State, run_number: int, wanted: Wanted) -> Report: ...


Factory = Callable[[Load], Run]
Poser = Callable[[Trace, int], Numeric]


class Host:
    """The state of the training process; knows nothing of sockets and threads."""

    def __init__(self, send: Send, factory: Factory, pose: Poser) -> None:
        self._send = send
        self._factory = factory
        self._pose = pose
        self._run: Run | None = None
        self._number = 0
        self._without_gpu = False
        """Whether a GPU has failed: a process that lost one does not get it back."""
        self._resting = False
        """Whether nothing is trained for the moment, because nobody is there."""
        self._state: State = "ready"
        self._only_this_epoch = False
        """Whether training pauses by itself at the end of the present epoch."""
        self._catching_up_to: int | None = None
        """The step at which training pauses by itself."""
        self._wanted: Wanted | None = None
        """What the next report shall hold, if one was asked for."""

    @property
    def training(self) -> bool:
        """Whether the run on the screen goes on."""
        return self._run is not None and self._state == "running"

    @property
    def busy(self) -> bool:
        """Whether :meth:`advance` has something to do."""
        return self._run is not None and not self._resting and (self.training or self._run.drawing)

    def advance(self) -> None:
        """Train one chunk, some 30 ms: the run, or other seeds, or both in turn."""
        try:
            if self._run is not None:
                self._train(self._run)
        except GpuError as error:
            self._refuse(error)
        except MemoryError:
            self._out_of_memory()

    def _out_of_memory(self) -> None:
        """Pause, so that a knob can be turned or another experiment be chosen."""
        if self._state == "running":
            self._state = "paused"
        self._send(Failed("there was not enough memory for that", limits.memory_advice()))

    def _train(self, run: Run) -> None:
        live = 0.0
        if self.training:
            live = _CHUNK_SECONDS * (_LIVE_SHARE if run.drawing else 1)
            self._advance_run(run, live)
        if run.drawing and live < _CHUNK_SECONDS:
            run.draw(_CHUNK_SECONDS - live)

    def _advance_run(self, run: Run, seconds: float) -> None:
        if self._catching_up_to is not None:
            if run.train_to(self._catching_up_to, seconds):
                self._settle("paused")
        elif not self._only_this_epoch:
            run.advance(seconds)
            self._settle("running")
        elif run.finish_epoch(seconds):
            self._settle("paused")

    def handle(self, command: AnyCommand) -> None:
        """Do one command; what the learner did wrong is answered with Failed, and life goes on."""
        try:
            match command:
                case Load():
                    self._load(command)
                case Pose(question, seed):
                    self._send(Worked(seed, self._pose(question, seed)))
                case Rest(on):
                    self._resting = on
                case Pull(topics, layer, unit, example):
                    self._wanted = Wanted([*topics], layer, unit, example)
                case _:
                    self._control(command)
            if self._wanted is not None and self._run is not None:
                wanted, self._wanted = self._wanted, None
                self._send(Reported(self._run.report(self._state, self._number, wanted)))
        except TutorError as error:
            self._refuse(error)
        except MemoryError:
            self._out_of_memory()

    def _refuse(self, error: TutorError) -> None:
        """Say what could not be done. Where the GPU failed, the run stands at its start again, on the CPU."""
        if isinstance(error, GpuError) and self._run is not None:
            self._without_gpu = True
            self._run.take_the_cpu()
            self._begin()
            self._send(Failed(error.message, "the run begins again on the CPU: space starts it"))
            return
        self._send(Failed(error.message, error.hint))

    def _load(self, command: Load) -> None:
        # If this fails, reports of the experiment before must not pass for this one's.
        self._run = None
        automatic = command.backend == "auto"
        on_cpu = msgspec.structs.replace(command, backend="cpu") if automatic else command
        try:
            self._run = self._factory(on_cpu if self._without_gpu else command)
        except GpuError as error:
            if not automatic:
                raise
            self._without_gpu = True
            self._run = self._factory(on_cpu)
            self._send(Failed(error.message, "training takes the CPU"))
        self._begin()

    def _control(self, command: AnyCommand) -> None:
        run = self._run
        if run is None:
            raise TutorError("no experiment is loaded", "choose one in the lab")
        match command:
            case Start(paced):
                run.paced = paced
                self._only_this_epoch, self._catching_up_to = False, None
                self._settle("running")
            case Pause() if self._state == "running":
                self._state = "paused"
            case Step() if not run.finished:
                run.step()
                self._settle("paused")
            case Epoch() if not run.finished:
                self._only_this_epoch, self._catching_up_to = True, None
                self._settle("running")
                self.advance()  # at once: most epochs are over within one chunk, and the next command is here
            case CatchUp(step):
                self._catching_up_to = step
                self._settle("running")
            case Reset(seed):
                run.reset(seed)
                self._begin()
            case Turn(name, value):
                if not run.turn(name, value):
                    goes_on = self._state == "running" and not self._only_this_epoch
                    self._begin("running" if goes_on else "ready")
            case Rewind(mark):
                run.rewind(mark)
                self._settle("paused")
            case Fork(label):
                run.fork(label)
            case DropOverlays():
                run.drop_overlays()
            case DrawLots(seeds):
                run.draw_lots(seeds)

    def _begin(self, state: State = "ready") -> None:
        """A run stands at step 0; its number tells its reports from those of the run before."""
        self._number += 1
        self._state = state
        self._catching_up_to = None

    def _settle(self, state: State) -> None:
        self._state = state
        if self._run is not None and self._run.finished:
            self._state = "finished"
            self._run.confirm_goal()


def serve(inbox: Mailbox[AnyCommand], host: Host) -> None:
    """Handle commands as they come and train between them, until Quit or until the inbox closes."""
    while True:
        command = inbox.take(wait=not host.busy)
        if isinstance(command, Quit) or (command is None and not host.busy):
            return
        if command is not None:
            host.handle(command)
        else:
            host.advance()


def main(socket_number: int, parent: int) -> None:
    """Serve the app at the other end of the inherited socket; ``parent`` as in :func:`tie_to_parent`."""
    started = time.monotonic()
    tie_to_parent(parent)
    limits.keep()
    channel = Channel(socket.socket(fileno=socket_number))
    inbox: Mailbox[AnyCommand] = Mailbox(replaceable=(Pull,))
    threading.Thread(target=_read, args=(channel, inbox), name="commands", daemon=True).start()

    def send(event: AnyEvent) -> None:
        try:
            channel.send(encode(event))
        except OSError:
            os._exit(0)  # the app is gone

    # Not at the top: these take seconds where nothing is cached, and the reader must stand by then.
    from tutor import engine, lab
    from tutor.lab.trace import pose

    @functools.cache
    def warm_up(dtype: str) -> None:
        with _announced(send):
            engine.warm_up(dtypes=(dtype,))

    def factory(load: Load) -> Run:
        warm_up(load.experiment.model.dtype)
        return lab.Run(
            load.experiment, load.lesson, load.knobs, load.seed, load.backend, paced=True, rewindable=True
        )

    warm_up("float32")
    send(Ready(time.monotonic() - started))
    serve(inbox, Host(send, factory, pose))


@contextlib.contextmanager
def _announced(send: Send) -> Iterator[None]:
    """Say what is going on if it takes longer than loading compiled kernels should."""
    notice = threading.Timer(_USUAL_SECONDS, send, (Busy(_COMPILING),))
    notice.daemon = True
    notice.start()
    try:
        yield
    finally:
        notice.cancel()
        notice.join()  # so that no two threads send at once, and Ready comes last


def tie_to_parent(parent: int) -> None:
    """Ask the kernel (Linux) to kill this process when the thread that started it ends.

    ``parent`` is the process id of the app, or 0 if it was not started from the app's main thread:
    then, and on other systems, the end of the socket's stream is the only sign of the app's death.
    """
    if not parent or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)  # it died before the kernel was asked


def _read(channel: Channel, inbox: Mailbox[AnyCommand]) -> None:
    """The thread that takes commands from the socket; ends the process when the app is gone."""
    try:
        while (message := channel.receive()) is not None:
            inbox.put(decode_command(message))
    except (BrokenStream, msgspec.MsgspecError) as error:
        # Where the stream is out of step no later message can be trusted.
        sys.stderr.write(f"the app sent something that is no command ({error})\n")
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)
