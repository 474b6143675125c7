"""One training process, from its start to its end, as the app holds it."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable
from io import FileIO
from pathlib import Path

import msgspec

from tutor import limits
from tutor.text import clean_line
from tutor.worker.mailbox import Mailbox
from tutor.worker.protocol import AnyCommand, AnyEvent, Busy, Pull, Quit, Reported, decode_event, encode
from tutor.worker.wire import BrokenStream, Channel

_LAUNCH = Path(__file__).with_name("launch.py")
_LAST_WORDS = 4096
_PATIENCE = 0.3

_NO_MEMORY = (b"MemoryError", b"out of memory", b"Cannot allocate memory", b"bad_alloc")
"""What Python, the compiler and the loader of libraries say then."""

_ENVIRONMENT = {**limits.ALONE, "PYTHONFAULTHANDLER": "1"}


class TrainingProcess:
    """Starts a process and carries messages to and from it; three daemon threads do the waiting.

    ``inbox`` holds what it said; in the file ``snapshots`` (None: nowhere) it keeps its run. Raises OSError
    if it cannot be started.
    """

    def __init__(self, python: str, log: Path | None, snapshots: Path | None) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            # The kernel ties a child's life to the thread that started it; a passing thread will not do.
            tied = threading.current_thread() is threading.main_thread()
            told = [str(theirs.fileno()), str(os.getpid() if tied else 0), str(snapshots or "")]
            try:
                self._process = subprocess.Popen(
                    [python, "-P", str(_LAUNCH), *told],
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    env={**os.environ, **_ENVIRONMENT},
                )
            except OSError:
                ours.close()
                raise
        self._channel = Channel(ours)
        self._outbox: Mailbox[AnyCommand] = Mailbox(replaceable=(Pull,))
        self.inbox: Mailbox[AnyEvent] = Mailbox(replaceable=(Reported, Busy))
        self._log = log
        self._last_words = b""
        self._starved = False
        self._garbled = ""
        self._reason = ""
        self._ended = threading.Event()
        try:
            self._tail = self._thread(self._listen)
            self._thread(self._write)
            self._reader = self._thread(self._read)
        except RuntimeError:  # a limit of processes counts threads, too
            self._process.kill()
            self._process.wait()
            self._outbox.close()
            self._channel.close()
            raise OSError(errno.EAGAIN, "no more threads are allowed here") from None

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """False once it has ended and ``reason`` says why."""
        return not self._ended.is_set()

    @property
    def reason(self) -> str:
        """One sentence: why it ended; empty while it lives."""
        return self._reason

    def send(self, command: AnyCommand) -> None:
        """Queue a command; never blocks. A newer Pull replaces one that waits."""
        self._outbox.put(command)

    def end(self) -> None:
        """Ask it to end, kill it if it does not at once, and wait for it; at most some 0.3 s."""
        self._outbox.put(Quit())
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._process.wait()
        self._outbox.close()
        self._channel.close()
        self._reader.join(1)

    def _thread(self, target: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=target, name=f"training process {target.__name__}", daemon=True)
        thread.start()
        return thread

    def _write(self) -> None:
        while (command := self._outbox.take()) is not None:
            try:
                self._channel.send(encode(command))
            except OSError:
                return  # it is gone; the reader says why

    def _read(self) -> None:
        """Collect what it says until it falls silent; then see it to its end and say why it ended."""
        try:
            while (message := self._channel.receive()) is not None:
                self.inbox.put(decode_event(message))
        except (BrokenStream, msgspec.MsgspecError) as error:
            self._garbled = str(error)
        try:
            self._process.wait(0 if self._garbled else 1)
        except subprocess.TimeoutExpired:
            self._process.kill()  # a process that has hung up is of no use
        status = self._process.wait()
        self._tail.join(1)
        self._outbox.close()
        self._reason = self._explain(status)
        self._ended.set()

    def _listen(self) -> None:
        """Keep the end of what it writes to stderr: a traceback, or a library's last words."""
        pipe = self._process.stderr
        if pipe is None:
            return
        with pipe, _opened(self._log) as log:
            while chunk := os.read(pipe.fileno(), _LAST_WORDS):
                self._last_words = (self._last_words + chunk)[-_LAST_WORDS:]
                self._starved = self._starved or any(sign in self._last_words for sign in _NO_MEMORY)
                log.write(chunk)

    def _explain(self, status: int) -> str:
        if self._garbled:
            return f"the training process sent something unreadable ({clean_line(self._garbled)})"
        if status and self._starved:
            return f"training got no more memory: {limits.memory_advice()}"
        if status < 0:
            starved = -status in (signal.SIGKILL, signal.SIGABRT)
            cause = "; the machine may have run out of memory" if starved else ""
            return (
                f"the training process was killed (signal {-status}, {signal.Signals(-status).name}){cause}"
            )
        if status == 0:
            return "the training process has ended"
        lines = self._last_words.decode("utf-8", "replace").strip().splitlines()
        said = f": {clean_line(lines[-1])[:200]}" if lines else f" with status {status}"
        return f"the training process stopped unexpectedly{said}"


def _opened(log: Path | None) -> FileIO:
    try:
        return FileIO(log or os.devnull, "a")
    except OSError:
        return FileIO(os.devnull, "a")  # a log that cannot be kept is no reason not to train
