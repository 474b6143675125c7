"""What a run remembers of its epochs: the curves, the extremes, when the goal was reached."""

from __future__ import annotations

import math
from copy import copy

from tutor.content.condition import Condition
from tutor.lab.curve import Curve
from tutor.report import Series


class History:
    """Fed once before the first step and then at every check; knows nothing of clocks."""

    def __init__(self, curves: tuple[str, ...], goal: Condition | None) -> None:
        self._curves = [Curve(name) for name in curves]
        self._goal = goal
        self._first_loss = math.nan
        self._min_errors = math.inf
        self._max_errors = -math.inf
        self.goal_step = math.inf
        """Step of the check at which the goal was first met."""

    def start(self, quantities: dict[str, float]) -> None:
        """Record the state before the first step; it counts for the curves alone."""
        self._first_loss = quantities.get("loss", math.nan)
        self._extend(0.0, quantities)

    def record(self, epoch: float, quantities: dict[str, float]) -> None:
        """Record the state at a check, ``epoch`` passes from the start."""
        self._extend(epoch, quantities)
        errors = quantities.get("errors", math.nan)
        if not math.isnan(errors):
            self._min_errors = min(self._min_errors, errors)
            self._max_errors = max(self._max_errors, errors)
        if math.isinf(self.goal_step) and self._goal and self._goal.holds(quantities | self.quantities()):
            self.goal_step = quantities["steps"]

    def copy(self) -> History:
        """One that can be fed apart from this one."""
        twin = copy(self)
        twin._curves = [curve.copy() for curve in self._curves]
        return twin

    def quantities(self) -> dict[str, float]:
        """``first_loss``, ``min_errors``, ``max_errors`` as far as known, and ``goal_step``."""
        known = {"goal_step": self.goal_step}
        if not math.isnan(self._first_loss):
            known["first_loss"] = self._first_loss
        if self._max_errors >= 0:
            known |= {"min_errors": self._min_errors, "max_errors": self._max_errors}
        return known

    def series(self) -> list[Series]:
        """The curves that have any point."""
        every = [curve.series() for curve in self._curves]
        return [series for series in every if series.x]

    def _extend(self, epoch: float, quantities: dict[str, float]) -> None:
        for curve in self._curves:
            curve.add(epoch, quantities.get(curve.name, math.nan))
