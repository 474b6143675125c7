"""What Python calls: many training steps, the outputs for a whole set. For large networks see ``team``."""

from __future__ import annotations

import math

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.activations import (
    activation_backward,
    activation_forward,
    is_told_by_output,
)
from tutor.engine.kernels.cpu.conv import conv_backward, conv_forward
from tutor.engine.kernels.cpu.denormals import flush_denormals, restore_denormals
from tutor.engine.kernels.cpu.dense import dense_backward, dense_forward, is_large
from tutor.engine.kernels.cpu.dropout import Mode, dropout_backward, dropout_forward
from tutor.engine.kernels.cpu.gradients import add_penalty_gradients, all_finite, clip, penalty
from tutor.engine.kernels.cpu.jit import entry, inlined, spliced
from tutor.engine.kernels.cpu.lanes import load, store
from tutor.engine.kernels.cpu.losses import loss_and_delta, starts_from_logits
from tutor.engine.kernels.cpu.narrow import is_narrow, narrow_backward, narrow_forward
from tutor.engine.kernels.cpu.normalize import normalize_backward, normalize_forward
from tutor.engine.kernels.cpu.optimizers import remember, update
from tutor.engine.kernels.cpu.pixels import repack_backward, repack_forward
from tutor.engine.kernels.cpu.pool import pool_backward, pool_forward
from tutor.engine.kernels.cpu.random import shuffle, stream
from tutor.engine.kernels.cpu.residual import fork, join
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
        add_penalty_gradients(net, 0, net.size)
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
        _forward(net, room, data, Mode(False, 0, 0, 0), first, rows)
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
    return d.HEALTHY if update(network, run, 0, network.size) else d.BAD_WEIGHTS


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
    _forward(network, workspace, examples, mode, first, rows)
    value = loss_and_delta(network, workspace, examples, loss, first, rows, batch)
    depth = network.depth - (1 if starts_from_logits(loss) else 0)
    _backward(network, workspace, mode, depth, rows, with_large)
    return value


@spliced
def _forward(
    network: NetworkView, workspace: WorkspaceView, examples: ExamplesView, mode: Mode, first: int, rows: int
) -> None:
    """Gather the batch order[first : first + rows] into the values, then every operation in turn."""
    width = operation(network, 0)[d.IN_STRIDE]
    for r in range(rows):
        source = examples.order[first + r] * width
        for c in range(0, width, d.WIDTH):
            store(workspace.values, r * width + c, load(examples.inputs, source + c))
    for k in range(network.depth):
        op = operation(network, k)
        if op[d.KIND] == d.DENSE and is_narrow(op):
            narrow_forward(network, workspace, op, rows)
        elif op[d.KIND] == d.DENSE:
            dense_forward(network, workspace, op, rows)
        elif op[d.KIND] == d.ACTIVATION:
            if not is_done_along(network, k):
                activation_forward(workspace, op, rows)
        elif op[d.KIND] == d.CONV:
            last = operation(network, k + is_done_along(network, k + 1))
            conv_forward(network, workspace, op, rows, last[d.OUTPUT], last[d.FUNCTION])
        elif op[d.KIND] == d.REPACK:
            repack_forward(workspace, op, rows)
        elif op[d.KIND] == d.FORK:
            fork(workspace.values, workspace, op, rows, False)
        elif op[d.KIND] == d.JOIN:
            join(workspace.values, workspace, op, rows, False)
        elif op[d.KIND] == d.NORMALIZE:
            normalize_forward(network, workspace, op, rows, mode)
        elif op[d.KIND] == d.MAX_POOL or op[d.KIND] == d.AVERAGE_POOL:
            pool_forward(workspace, op, rows)
        else:
            dropout_forward(workspace, op, rows, mode)


@inlined
def is_done_along(network: NetworkView, k: int) -> bool:
    """Whether operation ``k`` is an activation that the convolution before it does, too."""
    if k == 0 or k == network.depth or operation(network, k - 1)[d.WITH_NEXT] == 0:
        return False
    return is_told_by_output(operation(network, k)[d.FUNCTION])


@spliced
def _backward(
    network: NetworkView, workspace: WorkspaceView, mode: Mode, count: int, rows: int, with_large: bool
) -> None:
    """The first ``count`` operations in reverse, down to the lowest learned one; the last delta is there."""
    for k in range(count - 1, -1, -1):
        op = operation(network, k)
        if op[d.BACKWARD] == 0:
            return
        if op[d.KIND] == d.DENSE and is_narrow(op) and op[d.BACKWARD] & d.OF_WEIGHTS:
            narrow_backward(network, workspace, op, rows)
        elif op[d.KIND] == d.DENSE:
            dense_backward(network, workspace, op, rows, with_large or not is_large(op))
        elif op[d.KIND] == d.ACTIVATION:
            if not is_done_along(network, k):
                activation_backward(workspace, op, rows)
        elif op[d.KIND] == d.CONV:
            last = operation(network, k + is_done_along(network, k + 1))
            conv_backward(network, workspace, op, rows, last[d.OUTPUT], last[d.FUNCTION])
        elif op[d.KIND] == d.REPACK:
            repack_backward(workspace, op, rows)
        elif op[d.KIND] == d.FORK:
            fork(workspace.deltas, workspace, op, rows, True)
        elif op[d.KIND] == d.JOIN:
            join(workspace.deltas, workspace, op, rows, True)
        elif op[d.KIND] == d.NORMALIZE:
            normalize_backward(network, workspace, op, rows, mode)
        elif op[d.KIND] == d.MAX_POOL or op[d.KIND] == d.AVERAGE_POOL:
            pool_backward(workspace, op, rows)
        else:
            dropout_backward(workspace, op, rows, mode)
