"""The database's versions, and how an older one becomes the present one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from tutor.errors import StoreError

FILES = ("schema.sql", "notes.sql", "confidence.sql")

MIGRATIONS: list[str] = [Path(__file__).with_name(name).read_text(encoding="utf-8") for name in FILES]
"""SQL that leads from version i to i + 1. Only ever append: databases of every version are out there."""


def migrate(connection: sqlite3.Connection, migrations: Sequence[str] = MIGRATIONS) -> None:
    """Bring the database to the version ``len(migrations)``, each step in a transaction of its own.

    ``connection`` is in autocommit mode. A step that fails leaves the version before it, whole. Raises
    :class:`StoreError` for a database of a newer version, which is not touched, and sqlite3.Error.
    """
    refuse_newer(connection, len(migrations))
    while version(connection) < len(migrations):
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Asked again inside: another process may have taken this step while we waited for the lock.
            step = version(connection)
            if step < len(migrations):
                for statement in _statements(migrations[step]):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {step + 1}")
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")


def version(connection: sqlite3.Connection) -> int:
    """The database's version; 0 for an empty file."""
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found


def refuse_newer(connection: sqlite3.Connection, known: int = len(MIGRATIONS)) -> None:
    """Raise :class:`StoreError` if the database was written by a program that knows more than this one."""
    found = version(connection)
    if found < 0:
        raise sqlite3.DatabaseError("it has a version that never was")
    if found > known:
        raise StoreError(f"written by a newer dltutor (version {found} of the database)", "update dltutor")


def _statements(script: str) -> Iterator[str]:
    """Split a script; ``Connection.executescript`` would commit the transaction that it is run in."""
    statement = ""
    for piece in script.split(";"):
        statement += piece + ";"
        if sqlite3.complete_statement(statement):  # not where the semicolon is in a text or a comment
            yield statement
            statement = ""
