"""Sessions that end by a signal, a line that drops or a terminal that is stuck."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from tests.faults.harness import LEAVES_ALTERNATE_SCREEN, App, rows
from tests.faults.screens import SCREENS, opened
from tests.faults.table import Injected, stopwatch
from tests.ui.terminal import PATIENCE
from tutor.ui.guard import STUCK

STUCK_AFTER = 2.0
"""Seconds that the program waits on a full terminal here."""
_TICKS = os.sysconf("SC_CLK_TCK")


def screen_of(number: int) -> str:
    """The screens in turn."""
    return list(SCREENS)[number % len(SCREENS)]


def answers_kept(folder: Path) -> None:
    """Assert that the answer given on the way to the screen is in a sound database."""
    assert rows(folder, "SELECT count(*) FROM answer")[0][0], "the answer was lost"


def drop(number: int, folder: Path) -> float:
    """The connection is gone: the terminal's other end is closed, and the kernel sends SIGHUP."""
    with opened(folder, screen_of(number)) as app:
        taken = stopwatch()
        app.hang_up()
        status = app.end()
        seconds = taken()
    assert status == 128 + signal.SIGHUP, f"exit status {status}"
    answers_kept(folder)
    return seconds


def drop_under_nohup(number: int, folder: Path) -> float:
    """The same with SIGHUP ignored: the end of the input is all there is to notice."""
    with opened(folder, screen_of(number * 7 - 1), ignore_hangup=True) as app:
        used, taken = cpu_seconds(app.pid), stopwatch()
        app.hang_up()
        while (now := cpu_seconds(app.pid)) is not None and taken() < 10:
            used_since = now - (used or 0.0)
            time.sleep(0.01)
        app.end()
        seconds = taken()
    assert used_since < 1.0, f"{used_since:.1f} s of CPU time were used for leaving"
    answers_kept(folder)
    return seconds


def told_to_end(number: int, folder: Path) -> float:
    """SIGTERM and SIGINT in turn."""
    sent = (signal.SIGTERM, signal.SIGINT)[number % 2]
    with opened(folder, screen_of(number)) as app:
        taken = stopwatch()
        os.kill(app.pid, sent)
        status = app.end()
        seconds = taken()
        app.read(0.05)
        assert status == 128 + sent, f"exit status {status}"
        assert LEAVES_ALTERNATE_SCREEN in app.seen, "the terminal was left in the alternate screen"
        assert b"Traceback" not in app.seen
    answers_kept(folder)
    return seconds


def stops_reading(number: int, folder: Path) -> float:
    """The terminal stays connected and reads nothing, as one whose machine was put to sleep."""
    limits = {STUCK: str(STUCK_AFTER)}
    with opened(folder, ("quiz", "training")[number % 2], limits, size=(250, 60)) as app:
        if number % 2 == 0:
            answer_unseen(app)
        for _ in range(60):  # each redraws the whole screen, until the program waits on a full terminal
            app.press("?")
            time.sleep(0.02)
        taken = stopwatch()
        status = app.end(reading=False)
        seconds = taken()
    assert status == 128 + signal.SIGHUP, f"exit status {status}"
    assert seconds > STUCK_AFTER / 2, "the terminal was not stuck"
    answers_kept(folder)
    return seconds


def answer_unseen(app: App) -> None:
    """Answer the next question without reading the terminal; what is said about it goes nowhere."""
    before, until = answers(app.folder), time.monotonic() + PATIENCE
    app.press("\r")
    while answers(app.folder) == before:
        assert time.monotonic() < until, "nothing is saved while the terminal is stuck"
        app.press("a")
        time.sleep(0.3)


def answers(folder: Path) -> int:
    """Answers in the database while the program runs."""
    with closing(sqlite3.connect(f"file:{folder / 'progress.sqlite3'}?mode=ro", uri=True)) as database:
        count: int = database.execute("SELECT count(*) FROM answer").fetchone()[0]
    return count


def cpu_seconds(pid: int) -> float | None:
    """The CPU time that a process has used so far; None once it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else (int(fields[11]) + int(fields[12])) / _TICKS


FAULTS = (
    Injected(
        "connection drops, in every screen, training or not",
        "answers saved, no process left after 2 s",
        count=105,
        short=2,
        attempt=drop,
        limit=2.0,
    ),
    Injected(
        "SIGHUP ignored (nohup), then the connection drops",
        "gone within 5 s, less than 1 s of CPU time used",
        count=20,
        short=1,
        attempt=drop_under_nohup,
        limit=5.0,
    ),
    Injected(
        f"terminal stops reading (limit set to {STUCK_AFTER:.0f} s)",
        "saving goes on, answers saved, gone 4 s after the limit at most",
        count=20,
        short=1,
        attempt=stops_reading,
        limit=STUCK_AFTER + 4,
    ),
    Injected(
        "SIGTERM, SIGINT",
        "terminal restored, answers saved, gone within 2 s",
        count=50,
        short=2,
        attempt=told_to_end,
        limit=2.0,
    ),
)
