"""What happens to gradients between back-propagation and the update: penalties, a check, clipping."""

from __future__ import annotations

import math

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cuda.jit import Array, Span, device


@device
def any_bad(numbers: Array, span: Span) -> bool:
    """Whether one of this thread's numbers is NaN or infinite."""
    bad = False
    for i in range(span.first, numbers.size, span.step):
        bad = bad or not math.isfinite(numbers[i])
    return bad


@device
def penalty(network: d.Network, span: Span) -> float:
    """This thread's part of L1 Σ|w| + L2 Σw² over the weight arrays that have penalties."""
    part = 0.0
    for t in range(network.tensors.shape[0]):
        l1, l2 = network.penalties[t, d.L1], network.penalties[t, d.L2]
        if l1 != 0.0 or l2 != 0.0:
            start, size = network.tensors[t, 0], network.tensors[t, 1]
            for i in range(start + span.first, start + size, span.step):
                w = float(network.parameters[i])
                part += l1 * abs(w) + l2 * w * w
    return part


@device
def add_penalty_gradients(network: d.Network, span: Span) -> None:
    """To the gradients: L1 sign(w) + 2 L2 w, with sign(0) = 0."""
    real = network.parameters.dtype.type
    zero = real(0)
    for t in range(network.tensors.shape[0]):
        l1, l2 = real(network.penalties[t, d.L1]), real(2.0 * network.penalties[t, d.L2])
        if l1 != zero or l2 != zero:
            start, size = network.tensors[t, 0], network.tensors[t, 1]
            for i in range(start + span.first, start + size, span.step):
                w = network.parameters[i]
                slope = l1 if w > zero else -l1 if w < zero else zero
                network.gradients[i] += slope + w * l2


@device
def clip_values(network: d.Network, limit: float, span: Span) -> None:
    """Hold every gradient within -limit and limit."""
    g = network.gradients
    real = g.dtype.type
    low, high = real(-limit), real(limit)
    for i in range(span.first, g.size, span.step):
        g[i] = low if g[i] < low else high if g[i] > high else g[i]


@device
def squares(network: d.Network, start: int, size: int, span: Span) -> float:
    """This thread's part of the sum of the squared gradients."""
    part = 0.0
    for i in range(start + span.first, start + size, span.step):
        g = float(network.gradients[i])
        part += g * g
    return part


@device
def shorten(network: d.Network, start: int, size: int, length: float, limit: float, span: Span) -> None:
    """Scale gradients of this Euclidean length so that it becomes at most ``limit``."""
    if length > limit:
        scale = network.gradients.dtype.type(limit / length)
        for i in range(start + span.first, start + size, span.step):
            network.gradients[i] *= scale
