"""Where a run can go back to: its whole state at some sixty steps, thinned as the run grows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from tutor.content.part import Value
from tutor.lab.details import Past
from tutor.lab.history import History
from tutor.lab.learner import Kept, Observation
from tutor.report import StopReason

MOST = 60
"""So many marks at most, the end of what was trained among them."""
BUDGET = 64 * 2**20
"""Bytes that the learner's states in all marks may take; large networks get fewer marks."""


@dataclass(frozen=True)
class Mark:
    """Everything that a run goes on from at one step, and what it told until then."""

    step: int
    learner: Kept
    history: History
    past: Past
    knobs: dict[str, Value]
    observation: Observation | None
    """If the learner had just been evaluated."""
    stopped: StopReason
    seconds: float


class Marks:
    """The marks of one run. Until they are too many there is one at each step, then at every second, ...

    At which steps they lie depends on the steps done alone. ``state_bytes`` is the size of one learner's
    state; where fewer than two fit into the budget, or if it is 0, nothing is kept.
    """

    def __init__(self, state_bytes: int) -> None:
        fitting = BUDGET // state_bytes if state_bytes else 0
        self._room = min(MOST, fitting) - 1 if fitting >= 3 else 0
        self._spacing = 1
        self._marks: list[Mark] = []
        self.at = -1
        """The mark that the run stands at after going back; -1 at the end of what was trained."""
        self.ahead: History | None = None
        """After going back, and until training goes on: the curves up to the end of what was trained."""

    @property
    def steps(self) -> list[int]:
        """The steps that can be gone to, rising."""
        return [mark.step for mark in self._marks]

    def next_after(self, step: int) -> float:
        """The next step after which a mark may be wanted."""
        return (step // self._spacing + 1) * self._spacing if self._room else math.inf

    def want(self, step: int) -> bool:
        """Whether to :meth:`add` a mark at this step, the last one trained; makes room for it."""
        if not self._room or step % self._spacing:
            return False
        self._thin()
        while len(self._marks) >= self._room:
            self._spacing *= 2
            self._thin()
        return step % self._spacing == 0

    def add(self, mark: Mark) -> None:
        """Keep a mark later than all others."""
        self._marks.append(mark)

    def go(self, index: int, here: Callable[[], Mark]) -> Mark:
        """The mark with this index, where the run shall stand from now on; ``here`` tells where it stands."""
        if self.at < 0:
            if self._marks[-1].step == (now := here()).step:
                self._marks.pop()  # the same step, perhaps with other knobs
            self._marks.append(now)
        end = len(self._marks) - 1
        self.at = index if index < end else -1
        self.ahead = self._marks[end].history if index < end else None
        return self._marks[index]

    def branch(self) -> None:
        """The run takes another course from here: the marks that lay ahead are forgotten."""
        if self.at >= 0:
            del self._marks[self.at + 1 :]
            self.at = -1

    def _thin(self) -> None:
        # The first one stays wherever it lies: there a run that was taken up from a file begins.
        later = [mark for mark in self._marks[1:] if mark.step % self._spacing == 0]
        self._marks = self._marks[:1] + later
