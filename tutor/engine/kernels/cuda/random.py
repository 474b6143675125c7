"""The same random numbers as on the CPU: SplitMix64's output function over a counter. See ``cpu.random``."""

from __future__ import annotations

import numpy as np

from tutor.engine.kernels.cuda.jit import Array, device

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


@device
def bits(key: np.uint64, place: int) -> np.uint64:
    """64 random bits for the counter value ``place`` of the stream ``key``."""
    z = key + _GOLDEN * np.uint64(place + 1)
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    return z ^ (z >> np.uint64(31))


@device
def stream(seed: int, number: int) -> np.uint64:
    """The key of one stream among many of a seed."""
    return bits(bits(np.uint64(seed), 0), number)


@device
def shuffle(order: Array, key: np.uint64) -> None:
    """As ``cpu.random.shuffle``; for one thread alone, as each swap needs the one before."""
    for i in range(order.size):
        order[i] = i
    for i in range(order.size - 1, 0, -1):
        scaled = (bits(key, i) >> np.uint64(32)) * np.uint64(i + 1)
        j = np.int64(scaled >> np.uint64(32))
        kept = order[i]
        order[i] = order[j]
        order[j] = kept
