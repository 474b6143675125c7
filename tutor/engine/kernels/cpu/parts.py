"""Into which parts the parameters are cut, so that several threads can sum their gradients and move them.

A part is a stretch of the flat parameters: some lines of a large dense layer's weights, or what lies between
such layers. It depends on nothing but the network.
"""

from __future__ import annotations

from typing import NamedTuple

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.dense import is_large
from tutor.engine.kernels.cpu.jit import inlined, kernel
from tutor.engine.kernels.cpu.tiles import TILE
from tutor.engine.kernels.cpu.views import NetworkView, Pointer, operation

_NUMBERS = 4096
"""In a part between large layers, at most."""

NO_LAYER = -1


class Part(NamedTuple):
    """The parameters from ``begin`` on, without ``end``, and the large layer that they are weights of."""

    begin: int
    end: int
    layer: int


@inlined
def _lines(op: Pointer) -> int:
    """Lines of a large layer in a part: so few that their gradient is still in the cache when it is used."""
    return int(max(d.LARGE // op[d.OUT_STRIDE] // TILE, 1) * TILE)


@inlined
def all_of(network: NetworkView) -> Part:
    """All parameters as one part."""
    return Part(0, network.size, NO_LAYER)


@kernel
def count_parts(network: NetworkView) -> int:
    """Into how many parts the parameters are cut."""
    count, begin = 0, 0
    for k in range(network.depth):
        op = operation(network, k)
        if is_large(op):
            count += -(-(op[d.KERNEL] - begin) // _NUMBERS) + -(-op[d.IN_WIDTH] // _lines(op))
            begin = op[d.KERNEL] + op[d.IN_WIDTH] * op[d.OUT_STRIDE]
    return int(count - (begin - network.size) // _NUMBERS)


@kernel
def part_of(network: NetworkView, number: int) -> Part:
    """One of them; they follow each other as the parameters do."""
    begin = 0
    for k in range(network.depth):
        op = operation(network, k)
        if is_large(op):
            between = -(-(op[d.KERNEL] - begin) // _NUMBERS)
            if number < between:
                return _cut(begin, op[d.KERNEL], _NUMBERS, number, NO_LAYER)
            number -= between
            begin, size = op[d.KERNEL], _lines(op) * op[d.OUT_STRIDE]
            end = begin + op[d.IN_WIDTH] * op[d.OUT_STRIDE]
            within = -(-(end - begin) // size)
            if number < within:
                return _cut(begin, end, size, number, k)
            number -= within
            begin = end
    return _cut(begin, network.size, _NUMBERS, number, NO_LAYER)


@inlined
def _cut(begin: int, end: int, size: int, number: int, layer: int) -> Part:
    """A piece of that size out of the stretch, the last one perhaps shorter."""
    return Part(begin + number * size, min(begin + (number + 1) * size, end), layer)
