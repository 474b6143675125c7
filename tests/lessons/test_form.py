"""What every bundled lesson has: questions of many kinds, one at least that a run decides, claims, a goal."""

from __future__ import annotations

import pytest

from tests.lessons.test_quiz_answers import RUNS
from tutor.content.catalog import Catalog
from tutor.content.model import Lesson
from tutor.paths import bundled_lessons

CATALOG = Catalog.open(bundled_lessons())
LESSONS = [pytest.param(lesson, id=lesson.id) for lesson in CATALOG.lessons]


@pytest.mark.parametrize("lesson", LESSONS)
def test_eight_questions_of_four_kinds_and_one_that_a_run_decides(lesson: Lesson) -> None:
    assert len(lesson.questions) >= 8
    assert len({type(question) for question in lesson.questions}) >= 4
    run = {question for name, question, *_ in RUNS if name == lesson.id}
    assert run and run <= {question.id for question in lesson.questions}


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_lab_asks_claims_sets_a_goal_and_is_soon_over(lesson: Lesson) -> None:
    assert 15 <= lesson.head.minutes <= 30
    assert any(experiment.goal for experiment in lesson.experiments)
    for experiment in lesson.experiments:
        assert experiment.prediction.options and experiment.claims, experiment.id
        assert experiment.seconds <= 20, experiment.id


def test_sixty_terms_and_a_lesson_for_each_milestone() -> None:
    terms = {term.term for lesson in CATALOG.lessons for term in lesson.head.terms}
    terms |= {term.term for term in CATALOG.pack.glossary}
    assert len(terms) >= 60
    assert [one.title for one in CATALOG.timeline if not one.lesson] == []
