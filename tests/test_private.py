"""Progress and compiled kernels lie where nobody else can put a hand on them."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tutor import paths
from tutor.crash import crash_error
from tutor.progress.backups import folder_of
from tutor.progress.store import Store

root_only = pytest.mark.skipif(
    not hasattr(os, "getuid") or os.getuid() != 0, reason="only root gives files away"
)


def test_a_directory_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    made = paths.private_directory(tmp_path / "a" / "b")
    assert made.stat().st_mode & 0o777 == 0o700
    assert paths.private_directory(made) == made


def open_to_all(tmp_path: Path) -> Path:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    return folder


def test_a_directory_that_everybody_may_write_is_refused(tmp_path: Path) -> None:
    folder = open_to_all(tmp_path)
    with pytest.raises(PermissionError, match="everybody may write there"):
        paths.private_directory(folder)
    with pytest.raises(PermissionError, match="everybody may write there"):
        paths.private_directory(folder / "inside")
    folder.chmod(0o1777)  # as /tmp: what is in it stays its owner's
    assert paths.private_directory(folder / "inside").is_dir()


@root_only
def test_a_directory_of_somebody_else_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    for place in (folder, folder / "inside"):
        with pytest.raises(PermissionError, match="belongs to somebody else"):
            paths.private_directory(place)


def test_progress_is_for_its_owners_eyes(tmp_path: Path) -> None:
    path = tmp_path / "data" / "progress.sqlite3"
    Store.open(path).close()
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)  # copied here by hand
    Store.open(path).close()
    assert path.stat().st_mode & 0o777 == 0o600
    assert not [found for found in path.parent.rglob("*") if found.stat().st_mode & 0o077]


def test_backups_are_for_their_owners_eyes_whatever_their_folder_was(tmp_path: Path) -> None:
    path = tmp_path / "data" / "progress.sqlite3"
    with closing(Store.open(path)) as store:
        folder_of(path).mkdir()
        folder_of(path).chmod(0o777)
        store.back_up()
    assert folder_of(path).stat().st_mode & 0o777 == 0o700
    [backup] = folder_of(path).iterdir()
    assert backup.stat().st_mode & 0o777 == 0o600


def test_a_crash_is_written_to_no_file_of_anybody_elses_choice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "mine"
    mine.write_text("precious")
    monkeypatch.setenv("DLTUTOR_DATA_DIR", str(open_to_all(tmp_path)))
    assert "crash.txt" not in crash_error(ValueError("x")).hint
    monkeypatch.setenv("DLTUTOR_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "crash.txt").symlink_to(mine)
    assert "crash.txt" not in crash_error(ValueError("x")).hint
    assert mine.read_text() == "precious"
    assert not list((tmp_path / "open").iterdir())


def test_progress_where_everybody_may_write_is_not_trusted(tmp_path: Path) -> None:
    store = Store.open(open_to_all(tmp_path) / "progress.sqlite3")
    assert "everybody may write there" in store.problem
    store.close()
    assert not (tmp_path / "open" / "progress.sqlite3").exists()


def test_kernels_are_not_loaded_from_where_everybody_may_write(tmp_path: Path) -> None:
    code = (
        "from tutor.engine import cache; cache.prepare(); print(cache.enabled(), cache.describe()['problem'])"
    )
    environment = {**os.environ, "DLTUTOR_CACHE_DIR": str(open_to_all(tmp_path))}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("False the cache directory cannot be used:")
    assert "everybody may write there" in done.stdout
    assert len(done.stdout.splitlines()) == 1
