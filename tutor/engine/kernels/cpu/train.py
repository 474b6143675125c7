"""What Python calls: many training steps, the outputs for a whole set. For large networks see ``team``."""

from __future__ import annotations

import math

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.denormals import flush_denormals, restore_denormals
from tutor.engine.kernels.cpu.dropout import Mode
from tutor.engine.kernels.cpu.gradients import add_penalty_gradients, all_finite, clip, penalty
from tutor.engine.kernels.cpu.jit import entry, spliced
from tutor.engine.kernels.cpu.lanes import load, store
from tutor.engine.kernels.cpu.losses import loss_and_delta, starts_from_logits
from tutor.engine.kernels.cpu.operations import backward, forward
from tutor.engine.kernels.cpu.optimizers import remember, update
from tutor.engine.kernels.cpu.parts import all_of
from tutor.engine.kernels.cpu.random import shuffle, stream
from tutor.engine.kernels.cpu.schedules import follow_schedule
from tutor.engine.kernels.cpu.views import (
    ExamplesView,
    NetworkView,
    RunView,
    WorkspaceView,
    operation,
    pointer_to,
    view_examples,
    view_network,
    view_run,
    view_workspace,
)


@entry
def train_steps(
    network: d.Network, workspace: d.Workspace, examples: d.Examples, run: d.Run, steps: int
) -> None:
    """Do ``steps`` updates, fewer if a number stops being finite: then counters[STATUS] says of what kind.

    Each epoch goes through the examples in an order that depends on the seed and the epoch's number alone, so
    that a run cut into pieces does the same as an uncut one. The last batch of an epoch may be short.
    """
    net, room = view_network(network), view_workspace(workspace)
    data, state = view_examples(examples), view_run(run)
    counters = state.counters
    before = flush_denormals()
    for step in range(steps):
        order_examples(data, state, step == 0)
        first = counters[d.POSITION]
        rows = min(state.controls[d.BATCH_SIZE], data.n - first)
        mode = Mode(True, state.controls[d.SEED], counters[d.STEPS], 0)
        loss = gradient_of_rows(net, room, data, mode, state.controls[d.LOSS], first, rows, rows, True)
        loss += penalty(net)
        add_penalty_gradients(net, all_of(net))
        if step == steps - 1:
            remember(net, state)
        counters[d.STATUS] = _checked_update(net, state, loss)
        if counters[d.STATUS] != d.HEALTHY:
            break
        count_step(data, state, loss, rows)
    restore_denormals(before)


@entry
def evaluate(
    network: d.Network,
    workspace: d.Workspace,
    examples: d.Examples,
    loss: int,
    with_loss: bool,
    outputs: d.Floats,
) -> float:
    """The outputs (n, OUT_STRIDE) for all examples, and the mean loss (0 unless ``with_loss``)."""
    net, room, data = view_network(network), view_workspace(workspace), view_examples(examples)
    target = pointer_to(outputs)
    last = operation(net, net.depth - 1)
    width = last[d.OUT_STRIDE]
    source = last[d.OUTPUT] * room.capacity
    loss_sum = 0.0
    for first in range(0, data.n, room.capacity):
        rows = min(room.capacity, data.n - first)
        forward(net, room, data, Mode(False, 0, 0, 0), first, rows)
        if with_loss:
            loss_sum += rows * loss_and_delta(net, room, data, loss, first, rows, rows)
        for i in range(0, rows * width, d.WIDTH):
            store(target, first * width + i, load(room.values, source + i))
    return loss_sum / data.n + (penalty(net) if with_loss else 0.0)


@spliced
def _checked_update(network: NetworkView, run: RunView, loss: float) -> int:
    """Clip and update, unless the loss or a gradient is not finite; returns the run's status."""
    if not math.isfinite(loss):
        return d.BAD_LOSS
    if not all_finite(network.gradients, network.size):
        return d.BAD_GRADIENT
    follow_schedule(run)
    clip(network, run)
    return d.HEALTHY if update(network, run, all_of(network)) else d.BAD_WEIGHTS


@spliced
def order_examples(examples: ExamplesView, run: RunView, first: bool) -> None:
    """Shuffle at the beginning of an epoch, and before the ``first`` step of a launch."""
    if run.controls[d.SHUFFLE] != 0 and (first or run.counters[d.POSITION] == 0):
        shuffle(examples.order, examples.n, stream(run.controls[d.SEED], run.counters[d.EPOCHS]))


@spliced
def count_step(examples: ExamplesView, run: RunView, loss: float, rows: int) -> None:
    """Note that a step is done, with a batch of so many rows."""
    run.sums[d.LOSS_SUM] += loss * rows
    run.sums[d.EXAMPLES_SUM] += rows
    run.counters[d.STEPS] += 1
    run.counters[d.POSITION] += rows
    if run.counters[d.POSITION] == examples.n:
        run.counters[d.POSITION] = 0
        run.counters[d.EPOCHS] += 1


@spliced
def gradient_of_rows(
    network: NetworkView,
    workspace: WorkspaceView,
    examples: ExamplesView,
    mode: Mode,
    loss: int,
    first: int,
    rows: int,
    batch: int,
    with_large: bool,
) -> float:
    """What the examples order[first : first + rows] of a batch add to its loss; and its gradients.

    Those of large dense layers' weights may be left to ``sums``.
    """
    forward(network, workspace, examples, mode, first, rows)
    value = loss_and_delta(network, workspace, examples, loss, first, rows, batch)
    depth = network.depth - (1 if starts_from_logits(loss) else 0)
    backward(network, workspace, mode, depth, rows, with_large)
    return value
