"""The seed lottery: the same experiment from other seeds, to tell luck from rule."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tutor.content.part import Value
from tutor.lab.statistics import count_reached
from tutor.report import Lottery

if TYPE_CHECKING:
    from tutor.lab.run import Run


class Lots:
    """Trains the seeds 0, 1, ... one after the other to their ends, a little whenever there is time.

    Their knobs stand at ``knobs``. ``needed`` of the seeds must reach the goal for it to count; 0 if nobody
    asks that.
    """

    def __init__(
        self,
        seeds: int,
        knobs: Mapping[str, Value],
        needed: int = 0,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._total = seeds
        self._knobs = dict(knobs)
        self.needed = needed
        self._clock = clock
        self._present: Run | None = None
        self._goal_steps: list[int | None] = []
        """Per seed that is done the step at which it reached the goal, None if it did not."""
        self._seconds = 0.0

    @property
    def going(self) -> bool:
        """Whether :meth:`advance` has something to do."""
        return len(self._goal_steps) < self._total

    def advance(self, seconds: float, start: Callable[[int, Mapping[str, Value]], Run]) -> None:
        """Train for about so long; ``start`` builds the run of a seed with these knobs.

        It is not kept: it knows the run that these lots belong to, which would then outlive its use.
        """
        until = self._clock() + seconds
        while self.going and (left := until - self._clock()) > 0:
            if self._present is None:
                self._present = start(len(self._goal_steps), self._knobs)
            self._present.advance(left)
            if self._present.finished:
                result = self._present.result()
                step = result.goal["at_step"]
                self._goal_steps.append(step if isinstance(step, int) else None)
                self._seconds += result.seconds
                self._present = None

    def stop(self) -> None:
        """Train no more; what is counted stands."""
        self._total = len(self._goal_steps)
        self._present = None

    def lottery(self) -> Lottery | None:
        """The count so far; None if it was stopped before the first seed was done."""
        if self._total == 0:
            return None
        count, done = count_reached(self._goal_steps), len(self._goal_steps)
        met: bool | None = None
        if self.needed and count.reached >= self.needed:
            met = True
        elif self.needed and count.reached + self._total - done < self.needed:
            met = False
        return Lottery(
            done=done,
            total=self._total,
            reached=count.reached,
            low=count.low,
            high=count.high,
            median_step=count.median_step,
            knobs=dict(self._knobs),
            seconds=self._seconds,
            needed=self.needed,
            met=met,
        )
