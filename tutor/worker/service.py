"""The training process as a process: its threads, its socket, its end.

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
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tutor import allocator, limits
from tutor.worker.host import Host, Run, Send
from tutor.worker.mailbox import Mailbox
from tutor.worker.protocol import (
    AnyCommand,
    AnyEvent,
    Busy,
    Load,
    Pull,
    Quit,
    Ready,
    decode_command,
    encode,
)
from tutor.worker.snapshot_file import SnapshotFile
from tutor.worker.wire import BrokenStream, Channel

_USUAL_SECONDS = 1.0
_COMPILING = "Compiling the training kernels (the first time only, about half a minute) ..."
_PR_SET_PDEATHSIG = 1  # from <linux/prctl.h>


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


def main(socket_number: int, parent: int, snapshots: str) -> None:
    """Serve the app at the other end of the inherited socket; ``parent`` as in :func:`tie_to_parent`.

    ``snapshots`` is the file that the run is kept in; "": in none.
    """
    started = time.monotonic()
    tie_to_parent(parent)
    limits.keep()
    allocator.share_one_arena()
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
    from tutor.worker.keeper import Keeper

    @functools.cache
    def warm_up(dtype: str) -> None:
        with _announced(send):
            engine.warm_up(dtypes=(dtype,))

    def factory(load: Load) -> Run:
        allocator.give_back()  # what runs that are gone have held
        warm_up(load.experiment.model.dtype)
        return lab.Run(
            load.experiment, load.lesson, load.knobs, load.seed, load.backend, paced=True, rewindable=True
        )

    warm_up("float32")
    send(Ready(time.monotonic() - started))
    keeper = Keeper(SnapshotFile(Path(snapshots)) if snapshots else None)
    serve(inbox, Host(send, factory, pose, keeper))


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
