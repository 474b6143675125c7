"""What happens to gradients between back-propagation and the update: penalties, a check, clipping."""

from __future__ import annotations

import math

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.jit import kernel, spliced
from tutor.engine.kernels.cpu.lanes import (
    all_zero,
    fill,
    load,
    magnitude,
    merged,
    store,
    total,
    where_less,
    widened,
)
from tutor.engine.kernels.cpu.parts import Part
from tutor.engine.kernels.cpu.views import NetworkView, Pointer, RunView


@kernel
def all_finite(numbers: Pointer, size: int) -> bool:
    """Whether no number of a padded buffer is NaN or infinite."""
    trace = fill(numbers, 0.0)
    for i in range(0, size, d.WIDTH):
        trace = merged(trace, load(numbers, i) * 0.0)
    return bool(all_zero(trace))


@kernel
def penalty(network: NetworkView) -> float:
    """L1 Σ|w| + L2 Σw² over the weight arrays that have penalties."""
    w = network.parameters
    value = 0.0
    for t in range(network.arrays):
        l1, l2 = network.penalties[2 * t + d.L1], network.penalties[2 * t + d.L2]
        if l1 != 0.0 or l2 != 0.0:
            sizes, squares = widened(fill(w, 0.0)), widened(fill(w, 0.0))
            start, size = network.tensors[2 * t], network.tensors[2 * t + 1]
            for i in range(start, start + size, d.WIDTH):
                wide = widened(load(w, i))
                sizes, squares = sizes + magnitude(wide), squares + wide * wide
            value += l1 * total(sizes) + l2 * total(squares)
    return value


@kernel
def add_penalty_gradients(network: NetworkView, part: Part) -> None:
    """To the gradients of a part: L1 sign(w) + 2 L2 w, with sign(0) = 0."""
    w, g = network.parameters, network.gradients
    zero = fill(w, 0.0)
    for t in range(network.arrays):
        l1, l2 = network.penalties[2 * t + d.L1], network.penalties[2 * t + d.L2]
        if l1 != 0.0 or l2 != 0.0:
            start, size = network.tensors[2 * t], network.tensors[2 * t + 1]
            for i in range(max(start, part.begin), min(start + size, part.end), d.WIDTH):
                group = load(w, i)
                slope = where_less(group, zero, fill(w, -l1), where_less(zero, group, fill(w, l1), zero))
                store(g, i, load(g, i) + (slope + group * (2.0 * l2)))


@spliced
def clip(network: NetworkView, run: RunView) -> None:
    """Limit the gradients: each number, the length of each weight array's, or the length of all together."""
    limit = run.rates[d.CLIP]
    if run.controls[d.CLIPPING] == d.CLIP_VALUE:
        _clip_values(network, limit)
    elif run.controls[d.CLIPPING] == d.CLIP_NORM:
        for t in range(network.arrays):
            _shorten(network, network.tensors[2 * t], network.tensors[2 * t + 1], limit)
    elif run.controls[d.CLIPPING] == d.CLIP_GLOBAL_NORM:
        _shorten(network, 0, network.size, limit)


@kernel
def _clip_values(network: NetworkView, limit: float) -> None:
    g = network.gradients
    low, high = fill(g, -limit), fill(g, limit)
    for i in range(0, network.size, d.WIDTH):
        group = load(g, i)
        group = where_less(high, group, high, group)
        store(g, i, where_less(group, low, low, group))


@kernel
def _shorten(network: NetworkView, start: int, size: int, limit: float) -> None:
    """Scale the gradients so that their Euclidean length is at most ``limit``."""
    g = network.gradients
    squares = widened(fill(g, 0.0))
    for i in range(start, start + size, d.WIDTH):
        wide = widened(load(g, i))
        squares = squares + wide * wide
    length = math.sqrt(total(squares))
    if length > limit:
        scale = fill(g, limit / length)
        for i in range(start, start + size, d.WIDTH):
            store(g, i, load(g, i) * scale)
