"""Kiosk mode in a terminal: what it was started with does not steer it, and no key leads out."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.kiosk import (
    commands_below,
    data_of,
    environment_of,
    make_home,
    outward,
    watched,
    written_elsewhere,
)
from tests.ui.terminal import Terminal, alive, children
from tutor import kiosk

WORKER = {"worker/launch.py"}
"""The one program that a kiosk starts."""
QUIT = "\x11"
READS_KEYS = "\x1b[?2004h"
"""What Textual writes once the terminal is its own."""
SESSION = 500
"""Keys between one login and the next."""

KEYS = [
    *map(chr, range(32, 127)),
    *(chr(code) for code in range(1, 32) if chr(code) != QUIT),
    *(f"\x1b[{letter}" for letter in "ABCDFHZ"),
    *(f"\x1b[{number}~" for number in (1, 2, 3, 4, 5, 6, 11, 15, 24)),
    *(f"\x1b{letter}" for letter in "abxz:!"),
    "\x1b[<0;10;10M\x1b[<0;10;10m", "\x1b[<2;40;12M\x1b[<2;40;12m", "\x1b[<64;9;9M",
    "\x1b[200~!sh\n:!id\n../../x\x1b[201~", "\x7f", "é", "数", "\u202e", "\x9b31m", "\x1b]52;c;aGk=\x07",
]  # fmt: skip
"""What a keyboard, a mouse or a paste may send."""
RUNS = [
    "b\x13../../x\r",
    "b\x13/tmp/dltutor-x\r",
    "b\x0f/etc/passwd\r",
    "b\x13~/x\r",
    "b\x13own\r",
    "\x1b\x1b\x1b",
]
"""Sequences that random keys would seldom make: files named at the bench, and the way back to Home."""


def test_neither_environment_nor_working_directory_steers_a_kiosk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in make_home(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".numba_config.yaml").write_text("disable_jit: 1\n")
    with Terminal(tmp_path / "elsewhere", "--kiosk", "lesson", "xor", "--help") as terminal:
        terminal.wait_for("Who makes the features?", 30)
        terminal.press("\r")
        terminal.wait_for("feature made by hand", 20)
        terminal.press("l")  # the lab starts the training process
        _until(terminal, lambda: commands_below(terminal.pid) == WORKER, "training process")
        pids = [terminal.pid, *children(terminal.pid)]
        for pid in pids:
            ours = {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"}
            known = {
                "HOME",
                "TERM",
                "PATH",
                "LANG",
                "COLORTERM",
                "PYTHONFAULTHANDLER",
                "PYTHONDONTWRITEBYTECODE",
                kiosk.VARIABLE,
            }
            assert {name for name in environment_of(pid) if not name.startswith("LC_")} <= ours | known
            assert Path(f"/proc/{pid}/cwd").readlink() == Path("/")
        assert (data_of(tmp_path) / "progress.sqlite3").stat().st_mode & 0o077 == 0
        terminal.press(QUIT)
        _drain_until_end(terminal)
    assert not any(map(alive, pids))
    assert [path.name for path in written_elsewhere(tmp_path)] == [".numba_config.yaml"]


@pytest.mark.parametrize("count", [1_500, pytest.param(100_000, marks=pytest.mark.slow)])
def test_random_keys_start_no_program_and_write_no_file_elsewhere(
    count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fuzz(tmp_path, count, monkeypatch)


def fuzz(home: Path, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Type ``count`` random keys into kiosks in ``home``; asserts that each ends well and none leads out."""
    for name, value in make_home(home / "home").items():
        monkeypatch.setenv(name, value)
    log = home / "audit"
    for session in range(-(-count // SESSION)):
        chance = random.Random(session)
        with Terminal(home, program=watched(log)) as terminal:
            terminal.wait_for(READS_KEYS, 30)
            typed = 0
            while typed < min(SESSION, count):
                keys = chance.choice(RUNS) if chance.random() < 0.02 else chance.choice(KEYS)
                terminal.press(keys)
                typed += len(keys) if keys in RUNS else 1
                terminal.read(0)
                if typed % 50 == 0:
                    assert commands_below(terminal.pid) <= WORKER
            terminal.press("\x1b[201~" + QUIT)  # ends a paste that was begun, so that this is a key
            _drain_until_end(terminal)
    assert not outward(log, data_of(home / "home"))
    assert not written_elsewhere(home / "home")


def _drain_until_end(terminal: Terminal) -> None:
    until = time.monotonic() + 60
    status = None
    while status is None:
        assert time.monotonic() < until, f"it lives on; last drawn: {terminal.seen[-500:]!r}"
        terminal.read(0.02)
        status = terminal.wait_for_end(0.02)
    assert status == 0, f"ended with {status}: {terminal.seen[-500:]!r}"


def _until(terminal: Terminal, condition: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until, f"no {what}: {terminal.seen[-500:]!r}"
        terminal.read(0.05)
