"""The charts in the quizzes: each curve is trained again and compared, and no two look alike."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from tutor.content.catalog import Catalog
from tutor.content.model import Lesson
from tutor.content.questions import Chart
from tutor.lab.recording import record
from tutor.paths import bundled_lessons

CATALOG = Catalog.open(bundled_lessons())
CHARTS = [
    pytest.param(lesson, question, id=f"{lesson.id}/{question.id}")
    for lesson in CATALOG.lessons
    for question in lesson.questions
    if isinstance(question, Chart)
]


@pytest.mark.parametrize(("lesson", "question"), CHARTS)
def test_the_recorded_curves_are_those_of_the_runs(lesson: Lesson, question: Chart) -> None:
    _, experiment = CATALOG.find_experiment(f"{lesson.id}/{question.experiment}")
    again = list(record(question, experiment, lesson.id))
    assert [run.option for run in again] == list(range(len(question.options)))
    for run, drawn in zip(again, question.drawn, strict=True):
        assert [curve.name for curve in drawn] == question.curves
        for new, old in zip(run.curves, drawn, strict=True):
            assert old.x == pytest.approx(new.x)
            # Another processor may round otherwise, and rounding grows over a run.
            assert old.y == pytest.approx(new.y, rel=0.05, abs=0.02)


@pytest.mark.parametrize(("lesson", "question"), CHARTS)
def test_no_two_charts_of_a_question_look_alike(lesson: Lesson, question: Chart) -> None:
    for one, other in combinations(question.drawn, 2):
        assert any(_apart(a.x, a.y, b.x, b.y, question.log) for a, b in zip(one, other, strict=True))


def _apart(x: list[float], y: list[float], other_x: list[float], other_y: list[float], log: bool) -> bool:
    """Whether somewhere a tenth of the axis lies between the curves, or one is a third shorter."""
    if min(x[-1], other_x[-1]) < 0.67 * max(x[-1], other_x[-1]):
        return True
    one, other = np.array(y), np.interp(x, other_x, other_y)
    if log:
        one, other = np.log10(one), np.log10(other)
    return bool(np.abs(one - other).max() > 0.1 * (max(one.max(), other.max()) - min(one.min(), other.min())))
