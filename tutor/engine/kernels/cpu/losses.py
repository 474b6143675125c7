"""Losses with their gradients by the network's output, as Keras defines them (a mean over the batch).

p (rows, OUT_STRIDE) is the output of the last operation, t the targets, k the number of outputs:

    mean_squared_error          mean over k of (p - t)²
    mean_absolute_error         mean over k of |p - t|; at p = t its gradient is 0
    hinge                       mean over k of max(0, 1 - t p), t = -1 or +1
    binary_crossentropy         mean over k of -t log p - (1 - t) log(1 - p), p = sigmoid(z)
    categorical_crossentropy    -Σ t log p, p = softmax(z)

The cross-entropies are computed from z, the input of the last operation, and their gradient (p - t) is
written there: with log p never formed, they are exact for every z, and the last activation's derivative is
skipped. Sums over the batch are kept in float64.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.functions import exp_nonpositive, log1p_unit
from tutor.engine.kernels.cpu.jit import inlined, kernel
from tutor.engine.kernels.cpu.lanes import (
    fill,
    keep,
    largest,
    load,
    magnitude,
    store,
    total,
    where_less,
    widened,
)
from tutor.engine.kernels.cpu.linking import linked
from tutor.engine.kernels.cpu.views import (
    ExamplesView,
    NetworkView,
    Pointer,
    WorkspaceView,
    advanced,
    operation,
)


class Outputs(NamedTuple):
    """What a loss looks at: ``rows`` of a batch's examples, whose targets stand where ``order`` says."""

    z: Pointer  # inputs of the last operation, (rows, stride)
    p: Pointer
    dz: Pointer  # gradients by them
    dp: Pointer
    targets: Pointer
    order: Pointer
    rows: int
    batch: int
    width: int
    stride: int


@kernel
def starts_from_logits(loss: int) -> bool:
    """Whether the gradient of this loss is written at the input of the last activation."""
    return loss in (d.BINARY_CROSSENTROPY, d.CATEGORICAL_CROSSENTROPY)


@linked
def loss_and_delta(
    network: NetworkView,
    workspace: WorkspaceView,
    examples: ExamplesView,
    loss: int,
    first: int,
    rows: int,
    batch: int,
) -> float:
    """What order[first : first + rows] adds to the loss of ``batch`` rows; its gradient, into the deltas."""
    op = operation(network, network.depth - 1)
    z, p = op[d.INPUT] * workspace.capacity, op[d.OUTPUT] * workspace.capacity
    outputs = Outputs(
        advanced(workspace.values, z),
        advanced(workspace.values, p),
        advanced(workspace.deltas, z),
        advanced(workspace.deltas, p),
        examples.targets,
        advanced(examples.order, first),
        rows,
        batch,
        op[d.OUT_WIDTH],
        op[d.OUT_STRIDE],
    )
    if loss == d.CATEGORICAL_CROSSENTROPY:
        return _categorical(outputs)
    if loss == d.BINARY_CROSSENTROPY:
        return _binary(outputs)
    return _other(loss, outputs)


@kernel
def _binary(outputs: Outputs) -> float:
    return _mean(d.BINARY_CROSSENTROPY, outputs)


@kernel
def _other(loss: int, outputs: Outputs) -> float:
    return _mean(loss, outputs)


@inlined
def _mean(loss: int, outputs: Outputs) -> float:
    """The rows' part of the mean over all outputs of the batch, each of which counts by itself."""
    zero = fill(outputs.p, 0.0)
    sums = widened(zero)
    share = 1.0 / (outputs.batch * outputs.width)
    deltas = outputs.dz if loss == d.BINARY_CROSSENTROPY else outputs.dp
    for c in range(0, outputs.width, d.WIDTH):
        for r in range(outputs.rows):
            at = r * outputs.stride + c
            z, p = load(outputs.z, at), load(outputs.p, at)
            t = load(outputs.targets, outputs.order[r] * outputs.stride + c)
            term, slope = _term(loss, z, p, t)
            sums = sums + widened(keep(term, outputs.width - c, zero))
            store(deltas, at, keep(slope * share, outputs.width - c, zero))
    return float(total(sums) * share)


@inlined
def _term(loss: int, z: Any, p: Any, t: Any) -> Any:
    """What each output adds to the loss, and the slope of that."""
    zero, one = fill(z, 0.0), fill(z, 1.0)
    if loss == d.BINARY_CROSSENTROPY:
        # t softplus(-z) + (1 - t) softplus(z), written so that no large numbers are subtracted
        wrong_side = where_less(z, zero, -z * t, z * (1.0 - t))
        return wrong_side + log1p_unit(exp_nonpositive(-magnitude(z))), p - t
    if loss == d.HINGE:
        short = 1.0 - t * p
        return where_less(short, zero, zero, short), where_less(zero, short, -t, zero)
    error = p - t
    if loss == d.MEAN_SQUARED_ERROR:
        return error * error, error * 2.0
    return magnitude(error), where_less(error, zero, -one, where_less(zero, error, one, zero))


@kernel
def _categorical(outputs: Outputs) -> float:
    """The rows' part of the mean over the batch of Σ t (log Σ exp z - z).

    The largest p is exp(0) over the softmax's sum, so that log Σ exp z = max z - log max p.
    """
    zero = fill(outputs.z, 0.0)
    sums = widened(zero)
    scale = 1.0 / outputs.batch
    for r in range(outputs.rows):
        z, p = advanced(outputs.z, r * outputs.stride), advanced(outputs.p, r * outputs.stride)
        dz = advanced(outputs.dz, r * outputs.stride)
        targets = advanced(outputs.targets, outputs.order[r] * outputs.stride)
        top, likeliest = fill(z, z[0]), zero
        for c in range(0, outputs.width, d.WIDTH):
            logit, chance = keep(load(z, c), outputs.width - c, top), load(p, c)
            top = where_less(top, logit, logit, top)
            likeliest = where_less(likeliest, chance, chance, likeliest)
        log_sum = fill(z, largest(top) - math.log(largest(likeliest)))
        for c in range(0, outputs.width, d.WIDTH):
            t = load(targets, c)
            sums = sums + widened(t * (log_sum - load(z, c)))
            store(dz, c, (load(p, c) - t) * scale)
    return float(total(sums) * scale)
