"""Progress as a JSON file: to save it where the database cannot be written, to carry it to another machine.

Reading a file in adds what is not there yet. A row is known by the moment it bears, to the microsecond: the
same file read twice, or two files that overlap, leave each answer and each run once.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec

from tutor.errors import InputError
from tutor.text import clean, clean_line

Row = TypeVar("Row", bound=msgspec.Struct)

FORMAT: Literal["dltutor progress"] = "dltutor progress"
MAX_BYTES = 256_000_000
"""Size of the largest file that is read: some half a million answers."""

_HINT = "give a file that dltutor progress --export wrote"
_Moment = Annotated[float, msgspec.Meta(ge=-62_135_596_800, le=253_402_300_799)]  # years 1 to 9999
_Small = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
_Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
_Seconds = Annotated[float, msgspec.Meta(ge=-1e15, le=1e15)]
_Name = Annotated[str, msgspec.Meta(max_length=1000)]


_JSON = {"given", "result"}
"""Columns whose text is JSON."""


class AnswerRow(msgspec.Struct):
    """One answer; ``given`` as JSON has it."""

    at: _Moment
    at_utc: _Name
    session: _Seconds
    lesson: _Name
    question: _Name
    kind: _Name
    given: msgspec.Raw
    correct: bool
    score: _Share
    seconds: _Seconds
    mode: _Name
    first_try: bool
    sure: bool = True
    hints: _Small = 0


class RunRow(msgspec.Struct):
    """One finished run; ``result`` is its ``tutor.report.Result``."""

    at: _Moment
    at_utc: _Name
    lesson: _Name
    experiment: _Name
    goal_reached: bool
    prediction: _Small | None
    outcome: _Small | None
    predicted_right: bool | None
    result: msgspec.Raw


class PageRow(msgspec.Struct):
    """A page that was seen, first and last."""

    lesson: _Name
    page: _Name
    first_at: _Moment
    last_at: _Moment


class NoteRow(msgspec.Struct):
    """What was written down about a lesson."""

    lesson: _Name
    at: _Moment
    text: Annotated[str, msgspec.Meta(max_length=100_000)]


class Document(msgspec.Struct):
    """A whole file. Later versions may add fields, which earlier ones pass over."""

    format: Literal["dltutor progress"]
    version: Literal[1]
    answers: list[AnswerRow]
    runs: list[RunRow]
    pages: list[PageRow]
    notes: list[NoteRow]
    left_out: _Small = 0
    """Rows of the database that were damaged and are missing here."""


@dataclass(frozen=True)
class Merged:
    """How much a file added."""

    answers: int
    runs: int
    pages: int
    notes: int

    def __str__(self) -> str:
        parts = ((self.answers, "answer"), (self.runs, "run"), (self.pages, "page"), (self.notes, "note"))
        return ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in parts)


def to_document(connection: sqlite3.Connection) -> Document:
    """All progress in the database; rows that it has damaged are counted alone. Raises sqlite3.Error."""
    answers, bad_answers = _rows(connection, "answer", AnswerRow)
    runs, bad_runs = _rows(connection, "run", RunRow)
    pages, bad_pages = _rows(connection, "page_seen", PageRow)
    notes, bad_notes = _rows(connection, "note", NoteRow)
    left_out = bad_answers + bad_runs + bad_pages + bad_notes
    return Document(FORMAT, 1, answers, runs, pages, notes, left_out)


def read_document(path: Path) -> Document:
    """The progress in the file at ``path``. Raises :class:`InputError` for what is none, and OSError."""
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise InputError(f"{path} is larger than {MAX_BYTES // 1_000_000} MB", _HINT)
    try:
        return msgspec.json.decode(raw, type=Document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{path} holds no progress of dltutor: {clean_line(str(error))}", _HINT) from None


def write_document(document: Document, path: Path) -> None:
    """Write a new file, for its owner's eyes only. Raises OSError, also for one that is there already."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        try:
            file.write(msgspec.json.encode(document) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            path.unlink()  # a part of a file is of no use to anybody
            raise


def merge(connection: sqlite3.Connection, document: Document, longest_note: int) -> Merged:
    """Add what is not there yet, within the caller's transaction. Raises sqlite3.Error.

    Two notes on one lesson become one text of at most ``longest_note`` bytes (UTF-8), unless one holds the
    other.
    """
    answers = sum(
        _add(connection, "answer", row, ("lesson", "question", "at", "session")) for row in document.answers
    )
    runs = sum(_add(connection, "run", row, ("lesson", "experiment", "at")) for row in document.runs)
    pages = sum(_add_page(connection, row) for row in document.pages)
    notes = sum(_add_note(connection, row, longest_note) for row in document.notes)
    return Merged(answers, runs, pages, notes)


def _rows(connection: sqlite3.Connection, table: str, kind: type[Row]) -> tuple[list[Row], int]:
    """The rows of a table, and how many more are not what they should be."""
    names = kind.__struct_fields__
    rows, bad = [], 0
    for values in connection.execute(f"SELECT {', '.join(names)} FROM {table}"):
        row = dict(zip(names, values, strict=True))
        try:
            for name in _JSON & row.keys():
                row[name] = msgspec.json.decode(row[name], type=msgspec.Raw)
            rows.append(msgspec.convert(row, kind, strict=False))
        except (msgspec.DecodeError, TypeError):  # SQLite keeps any type in any column
            bad += 1
    return rows, bad


def _add(connection: sqlite3.Connection, table: str, row: msgspec.Struct, known_by: Sequence[str]) -> int:
    """Insert a row, unless there is one with the same ``known_by``; how many were added."""
    values = {name: _plain(getattr(row, name)) for name in row.__struct_fields__}
    columns, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    same = " AND ".join(f"{name} = :{name}" for name in known_by)
    return connection.execute(
        f"INSERT INTO {table} ({columns}) SELECT {marks}"
        f" WHERE NOT EXISTS (SELECT 1 FROM {table} WHERE {same})",
        values,
    ).rowcount


def _add_page(connection: sqlite3.Connection, row: PageRow) -> int:
    return connection.execute(
        "INSERT INTO page_seen (lesson, page, first_at, last_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (lesson, page) DO UPDATE SET first_at = min(first_at, excluded.first_at),"
        " last_at = max(last_at, excluded.last_at)"
        " WHERE excluded.first_at < first_at OR excluded.last_at > last_at",
        (clean(row.lesson), clean(row.page), row.first_at, row.last_at),
    ).rowcount


def _add_note(connection: sqlite3.Connection, row: NoteRow, longest: int) -> int:
    lesson, new = clean(row.lesson), clean(row.text)
    found = connection.execute("SELECT text, at FROM note WHERE lesson = ?", (lesson,)).fetchone()
    old, at = found or ("", row.at)
    if new.strip() in old:
        return 0
    both = new if old.strip() in new else f"{old.rstrip()}\n\n{new}"
    kept = both.encode()[:longest].decode(errors="ignore")
    if kept == old:
        return 0
    connection.execute(
        "INSERT OR REPLACE INTO note (lesson, at, text) VALUES (?, ?, ?)", (lesson, max(at, row.at), kept)
    )
    return 1


def _plain(value: object) -> str | float | None:
    if isinstance(value, msgspec.Raw):
        return json.dumps(msgspec.json.decode(value))
    if isinstance(value, str):
        return clean(value)
    assert value is None or isinstance(value, int | float)
    return value
