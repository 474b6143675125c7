"""How often the lab is drawn, by the clock it is told."""

from __future__ import annotations

import pytest

from tutor.ui.lab.link import PULL_EVERY
from tutor.ui.lab.rhythm import HIDDEN_PULL, LARGE_PULL, LATE, SLOW_PULL, TICK, WITHIN, Rhythm

SMALL, LARGE = 80 * 24, 140 * 40


def looks(rhythm: Rhythm, *waits: float) -> list[bool]:
    """What each look says, the first one at time 0 and each other so long after the one before."""
    now, said = 0.0, [rhythm.look(0.0)]
    for wait in waits:
        now += wait
        said.append(rhythm.look(now))
    return said


def test_a_terminal_that_keeps_up_is_drawn_at_the_usual_rate() -> None:
    rhythm = Rhythm()
    assert not any(looks(rhythm, *[TICK] * 500, *[LATE - 0.1] * 20))
    assert rhythm.every(SMALL, visible=True) == PULL_EVERY
    assert rhythm.every(LARGE, visible=True) == LARGE_PULL
    assert rhythm.every(SMALL, visible=False) == HIDDEN_PULL


def test_three_late_looks_close_together_slow_it_down_once_and_for_good() -> None:
    rhythm = Rhythm()
    said = looks(rhythm, LATE, TICK, LATE, TICK, LATE, TICK, LATE)
    assert said.count(True) == 1 and said[5]
    assert rhythm.every(SMALL, visible=True) == rhythm.every(LARGE, visible=True) == SLOW_PULL


@pytest.mark.parametrize("waits", [[3600.0], [LATE, WITHIN, WITHIN], [LATE, TICK, LATE]])
def test_a_suspended_program_or_a_single_hitch_is_no_slow_terminal(waits: list[float]) -> None:
    rhythm = Rhythm()
    assert not any(looks(rhythm, *waits)) and not rhythm.slow


def test_what_passed_while_the_lab_was_hidden_says_nothing() -> None:
    rhythm = Rhythm()
    for _ in range(5):
        assert not any(looks(rhythm, TICK))
        rhythm.forget()


def test_slow_from_the_start() -> None:
    assert Rhythm(slow=True).every(SMALL, visible=True) == SLOW_PULL
