"""Slow motion: a tiny experiment is over before anyone has looked at it."""

from __future__ import annotations

BUDGET_SECONDS = 12.0
"""How long the whole budget of epochs takes at least, where somebody watches."""


class Pace:
    """Allows so many steps a second that ``total_steps`` take :data:`BUDGET_SECONDS`.

    It only ever says how many steps may be done now, never which, so it cannot change a result.
    """

    def __init__(self, total_steps: int) -> None:
        self._steps_per_second = total_steps / BUDGET_SECONDS
        self._credit = 0.0

    def grant(self, seconds: float) -> int:
        """Steps that may be done in the next ``seconds``; parts of a step are saved up."""
        # What a slow machine could not use up is not saved: it would be spent in one unwatched rush.
        self._credit = self._credit % 1.0 + self._steps_per_second * seconds
        return int(self._credit)
