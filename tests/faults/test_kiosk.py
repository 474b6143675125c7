"""Kiosk mode in a terminal: what it was started with does not steer it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.keys import QUIT, WORKER, drain_until_end
from tests.faults.kiosk import (
    commands_below,
    data_of,
    environment_of,
    make_home,
    written_elsewhere,
)
from tests.ui.terminal import Terminal, alive, children, resize
from tutor import kiosk


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
        terminal.press("?")
        terminal.wait_for("Keys that do something now", 20)
        terminal.press("  ")
        terminal.wait_for("Everything is saved", 20)
        resize(terminal.master, 50, 10)
        terminal.wait_for("Enlarge it (ctrl+q quits)", 20)
        assert b"dltutor lab" not in terminal.seen, "a command is named that nobody can give"
        terminal.press(QUIT)
        drain_until_end(terminal)
    assert not any(map(alive, pids))
    assert [path.name for path in written_elsewhere(tmp_path)] == [".numba_config.yaml"]


def _until(terminal: Terminal, condition: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until, f"no {what}: {terminal.seen[-500:]!r}"
        terminal.read(0.05)
