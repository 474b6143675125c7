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
from tutor.engine.kernels.cpu.views import (
    ExamplesView,
    NetworkView,
    WorkspaceView,
    operation,
    pointer_to,
    view_examples,
    view_network,
    view_run,
    view_workspace,
)
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

    Each epoch goes through the examples in an order that depends on the seed and the epoch's number alone, so
    that a run cut into pieces does the same as an uncut one. The last batch of an epoch may be short.
    """
    net, room, data, state = (
        view_network(network),
        view_workspace(workspace),
        view_examples(examples),
        view_run(run),
    )
    counters = state.counters
    for step in range(steps):
        if state.controls[SHUFFLE] != 0 and (step == 0 or counters[POSITION] == 0):
            shuffle(data.order, data.n, stream(state.controls[SEED], counters[EPOCHS]))
        first = counters[POSITION]
        rows = min(state.controls[BATCH_SIZE], data.n - first)
        loss = _gradient_of_batch(net, room, data, state.controls[LOSS], first, rows)
        if not math.isfinite(loss):
            counters[STATUS] = BAD_LOSS
        elif not all_finite(net.gradients, net.size):
            counters[STATUS] = BAD_GRADIENT
        elif not update(net, state):
            counters[STATUS] = BAD_WEIGHTS
        if counters[STATUS] != HEALTHY:
            return
        state.sums[LOSS_SUM] += loss * rows
        state.sums[EXAMPLES_SUM] += rows
        counters[STEPS] += 1
        counters[POSITION] += rows
        if counters[POSITION] == data.n:
            counters[POSITION] = 0
            counters[EPOCHS] += 1


@entry
def batch_gradients(network: Network, workspace: Workspace, examples: Examples, loss: int) -> float:
    """The loss of all examples as one batch; the gradients go into network.gradients."""
    data = view_examples(examples)
    return _gradient_of_batch(view_network(network), view_workspace(workspace), data, loss, 0, data.n)


@entry
def evaluate(
    network: Network, workspace: Workspace, examples: Examples, loss: int, with_loss: bool, outputs: Floats
) -> float:
    """The outputs (n, OUT_STRIDE) for all examples, and the mean loss (0 unless ``with_loss``)."""
    net, room, data, target = (
        view_network(network),
        view_workspace(workspace),
        view_examples(examples),
        pointer_to(outputs),
    )
    last = operation(net, net.depth - 1)
    width = last[OUT_STRIDE]
    source = last[OUTPUT] * room.capacity
    loss_sum = 0.0
    for first in range(0, data.n, room.capacity):
        rows = min(room.capacity, data.n - first)
        _forward(net, room, data, first, rows)
        if with_loss:
            loss_sum += rows * loss_and_delta(net, room, data, loss, first, rows)
        for i in range(0, rows * width, WIDTH):
            store(target, first * width + i, load(room.values, source + i))
    return loss_sum / data.n


@kernel
def _gradient_of_batch(
    network: NetworkView, workspace: WorkspaceView, examples: ExamplesView, loss: int, first: int, rows: int
) -> float:
    _forward(network, workspace, examples, first, rows)
    value = loss_and_delta(network, workspace, examples, loss, first, rows)
    count = network.depth - (1 if starts_from_logits(loss) else 0)
    for k in range(count - 1, -1, -1):
        op = operation(network, k)
        if op[KIND] == DENSE:
            dense_backward(network, workspace, op, rows)
        else:
            activation_backward(workspace, op, rows)
    return value


@kernel
def _forward(
    network: NetworkView, workspace: WorkspaceView, examples: ExamplesView, first: int, rows: int
) -> None:
    """Gather the batch order[first : first + rows] into the values, then every operation in turn."""
    width = operation(network, 0)[IN_STRIDE]
    for r in range(rows):
        source = examples.order[first + r] * width
        for c in range(0, width, WIDTH):
            store(workspace.values, r * width + c, load(examples.inputs, source + c))
    for k in range(network.depth):
        op = operation(network, k)
        if op[KIND] == DENSE:
            dense_forward(network, workspace, op, rows)
        else:
            activation_forward(workspace, op, rows)
