"""Losses with their gradients by the network's output, as Keras defines them (a mean over the batch).

p (rows, OUT_STRIDE) is the output of the last operation, t the targets, k the number of outputs:

    mean_squared_error          mean over k of (p - t)²
    mean_absolute_error         mean over k of |p - t|; at p = t its gradient is 0
    hinge                       mean over k of max(0, 1 - t p), t = -1 or +1
    binary_crossentropy         mean over k of -t log p - (1 - t) log(1 - p), p = sigmoid(z)
    categorical_crossentropy    -Σ t log p, p = softmax(z)

The cross-entropies are computed from z, the input of the last operation, and their gradient (p - t) is
written there: with log p never formed, they are exact for every z, and the last activation's derivative is
skipped.
"""

from __future__ import annotations

import math

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.functions import softplus
from tutor.engine.kernels.cpu.jit import kernel
from tutor.engine.kernels.cpu.lanes import fill, keep, largest, load, magnitude, store, total, where_less
from tutor.engine.kernels.cpu.views import ExamplesView, NetworkView, WorkspaceView, operation


@kernel
def starts_from_logits(loss: int) -> bool:
    """Whether the gradient of this loss is written at the input of the last activation."""
    return loss in (d.BINARY_CROSSENTROPY, d.CATEGORICAL_CROSSENTROPY)


@kernel
def loss_and_delta(
    network: NetworkView, workspace: WorkspaceView, examples: ExamplesView, loss: int, first: int, rows: int
) -> float:
    """The loss of the batch order[first : first + rows]; its gradient goes into the deltas."""
    op = operation(network, network.depth - 1)
    width, stride = op[d.OUT_WIDTH], op[d.OUT_STRIDE]
    z, p = op[d.INPUT] * workspace.capacity, op[d.OUTPUT] * workspace.capacity
    loss_sum = 0.0
    for r in range(rows):
        t = examples.order[first + r] * stride
        at_z, at_p = z + r * stride, p + r * stride
        if loss == d.CATEGORICAL_CROSSENTROPY:
            loss_sum += _categorical(workspace, examples, at_z, at_p, t, width, 1.0 / rows)
        elif loss == d.BINARY_CROSSENTROPY:
            loss_sum += _binary(workspace, examples, at_z, at_p, t, width, 1.0 / (rows * width)) / width
        elif loss == d.MEAN_SQUARED_ERROR:
            loss_sum += _squared(workspace, examples, at_p, t, width, 1.0 / (rows * width)) / width
        elif loss == d.MEAN_ABSOLUTE_ERROR:
            loss_sum += _absolute(workspace, examples, at_p, t, width, 1.0 / (rows * width)) / width
        else:
            loss_sum += _hinge(workspace, examples, at_p, t, width, 1.0 / (rows * width)) / width
    return loss_sum / rows


@kernel
def _squared(
    workspace: WorkspaceView, examples: ExamplesView, p: int, t: int, width: int, scale: float
) -> float:
    sums = fill(workspace.values, 0.0)
    for c in range(0, width, d.WIDTH):
        error = load(workspace.values, p + c) - load(examples.targets, t + c)
        error = keep(error, width - c, fill(workspace.values, 0.0))
        sums = sums + error * error
        store(workspace.deltas, p + c, error * (2.0 * scale))
    return float(total(sums))


@kernel
def _absolute(
    workspace: WorkspaceView, examples: ExamplesView, p: int, t: int, width: int, scale: float
) -> float:
    zero = fill(workspace.values, 0.0)
    sums = zero
    for c in range(0, width, d.WIDTH):
        error = keep(load(workspace.values, p + c) - load(examples.targets, t + c), width - c, zero)
        sums = sums + magnitude(error)
        direction = where_less(
            error, zero, fill(zero, -scale), where_less(zero, error, fill(zero, scale), zero)
        )
        store(workspace.deltas, p + c, direction)
    return float(total(sums))


@kernel
def _hinge(
    workspace: WorkspaceView, examples: ExamplesView, p: int, t: int, width: int, scale: float
) -> float:
    zero = fill(workspace.values, 0.0)
    sums = zero
    for c in range(0, width, d.WIDTH):
        target = load(examples.targets, t + c)
        short = keep(1.0 - target * load(workspace.values, p + c), width - c, zero)
        sums = sums + where_less(short, zero, zero, short)
        store(workspace.deltas, p + c, where_less(zero, short, target * -scale, zero))
    return float(total(sums))


@kernel
def _binary(
    workspace: WorkspaceView, examples: ExamplesView, z: int, p: int, t: int, width: int, scale: float
) -> float:
    """-t log p - (1 - t) log(1 - p) = softplus(z) - t z."""
    zero = fill(workspace.values, 0.0)
    sums = zero
    for c in range(0, width, d.WIDTH):
        target, logit = load(examples.targets, t + c), load(workspace.values, z + c)
        # softplus(z) - t z = t softplus(-z) + (1 - t) softplus(z): no difference of large numbers
        loss = target * softplus(-logit) + (1.0 - target) * softplus(logit)
        sums = sums + keep(loss, width - c, zero)
        delta = (load(workspace.values, p + c) - target) * scale
        store(workspace.deltas, z + c, keep(delta, width - c, zero))
    return float(total(sums))


@kernel
def _categorical(
    workspace: WorkspaceView, examples: ExamplesView, z: int, p: int, t: int, width: int, scale: float
) -> float:
    """Σ t (log Σ exp z - z).

    The largest p is exp(0) over the softmax's sum, so that log Σ exp z = max z - log max p.
    """
    values = workspace.values
    zero = fill(values, 0.0)
    top, likeliest = fill(values, values[z]), zero
    for c in range(0, width, d.WIDTH):
        logit, chance = keep(load(values, z + c), width - c, top), load(values, p + c)
        top = where_less(top, logit, logit, top)
        likeliest = where_less(likeliest, chance, chance, likeliest)
    log_sum = fill(values, largest(top) - math.log(largest(likeliest)))
    sums = zero
    for c in range(0, width, d.WIDTH):
        target = load(examples.targets, t + c)
        sums = sums + target * (log_sum - load(values, z + c))
        store(workspace.deltas, z + c, (load(values, p + c) - target) * scale)
    return float(total(sums))
