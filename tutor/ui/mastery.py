"""What the mastery screen lists: all lessons, each lesson, each topic of one, with its curve."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tutor.content.model import Lesson
from tutor.quiz.due import Cards, what_is_due
from tutor.quiz.mastery import Keys, Mastery, mastery, over_time, questions_of, topics_of
from tutor.report import Series
from tutor.ui.reviewing import cards_now
from tutor.ui.services import Services


@dataclass(frozen=True)
class Row:
    """One line of the list; ``lesson`` is "" for all lessons, ``page`` for whole ones."""

    title: str
    known: Mastery
    due: int
    curve: Series
    lesson: str = ""
    page: str = ""


@dataclass(frozen=True)
class Known:
    """The cards at one moment, and the lessons that the learner has read: only they are due."""

    cards: Cards
    read: frozenset[str]
    now: float

    def rows(self, lessons: Sequence[Lesson]) -> list[Row]:
        """All lessons together, then each one that has questions."""
        asking = [lesson for lesson in lessons if lesson.questions]
        rows = [
            self._row(f"{lesson.number:>2}  {lesson.title}", questions_of([lesson]), [lesson], lesson.id)
            for lesson in asking
        ]
        return [self._row("All lessons", questions_of(asking), asking), *rows]

    def topics(self, lesson: Lesson) -> list[Row]:
        """Each page of ``lesson`` that explains questions."""
        titles = {page.id: page.title for page in lesson.pages}
        return [
            self._row(titles.get(page, page), keys, [lesson], lesson.id, page)
            for page, keys in topics_of(lesson).items()
        ]

    def _row(
        self, title: str, keys: Keys, lessons: Sequence[Lesson], lesson: str = "", page: str = ""
    ) -> Row:
        read = [one for one in lessons if one.id in self.read]
        due = what_is_due(self.cards, read, self.now, random.Random(0)).questions
        count = len({(lesson, question.id) for lesson, question in due} & set(keys))
        known, curve = mastery(self.cards, keys, self.now), over_time(self.cards, keys, self.now)
        return Row(title, known, count, curve, lesson, page)


def look_up_mastery(services: Services) -> Known:
    """How well everything is known now: see :func:`tutor.ui.reviewing.cards_now`."""
    cards, now = cards_now(services)
    read = services.store.lessons_read(services.catalog.lessons)
    return Known(cards, frozenset(lesson.id for lesson in read), now)
