"""What the lessons' traces draw: there are numbers at every seed, and mistakes that they tell apart."""

from __future__ import annotations

import pytest

from tutor.content.catalog import Catalog
from tutor.content.questions import Trace
from tutor.lab.trace import pose
from tutor.paths import bundled_lessons

TRACES = [
    pytest.param(question, id=f"{lesson.id}/{question.id}")
    for lesson in Catalog.open(bundled_lessons()).lessons
    for question in lesson.questions
    if isinstance(question, Trace)
]


@pytest.mark.parametrize("question", TRACES)
def test_every_seed_gives_numbers_that_fit_a_screen(question: Trace) -> None:
    for seed in range(30):
        posed = pose(question, seed)
        assert posed.slips
        assert len(posed.prompt.splitlines()) <= 9
