"""The measure of growth: lessons differ, and only what comes on top of that from round to round counts."""

from __future__ import annotations

import pytest

from tests.faults.long import Noted, growth

LESSON_SECONDS = 24.0


def walk(lessons: int, visits: int, megabytes_an_hour: float, warming: float = 0.0) -> list[Noted]:
    """Lesson 1 takes 20 MB, lesson 2 40 MB, ...; in the first round ``warming`` comes on top."""
    noted = []
    for visit in range(visits):
        number, lesson = divmod(visit, lessons)
        seconds = LESSON_SECONDS * visit
        size = 20 * (lesson + 1) + megabytes_an_hour * seconds / 3600 + (0 if number else warming)
        noted.append(Noted(number, lesson, seconds, size, size))
    return noted


@pytest.mark.parametrize("visits", [20, 23, 30])
def test_lessons_that_differ_are_no_growth_even_if_the_last_round_is_cut_short(visits: int) -> None:
    assert growth(walk(7, visits, 0.0), "app") == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("warming", [0.0, -90.0])
def test_the_slope_is_found_and_the_first_round_left_out(warming: float) -> None:
    assert growth(walk(7, 30, 3.0, warming), "training") == pytest.approx(3.0)
