"""Ends of a session that nobody chose, in a real terminal: signals, hang-ups, terminals that stop reading."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.ui.terminal import Terminal, alive, children
from tutor.ui.guard import GRACE

LEAVES_ALTERNATE_SCREEN = b"\x1b[?1049l"


def started(terminal: Terminal) -> list[int]:
    """Wait until the app stands and a lab has started its training process; the process ids of the latter."""
    terminal.wait_for("Next:")
    terminal.press("c")
    terminal.wait_for("Each of these networks")
    terminal.press("\r")
    until = time.monotonic() + 10
    while not (found := children(terminal.pid)):
        assert time.monotonic() < until, "no training process was started"
        terminal.read(0.05)
    return list(found)


def gone(pids: list[int], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while any(alive(pid) for pid in pids):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def threads_of(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/task").iterdir())


def test_a_terminal_that_no_longer_reads_cannot_hold_the_app(tmp_path: Path) -> None:
    with Terminal(tmp_path, size=(250, 60)) as terminal:
        workers = started(terminal)
        for _ in range(40):  # each redraws the whole screen: soon the buffers are full and every write blocks
            terminal.press("?")
            time.sleep(0.02)
        time.sleep(0.5)
        begun = time.monotonic()
        os.kill(terminal.pid, signal.SIGTERM)
        status = terminal.wait_for_end(2.5)
        assert status is not None and os.waitstatus_to_exitcode(status) == 128 + signal.SIGTERM
        assert time.monotonic() - begun > 0.9 * GRACE, "the terminal was not stuck"
        assert gone(workers, 1)


def test_what_was_seen_before_the_hang_up_is_saved(tmp_path: Path) -> None:
    with Terminal(tmp_path, "lesson", "1") as terminal:
        terminal.wait_for("Afterwards you can")
        terminal.press(" ")
        terminal.wait_for("page 1 of")
        terminal.hang_up()
        assert terminal.wait_for_end(2) is not None
    with sqlite3.connect(tmp_path / "progress.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM page_seen").fetchone() == (1,)
        assert connection.execute("SELECT part FROM place").fetchone() == ("read",)


def test_quitting_by_key_is_status_0(tmp_path: Path) -> None:
    with Terminal(tmp_path) as terminal:
        workers = started(terminal)
        terminal.press("\x11")
        terminal.read(3)
        status = terminal.wait_for_end(2)
        assert status is not None and os.waitstatus_to_exitcode(status) == 0
        assert gone(workers, 1)


def test_a_signal_to_go_on_begins_no_second_reader_of_the_terminal(tmp_path: Path) -> None:
    with Terminal(tmp_path) as terminal:
        terminal.wait_for("Next:")
        terminal.read(0.5)
        threads = threads_of(terminal.pid)
        for _ in range(10):
            os.kill(terminal.pid, signal.SIGCONT)
            terminal.read(0.05)
        os.kill(terminal.pid, signal.SIGSTOP)
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.press("?")
        terminal.wait_for("Each lesson is read")
        assert threads_of(terminal.pid) < threads + 10  # one for each signal, were they readers
        terminal.press("\x11")
        terminal.read(3)
        status = terminal.wait_for_end(5)
        assert status is not None and os.waitstatus_to_exitcode(status) == 0


STUCK = """
import asyncio, sys
from tutor.cli import main
from tutor.ui import guard
from tutor.ui.app import TutorApp
async def quit(self):
    self.exit()
    await asyncio.Event().wait()
TutorApp.action_quit = quit
guard.PATIENCE = 0.3
sys.exit(main([]))
"""


def test_an_exit_that_was_chosen_and_is_stuck_is_ended(tmp_path: Path) -> None:
    with Terminal(tmp_path, program=["-c", STUCK]) as terminal:
        terminal.wait_for("Next:")
        terminal.press("\x11")
        terminal.read(3)
        status = terminal.wait_for_end(5)
        assert status is not None and os.waitstatus_to_exitcode(status) == 1
        assert LEAVES_ALTERNATE_SCREEN in terminal.seen


LATE = """
import sys, time
from tutor.cli import main
from tutor.ui import guard
from tutor.ui.app import TutorApp
from tutor.ui.services import Services
guard.GRACE = 0.5
close = Services.close
def slow(self, timeout=5.0):
    saved = close(self, timeout)
    if timeout < 1:  # the guard's
        time.sleep(0.4)
    return saved
Services.close = slow
def late(self):
    self._loop.call_soon_threadsafe(lambda: (time.sleep(guard.GRACE + 0.2), self.exit()))
TutorApp.leave = late
sys.exit(main([]))
"""


def test_an_app_that_exits_while_the_guard_ends_it_does_not_break(tmp_path: Path) -> None:
    with Terminal(tmp_path, program=["-c", LATE]) as terminal:
        terminal.wait_for("Next:")
        os.kill(terminal.pid, signal.SIGTERM)
        terminal.read(3)
        status = terminal.wait_for_end(5)
        assert status is not None and os.waitstatus_to_exitcode(status) == 128 + signal.SIGTERM
        assert not (tmp_path / "crash.txt").exists()


BREAKS = """
import sys
from tutor.cli import main
from tutor.ui.screens.home import HomeScreen
def broken(self): raise ValueError("[red]a mistake")
HomeScreen.action_quiz = broken
sys.exit(main([]))
"""


def test_a_mistake_of_the_app_is_two_lines_and_a_file(tmp_path: Path) -> None:
    with Terminal(tmp_path, program=["-c", BREAKS]) as terminal:
        workers = started(terminal)
        for _ in range(2):  # back to Home, one step at a time: two of these at once are another key
            terminal.press("\x1b")
            terminal.read(0.5)
        terminal.press("q")
        terminal.read(3)
        status = terminal.wait_for_end(2)
        assert status is not None and os.waitstatus_to_exitcode(status) == 1
        after = terminal.seen.rpartition(LEAVES_ALTERNATE_SCREEN)[2]
        assert b"error: dltutor broke on a mistake of its own (ValueError)" in after
        assert b"Traceback" not in terminal.seen
        assert "a mistake" in (tmp_path / "crash.txt").read_text()
        assert gone(workers, 1)


def answers(folder: Path) -> int:
    """Answers that the database holds."""
    try:
        with closing(sqlite3.connect(f"file:{folder / 'progress.sqlite3'}?mode=ro", uri=True)) as database:
            count: int = database.execute("SELECT count(*) FROM answer").fetchone()[0]
            return count
    except sqlite3.Error:
        return 0


@pytest.mark.parametrize("delay", [0.0, pytest.param(0.3, marks=pytest.mark.slow)])
def test_killed_in_the_middle_of_training_it_leaves_no_process_and_keeps_the_answers(
    tmp_path: Path, delay: float
) -> None:
    with Terminal(tmp_path, "lesson", "backprop") as terminal:
        terminal.wait_for("Read")
        terminal.press("q")
        until = time.monotonic() + 15
        while not answers(tmp_path):  # whatever kind of question comes first, one of these answers it
            assert time.monotonic() < until, terminal.seen[-2000:]
            for keys in ("a", "b", "c", "d", "e", "\r", "1", "\r"):
                terminal.press(keys)
                terminal.read(0.15)
                if answers(tmp_path):
                    break
        kept = answers(tmp_path)
        terminal.press("l")
        terminal.wait_for("1/")
        terminal.press("a")
        terminal.wait_for("You predict")
        terminal.press(" ")
        terminal.wait_for("RUNNING")
        terminal.read(delay)
        workers = children(terminal.pid)
        assert workers
        os.kill(terminal.pid, signal.SIGKILL)
        assert gone(list(workers), 2)
        assert answers(tmp_path) >= kept
