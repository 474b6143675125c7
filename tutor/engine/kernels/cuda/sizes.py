"""How much of a GPU a network takes: one block of threads or many, and of how many threads.

It depends on nothing but the network and the batch, so that sums are added in the same order in each run. The
figures are reckoned, not measured: no GPU was at hand.
"""

from __future__ import annotations

from tutor.engine.kernels import description as d
from tutor.engine.kernels import work
from tutor.engine.kernels.cuda.jit import SIMULATED

ONE_BLOCK_UP_TO = 25_000_000
"""Multiply-adds per step that one block does faster than many.

A step of many blocks is some 45 launches of 60 µs each (``backends.LAUNCH_SECONDS``), near 3 ms; in that
time a block, one of a GPU's many multiprocessors, does an estimated 10,000 multiply-adds per µs.
"""

BLOCK_THREADS = 256
"""Threads in a block at most: with more, a thread could have too few registers. A power of two."""

GRID_BLOCKS = 512
"""Blocks at most: more than any GPU runs at once. Each thread takes as many numbers as are left for it."""

GRID_THREADS = GRID_BLOCKS * BLOCK_THREADS

_WARP = 32
_SIMULATED_THREADS = 4
_SIMULATED_BLOCKS = 2


def needs_many_blocks(operations: d.Integers, rows: int) -> bool:
    """Whether a batch of so many examples is launched operation by operation, over many blocks."""
    return rows * work.of_a_step(operations) > ONE_BLOCK_UP_TO


def threads(operations: d.Integers, rows: int) -> int:
    """For one block: a power of two, one for each number of the widest operation up to BLOCK_THREADS."""
    if SIMULATED:
        return _SIMULATED_THREADS
    wanted = rows * int(operations[:, d.OUT_STRIDE].max())
    count = _WARP
    while count < min(wanted, BLOCK_THREADS):
        count *= 2
    return count


def grid(items: int) -> tuple[int, int]:
    """Blocks and their threads for so many numbers."""
    if SIMULATED:
        return _SIMULATED_BLOCKS, _SIMULATED_THREADS // 2
    return min(-(-items // BLOCK_THREADS), GRID_BLOCKS) or 1, BLOCK_THREADS


def numbers(row: d.Integers, rows: int) -> int:
    """How many threads an operation can use: the most numbers that one of its phases computes."""
    return rows * int(max(row[d.IN_STRIDE], row[d.OUT_STRIDE])) + _weights(row)


def partials(operations: d.Integers, threads: int) -> int:
    """Room for the pieces of sums, see ``sums``: one for each thread, or for each sum if there are more."""
    kinds = operations[:, d.KIND]
    sums = [_weights(row) for row in operations[(kinds == d.CONV) | (kinds == d.NORMALIZE)]]
    return max(threads, *sums) if sums else 1


def _weights(row: d.Integers) -> int:
    if row[d.KIND] == d.CONV:
        depth = row[d.WINDOW_LINES] * row[d.WINDOW_COLUMNS] * row[d.IN_CHANNELS]
        return int((depth + 1) * row[d.OUT_CHANNELS])
    if row[d.KIND] == d.DENSE:
        return int((row[d.IN_WIDTH] + 1) * row[d.OUT_WIDTH])
    return 2 * int(row[d.OUT_CHANNELS]) if row[d.KIND] == d.NORMALIZE else 0
