"""The program in a pseudo-terminal of its own, as a learner's connection gives it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

TERM = "xterm-256color"
PATIENCE = 120.0
"""Seconds after which something does not happen any more, even on a machine with other people's load."""


class Terminal:
    """Runs ``python -m tutor`` with a terminal that is read by hand, so that tests can stop reading it."""

    def __init__(
        self,
        data: Path,
        *arguments: str,
        program: Sequence[str] = ("-m", "tutor"),
        ignore_hangup: bool = False,
        size: tuple[int, int] = (80, 24),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        ours = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        ours |= {"DLTUTOR_DATA_DIR": str(data), "TERM": TERM, **(environment or {})}
        self.seen = b""
        self.started = time.monotonic()
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background jobs ignore it
            if ignore_hangup:
                signal.signal(signal.SIGHUP, signal.SIG_IGN)
            resize(0, *size)
            os.execve(sys.executable, [sys.executable, *program, *arguments], ours)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if alive(self.pid):
            os.kill(self.pid, signal.SIGKILL)
        self.hang_up()

    def read(self, seconds: float) -> bytes:
        """What has arrived, and arrives within ``seconds``; returns early at the end of the output."""
        until = time.monotonic() + seconds
        while select.select([self.master], [], [], max(until - time.monotonic(), 0))[0]:
            try:
                data = os.read(self.master, 65536)
            except OSError:  # the other end is closed
                break
            if not data:
                break
            self.seen += data
            if time.monotonic() > until:
                break
        return self.seen

    def wait_for(self, text: str, seconds: float = 10.0) -> float:
        """Read until ``text`` was drawn; returns the seconds since the program was started."""
        until = time.monotonic() + seconds
        while text.encode() not in self.seen:
            if time.monotonic() > until:
                raise AssertionError(f"{text!r} was not drawn; the end of what was: {self.seen[-2000:]!r}")
            self.read(0.01)
        return time.monotonic() - self.started

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self.master, keys.encode())

    def hang_up(self) -> None:
        """The connection is gone."""
        if self.master >= 0:
            os.close(self.master)
            self.master = -1

    def wait_for_end(self, seconds: float) -> int | None:
        """The wait status of the program once it has ended; None if it lives on."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return status
            time.sleep(0.02)
        return None


def resize(terminal: int, columns: int, rows: int) -> None:
    """Give the terminal another size; the kernel tells the program in it."""
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def asleep(pid: int) -> bool:
    """Whether the main thread of a process waits for something, or is no more."""
    try:
        state = Path(f"/proc/{pid}/task/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state != "R"


def children(pid: int) -> Sequence[int]:
    """The process ids of all descendants of ``pid``."""
    found: list[int] = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            if parent == pid:
                found += [int(folder.name), *children(int(folder.name))]
    return found
