"""Backups of the progress database: one for each day of use, a handful kept, the newest sound one put back.

They lie in ``backups`` beside the database, for their owner's eyes only, and are taken by SQLite's own means,
so that a backup is one consistent state although other sessions write meanwhile.
"""

from __future__ import annotations

import os
import re
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import date
from pathlib import Path

from tutor import paths
from tutor.progress.migrations import MIGRATIONS, version
from tutor.progress.turns import Turns

KEPT = 7
"""Backups that stay; older ones are removed."""

_DAY = re.compile(r"-(\d{4}-\d{2}-\d{2})$")
_STALE_SECONDS = 86_400.0
_WAIT_SECONDS = 0.2  # whoever wants to save an answer waits for this, too


def folder_of(path: Path) -> Path:
    """Where the backups of the database at ``path`` lie."""
    return path.with_name("backups")


def backups_of(path: Path, today: date) -> list[Path]:
    """The backups of the database at ``path``, the newest first.

    Those dated after ``today`` were made by a clock that was wrong then: they come last. Raises OSError.
    """
    dated = []
    for file in folder_of(path).glob(f"{path.stem}-*{path.suffix}"):
        day = _day_of(file)
        if day is not None:
            dated.append((day <= today, day, file))
    return [file for *_, file in sorted(dated, reverse=True)]


def keep_backup(path: Path, today: date) -> Path | None:
    """Back the database at ``path`` up as that of ``today``, unless today's has all that it holds already.

    Removes backups beyond :data:`KEPT`. Returns the new file, None if there was no need. Raises OSError and
    sqlite3.DatabaseError; what is there already is then as it was.
    """
    folder = _private_folder(path)
    target = folder / f"{path.stem}-{today.isoformat()}{path.suffix}"
    if target.exists() and target.stat().st_mtime_ns >= path.stat().st_mtime_ns:
        return None
    with closing(Turns(path.parent)) as turns, turns.turn(), _put_in_place(target) as unfinished:
        copy_database(path, unfinished)
    for old in backups_of(path, today)[KEPT:]:
        old.unlink(missing_ok=True)
    for left in folder.glob(".*.new"):  # by a session that was killed
        with suppress(FileNotFoundError):  # or that has just been finished with, by another session
            if time.time() - left.stat().st_mtime > _STALE_SECONDS:
                left.unlink()
    return target


def restore_backup(path: Path, today: date) -> date | None:
    """Put the newest sound backup in the place of ``path``; returns its day, None if there is none.

    Raises OSError.
    """
    for backup in backups_of(path, today):
        if _is_sound(backup):
            with _put_in_place(path) as unfinished:
                unfinished.write_bytes(backup.read_bytes())
            return _day_of(backup)
    return None


def copy_database(path: Path, target: Path) -> None:
    """Copy the database at ``path`` over the file ``target``. Raises sqlite3.DatabaseError."""
    source = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_WAIT_SECONDS)
    with closing(source), closing(sqlite3.connect(target, isolation_level=None)) as copy:
        # Taken first, because backup() waits for a lock without end.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master")
        copy.execute("PRAGMA journal_mode = OFF")
        source.backup(copy)


@contextmanager
def _put_in_place(target: Path) -> Iterator[Path]:
    """A private file to write to, which then takes the place of ``target`` in one step, or is removed."""
    descriptor, name = tempfile.mkstemp(prefix=".", suffix=".new", dir=target.parent)  # 0600
    os.close(descriptor)
    unfinished = Path(name)
    try:
        yield unfinished
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(target)
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _private_folder(path: Path) -> Path:
    folder = folder_of(path)
    with suppress(OSError):  # it is not there yet, or not ours
        folder.chmod(0o700)
    return paths.private_directory(folder)


def _is_sound(backup: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{backup.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            whole = connection.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok"
            return whole and 0 < version(connection) <= len(MIGRATIONS)
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return False


def _day_of(backup: Path) -> date | None:
    found = _DAY.search(backup.stem)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None
