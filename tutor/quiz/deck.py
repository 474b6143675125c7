"""The cards: what the log of answers says of each question. Nothing of it is stored beside the log."""

from __future__ import annotations

from collections.abc import Sequence
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


class AnswerLog(Protocol):
    """What a deck reads from; ``tutor.progress.store.Store`` is the real one."""

    def first_tries(self, after: int = 0) -> Sequence[FirstTry]:
        """The first tries with an id beyond ``after``, in the order of the log."""
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

    def refresh(self, now: float) -> dict[tuple[str, str], Card]:
        """Read what is new in the log; returns the cards by lesson and question. ``now``: seconds since 1970.

        The first call reads the whole log, which takes about a second for 50,000 rows: call it off the
        event loop. Later ones read what was added. Raises ``StoreError``.
        """
        with self._lock:
            if self._log.first_tries_mark(self._read) != self._mark:
                self._begin()  # a lesson was reset
            rows = self._log.first_tries(self._read)
            times = [row.at for row in rows]
            straight = all(a <= b for a, b in pairwise([self._latest, *times, now]))
            if not (straight and self._straight):
                self._begin()
                rows = self._log.first_tries()
                times = trusted_times([row.at for row in rows], now)
                self._straight = False
            self._take(rows, times)
            return dict(self._cards)

    def _take(self, rows: Sequence[FirstTry], times: Sequence[float]) -> None:
        # At its first use: the app opens without it.
        from tutor.quiz.schedule import counts, review

        for row, at in zip(rows, times, strict=True):
            key = row.lesson, row.question
            card = self._cards.get(key)
            memory, history = (card.memory, card.history) if card else (None, ())
            rating = rate(
                kind=row.kind, correct=row.correct, sure=row.sure, hints=row.hints, seconds=row.seconds
            )
            if memory is None or counts(memory, rating, at):
                memory = review(memory, rating, at)
                history = (*history, (at, memory.stability))
            self._cards[key] = Card(memory, row.sure and not row.correct, history)
        if rows:
            self._read, self._latest = rows[-1].id, times[-1]
            self._mark = self._log.first_tries_mark(self._read)
