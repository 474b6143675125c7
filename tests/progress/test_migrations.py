"""From an empty file, and from every older version, to the present one; never from a newer one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from tutor.errors import StoreError
from tutor.progress import migrations
from tutor.progress.migrations import MIGRATIONS, migrate, version

LATER = [
    "ALTER TABLE place ADD COLUMN note TEXT NOT NULL DEFAULT 'none; yet';",
    "CREATE TABLE card (id INTEGER PRIMARY KEY); -- a comment; and more\nINSERT INTO card VALUES (7)",
]
"""What versions 2 and 3 might be."""


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        yield opened


def schema(connection: sqlite3.Connection) -> list[str]:
    return [
        sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql NOT NULL ORDER BY name")
    ]


def tables(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_an_empty_file_becomes_the_present_version(connection: sqlite3.Connection) -> None:
    migrate(connection)
    assert version(connection) == len(MIGRATIONS)
    assert tables(connection) == {"meta", "answer", "run", "page_seen", "place", "note"}


def test_a_step_that_another_process_took_meanwhile_is_not_taken_again(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(connection)
    looked_before = iter([0, 0])
    monkeypatch.setattr(migrations, "version", lambda opened: next(looked_before, version(opened)))
    migrate(connection)
    assert version(connection) == len(MIGRATIONS)


@pytest.mark.parametrize("start", range(1, len(MIGRATIONS) + 1))
def test_every_released_version_becomes_the_present_one(connection: sqlite3.Connection, start: int) -> None:
    migrate(connection, MIGRATIONS[:start])
    connection.execute("INSERT INTO page_seen VALUES ('xor', 'page-0', 1, 2)")
    migrate(connection)
    assert version(connection) == len(MIGRATIONS)
    assert connection.execute("SELECT * FROM page_seen").fetchall() == [("xor", "page-0", 1.0, 2.0)]
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        migrate(fresh)
        assert schema(connection) == schema(fresh)


def test_later_steps_keep_what_is_there(connection: sqlite3.Connection) -> None:
    migrate(connection, MIGRATIONS)
    connection.execute("INSERT INTO place VALUES (1, 'xor', 'read', 'page-0')")
    migrate(connection, MIGRATIONS + LATER)
    assert version(connection) == len(MIGRATIONS) + 2
    assert connection.execute("SELECT lesson, note FROM place").fetchall() == [("xor", "none; yet")]
    assert connection.execute("SELECT id FROM card").fetchall() == [(7,)]


def test_a_step_that_fails_leaves_the_version_before_it_whole(connection: sqlite3.Connection) -> None:
    broken = [*MIGRATIONS, LATER[0], "CREATE TABLE half (id); INSERT INTO nowhere VALUES (1);"]
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        migrate(connection, broken)
    assert version(connection) == len(MIGRATIONS) + 1
    assert "half" not in tables(connection)
    assert not connection.in_transaction


def test_a_newer_version_is_refused_and_not_touched(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match=r"written by a newer dltutor \(version 99"):
        migrate(connection)
    assert version(connection) == 99
    assert tables(connection) == set()


@pytest.mark.parametrize("start", [1, 2])
def test_answers_from_before_confidence_was_asked_count_as_sure(
    connection: sqlite3.Connection, start: int
) -> None:
    migrate(connection, MIGRATIONS[:start])
    old = (7, 1.5, "", 1.0, "xor", "question-0", "single", "2", 0, 0.0, 3.0, "quiz", 1)
    connection.execute(f"INSERT INTO answer VALUES ({', '.join('?' * len(old))})", old)
    migrate(connection)
    assert connection.execute("SELECT * FROM answer").fetchall() == [(*old, 1, 0)]
