"""The progress database: each answer and each finished run is one committed row, at the moment it happens.

A :class:`Store` may be read from the app's thread; what is written goes through ``writer.Writer``, so that a
slow disk never holds up the screen. ``opening`` says what happens when the file cannot be used.
"""

from __future__ import annotations

import copy
import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Self, TypeVar

import msgspec

from tutor.content.model import Lesson
from tutor.errors import StoreError
from tutor.progress import derive
from tutor.progress.backups import keep_backup
from tutor.progress.exchange import Document, Merged, merge, to_document
from tutor.progress.opening import Opened, connect, in_memory, is_locked, open_database, reason
from tutor.progress.state import AnswerLike, FirstTry, LessonState, Note, PastAnswer, PastRun, Place, Summary
from tutor.progress.turns import Turns
from tutor.report import Result
from tutor.text import clean

__all__ = ["LessonState", "Mode", "PastRun", "Place", "Store", "Summary", "utc_now"]

T = TypeVar("T")

MAX_NOTE = 100_000
"""Bytes (UTF-8) that are kept of a lesson's note: some fifty printed pages."""

Mode = Literal["lesson", "quiz", "plain", "review", "exam"]
"""Where a question was asked: inside its lesson, in the app's quiz mode, line by line, as due, in an exam."""


@dataclass
class _File:
    """What is open: shared by all views of a store, so that they follow together."""

    connection: sqlite3.Connection
    identity: tuple[int, int] | None
    wait: float | None = None
    """Seconds for another program's lock, where they are not those that it was opened with."""


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


class Store:
    """Reads and writes progress; every method raises :class:`StoreError` when the disk refuses.

    Open it with :meth:`open`. ``in_memory`` says that nothing will outlive the process; ``problem`` is ""
    or a sentence for the learner.
    """

    def __init__(self, opened: Opened, now: Callable[[], datetime] = utc_now) -> None:
        self.path = opened.path
        self.problem = opened.problem
        self._file = _File(opened.connection, _identity(opened.path))
        self._now = now
        self._lock = threading.RLock()
        self._at_first = self._contents() if self.in_memory else None
        self._turns = Turns(opened.path.parent) if opened.path else None

    @classmethod
    def open(cls, path: Path | None = None, now: Callable[[], datetime] = utc_now) -> Self:
        """Open the database at ``path`` (None: the user's own), or one in memory where that is impossible."""
        return cls(open_database(path, now()), now)

    def twin(self) -> Store:
        """The same database by another connection, for another thread. In memory there is but one, shared."""
        if self.path is None:
            return self
        with _disk_errors():
            return Store(Opened(connect(self.path), self.path), self._now)

    @classmethod
    def empty(cls, now: Callable[[], datetime] = utc_now) -> Self:
        """A database in memory that holds nothing."""
        return cls(in_memory(""), now)

    def as_of(self, moment: datetime) -> Store:
        """This store, by the same connection, for which it is always ``moment``: its rows bear that."""
        view = copy.copy(self)
        view._now = lambda: moment
        return view

    def copy_in_memory(self) -> Store:
        """What the database holds now, in a database in memory; an empty one where it cannot be read."""
        if self.path is not None:
            return Store(in_memory("", copy_of=self.path), self._now)
        copied = Store.empty(self._now)
        with self._lock:
            self._connection.backup(copied._connection)
        return copied

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return self._now()

    def wait_at_most(self, seconds: float) -> None:
        """Wait no longer than this for another program's lock; at first that is ``opening.BUSY_SECONDS``."""
        self._file.wait = seconds
        with _disk_errors():
            self._connection.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")

    def follow(self) -> None:
        """Connect anew if another session has put another file in the place of the one that is open.

        That is what becomes of a damaged database; reading follows by itself.
        """
        found = _identity(self.path)
        if self.path is not None and found not in (None, self._file.identity):
            with self._lock, _disk_errors():
                connection = connect(self.path, wait=self._file.wait)
                self._connection.close()
                self._file.connection, self._file.identity = connection, found

    @property
    def _connection(self) -> sqlite3.Connection:
        return self._file.connection

    @property
    def in_memory(self) -> bool:
        return self.path is None

    @property
    def unsaved(self) -> object:
        """None if a database in memory holds what it began with, else its contents, to be compared."""
        contents = self._contents() if self.in_memory else None
        return None if contents == self._at_first else contents

    def back_up(self) -> bool:
        """Keep today's backup; a disk that refuses it is no trouble for what is being written.

        False if another session wrote for longer than a backup waits: then it is worth asking again.
        """
        if self.path is not None:
            try:
                keep_backup(self.path, self._now().date())
            except sqlite3.OperationalError as error:
                return not is_locked(error)
            except (OSError, sqlite3.DatabaseError, UnicodeDecodeError):
                pass
        return True

    def close(self) -> None:
        """Let go of the file. A second call does nothing."""
        self._connection.close()
        if self._turns is not None:
            self._turns.close()

    # ----------------------------------------------------------------- writing

    def record_answer(self, answered: AnswerLike, mode: Mode) -> None:
        """Add one answer to the log."""
        given = sorted(answered.given) if isinstance(answered.given, frozenset) else answered.given
        at, at_utc = self._moment()
        self._insert(
            "answer",
            at=at,
            at_utc=at_utc,
            session=answered.session,
            lesson=answered.lesson,
            question=answered.question,
            kind=answered.kind,
            given=json.dumps(given),
            correct=answered.correct,
            score=answered.score,
            seconds=answered.seconds,
            mode=mode,
            first_try=answered.first_try,
            sure=answered.sure,
            hints=answered.hints,
        )

    def record_run(self, result: Result, prediction: int | None, outcome: int | None) -> None:
        """Keep a finished run, and whether the option ``prediction`` was the one that came true, ``outcome``.

        None stands for no prediction, and for a run after which no option's condition held: such a run says
        nothing about the prediction.
        """
        at, at_utc = self._moment()
        judged = prediction is not None and outcome is not None
        self._insert(
            "run",
            at=at,
            at_utc=at_utc,
            lesson=result.lesson,
            experiment=result.experiment,
            goal_reached=bool(result.goal.get("reached")),
            prediction=prediction,
            outcome=outcome,
            predicted_right=prediction == outcome if judged else None,
            result=msgspec.json.encode(result).decode(),
        )

    def mark_page(self, lesson: str, page: str) -> None:
        """Note that a page was opened, for the first time or again."""
        at, _ = self._moment()
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO page_seen (lesson, page, first_at, last_at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (lesson, page) DO UPDATE SET last_at = excluded.last_at",
                (lesson, page, at, at),
            )

    def set_place(self, lesson: str, part: str, page: str = "") -> None:
        """Remember where the learner is now; the place before is forgotten."""
        self._insert("place", id=1, lesson=lesson, part=part, page=page)

    def set_meta(self, key: str, value: str) -> None:
        """Remember one named text, a setting for example."""
        self._insert("meta", key=key, value=value)

    def write_note(self, lesson: str, text: str) -> None:
        """Keep the note of a lesson, its first :data:`MAX_NOTE` bytes; the one before is gone.

        A text of blanks alone leaves no note.
        """
        kept = clean(text).encode()[:MAX_NOTE].decode(errors="ignore")
        if kept.strip():
            self._insert("note", lesson=lesson, at=self._moment()[0], text=kept)
        else:
            with self._transaction() as connection:
                connection.execute("DELETE FROM note WHERE lesson = ?", (lesson,))

    def reset_lesson(self, lesson: str) -> int:
        """Forget everything about one lesson: pages, runs, answers, and the place if it is there.

        The learner's own note stays. There is no way back. Returns how many rows are gone.
        """
        with self._transaction() as connection:
            return sum(
                connection.execute(f"DELETE FROM {table} WHERE lesson = ?", (lesson,)).rowcount
                for table in ("answer", "run", "page_seen", "place")
            )

    def merge(self, document: Document) -> Merged:
        """Add the answers, runs, pages and notes of a file that are not there yet; all of them or none."""
        with self._transaction() as connection:
            return merge(connection, document, MAX_NOTE)

    # ----------------------------------------------------------------- reading

    @property
    def place(self) -> Place | None:
        """Where the learner left off; None at the first start."""
        rows = self._read(lambda c: c.execute("SELECT lesson, part, page FROM place").fetchall())
        return Place(*rows[0]) if rows else None

    def meta(self, key: str, default: str = "") -> str:
        """What :meth:`set_meta` remembered."""
        rows = self._read(lambda c: c.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchall())
        return str(rows[0][0]) if rows else default

    def notes(self) -> dict[str, Note]:
        """All notes, by lesson."""
        rows = self._read(lambda c: c.execute("SELECT lesson, text, at FROM note").fetchall())
        return {lesson: Note(text, datetime.fromtimestamp(at, UTC)) for lesson, text, at in rows}

    def document(self) -> Document:
        """All progress, for a file."""
        return self._read(to_document)

    def lesson_states(self, lessons: Iterable[Lesson]) -> dict[str, LessonState]:
        """The state of each of ``lessons``, by id and in their order; lessons never opened too."""
        return self._read(lambda connection: derive.lesson_states(connection, lessons))

    def lessons_read(self, lessons: Iterable[Lesson]) -> list[Lesson]:
        """Those of ``lessons`` that the learner can be quizzed on: see :attr:`LessonState.read`."""
        lessons = list(lessons)
        states = self.lesson_states(lessons)
        return [lesson for lesson in lessons if states[lesson.id].read]

    def summary(self) -> Summary:
        """Counts over all lessons."""
        return self._read(derive.summary)

    def first_tries(self, after: int, most: int) -> list[FirstTry]:
        """At most ``most`` first tries with an id beyond ``after``, in the order of the log."""
        return self._read(lambda connection: derive.first_tries(connection, after, most))

    def latest_quiz(self, lesson: str) -> list[PastAnswer]:
        """The answers of the latest quiz within a lesson, in the order in which they were given."""
        return self._read(lambda connection: derive.latest_quiz(connection, lesson))

    def first_tries_mark(self, upto: int) -> tuple[int, float]:
        """Number and sum of times of the first tries up to the id ``upto``: other figures, other rows."""
        return self._read(lambda connection: derive.first_tries_mark(connection, upto))

    def runs(self, lesson: str, most: int = 200) -> list[PastRun]:
        """The newest finished runs of a lesson, at most ``most``, the newest first."""
        return self._read(lambda connection: derive.past_runs(connection, lesson, most))

    # ----------------------------------------------------------------- inside

    def _moment(self) -> tuple[float, str]:
        now = self._now()
        return now.timestamp(), now.astimezone(UTC).isoformat(timespec="milliseconds")

    def _contents(self) -> object:
        return self.summary(), self.notes()

    def _insert(self, table: str, **values: str | float | None) -> None:
        """Write one row; in tables with a key of their own it takes the place of the row with that key."""
        columns, marks = ", ".join(values), ", ".join("?" * len(values))
        with self._transaction() as connection:
            statement = f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({marks})"
            connection.execute(statement, tuple(values.values()))

    def _read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        self.follow()
        with self._lock, _disk_errors():
            return query(self._connection)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """One transaction: committed and on the disk when the block ends, or not there at all."""
        turn = self._turns.turn() if self._turns is not None else nullcontext()
        with self._lock, _disk_errors(), turn:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")


def _identity(path: Path | None) -> tuple[int, int] | None:
    """What tells the file at ``path`` from another one of that name; None where there is none."""
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found else None


@contextmanager
def _disk_errors() -> Iterator[None]:
    """Turn what the disk, or another program's lock, does to us into :class:`StoreError`."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise  # a mistake of this program
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # the latter: of a message about damage
        message = f"the progress database cannot be used: {reason(error)}"
        raise StoreError(message, "dltutor doctor says where it is") from error
