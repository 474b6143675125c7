"""How often the lab is drawn: often enough to see it move, seldom enough for the terminal that shows it."""

from __future__ import annotations

from collections import deque

from tutor.ui.lab.link import PULL_EVERY

TICK = 0.05
"""Seconds between two looks at what the training process sent; a look costs next to nothing."""
LARGE_PULL, LARGE_AREA = 0.3, 4000
"""Seconds between pictures on screens of more cells than that: they are more to send."""
SLOW_PULL = 1.5
"""Seconds between pictures for a slow terminal: below 6 kB a second."""
HIDDEN_PULL = 1.0
"""Seconds between pulls while the lab is not on the screen: enough to record a run that finishes."""
LATE = 0.7
"""A look that comes so many seconds after the one before had to wait: for the terminal, as a rule."""
WITHIN = 20.0
"""Seconds within which three late ones mean that the terminal cannot keep up."""

NOTICE = "The terminal cannot keep up: fewer pictures from now on. Training goes on at full speed."


class Rhythm:
    """Told of each look; slows down for good once they come late. ``slow`` from the start if so asked for."""

    def __init__(self, *, slow: bool = False) -> None:
        self.slow = slow
        self._last: float | None = None
        self._late: deque[float] = deque(maxlen=3)

    def look(self, now: float) -> bool:
        """Note a look at time ``now``; whether the drawing has just been slowed down."""
        waited = 0.0 if self._last is None else now - self._last
        self._last = now
        if self.slow or waited < LATE:
            return False
        self._late.append(now)
        self.slow = len(self._late) == 3 and now - self._late[0] <= WITHIN
        return self.slow

    def forget(self) -> None:
        """The lab was off the screen: what passed since the last look says nothing."""
        self._last = None

    def every(self, area: int, *, visible: bool) -> float:
        """Seconds between two pulls while training, on a screen of ``area`` cells."""
        if not visible:
            return HIDDEN_PULL
        if self.slow:
            return SLOW_PULL
        return LARGE_PULL if area > LARGE_AREA else PULL_EVERY
