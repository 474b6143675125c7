"""Where things live: the user's directories, and the users of some containers, who have no home at all."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tutor import paths
from tutor.cli import main
from tutor.crash import crash_error
from tutor.progress.store import Store


@pytest.fixture
def nameless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without an entry in the password file, in an empty folder."""
    for variable in list(os.environ):
        if variable in ("HOME", "DLTUTOR_DATA_DIR", "DLTUTOR_CACHE_DIR") or variable.startswith("XDG_"):
            monkeypatch.delenv(variable)

    def unknown(number: int) -> None:
        raise KeyError(f"getpwuid(): uid not found: {number}")

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_a_home_progress_is_kept_in_memory(nameless: Path) -> None:
    with closing(Store.open()) as store:
        assert store.in_memory
        assert "no home directory was found" in store.problem


@pytest.mark.parametrize("directory", [paths.data_dir, paths.cache_dir, paths.database])
def test_without_a_home_there_are_no_directories_of_the_user(nameless: Path, directory: object) -> None:
    with pytest.raises(FileNotFoundError, match="no home directory was found"):
        directory()  # type: ignore[operator]


def test_without_a_home_the_commands_work_and_write_nothing_beside_the_program(
    nameless: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert paths.lesson_packs() == [paths.bundled_lessons()]
    assert main(["progress"]) == 0
    assert "no home directory was found" in capsys.readouterr().err
    assert main(["lab", "perceptron", "--json"]) == 0
    assert crash_error(ValueError("x")).hint == "your progress is saved; start it again"
    assert list(nameless.iterdir()) == []


def test_without_a_home_the_kernels_are_made_for_the_moment(nameless: Path) -> None:
    script = (
        "import pwd; pwd.getpwuid = {}.__getitem__; from tutor.engine import cache; print(cache.describe())"
    )
    source = {"PYTHONPATH": str(paths.PACKAGE.parent)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=source, capture_output=True, text=True, check=True
    )
    assert "no home directory was found" in done.stdout
    assert list(nameless.iterdir()) == []


def test_a_tilde_in_a_setting_is_the_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/mary")
    monkeypatch.setenv("DLTUTOR_DATA_DIR", "~/lessons of mine")
    assert paths.database() == Path("/home/mary/lessons of mine/progress.sqlite3")
