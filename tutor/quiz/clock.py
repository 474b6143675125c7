"""Times out of a log whose clock was not always right."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence


def trusted_times(logged: Sequence[float], now: float) -> list[float]:
    """Times of the entries of a log, in its order, that never run backwards and never lie beyond ``now``.

    The log's order is certain, its times are not: a clock may have been years ahead or behind for a
    while. The longest run of entries whose times fit each other and ``now`` is believed; each other entry
    gets the time of the believed one before it (at the beginning, after it; ``now`` where there is none).
    In O(n log n): the longest non-decreasing subsequence, by patience sorting.
    """
    believed = _longest_rising(logged, now)
    last = logged[believed[0]] if believed else now
    kept = set(believed)
    times = []
    for number, at in enumerate(logged):
        if number in kept:
            last = at
        times.append(last)
    return times


def _longest_rising(logged: Sequence[float], now: float) -> list[int]:
    """Numbers of the entries of the longest subsequence that does not fall, among times from 0 to ``now``."""
    tails: list[float] = []  # the smallest time that ends a run of each length
    ends: list[int] = []
    before: dict[int, int] = {}
    for number, at in enumerate(logged):
        if not (math.isfinite(at) and 0 <= at <= now):
            continue
        length = bisect_right(tails, at)
        tails[length : length + 1] = [at]
        ends[length : length + 1] = [number]
        before[number] = ends[length - 1] if length else -1
    run = []
    number = ends[-1] if ends else -1
    while number >= 0:
        run.append(number)
        number = before[number]
    return run[::-1]
