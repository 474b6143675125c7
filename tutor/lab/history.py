"""What a run remembers of its epochs: the curves, the extremes, when the goal was reached."""

from __future__ import annotations

import math
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from tutor.content.condition import Condition
from tutor.lab.curve import Curve
from tutor.report import Series


class History(Struct):
    """Fed once before the first step and then at every check; knows nothing of clocks."""

    curves: list[Curve]
    first_loss: float = math.nan
    min_errors: float = math.inf
    max_errors: float = -math.inf
    goal_step: float = math.inf
    """Step of the check at which the goal was first met."""

    @classmethod
    def of(cls, names: Iterable[str]) -> History:
        """One without any point yet, of the quantities with these names."""
        return cls([Curve(name) for name in names])

    def start(self, quantities: dict[str, float]) -> None:
        """Record the state before the first step; it counts for the curves alone."""
        self.first_loss = quantities.get("loss", math.nan)
        self._extend(0.0, quantities)

    def record(self, epoch: float, quantities: dict[str, float], goal: Condition | None) -> None:
        """Record the state at a check, ``epoch`` passes from the start."""
        self._extend(epoch, quantities)
        errors = quantities.get("errors", math.nan)
        if not math.isnan(errors):
            self.min_errors = min(self.min_errors, errors)
            self.max_errors = max(self.max_errors, errors)
        if math.isinf(self.goal_step) and goal and goal.holds(quantities | self.quantities()):
            self.goal_step = quantities["steps"]

    def copy(self) -> History:
        """One that can be fed apart from this one."""
        return replace(self, curves=[curve.copy() for curve in self.curves])

    def quantities(self) -> dict[str, float]:
        """``first_loss``, ``min_errors``, ``max_errors`` as far as known, and ``goal_step``."""
        known = {"goal_step": self.goal_step}
        if not math.isnan(self.first_loss):
            known["first_loss"] = self.first_loss
        if self.max_errors >= 0:
            known |= {"min_errors": self.min_errors, "max_errors": self.max_errors}
        return known

    def series(self) -> list[Series]:
        """The curves that have any point."""
        every = [curve.series() for curve in self.curves]
        return [series for series in every if series.x]

    def _extend(self, epoch: float, quantities: dict[str, float]) -> None:
        for curve in self.curves:
            curve.add(epoch, quantities.get(curve.name, math.nan))
