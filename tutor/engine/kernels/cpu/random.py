"""Random numbers as a function of (seed, stream, place): nothing to store, nothing to restore.

``bits`` is the output function of SplitMix64 over a counter. Source: G. Steele, D. Lea, C. Flood, "Fast
splittable pseudorandom number generators", OOPSLA 2014.
"""

from __future__ import annotations

import numpy as np

from tutor.engine.kernels.cpu.jit import kernel
from tutor.engine.kernels.cpu.views import Pointer

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


@kernel
def bits(key: np.uint64, place: int) -> np.uint64:
    """64 random bits for the counter value ``place`` of the stream ``key``."""
    z = key + _GOLDEN * np.uint64(place + 1)
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    return z ^ (z >> np.uint64(31))


@kernel
def stream(seed: int, number: int) -> np.uint64:
    """The key of one stream among many of a seed."""
    return bits(bits(np.uint64(seed), 0), number)


@kernel
def shuffle(order: Pointer, n: int, key: np.uint64) -> None:
    """A permutation of 0 .. n-1 that depends on ``key`` alone (Fisher and Yates)."""
    for i in range(n):
        order[i] = i
    for i in range(n - 1, 0, -1):
        scaled = (bits(key, i) >> np.uint64(32)) * np.uint64(i + 1)
        j = np.int64(scaled >> np.uint64(32))
        order[i], order[j] = order[j], order[i]
