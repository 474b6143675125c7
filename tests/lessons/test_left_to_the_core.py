"""What the lessons' questions leave to the core: numbers at every seed, and runs that decide."""

from __future__ import annotations

import pytest

from tutor.content.catalog import Catalog
from tutor.content.model import Lesson
from tutor.content.questions import Predict, Trace
from tutor.lab import Run
from tutor.lab.trace import pose
from tutor.paths import bundled_lessons
from tutor.quiz.posing import predicted_by

CATALOG = Catalog.open(bundled_lessons())
ASKED = [(lesson, question) for lesson in CATALOG.lessons for question in lesson.questions]
TRACES = [
    pytest.param(question, id=f"{lesson.id}/{question.id}")
    for lesson, question in ASKED
    if isinstance(question, Trace)
]
PREDICTIONS = [
    pytest.param(lesson, question, id=f"{lesson.id}/{question.id}")
    for lesson, question in ASKED
    if isinstance(question, Predict)
]


@pytest.mark.parametrize("question", TRACES)
def test_every_seed_gives_numbers_that_fit_a_screen(question: Trace) -> None:
    for seed in range(30):
        posed = pose(question, seed)
        assert posed.slips
        assert len(posed.prompt.splitlines()) <= 9


@pytest.mark.parametrize(("lesson", "question"), PREDICTIONS)
def test_the_run_decides_and_its_seed_is_no_matter_of_luck(lesson: Lesson, question: Predict) -> None:
    _, experiment = CATALOG.find_experiment(f"{lesson.id}/{question.experiment}")
    outcomes = set()
    for seed in range(question.seed, question.seed + 4):
        run = Run(predicted_by(question, experiment), lesson.id, question.set, seed, backend="cpu")
        run.run_to_end()
        outcomes.add(run.outcome())
    assert len(outcomes) == 1 and None not in outcomes
