"""What the rows of the database amount to, as frozen data for screens and commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol

Status = Literal["new", "reading", "practised", "done"]

DONE_SHARE = 0.8
"""Share of a lesson's questions whose latest answer must be right before the lesson counts as done."""


@dataclass(frozen=True)
class Place:
    """Where the learner left off.

    ``part`` is read, lab or quiz; ``page`` the id of a page, in the lab that of an experiment, or "".
    """

    lesson: str
    part: str
    page: str = ""


@dataclass(frozen=True)
class Note:
    """What the learner wrote about a lesson, and when last, in UTC."""

    text: str
    at: datetime


@dataclass(frozen=True)
class PastRun:
    """A finished run: its setting, and how it ended. None: not measured, not finite, or nothing predicted."""

    experiment: str
    seed: int
    knobs: Mapping[str, int | float | str]
    steps: int
    goal_step: int | None
    loss: float | None
    accuracy: float | None
    """On held-out examples, if there were any, else on those trained on."""
    predicted_right: bool | None


@dataclass(frozen=True)
class LessonState:
    """One lesson's progress, counted against the lesson as it is now: rows on removed pages do not count."""

    lesson: str
    pages_total: int
    experiments_total: int
    questions_total: int
    pages_seen: int = 0
    runs: int = 0
    """Finished runs of any of its experiments."""
    goals_reached: frozenset[str] = frozenset()
    """Ids of the experiments whose goal some run reached."""
    predictions_made: int = 0
    predictions_right: int = 0
    answered: int = 0
    """Questions answered at least once."""
    correct: int = 0
    """Questions whose latest answer was right."""
    quiz_best: float | None = None
    """Most questions right at the first try within one quiz, as a share of all; None before any answer."""
    last_at: datetime | None = None
    """When the last page, run or answer was, in UTC."""

    @property
    def read(self) -> bool:
        """Whether the lesson is ready to be quizzed on: all pages seen, or all questions answered already."""
        return 0 < self.pages_total == self.pages_seen or 0 < self.questions_total == self.answered

    @property
    def status(self) -> Status:
        """``done``: all pages seen, a run finished and DONE_SHARE of the questions right at the last answer.

        ``practised``: at least one run or answer. ``reading``: at least one page. Else ``new``.
        """
        ran = self.runs > 0 or self.experiments_total == 0
        knows = self.correct >= DONE_SHARE * self.questions_total
        if self.pages_seen == self.pages_total and ran and knows and self.last_at is not None:
            return "done"
        if self.runs or self.answered:
            return "practised"
        return "reading" if self.pages_seen else "new"


@dataclass(frozen=True)
class Summary:
    """Everything together, over all lessons, those that are no longer installed too."""

    answers: int
    answers_right: int
    runs: int
    predictions_made: int
    predictions_right: int
    pages_seen: int
    last_at: datetime | None


class FirstTry(NamedTuple):
    """The first answer to a question within a quiz; ``id`` grows along the log, ``at`` is in seconds, UTC."""

    id: int
    at: float
    lesson: str
    question: str
    kind: str
    correct: bool
    seconds: float
    sure: bool
    hints: int


class PastAnswer(NamedTuple):
    """An answer out of the log: when it was given, in seconds, UTC, and what an :class:`AnswerLike` holds.

    ``given`` is as JSON has it: sets and orders are lists.
    """

    at: float
    fields: dict[str, Any]


class AnswerLike(Protocol):
    """An answer as ``tutor.quiz.session.Answered`` holds it; this part does not import that one."""

    @property
    def session(self) -> float: ...
    @property
    def lesson(self) -> str: ...
    @property
    def question(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def given(self) -> object: ...
    @property
    def correct(self) -> bool: ...
    @property
    def score(self) -> float: ...
    @property
    def seconds(self) -> float: ...
    @property
    def first_try(self) -> bool: ...
    @property
    def sure(self) -> bool: ...
    @property
    def hints(self) -> int: ...
