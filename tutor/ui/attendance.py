"""Whether anybody is there: training for nobody takes a core from others on a shared machine."""

from __future__ import annotations

import time
from collections.abc import Callable

LIMIT = 600.0
"""Seconds without a key after which training rests."""


class Attendance:
    """Told of each key; ``away`` once there was none for ``limit`` seconds of ``clock``."""

    def __init__(self, limit: float = LIMIT, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = limit
        self.called_back = False
        """Whether the next key does no more than go on: the screen says that any key will."""
        self._clock = clock
        self._last = clock()

    @property
    def away(self) -> bool:
        """Whether nobody seems to be there."""
        return self._clock() - self._last >= self.limit

    def note(self) -> bool:
        """Somebody pressed a key; whether that was only to go on."""
        self._last = self._clock()
        called_back, self.called_back = self.called_back, False
        return called_back
