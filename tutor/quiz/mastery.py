"""How well lessons and topics are known, now and over time.

Mastery is the mean chance to recall each question, as FSRS estimates it; a question never answered counts as
0. A topic is a page: the questions that it explains. A lesson is all its questions.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tutor.content.model import Lesson
from tutor.quiz.deck import Card
from tutor.report import Series

Cards = Mapping[tuple[str, str], Card]
Keys = Sequence[tuple[str, str]]
"""Questions, by lesson and id."""

POINTS = 80
"""Points of a curve over time."""


@dataclass(frozen=True)
class Mastery:
    """``share`` is the mean chance to recall, 0 to 1, of ``questions``, of which ``answered`` ever were."""

    share: float
    answered: int
    questions: int


def questions_of(lessons: Iterable[Lesson]) -> list[tuple[str, str]]:
    """All questions of these lessons."""
    return [(lesson.id, question.id) for lesson in lessons for question in lesson.questions]


def topics_of(lesson: Lesson) -> dict[str, list[tuple[str, str]]]:
    """The questions of each page that explains any, in the order of the pages."""
    topics: dict[str, list[tuple[str, str]]] = {page.id: [] for page in lesson.pages}
    for question in lesson.questions:
        topics.setdefault(question.page, []).append((lesson.id, question.id))
    return {page: keys for page, keys in topics.items() if keys}


def mastery(cards: Cards, keys: Keys, now: float) -> Mastery:
    """How well these questions are known at ``now``, in seconds since 1970."""
    return Mastery(_share(cards, keys, now), sum(key in cards for key in keys), len(keys))


def over_time(cards: Cards, keys: Keys, now: float) -> Series:
    """Mastery of these questions from the first answer to ``now``: x in days from now (<= 0), y in per cent.

    Each point sees what had been answered by then. Without any answer there is no point.
    """
    from tutor.quiz.schedule import DAY  # at its first use: the app opens without it

    first = min((cards[key].history[0][0] for key in keys if key in cards), default=None)
    if first is None:
        return Series("mastery, %", [], [])
    span = max(now - first, DAY)
    times = [now - span * step / POINTS for step in range(POINTS, -1, -1)]
    days = [(at - now) / DAY for at in times]
    return Series("mastery, %", days, [100 * _share(cards, keys, at) for at in times])


def _share(cards: Cards, keys: Keys, at: float) -> float:
    if not keys:
        return 0.0
    return sum(_recalled(cards[key], at) for key in keys if key in cards) / len(keys)


def _recalled(card: Card, at: float) -> float:
    """The chance to recall the card's question at ``at``; 0 before its first answer."""
    from tutor.quiz.schedule import DAY, retrievability  # at its first use: the app opens without it

    place = bisect_right(card.history, at, key=lambda one: one[0])
    if place == 0:
        return 0.0
    reviewed, stability = card.history[place - 1]
    return retrievability(stability, (at - reviewed) / DAY)
