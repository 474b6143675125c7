"""Losses with their gradients by the network's output, as in ``cpu.losses``; one thread per example."""

from __future__ import annotations

import math
from typing import Any

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cuda.activations import softplus
from tutor.engine.kernels.cuda.jit import Real, Span, Workspace, device


@device
def starts_from_logits(loss: int) -> bool:
    """Whether the gradient of this loss is written at the input of the last activation."""
    return loss == d.BINARY_CROSSENTROPY or loss == d.CATEGORICAL_CROSSENTROPY


@device
def loss_and_delta(
    network: d.Network,
    workspace: Workspace,
    examples: d.Examples,
    loss: int,
    first: int,
    rows: int,
    span: Span,
) -> float:
    """This thread's part of the sum of the losses of order[first : first + rows]; gradients to the deltas."""
    op = network.operations[network.operations.shape[0] - 1]
    width, stride = op[d.OUT_WIDTH], op[d.OUT_STRIDE]
    z, p = op[d.INPUT] * workspace.capacity, op[d.OUTPUT] * workspace.capacity
    part = 0.0
    for r in range(span.first, rows, span.step):
        t = examples.order[first + r] * stride
        if loss == d.CATEGORICAL_CROSSENTROPY:
            part += _categorical(workspace, examples, z + r * stride, p + r * stride, t, width, rows)
        else:
            target = z if loss == d.BINARY_CROSSENTROPY else p
            part += _mean(workspace, examples, loss, target + r * stride, p + r * stride, t, width, rows)
    return part


@device
def _mean(
    workspace: Workspace, examples: d.Examples, loss: int, at: int, p: int, t: int, width: int, rows: int
) -> float:
    """The mean over the outputs of one example; the gradient by what stands ``at`` goes there."""
    real = workspace.values.dtype.type
    scale = real(1.0 / (rows * width))
    total = real(0)
    for c in range(width):
        answer, target = workspace.values[p + c], examples.targets[t + c]
        total += _value(real, loss, workspace.values[at + c], answer, target)
        workspace.deltas[at + c] = _slope(real, loss, answer, target) * scale
    return float(total) / width


@device
def _value(real: Real, loss: int, z: Any, p: Any, t: Any) -> Any:
    """The loss of one number."""
    if loss == d.BINARY_CROSSENTROPY:
        # softplus(z) - t z, but without a difference of large numbers
        return t * softplus(real, -z) + (real(1) - t) * softplus(real, z)
    if loss == d.MEAN_SQUARED_ERROR:
        return (p - t) * (p - t)
    if loss == d.MEAN_ABSOLUTE_ERROR:
        return abs(p - t)
    short = real(1) - t * p
    return real(0) if short < real(0) else short


@device
def _slope(real: Real, loss: int, p: Any, t: Any) -> Any:
    """Its derivative: by z for the cross-entropy, else by p."""
    if loss == d.BINARY_CROSSENTROPY:
        return p - t
    if loss == d.MEAN_SQUARED_ERROR:
        return real(2) * (p - t)
    if loss == d.MEAN_ABSOLUTE_ERROR:
        return real(1) if p > t else real(-1) if p < t else real(0)
    return -t if real(0) < real(1) - t * p else real(0)


@device
def _categorical(
    workspace: Workspace, examples: d.Examples, z: int, p: int, t: int, width: int, rows: int
) -> float:
    """Σ t (log Σ exp z - z), where log Σ exp z = max z - log max p."""
    values, targets = workspace.values, examples.targets
    real = values.dtype.type
    scale = real(1.0 / rows)
    top, likeliest = values[z], real(0)
    for c in range(width):
        top = values[z + c] if top < values[z + c] else top
        likeliest = values[p + c] if likeliest < values[p + c] else likeliest
    if not likeliest > real(0):  # all p are NaN, and so shall the loss be
        likeliest = values[p]
    log_sum = top - real(math.log(likeliest))
    total = real(0)
    for c in range(width):
        total += targets[t + c] * (log_sum - values[z + c])
        workspace.deltas[z + c] = (values[p + c] - targets[t + c]) * scale
    return float(total)
