"""Opening the database file: private, checked, migrated; and what is done when it cannot be used.

Home directories are often on NFS, and write-ahead logging needs shared memory that NFS does not give
(https://www.sqlite.org/wal.html); so the file keeps a rollback journal, and every commit is synced to disk.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tutor import paths
from tutor.errors import StoreError
from tutor.progress.backups import backups_of, restore_backup
from tutor.progress.migrations import MIGRATIONS, migrate, version
from tutor.progress.turns import Turns
from tutor.text import clean

BUSY_SECONDS = 2.0
"""How long one statement waits for another program's lock. Short: whoever waits can try again later."""
_CACHE = 128
"""KiB of the file that a connection keeps in memory; SQLite's own 2 MB would fill as the history grows."""

_SENTENCES = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_BUSY: "another program keeps it locked",
    sqlite3.SQLITE_LOCKED: "another program keeps it locked",
    sqlite3.SQLITE_READONLY: "it may not be written to",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_IOERR: "the disk refused to read or write",
    sqlite3.SQLITE_CORRUPT: "it is damaged",
    sqlite3.SQLITE_NOTADB: "it is damaged",
}


class Damaged(sqlite3.DatabaseError):
    """The file is no database, or its pages contradict each other."""


@dataclass(frozen=True)
class Opened:
    """``path`` is None for a database in memory; ``problem`` is "" or one sentence for the learner."""

    connection: sqlite3.Connection
    path: Path | None
    problem: str = ""


def open_database(path: Path | None, now: datetime) -> Opened:
    """Open the database at ``path`` (None: the user's own); never raises for what a disk may do.

    A file that cannot be used is left as it is and a database in memory takes its place, with a copy of what
    can still be read; so does one that a newer program wrote. A damaged file is moved aside, never deleted,
    and the newest sound backup takes its place, or a new database where there is none.
    """
    if path is None:
        try:
            path = paths.database()
        except FileNotFoundError as error:
            return in_memory(reason(error))
    told = ""
    try:
        paths.private_directory(path.parent)
        with closing(Turns(path.parent)) as turns, turns.turn():  # two sessions must not both mend it
            created = create_file(path)
            before = path.stat().st_ino
            emptied = not created and path.stat().st_size == 0 and backups_of(path, now.date())
            if emptied:
                told = replace_damaged(path, before, now)
            try:
                connection = connect(path, check=True)
            except Damaged:
                told = replace_damaged(path, before, now)
                connection = connect(path, check=True)
    except StoreError as error:
        return in_memory(f"{path} was {error.message}", copy_of=path)
    except (OSError, sqlite3.DatabaseError) as error:
        return in_memory(f"{path}: {reason(error)}", copy_of=path)
    return Opened(connection, path, told)


def in_memory(why: str, copy_of: Path | None = None) -> Opened:
    """A database that lives as long as the process, with what could be read of the file ``copy_of``."""
    problem = f"Progress will be lost when you leave: {why}."
    if copy_of is not None:
        try:
            return Opened(_copy(copy_of), None, problem)
        except (OSError, StoreError, sqlite3.DatabaseError, UnicodeDecodeError):
            pass  # then it begins empty; the problem has been named already
    return Opened(_migrated(), None, problem)


def connect(path: Path, *, check: bool = False, wait: float | None = None) -> sqlite3.Connection:
    """A connection to the file at ``path``; with ``check`` it is verified, migrated and tried for writing.

    It waits for another program's lock for ``wait`` seconds (None: BUSY_SECONDS). Raises :class:`Damaged`,
    :class:`StoreError` for a newer version, and sqlite3.DatabaseError.
    """
    connection = _connection(path, wait)
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{_CACHE}")
        connection.execute("PRAGMA cache_spill = OFF")  # to spill would lock readers out before the commit
        if check:
            _check(connection)
    except BaseException as error:
        connection.close()
        if _is_damage(error):
            raise Damaged(_SENTENCES[sqlite3.SQLITE_CORRUPT]) from error
        raise
    return connection


def create_file(path: Path) -> bool:
    """Make the file, for its owner's eyes only, unless it is there; whether it was made. Raises OSError."""
    # SQLite would create it by the umask, which usually lets everybody read; its journal copies these bits.
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            _hide(descriptor)
        finally:
            os.close(descriptor)
        return False
    return True


def _hide(descriptor: int) -> None:
    """A database of our own that others may read, as one copied here by hand, is no longer for their eyes."""
    status = os.fstat(descriptor)
    if hasattr(os, "fchmod") and status.st_uid == os.getuid() and status.st_mode & 0o077:
        with contextlib.suppress(OSError):  # a file system without such bits
            os.fchmod(descriptor, 0o600)


def replace_damaged(path: Path, inode: int, now: datetime) -> str:
    """Move the damaged file aside with its journal and put a backup, or a new database, in its place.

    ``inode`` is that of the file found damaged: if another process has put one there since, that one stays.
    Returns the sentence that says what was done. Raises OSError.
    """
    if path.stat().st_ino != inode:
        return ""
    kept = path.with_name(f"{path.name}.damaged-{now:%Y%m%dT%H%M%S%f}")
    path.rename(kept)
    journal = path.with_name(path.name + "-journal")
    if journal.exists():  # left here, it would be played back into the new database
        journal.rename(kept.with_name(kept.name + "-journal"))
    day = restore_backup(path, now.date())
    create_file(path)
    instead = f"the backup of {day} took its place" if day else "a new one was begun"
    return f"The progress database was damaged: it was kept as {kept}, and {instead}."


def reason(error: BaseException) -> str:
    """What went wrong, in a few words for people."""
    if isinstance(error, FileExistsError | NotADirectoryError):
        return "a file stands where its directory should be"
    if isinstance(error, OSError):
        return (error.strerror or str(error)).lower()
    if isinstance(error, UnicodeDecodeError):
        return _SENTENCES[sqlite3.SQLITE_CORRUPT]
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte of an extended code is the primary one
    return _SENTENCES.get(code, str(error))


def is_locked(error: sqlite3.Error) -> bool:
    """Whether nothing is wrong but that another program writes just now."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def _connection(database: Path | str, wait: float | None = None) -> sqlite3.Connection:
    # Autocommit: transactions are begun and ended in the open. The store's lock keeps threads apart.
    timeout = BUSY_SECONDS if wait is None else wait
    connection = sqlite3.connect(database, timeout=timeout, isolation_level=None, check_same_thread=False)
    # The file may hold anything by now; what is read from it goes to a terminal.
    connection.text_factory = lambda raw: clean(raw.decode("utf-8", "replace"))
    return connection


def _check(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise Damaged(_SENTENCES[sqlite3.SQLITE_CORRUPT])
    if version(connection) < 0:
        raise Damaged(_SENTENCES[sqlite3.SQLITE_CORRUPT])
    migrate(connection)
    with closing(_migrated()) as expected:
        complete = _columns(expected) <= _columns(connection)
    if not complete:
        raise Damaged(_SENTENCES[sqlite3.SQLITE_CORRUPT])
    connection.execute("BEGIN IMMEDIATE")  # refused where the file or its directory is read-only
    connection.execute("ROLLBACK")


def _is_damage(error: BaseException) -> bool:
    if isinstance(error, UnicodeDecodeError):  # of the message in which SQLite quotes what it found
        return True
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    # SQLITE_ERROR: a migration found other tables than its version has.
    return code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}


def _migrated() -> sqlite3.Connection:
    """An empty database in memory."""
    connection = _connection(":memory:")
    migrate(connection)
    return connection


def _columns(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    """Each table with each of its columns."""
    return set(
        connection.execute(
            "SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c"
            " WHERE t.type = 'table'"
        )
    )


def _copy(path: Path) -> sqlite3.Connection:
    """What can be read of the file at ``path``, in memory; of a newer version, what this one knows."""
    source = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0.2)
    connection = _connection(":memory:")
    try:
        # Taken first, because backup() waits for a lock without end.
        source.execute("BEGIN")
        if version(source) > len(MIGRATIONS):
            migrate(connection)
            for table in sorted({table for table, _ in _columns(connection)}):
                names = [column for of, column in sorted(_columns(connection)) if of == table]
                rows = source.execute(f"SELECT {', '.join(names)} FROM {table}")
                marks = ", ".join("?" * len(names))
                connection.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", rows)
        else:
            source.backup(connection)
            migrate(connection)
    except BaseException:
        connection.close()
        raise
    finally:
        source.close()
    return connection
