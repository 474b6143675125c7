"""What the training process does with each command: it trains in chunks between them, reports when asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from tutor import limits
from tutor.content.part import Value
from tutor.content.questions import Numeric, Trace
from tutor.errors import GpuError, InputError, OutOfMemoryError, TutorError
from tutor.report import Report, State, Wanted
from tutor.worker.protocol import (
    AnyCommand,
    AnyEvent,
    DrawLots,
    DropOverlays,
    Epoch,
    Failed,
    Fork,
    Load,
    Pause,
    Pose,
    Pull,
    Reported,
    Reset,
    Rest,
    Resume,
    Resumed,
    Rewind,
    Start,
    Step,
    Turn,
    Worked,
)

if TYPE_CHECKING:
    from tutor.lab.saved import Saved

_CHUNK_SECONDS = 0.03
"""A command waits for the end of a chunk, and its answer must be there within 50 ms."""
_LIVE_SHARE = 0.6
"""Of a chunk's time, while other seeds are trained in the background."""

Send = Callable[[AnyEvent], None]


class Run(Protocol):
    """What the host needs of ``tutor.lab.Run``."""

    paced: bool

    @property
    def done(self) -> int: ...

    @property
    def unkept(self) -> str: ...

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

    def take_up(self, saved: Saved) -> None: ...

    def report(self, state: State, run_number: int, wanted: Wanted) -> Report: ...


class Keeper(Protocol):
    """What the host needs of ``tutor.worker.keeper.Keeper``."""

    def keep(self, run: Any, number: int, *, at_once: bool = False) -> None: ...

    def forget(self) -> None: ...

    def find(self, number: int) -> Saved: ...


Factory = Callable[[Load], Run]
Poser = Callable[[Trace, int], Numeric]


class Host:
    """The state of the training process; knows nothing of sockets and threads."""

    def __init__(self, send: Send, factory: Factory, pose: Poser, keeper: Keeper) -> None:
        self._send = send
        self._factory = factory
        self._pose = pose
        self._keeper = keeper
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
        except (MemoryError, OutOfMemoryError) as error:
            self._out_of_memory(error)

    def _out_of_memory(self, error: MemoryError | OutOfMemoryError) -> None:
        """Pause, so that a knob can be turned or another experiment be chosen."""
        if self._state == "running":
            self._state = "paused"
        if isinstance(error, OutOfMemoryError):
            self._send(Failed(error.message, error.hint))
        else:
            self._send(Failed("there was not enough memory for that", limits.memory_advice()))

    def _train(self, run: Run) -> None:
        live = 0.0
        if self.training:
            live = _CHUNK_SECONDS * (_LIVE_SHARE if run.drawing else 1)
            self._advance_run(run, live)
        if run.drawing and live < _CHUNK_SECONDS:
            run.draw(_CHUNK_SECONDS - live)

    def _advance_run(self, run: Run, seconds: float) -> None:
        self._keeper.keep(run, self._number)
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
                case Resume():
                    self._resume(command)
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
        except (MemoryError, OutOfMemoryError) as error:
            self._out_of_memory(error)
        except TutorError as error:
            self._refuse(error)

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

    def _resume(self, command: Resume) -> None:
        load, why, reached = command.load, "", command.step
        self._number = command.number - 1  # the run keeps its number, by which its file is known
        try:
            saved = self._keeper.find(command.number)
            self._run = self._factory(msgspec.structs.replace(load, knobs=saved.told.knobs))
            self._run.take_up(saved)
            self._number, self._state, self._catching_up_to = command.number, "paused", None
            if saved.told.knobs != command.knobs:
                reached = 0  # a knob was turned on the way, at a step that nobody knows
        except InputError as error:
            self._load(load)
            why = (self._run.unkept if self._run is not None else "") or error.message
            reached = reached if command.replay else 0
        stands = self._run.done if self._run is not None else 0
        if reached > stands:
            self._catching_up_to = reached
            self._settle("running")
        self._send(Resumed(stands, max(stands, reached), why))

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
                self._keep(run)
            case Step() if not run.finished:
                run.step()
                self._settle("paused")
            case Epoch() if not run.finished:
                self._only_this_epoch, self._catching_up_to = True, None
                self._settle("running")
                self.advance()  # at once: most epochs are over within one chunk, and the next command is here
            case Reset(seed):
                run.reset(seed)
                self._begin()
            case Turn(name, value):
                if run.turn(name, value):
                    self._keep(run)
                else:
                    goes_on = self._state == "running" and not self._only_this_epoch
                    self._begin("running" if goes_on else "ready")
            case Rewind(mark):
                run.rewind(mark)
                self._settle("paused")
                self._keep(run)
            case Fork(label):
                run.fork(label)
                self._keep(run)
            case DropOverlays():
                run.drop_overlays()
                self._keep(run)
            case DrawLots(seeds):
                run.draw_lots(seeds)

    def _begin(self, state: State = "ready") -> None:
        """A run stands at step 0; its number tells its reports from those of the run before."""
        self._number += 1
        self._state = state
        self._catching_up_to = None
        self._keeper.forget()

    def _keep(self, run: Run) -> None:
        """Keep what the learner has just done: training again from an older snapshot would not repeat it."""
        self._keeper.keep(run, self._number, at_once=True)

    def _settle(self, state: State) -> None:
        self._state = state
        if self._run is not None and self._run.finished:
            self._state = "finished"
            self._run.confirm_goal()
            self._keeper.forget()
