"""Slow motion: a tiny experiment is over before anyone has looked at it."""

from __future__ import annotations

import math

FIRST_RATE = 6.0
"""Steps a second at the start: slow enough to see each one."""


class Pace:
    """Allows few steps at first and ever more, so that short runs and long ones can both be watched.

    The speed doubles each second: after t seconds ``FIRST_RATE / ln 2 * (2**t - 1)`` steps
    may be done: 26 in 2 s, 545 in 6 s, 4,400 in 9 s.
    That is the speed at which learning curves are interesting, too: most happens in the beginning.
    It only ever says how many steps may be done now, never which, so it cannot change a result.
    """

    def __init__(self) -> None:
        self._credit = 0.0

    def grant(self, seconds: float, done: int) -> int:
        """Steps that may be done in the next ``seconds``, after ``done``; parts of a step are saved up."""
        # What a slow machine could not use up is not saved: it would be spent in one unwatched rush.
        self._credit = self._credit % 1.0 + (FIRST_RATE + math.log(2) * done) * seconds
        return int(self._credit)
