"""The gradients of a whole batch, once each of its shards has gone forward and back; in parts.

The weights of a large dense layer get theirs here at once, from the values and deltas of all shards: each
shard's own would be as large as the weights, and to write and to add those up takes longer than the products.
Of all other weights the shards have gradients of their own, which are added up.
"""

from __future__ import annotations

from typing import Any

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.dense import Lines, is_large, weight_gradient
from tutor.engine.kernels.cpu.gradients import add_penalty_gradients, all_finite
from tutor.engine.kernels.cpu.jit import inlined, kernel
from tutor.engine.kernels.cpu.lanes import (
    all_zero,
    count_of,
    fill,
    load,
    load_like,
    merged,
    store,
    total,
    wide_zero,
    widened,
)
from tutor.engine.kernels.cpu.parts import NO_LAYER, Part
from tutor.engine.kernels.cpu.views import (
    NetworkView,
    Pointer,
    ShardsView,
    WorkspaceView,
    advanced,
    operation,
    shard,
)

_SMALL = 1e36
"""The square of 1e18: gradients as small stay finite in float32 even where an optimizer squares them."""

rows_per_shard = kernel(d.rows_per_shard)


@kernel
def sum_gradients(network: NetworkView, room: ShardsView, batch: int, part: Part) -> bool:
    """Those of a part, the penalties' with them; whether all its numbers are finite."""
    if part.layer == NO_LAYER:
        finite = _sum_shards(network, room, part)
        add_penalty_gradients(network, part)
        return finite
    form_gradients(network, room, batch, part)
    add_penalty_gradients(network, part)
    return all_finite(advanced(network.gradients, part.begin), part.end - part.begin)


@kernel
def _sum_shards(network: NetworkView, room: ShardsView, part: Part) -> bool:
    """The shards' gradients, added up in the order of the shards; whether the sums are finite."""
    wide, group = wide_zero(network.gradients), fill(network.gradients, 0.0)
    rest = part.end - (part.end - part.begin) % count_of(wide)
    finite = _sums(wide, network, room, part.begin, rest)
    return _sums(group, network, room, rest, part.end) and finite


@inlined
def _sums(zero: Any, network: NetworkView, room: ShardsView, begin: int, end: int) -> bool:
    trace = zero
    for i in range(begin, end, count_of(zero)):
        group = load_like(zero, room.gradients, i)
        for s in range(1, room.length):
            group = group + load_like(zero, room.gradients, s * network.size + i)
        store(network.gradients, i, group)
        trace = merged(trace, group * 0.0)
    return bool(all_zero(trace))


@kernel
def form_gradients(network: NetworkView, room: ShardsView, batch: int, part: Part) -> None:
    """Those of a large layer's weights, of all shards together."""
    op = operation(network, part.layer)
    first = (part.begin - op[d.KERNEL]) // op[d.OUT_STRIDE]
    count = (part.end - part.begin) // op[d.OUT_STRIDE]
    share = rows_per_shard(batch, room.length)
    for s in range(room.length):
        rows = min(share, batch - s * share)
        if rows > 0:
            weight_gradient(network.gradients, shard(room, s), op, rows, Lines(first, count, s > 0))


@kernel
def are_surely_finite(network: NetworkView, room: WorkspaceView, rows: int) -> bool:
    """Whether large layers' gradients xᵀ dz of these rows must be finite, and small: |xᵀ dz|² ≤ Σx² Σdz²."""
    for k in range(network.depth):
        op = operation(network, k)
        if is_large(op):
            x = _squares(advanced(room.values, op[d.INPUT] * room.capacity), rows * op[d.IN_STRIDE])
            dz = _squares(advanced(room.deltas, op[d.OUTPUT] * room.capacity), rows * op[d.OUT_STRIDE])
            if not x * dz < _SMALL:  # nor if it is NaN
                return False
    return True


@kernel
def _squares(numbers: Pointer, size: int) -> float:
    """Σ x²."""
    squares = widened(fill(numbers, 0.0))
    for i in range(0, size, d.WIDTH):
        wide = widened(load(numbers, i))
        squares = squares + wide * wide
    return float(total(squares))
