"""Slow motion: how many steps a watched run may do."""

from __future__ import annotations

import pytest

from tutor.lab.pace import FIRST_RATE, Pace


def steps_after(seconds: float, tick: float = 0.05) -> int:
    pace, done = Pace(), 0
    for _ in range(round(seconds / tick)):
        done += pace.grant(tick, done)
    return done


def test_the_first_steps_can_be_seen_one_by_one() -> None:
    pace, done, most = Pace(), 0, 0
    for _ in range(20):
        granted = pace.grant(0.05, done)
        most, done = max(most, granted), done + granted
    assert most == 1
    assert FIRST_RATE <= done <= 2 * FIRST_RATE


@pytest.mark.parametrize(("seconds", "least", "most"), [(2, 15, 40), (6, 350, 700), (9, 2_500, 6_000)])
def test_the_speed_doubles_each_second(seconds: float, least: int, most: int) -> None:
    assert least <= steps_after(seconds) <= most


def test_time_that_was_not_used_is_not_made_up_for() -> None:
    pace = Pace()
    for _ in range(100):
        pace.grant(0.05, 1000)  # granted, and not done
    assert pace.grant(0.05, 1000) <= 36
