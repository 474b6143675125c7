"""Output that takes no more, streams that were never open, Ctrl+C in a callback, and our own mistakes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tutor.cli import main
from tutor.commands import progress

COMMANDS = ["progress", "progress --csv", "doctor --json", "check lessons/mlp", "quiz --plain xor", "--help"]
DLTUTOR = f"{sys.executable} -m tutor"


def shell(command: str, data: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    surroundings = {**os.environ, "DLTUTOR_DATA_DIR": str(data), **environment}
    surroundings.pop("PYTHONUNBUFFERED", None)  # as a learner has it: what is printed is written at the end
    return subprocess.run(command, shell=True, capture_output=True, text=True, env=surroundings, check=False)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_output_is_one_error_line(command: str, tmp_path: Path) -> None:
    done = shell(f"{DLTUTOR} {command} </dev/null >/dev/full", tmp_path)
    error, hint = done.stderr.splitlines()
    assert error == "error: reading or writing failed: no space left on device"
    assert hint.startswith("hint: ")
    assert done.returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_errors_that_nobody_can_be_told_keep_their_status(tmp_path: Path) -> None:
    assert shell(f"{DLTUTOR} lab no-such-lesson 2>/dev/full", tmp_path).returncode == 2


@pytest.mark.parametrize("command", COMMANDS)
def test_closed_streams_are_no_mistake(command: str, tmp_path: Path) -> None:
    done = shell(f"{DLTUTOR} {command} <&- >&-", tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_no_file_takes_the_number_of_a_closed_stream(tmp_path: Path) -> None:
    script = "import os; from tutor.cli import main; main(['nonsense', '--fast'])"
    numbers = (
        f"import atexit, os; atexit.register(lambda: os._exit(os.open(os.devnull, os.O_RDONLY))); {script}"
    )
    assert shell(f'{sys.executable} -c "{numbers}" <&- >&- 2>&-', tmp_path).returncode > 2


@pytest.mark.parametrize("command", ["doctor", "notes", "progress --export '{}'", "gift export mlp -o '{}'"])
def test_neither_the_environment_nor_the_name_of_a_file_steers_the_terminal(
    command: str, tmp_path: Path
) -> None:
    hostile = "a\x1b]0;b\x07\u202ec"
    (tmp_path / hostile).write_text("not a directory")
    done = shell(
        f"{DLTUTOR} {command.format(tmp_path / f'new{hostile}')}",
        tmp_path / hostile,
        TERM=f"x{hostile}",
        SLURM_JOB_ID="1",
        SLURM_CPUS_PER_TASK=hostile,
    )
    said = done.stdout + done.stderr
    assert "a]0;bc" in said, said
    assert not set("\x1b\x07\u202e") & set(said)


@pytest.mark.parametrize("command", ["doctor", "progress", "lab è", "check è"])
def test_letters_that_the_output_lacks_do_not_break_it(command: str, tmp_path: Path) -> None:
    done = shell(f"{DLTUTOR} {command}", tmp_path / "日本", PYTHONIOENCODING="ascii")
    assert "Traceback" not in done.stderr
    assert done.returncode == (2 if "è" in command else 0)


def test_what_was_typed_cannot_steer_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "\x1b]0;no\x07"]) == 2
    assert "\x1b" not in capfd.readouterr().err


def test_a_mistake_of_ours_is_one_line_and_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DLTUTOR_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(progress, "run", lambda args: 1 // 0)
    assert main(["progress"]) == 1
    error, hint = capsys.readouterr().err.splitlines()
    assert "ZeroDivisionError" in error
    assert str(tmp_path / "crash.txt") in hint
    assert "Traceback" in (tmp_path / "crash.txt").read_text()


def test_too_little_memory_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(args: object) -> int:
        raise MemoryError

    monkeypatch.setattr(progress, "run", run)
    assert main(["progress"]) == 1
    assert "not enough memory" in capsys.readouterr().err


def test_ctrl_c_inside_a_callback_still_interrupts() -> None:
    script = """
import signal, sys, time, weakref
from tutor.cli import main
from tutor.commands import progress

class Thing: pass

def run(args):
    thing = Thing()
    kept = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT))
    del thing  # the callback's KeyboardInterrupt cannot be raised from here
    time.sleep(20)
    return 0

progress.run = run
sys.exit(main(["progress"]))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=10, check=False
    )
    assert done.returncode == 130
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == ["error", "hint"]
