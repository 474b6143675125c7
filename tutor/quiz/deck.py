"""The cards: what the log of answers says of each question. Nothing of it is stored beside the log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from tutor.quiz.clock import trusted_times
from tutor.quiz.rating import rate

if TYPE_CHECKING:
    from tutor.quiz.schedule import Memory


class FirstTry(Protocol):
    """The first answer to a question within a quiz, as the log holds it."""

    @property
    def id(self) -> int: ...
    @property
    def at(self) -> float: ...
    @property
    def lesson(self) -> str: ...
    @property
    def question(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def correct(self) -> bool: ...
    @property
    def seconds(self) -> float: ...
    @property
    def sure(self) -> bool: ...
    @property
    def hints(self) -> int: ...


PIECE = 1000
"""Rows that are read at a time: whoever else reads meanwhile waits for one piece at most."""


class Stopped(Exception):
    """The deck was told to stop before it was up to date; the next call goes on from there."""


class AnswerLog(Protocol):
    """What a deck reads from; ``tutor.progress.store.Store`` is the real one."""

    def first_tries(self, after: int, most: int) -> Sequence[FirstTry]:
        """At most ``most`` first tries with an id beyond ``after``, in the order of the log."""
        ...

    def first_tries_mark(self, upto: int) -> tuple[int, float]:
        """A figure that changes when rows up to that id are removed or replaced."""
        ...


@dataclass(frozen=True)
class Card:
    """One question that was answered at least once."""

    memory: Memory
    sure_and_wrong: bool
    """Whether its latest first try was wrong although the learner was sure."""
    history: tuple[tuple[float, float], ...]
    """Time and stability after each review that counted, oldest first."""


class Deck:
    """All cards, by lesson and question; brought up to date by :meth:`refresh`, from any thread.

    A card's state follows from the log alone: rebuilt from the beginning it is the same as grown row by row.
    """

    def __init__(self, log: AnswerLog) -> None:
        self._log = log
        self._lock = Lock()
        self._begin()

    def _begin(self) -> None:
        self._cards: dict[tuple[str, str], Card] = {}
        self._read = 0  # the id of the last row read
        self._mark = (0, 0.0)
        self._latest = 0.0  # the last row's time
        self._straight = True  # whether all times so far rose, and none was in the future

    def refresh(self, now: float, stop: Callable[[], bool] = lambda: False) -> dict[tuple[str, str], Card]:
        """Read what is new in the log; returns the cards by lesson and question. ``now``: seconds since 1970.

        The first call reads the whole log, which takes a second or two for 50,000 rows: call it off the
        event loop. Later ones read what was added. ``stop`` is asked now and then; once it says so, the call
        ends with :class:`Stopped`. Raises ``StoreError``.
        """
        with self._lock:
            if self._log.first_tries_mark(self._read) != self._mark:
                self._begin()  # a lesson was reset
            rows = self._rows(stop)
            times = [row.at for row in rows]
            straight = all(a <= b for a, b in pairwise([self._latest, *times, now]))
            if not (straight and self._straight):
                self._begin()
                rows = self._rows(stop)
                times = trusted_times([row.at for row in rows], now)
                self._straight = all(row.at == at for row, at in zip(rows, times, strict=True))
            self._take(rows, times, stop)
            return dict(self._cards)

    def _rows(self, stop: Callable[[], bool]) -> list[FirstTry]:
        """All rows beyond the last one read."""
        rows: list[FirstTry] = []
        while not stop():
            piece = self._log.first_tries(rows[-1].id if rows else self._read, PIECE)
            rows += piece
            if len(piece) < PIECE:
                return rows
        raise Stopped

    def _take(self, rows: Sequence[FirstTry], times: Sequence[float], stop: Callable[[], bool]) -> None:
        taken = 0
        try:
            for row, at in zip(rows, times, strict=True):
                if taken % PIECE == 0 and stop():
                    raise Stopped
                self._review(row, at)
                taken += 1
        finally:
            if taken:
                self._read, self._latest = rows[taken - 1].id, times[taken - 1]
                self._mark = self._log.first_tries_mark(self._read)

    def _review(self, row: FirstTry, at: float) -> None:
        # At its first use: the app opens without it.
        from tutor.quiz.schedule import counts, review

        key = row.lesson, row.question
        card = self._cards.get(key)
        memory, history = (card.memory, card.history) if card else (None, ())
        rating = rate(kind=row.kind, correct=row.correct, sure=row.sure, hints=row.hints, seconds=row.seconds)
        if memory is None or counts(memory, rating, at):
            memory = review(memory, rating, at)
            history = (*history, (at, memory.stability))
        self._cards[key] = Card(memory, row.sure and not row.correct, history)
