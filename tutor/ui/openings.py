"""Which screen a message asks for. Each is imported at its first use, so that Home opens quickly."""

from __future__ import annotations

from collections.abc import Sequence

from textual.screen import Screen

from tutor.content.model import Lesson
from tutor.ui.messages import (
    OpenBench,
    OpenCase,
    OpenClinic,
    OpenExam,
    Opening,
    OpenLesson,
    OpenMastery,
    OpenQuiz,
    OpenReview,
    OpenTimeline,
)
from tutor.ui.places import place_in
from tutor.ui.services import Services


def screen_for(opening: Opening, services: Services) -> Screen[None]:
    """The screen, built; raises :class:`StoreError` where it needs what cannot be read."""
    match opening:
        case OpenLesson():
            return _lesson(opening, services)
        case OpenQuiz():
            from tutor.ui.screens.quiz import QuizScreen

            return QuizScreen(_to_ask(opening.lessons, services), services, opening.count)
        case OpenReview():
            from tutor.ui.screens.review import ReviewScreen

            return ReviewScreen(services, opening.count)
        case OpenMastery():
            from tutor.ui.screens.mastery import MasteryScreen

            return MasteryScreen(services)
        case OpenExam():
            from tutor.ui.screens.exam import ExamScreen

            return ExamScreen(_to_ask(opening.lessons, services), services, opening)
        case OpenTimeline():
            from tutor.ui.screens.timeline import TimelineScreen

            return TimelineScreen(services)
        case OpenClinic():
            from tutor.ui.screens.clinic import ClinicScreen

            return ClinicScreen(services)
        case OpenCase():
            from tutor.ui.screens.case import CaseScreen

            return CaseScreen(opening.case, services)
        case OpenBench():
            from tutor.ui.screens.bench import BenchScreen

            return BenchScreen(services, opening.experiments, opening.path)
    raise TypeError(f"no screen for {opening!r}")


def _lesson(opening: OpenLesson, services: Services) -> Screen[None]:
    from tutor.ui.screens.lesson import LessonScreen

    lesson = services.catalog.find(opening.lesson)
    part, page = (opening.part, opening.page) if opening.part else place_in(lesson, services.store)
    return LessonScreen(lesson, services, part, page)


def _to_ask(named: Sequence[str], services: Services) -> list[Lesson]:
    if named:
        return [services.catalog.find(name) for name in named]
    return services.store.lessons_read(services.catalog.lessons)
