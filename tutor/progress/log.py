"""The log of answers in a database that is not to be changed: one's own, or one that a teacher was given."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tutor.errors import InputError, StoreError
from tutor.progress.migrations import refuse_newer
from tutor.progress.opening import BUSY_SECONDS, reason
from tutor.text import clean

_HINT = "give a progress.sqlite3 as dltutor writes it"


@dataclass(frozen=True)
class LoggedAnswer:
    """One row of the log. ``given`` is the answer in the terms of ``tutor.quiz.grading``, sets as lists."""

    lesson: str
    question: str
    kind: str
    given: object
    correct: bool
    score: float
    seconds: float
    first_try: bool


def read_log(path: Path) -> list[LoggedAnswer]:
    """All answers in the file at ``path``, oldest first; the file is opened for reading only.

    Raises :class:`InputError` where it is no such database, cannot be read, or is of a newer version.
    """
    try:
        with closing(_open(path)) as connection:
            refuse_newer(connection)
            columns = "lesson, question, kind, given, correct, score, seconds, first_try"
            rows = connection.execute(f"SELECT {columns} FROM answer ORDER BY id").fetchall()
    except StoreError as error:
        raise InputError(f"{path}: {error.message}", error.hint) from None
    except sqlite3.OperationalError as error:
        missing = "no such table" in str(error) or "no such column" in str(error)
        why = "it holds no log of answers" if missing else _reason(path, error)
        raise InputError(f"{path}: {why}", _HINT) from None
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {_reason(path, error)}", _HINT) from None
    try:
        return [_answer(*row) for row in rows]
    except (TypeError, ValueError):
        raise InputError(f"{path}: its log of answers is damaged", _HINT) from None


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)
    connection.text_factory = lambda raw: clean(raw.decode("utf-8", "replace"))
    return connection


def _reason(path: Path, error: sqlite3.DatabaseError | UnicodeDecodeError) -> str:
    if path.is_dir():
        return "it is a folder"
    return reason(error) if path.exists() else "there is no such file"


def _answer(
    lesson: str,
    question: str,
    kind: str,
    given: str,
    correct: int,
    score: float,
    seconds: float,
    first_try: int,
) -> LoggedAnswer:
    # SQLite keeps any type in any column: whoever hands a file in may have put there what they like.
    texts, figures = (lesson, question, kind, given), (correct, score, seconds, first_try)
    if not all(isinstance(text, str) for text in texts) or not all(
        isinstance(n, int | float) for n in figures
    ):
        raise TypeError("not the types of an answer")
    return LoggedAnswer(
        lesson,
        question,
        kind,
        json.loads(given),
        bool(correct),
        float(score),
        float(seconds),
        bool(first_try),
    )
