"""The program in a terminal of its own, walked by keys, with every process that it started counted.

Processes are told by a mark in the environment that they were started with, which their children inherit:
neither a new session nor the death of a parent hides one, and nobody else's process bears it.
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType

from tests.ui.terminal import PATIENCE, Terminal, alive

MARK = "DLTUTOR_FAULTS_MARK"
LEAVES_ALTERNATE_SCREEN = b"\x1b[?1049l"
_CONTROL = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[PX^_\]].*?(?:\x1b\\|\x07)|[@-Z\\-_78=>])", re.DOTALL)


class App(Terminal):
    """``python -m tutor ARGUMENTS`` with ``folder`` for its data; used as a context manager.

    At the end every process that bears its mark is killed.
    """

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        program: Sequence[str] = ("-m", "tutor"),
        ignore_hangup: bool = False,
        size: tuple[int, int] = (80, 24),
    ) -> None:
        self.folder = folder
        self.mark = uuid.uuid4().hex
        super().__init__(
            folder,
            *arguments,
            program=program,
            ignore_hangup=ignore_hangup,
            size=size,
            environment={MARK: self.mark, **(environment or {})},
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        kill_marked(self.mark)
        super().__exit__(kind, error, trace)

    def processes(self) -> list[int]:
        """The processes that live of all that this run has started, the program itself among them."""
        return marked(self.mark)

    def workers(self) -> list[int]:
        """Its living training processes."""
        return [pid for pid in self.processes() if pid != self.pid]

    def worker(self) -> int:
        """Its training process, once it is there."""
        self.until(self.workers, "a training process")
        return self.workers()[0]

    def text(self, since: int = 0) -> str:
        """What was drawn from the byte ``since`` of ``seen`` on, without control sequences."""
        return _CONTROL.sub(b"", self.seen[since:]).decode("utf-8", "replace")

    def walk(self, *steps: tuple[str, str]) -> None:
        """Press keys and wait for what they bring: (keys, a text drawn after them)."""
        for keys, text in steps:
            since = len(self.seen)
            if keys:
                self.press(keys)
            self.until(lambda since=since, text=text: text in self.text(since), f"{text!r} after {keys!r}")

    def until(self, condition: Callable[[], object], what: str, seconds: float = PATIENCE) -> float:
        """Read the terminal until ``condition`` holds; returns the seconds that took."""
        begun = time.monotonic()
        while not condition():
            assert time.monotonic() - begun < seconds, f"no {what}; last drawn: {self.text()[-600:]!r}"
            self.read(0.02)
        return time.monotonic() - begun

    def end(self, seconds: float = PATIENCE, *, reading: bool = True) -> int:
        """The exit status (negative: the signal that killed it), once it and all that it started are gone."""
        until = time.monotonic() + seconds
        status = None
        while status is None:
            assert time.monotonic() < until, f"the program lives on after {seconds} s"
            if reading and self.master >= 0:
                self.read(0.02)
            status = self.wait_for_end(0.02)
        while left := self.processes():
            assert time.monotonic() < until, f"left behind: {[command_of(pid) for pid in left]}"
            time.sleep(0.02)
        return os.waitstatus_to_exitcode(status)


def marked(mark: str) -> list[int]:
    """The living processes that were started with this mark."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                bears = wanted in (folder / "environ").read_bytes().split(b"\0")
            except OSError:  # it has ended, or is another user's
                continue
            if bears and alive(int(folder.name)):
                found.append(int(folder.name))
    return found


def kill_marked(mark: str) -> None:
    """Kill every process that bears the mark."""
    for pid in marked(mark):
        try:
            os.kill(pid, 9)
        except ProcessLookupError:
            continue


def command_of(pid: int) -> str:
    """The command line of a process, for a message."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
    except OSError:
        return f"{pid} (gone)"
    return words.decode("utf-8", "replace").strip()


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    """What ``query`` finds in the database of a program that has ended; it must be sound."""
    with closing(sqlite3.connect(folder / "progress.sqlite3")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return list(database.execute(query))
