"""``make run`` in a folder of its own, with a Python of paper: what is set up when, and what is said."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

PYTHON = """#!/bin/sh
echo "$*" >> "$LOG"
case "$*" in
  "-m venv"*) for last; do :; done
              rm -rf "$last"; mkdir -p "$last/bin"; cp "$0" "$last/bin/python"
              printf '#!/bin/sh\\necho tutor' > "$last/bin/dltutor"; chmod +x "$last/bin/dltutor" ;;
  "-m pip"*)  exit "${PIP_STATUS:-0}" ;;
  *"version_info"*) exit "${TOO_OLD:-0}" ;;
esac
"""


def _outside_make() -> dict[str, str]:
    """The environment as a learner's shell has it, also when make runs the tests."""
    return {
        name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    }


class Clone:
    """A clone without anything that takes time."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, folder.parent / "log"
        folder.mkdir()
        for name in ("Makefile", "pyproject.toml"):
            shutil.copy(ROOT / name, folder / name)
        self.python = folder.parent / "python"
        self.python.write_text(PYTHON)
        self.python.chmod(0o755)

    def run(self, **environment: str) -> tuple[int, list[str]]:
        """``make run``: its status, and what was done: ``venv`` and ``pip install``, in order."""
        self.log.write_text("")
        self.done = subprocess.run(
            ["make", "run", f"PYTHON={self.python}"],
            cwd=self.folder,
            env={**_outside_make(), "LOG": str(self.log), **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        words = [line.split()[1:3] for line in self.log.read_text().splitlines() if line.startswith("-m ")]
        names = [name if name == "venv" else f"{name} {verb}" for name, verb in words]
        return self.done.returncode, [name for name in names if name != "pip --version"]


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path / "my clone")


def test_the_first_run_sets_up_and_the_second_does_nothing(clone: Clone) -> None:
    assert clone.run() == (0, ["venv", "pip install"])
    assert clone.done.stdout.splitlines()[-1] == "tutor"
    assert clone.run() == (0, [])
    assert clone.done.stdout == "tutor\n"


def test_new_requirements_are_installed_into_the_same_environment(clone: Clone) -> None:
    clone.run()
    later = (clone.folder / ".venv" / ".installed").stat().st_mtime + 10
    os.utime(clone.folder / "pyproject.toml", (later, later))
    assert clone.run() == (0, ["pip install"])


def test_an_installation_that_broke_off_is_done_again_from_the_start(clone: Clone) -> None:
    assert clone.run(PIP_STATUS="1")[0] == 2
    assert clone.run() == (0, ["venv", "pip install"])


def test_an_environment_that_was_moved_or_lost_its_python_is_made_anew(clone: Clone) -> None:
    clone.run()
    clone.folder = clone.folder.rename(clone.folder.with_name("elsewhere"))
    assert clone.run() == (0, ["venv", "pip install"])
    (clone.folder / ".venv" / "bin" / "python").unlink()
    assert clone.run() == (0, ["venv", "pip install"])


def test_an_old_python_is_one_clear_line(clone: Clone) -> None:
    status, done = clone.run(TOO_OLD="1")
    error, hint = clone.done.stdout.splitlines()
    assert (status, done) == (2, [])
    assert error.startswith("error: Python 3.11 or newer is needed")
    assert hint.startswith("hint: ")


def test_a_python_that_is_not_there_is_one_clear_line(clone: Clone) -> None:
    clone.python.unlink()
    assert clone.run() == (2, [])
    assert len(clone.done.stdout.splitlines()) == 2
    assert "not found" not in clone.done.stderr
