"""A quiz that was cut: which answers the next one goes on from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from tutor.content.model import Lesson
from tutor.quiz.session import Answered

WITHIN = 86_400.0
"""Seconds after which a quiz that was cut is begun anew: by then, to be asked everything is worth more."""


class PastAnswer(Protocol):
    """An answer as the database holds it: when, and the fields of :class:`Answered`."""

    @property
    def at(self) -> float: ...
    @property
    def fields(self) -> dict[str, Any]: ...


def unfinished(lesson: Lesson, latest: Sequence[PastAnswer], now: float) -> list[Answered]:
    """The answers to go on from: those of the lesson's latest quiz, if it was cut less than a day ago.

    ``latest`` stands in the order of the log; its times and ``now`` are in seconds since 1970.
    """
    answers = [Answered(**past.fields) for past in latest]
    settled = {answered.question for answered in answers if answered.correct}
    if not answers or settled >= {question.id for question in lesson.questions}:
        return []
    return answers if 0 <= now - latest[-1].at < WITHIN else []
