"""The command line as a whole: help, errors of two lines, exit statuses."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tutor.cli import COMMANDS, main


def dltutor(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tutor", *words], capture_output=True, text=True, check=False
    )


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    text = capsys.readouterr().out
    assert all(name in text for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_own_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([name, "--help"])
    assert stop.value.code == 0
    assert f"dltutor {name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["fly"],
        ["lab"],
        ["lab", "no-such-lesson"],
        ["lesson", "no-such-lesson"],
        ["check", "/no/such/folder"],
        ["--fast"],
    ],
)
def test_bad_usage_is_one_error_line_with_a_hint_and_status_two(words: list[str]) -> None:
    done = dltutor(*words)
    assert done.returncode == 2
    error, hint = done.stderr.splitlines()
    assert error.startswith("error: ")
    assert hint.startswith("hint: ")
    assert done.stdout == ""


def test_the_app_without_a_terminal_says_what_to_use_instead() -> None:
    done = dltutor()
    assert done.returncode == 2
    assert "terminal" in done.stderr
    assert "--plain" in done.stderr


def test_a_reader_that_goes_away_is_no_error() -> None:
    pipe = f"{sys.executable} -m tutor check lessons/perceptron | true"  # gone before the first line
    done = subprocess.run(pipe, shell=True, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "error" not in done.stderr
