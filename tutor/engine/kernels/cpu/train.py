"""What Python calls: many training steps, the gradient of one batch, the outputs for a whole set."""

from __future__ import annotations

import math

from tutor.engine.kernels.cpu.activations import activation_backward, activation_forward
from tutor.engine.kernels.cpu.dense import dense_backward, dense_forward
from tutor.engine.kernels.cpu.jit import entry, kernel
from tutor.engine.kernels.cpu.lanes import load, store
from tutor.engine.kernels.cpu.losses import loss_and_delta, starts_from_logits
from tutor.engine.kernels.cpu.optimizers import all_finite, update
from tutor.engine.kernels.cpu.random import shuffle, stream
from tutor.engine.kernels.description import (
    BAD_GRADIENT,
    BAD_LOSS,
    BAD_WEIGHTS,
    BATCH_SIZE,
    DENSE,
    EPOCHS,
    EXAMPLES_SUM,
    HEALTHY,
    IN_STRIDE,
    KIND,
    LOSS,
    LOSS_SUM,
    OUT_STRIDE,
    OUTPUT,
    POSITION,
    SEED,
    SHUFFLE,
    STATUS,
    STEPS,
    WIDTH,
    Examples,
    Floats,
    Network,
    Run,
    Workspace,
)


@entry
def train_steps(network: Network, workspace: Workspace, examples: Examples, run: Run, steps: int) -> None:
    """Do ``steps`` updates, fewer if a number stops being finite: then counters[STATUS] says of what kind.

    Each epoch goes through the examples in an order that depends on the seed and the epoch's number alone, so that
    a run cut into pieces does the same as an uncut one. The last batch of an epoch may be short.
    """
    counters = run.counters
    n = examples.order.size
    for step in range(steps):
        if run.controls[SHUFFLE] and (step == 0 or counters[POSITION] == 0):
            shuffle(examples.order, stream(run.controls[SEED], counters[EPOCHS]))
        first = counters[POSITION]
        rows = min(run.controls[BATCH_SIZE], n - first)
        loss = _gradient_of_batch(network, workspace, examples, run.controls[LOSS], first, rows)
        if not math.isfinite(loss):
            counters[STATUS] = BAD_LOSS
        elif not all_finite(network.gradients):
            counters[STATUS] = BAD_GRADIENT
        elif not update(network, run):
            counters[STATUS] = BAD_WEIGHTS
        if counters[STATUS] != HEALTHY:
            return
        run.sums[LOSS_SUM] += loss * rows
        run.sums[EXAMPLES_SUM] += rows
        counters[STEPS] += 1
        counters[POSITION] += rows
        if counters[POSITION] == n:
            counters[POSITION] = 0
            counters[EPOCHS] += 1


@entry
def batch_gradients(network: Network, workspace: Workspace, examples: Examples, loss: int) -> float:
    """The loss of all examples as one batch; the gradients go into network.gradients."""
    return _gradient_of_batch(network, workspace, examples, loss, 0, examples.order.size)


@entry
def evaluate(
    network: Network, workspace: Workspace, examples: Examples, loss: int, with_loss: bool, outputs: Floats
) -> float:
    """The outputs (n, OUT_STRIDE) for all examples, and the mean loss (0 unless ``with_loss``)."""
    last = network.operations.shape[0] - 1
    width = network.operations[last, OUT_STRIDE]
    source = network.operations[last, OUTPUT] * workspace.capacity
    n = examples.order.size
    loss_sum = 0.0
    for first in range(0, n, workspace.capacity):
        rows = min(workspace.capacity, n - first)
        _forward(network, workspace, examples, first, rows)
        if with_loss:
            loss_sum += rows * loss_and_delta(network, workspace, examples, loss, first, rows)
        for i in range(0, rows * width, WIDTH):
            store(outputs, first * width + i, load(workspace.values, source + i))
    return loss_sum / n


@kernel
def _gradient_of_batch(
    network: Network, workspace: Workspace, examples: Examples, loss: int, first: int, rows: int
) -> float:
    _forward(network, workspace, examples, first, rows)
    value = loss_and_delta(network, workspace, examples, loss, first, rows)
    count = network.operations.shape[0] - (1 if starts_from_logits(loss) else 0)
    for k in range(count - 1, -1, -1):
        if network.operations[k, KIND] == DENSE:
            dense_backward(network, workspace, k, rows)
        else:
            activation_backward(network, workspace, k, rows)
    return value


@kernel
def _forward(network: Network, workspace: Workspace, examples: Examples, first: int, rows: int) -> None:
    """Gather the batch order[first : first + rows] into the values, then every operation in turn."""
    width = network.operations[0, IN_STRIDE]
    for r in range(rows):
        source = examples.order[first + r] * width
        for c in range(0, width, WIDTH):
            store(workspace.values, r * width + c, load(examples.inputs, source + c))
    for k in range(network.operations.shape[0]):
        if network.operations[k, KIND] == DENSE:
            dense_forward(network, workspace, k, rows)
        else:
            activation_forward(network, workspace, k, rows)
