"""What is due for review: the most urgent first, and when the next question will be."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tutor.content.model import Lesson
from tutor.content.questions import Question
from tutor.quiz.deck import Card

DAILY = 15
"""Questions in one review: some five minutes."""

SECONDS_EACH = 20
"""What a question takes, its feedback read."""

LEAD = 4 * 3600.0
"""A question counts as due so many seconds early: who comes a little sooner than the day before finds it."""

Cards = Mapping[tuple[str, str], Card]


@dataclass(frozen=True)
class Due:
    """``questions`` with their lessons' ids, the most urgent first; ``next_at`` when the next one is due."""

    questions: list[tuple[str, Question]]
    next_at: float | None
    """Seconds since 1970; None where no further question has been answered yet."""


def what_is_due(cards: Cards, lessons: Iterable[Lesson], now: float, rng: random.Random) -> Due:
    """What of ``lessons`` (those that were read) is due at ``now``.

    First comes what was last taken for certain and wrong, then what is most likely forgotten by now;
    equals stand in another order each time. Questions never answered are not due: they belong to their
    lesson's quiz. Cards whose question is gone are left alone.
    """
    from tutor.quiz.schedule import DAY, retrievability  # at its first use: the app opens without it

    urgent: list[tuple[bool, float, str, Question]] = []
    later = math.inf
    for lesson in lessons:
        for question in lesson.questions:
            card = cards.get((lesson.id, question.id))
            if card is None:
                continue
            if card.memory.due - LEAD > now:
                later = min(later, card.memory.due - LEAD)
                continue
            recalled = retrievability(card.memory.stability, (now - card.memory.at) / DAY)
            urgent.append((not card.sure_and_wrong, recalled, lesson.id, question))
    rng.shuffle(urgent)
    urgent.sort(key=lambda one: one[:2])
    return Due([(lesson, question) for *_, lesson, question in urgent], later if later < math.inf else None)


def due_words(count: int, most: int = DAILY) -> str:
    """``12 questions due, about 4 minutes``; beyond ``most`` it is said how long the first of them take."""
    minutes = max(round(min(count, most) * SECONDS_EACH / 60), 1)
    first = f", the first {most} take" if count > most else ","
    return f"{_number(count, 'question')} due{first} about {_number(minutes, 'minute')}"


def waiting_words(next_at: float | None, now: float) -> str:
    """A sentence or two where nothing is due: when the next question comes up, or how one comes to be."""
    if next_at is None:
        return (
            "Nothing is due. A question comes up for review some days after you answered it in a quiz, "
            "once its lesson is read."
        )
    return f"Nothing is due. The next question comes up in {_until(next_at - now)}."


def _until(seconds: float) -> str:
    """A stretch of time in words: ``40 minutes``, ``6 hours``, ``3 days``."""
    for size, unit in ((86_400.0, "day"), (3600.0, "hour")):
        if seconds >= 1.5 * size:
            return _number(round(seconds / size), unit)
    return _number(max(round(seconds / 60), 1), "minute")


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
