"""How much a network computes, to choose between one thread and several, CPU and GPU, one block and many."""

from __future__ import annotations

from tutor.engine.kernels import description as d


def of_a_step(operations: d.Integers) -> int:
    """Multiply-adds for one example in a step of training, roughly."""
    return sum(_of_one(row) for row in operations)


def gradients_of_shards(operations: d.Integers, parameters: int) -> int:
    """How many of the parameters have a gradient in each shard: all but the weights of large layers."""
    return parameters - sum(int(row[d.IN_WIDTH] * row[d.OUT_STRIDE]) for row in operations if d.is_large(row))


def _of_one(row: d.Integers) -> int:
    """Multiply-adds of an operation for one example: forward, and twice as many back."""
    if row[d.KIND] == d.DENSE:
        return int(3 * row[d.IN_WIDTH] * row[d.OUT_STRIDE])
    if row[d.KIND] == d.CONV:
        window = row[d.WINDOW_LINES] * row[d.WINDOW_COLUMNS] * row[d.IN_CHANNELS]
        return int(3 * window * row[d.OUT_LINES] * row[d.OUT_COLUMNS] * row[d.OUT_PIXEL])
    return int(8 * row[d.OUT_STRIDE])
