"""Which times of a log are believed."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from tests.quiz.logs import DAY, MAY
from tutor.quiz.clock import trusted_times

DAYS = [MAY + day * DAY for day in range(6)]
NOW = DAYS[-1] + DAY


def test_a_clock_that_was_right_is_believed() -> None:
    assert trusted_times(DAYS, NOW) == DAYS
    assert trusted_times([], NOW) == []


def test_years_ahead_for_a_while() -> None:
    logged = [*DAYS[:2], DAYS[2] + 3650 * DAY, DAYS[3] + 3650 * DAY, *DAYS[4:]]
    assert trusted_times(logged, NOW) == [DAYS[0], DAYS[1], DAYS[1], DAYS[1], DAYS[4], DAYS[5]]
    ten_years_later = NOW + 3660 * DAY
    assert trusted_times(logged, ten_years_later) == trusted_times(logged, NOW)


def test_years_behind_for_a_while() -> None:
    logged = [0.0, *DAYS[:3], 60.0, math.nan, -5.0, *DAYS[3:]]
    assert trusted_times(logged, NOW) == [0.0, *DAYS[:3], DAYS[2], DAYS[2], DAYS[2], *DAYS[3:]]
    assert trusted_times([-1.0, *DAYS], NOW)[0] == DAYS[0]


def test_a_clock_that_is_behind_now_moves_nothing_into_the_future() -> None:
    assert trusted_times(DAYS, DAYS[2]) == [*DAYS[:3], *[DAYS[2]] * 3]
    assert trusted_times(DAYS, 5.0) == [5.0] * 6


@given(st.lists(st.floats() | st.integers(0, 50).map(float)), st.integers(0, 60).map(float))
def test_times_never_run_backwards_nor_beyond_now(logged: list[float], now: float) -> None:
    times = trusted_times(logged, now)
    assert len(times) == len(logged)
    assert times == sorted(times)
    assert all(0 <= at <= now for at in times)
    believed = sum(at == was for at, was in zip(times, logged, strict=True))
    fitting = [at for at in logged if 0 <= at <= now]
    assert believed >= (len(fitting) > 0)
