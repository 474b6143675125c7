"""The gradients of a whole batch, once each of its shards has gone forward and back; in parts.

The weights of a large dense layer get theirs here at once, from the values and deltas of all shards: each
shard's own would be as large as the weights, and to write and to add those up takes longer than the products.
Of all other weights the shards have gradients of their own, which are added up.
"""

from __future__ import annotations

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.dense import LARGE, is_large, weight_gradient
from tutor.engine.kernels.cpu.gradients import add_penalty_gradients, all_finite
from tutor.engine.kernels.cpu.jit import inlined, kernel
from tutor.engine.kernels.cpu.lanes import all_zero, fill, load, store
from tutor.engine.kernels.cpu.tiles import TILE
from tutor.engine.kernels.cpu.views import (
    NetworkView,
    Pointer,
    ShardsView,
    advanced,
    operation,
    shard,
)

_RANGE = 4096  # of the other numbers in a part, at least
_MOST_RANGES = 16

rows_per_shard = kernel(d.rows_per_shard)


@inlined
def _lines(op: Pointer) -> int:
    """Lines of a large layer's gradient in a part: so few that they are still in the cache for the check."""
    return int(max(LARGE // op[d.OUT_STRIDE] // TILE, 1) * TILE)


@kernel
def sum_parts(network: NetworkView) -> int:
    """Into how many parts the work is cut."""
    parts = ranges(network)
    for k in range(network.depth):
        op = operation(network, k)
        if is_large(op):
            parts += -(-op[d.IN_WIDTH] // _lines(op))
    return parts


@kernel
def sum_gradients(network: NetworkView, room: ShardsView, batch: int, number: int) -> bool:
    """Do one part, the penalties' gradients with it; whether all its numbers are finite."""
    for k in range(network.depth):
        op = operation(network, k)
        if is_large(op):
            parts = -(-op[d.IN_WIDTH] // _lines(op))
            if number < parts:
                return _dense_lines(network, room, op, batch, number * _lines(op))
            number -= parts
    return _sum_range(network, room, range_start(network, number), range_start(network, number + 1))


@kernel
def _dense_lines(network: NetworkView, room: ShardsView, op: Pointer, batch: int, first: int) -> bool:
    """A dense layer's gradient from line ``first`` on."""
    lines = min(_lines(op), op[d.IN_WIDTH] - first)
    share = rows_per_shard(batch, room.length)
    for s in range(room.length):
        rows = min(share, batch - s * share)
        if rows > 0:
            weight_gradient(network.gradients, shard(room, s), op, first, lines, rows, s > 0)
    begin = op[d.KERNEL] + first * op[d.OUT_STRIDE]
    size = lines * op[d.OUT_STRIDE]
    add_penalty_gradients(network, begin, begin + size)
    return all_finite(advanced(network.gradients, begin), size)


@kernel
def _sum_range(network: NetworkView, room: ShardsView, begin: int, end: int) -> bool:
    """What lies between the large layers' weights in a range; whether it is finite."""
    finite = True
    for k in range(network.depth):
        op = operation(network, k)
        if is_large(op) and op[d.KERNEL] < end:
            finite = _sum_shards(network, room, begin, op[d.KERNEL]) and finite
            begin = max(begin, op[d.KERNEL] + op[d.IN_WIDTH] * op[d.OUT_STRIDE])
    return _sum_shards(network, room, begin, end) and finite


@kernel
def _sum_shards(network: NetworkView, room: ShardsView, begin: int, end: int) -> bool:
    """The shards' gradients, added up in the order of the shards; whether the sums are finite."""
    if begin >= end:
        return True
    trace = fill(network.gradients, 0.0)
    for i in range(begin, end, d.WIDTH):
        group = load(room.gradients, i)
        for s in range(1, room.length):
            group = group + load(room.gradients, s * network.size + i)
        store(network.gradients, i, group)
        trace = trace + group * 0.0
    add_penalty_gradients(network, begin, end)
    return bool(all_zero(trace))


@kernel
def ranges(network: NetworkView) -> int:
    """Into how many ranges the parameters are cut."""
    return int(min(max(network.size // _RANGE, 1), _MOST_RANGES))


@kernel
def range_start(network: NetworkView, number: int) -> int:
    """Where a range begins; they are whole lane groups."""
    return int(network.size // d.WIDTH * number // ranges(network) * d.WIDTH)
