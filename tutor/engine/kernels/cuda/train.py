"""What Python launches for small networks: one block of threads for each does many steps on its own.

All arrays but the examples' inputs and targets have the networks as their first axis. The threads of a block
meet at ``syncthreads`` after each phase of an operation; nothing is launched per layer or step, and no block
waits for another.
"""

from __future__ import annotations

import math

import numpy as np
from numba import cuda, float64

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.dropout import Mode
from tutor.engine.kernels.cuda.blocks import examples_of, network_of, run_of, workspace_of
from tutor.engine.kernels.cuda.gradients import (
    add_penalty_gradients,
    any_bad,
    clip_values,
    penalty,
    shorten,
    squares,
)
from tutor.engine.kernels.cuda.jit import Array, Span, Workspace, device, entry
from tutor.engine.kernels.cuda.losses import loss_and_delta, starts_from_logits
from tutor.engine.kernels.cuda.operations import (
    backward,
    backward_phases_of,
    forward,
    forward_phases_of,
    gather,
)
from tutor.engine.kernels.cuda.optimizers import remember, update
from tutor.engine.kernels.cuda.random import shuffle, stream
from tutor.engine.kernels.cuda.schedules import follow_schedule

NO_EPOCH = -1
"""In ``shuffled``: the order is not that of any epoch."""

# Places in ``flags``, where any thread may report that it has met a number that is not finite.
GRADIENT = 0
WEIGHT = 1
FLAGS = 2


@entry
def train_steps(
    networks: d.Network,
    workspaces: Workspace,
    examples: d.Examples,
    runs: d.Run,
    shuffled: Array,
    steps: int,
) -> None:
    """As ``cpu.train.train_steps``, for each block's network; ``shuffled`` has the epochs of the orders."""
    block = cuda.blockIdx.x
    network, workspace = network_of(block, networks), workspace_of(block, workspaces)
    data, run, marker = examples_of(block, examples), run_of(block, runs), shuffled[block]
    span = Span(cuda.threadIdx.x, cuda.blockDim.x)
    parts = cuda.shared.array(0, float64)
    controls, counters = run.controls, run.counters
    step, epoch, first = counters[d.STEPS], counters[d.EPOCHS], counters[d.POSITION]
    ordered, n = marker[0], data.order.size
    loss_sum, examples_sum = run.sums[d.LOSS_SUM], run.sums[d.EXAMPLES_SUM]
    status, done = counters[d.STATUS], 0
    while done < steps and status == d.HEALTHY:
        done += 1
        cuda.syncthreads()
        if controls[d.SHUFFLE] != 0 and ordered != epoch:
            if span.first == 0:
                shuffle(data.order, stream(controls[d.SEED], epoch))
            ordered = epoch
            cuda.syncthreads()
        rows = _smaller(controls[d.BATCH_SIZE], n - first)
        mode = Mode(True, controls[d.SEED], step, 0)
        loss = _gradient_of_batch(network, workspace, data, mode, controls[d.LOSS], first, rows, span, parts)
        if done == steps:
            remember(network, run, span)
        status = _checked_update(network, run, loss, step, span, parts)
        if status == d.HEALTHY:
            loss_sum, examples_sum = loss_sum + loss * rows, examples_sum + rows
            step, first = step + 1, first + rows
            if first == n:
                epoch, first = epoch + 1, 0
    cuda.syncthreads()
    if span.first == 0:
        counters[d.STEPS], counters[d.EPOCHS], counters[d.POSITION] = step, epoch, first
        counters[d.STATUS], marker[0] = status, ordered
        run.sums[d.LOSS_SUM], run.sums[d.EXAMPLES_SUM] = loss_sum, examples_sum


@entry
def batch_gradients(
    networks: d.Network,
    workspaces: Workspace,
    examples: d.Examples,
    loss: int,
    training: bool,
    answers: Array,
) -> None:
    """As ``cpu.train.batch_gradients``, for each block's network; the losses go into ``answers``."""
    block = cuda.blockIdx.x
    network, workspace = network_of(block, networks), workspace_of(block, workspaces)
    data = examples_of(block, examples)
    span = Span(cuda.threadIdx.x, cuda.blockDim.x)
    parts = cuda.shared.array(0, float64)
    mode = Mode(training, 0, 0, 0)
    value = _gradient_of_batch(network, workspace, data, mode, loss, 0, data.order.size, span, parts)
    if span.first == 0:
        answers[block] = value


@entry
def evaluate(
    networks: d.Network,
    workspaces: Workspace,
    examples: d.Examples,
    loss: int,
    with_loss: bool,
    outputs: Array,
    answers: Array,
) -> None:
    """As ``cpu.train.evaluate``, for each block's network; the losses go into ``answers``."""
    block = cuda.blockIdx.x
    network, workspace = network_of(block, networks), workspace_of(block, workspaces)
    data = examples_of(block, examples)
    target = outputs[block]
    span = Span(cuda.threadIdx.x, cuda.blockDim.x)
    parts = cuda.shared.array(0, float64)
    n, capacity, depth = data.order.size, workspace.capacity, network.operations.shape[0]
    width = network.operations[depth - 1, d.OUT_STRIDE]
    source = network.operations[depth - 1, d.OUTPUT] * capacity
    part = 0.0
    for first in range(0, n, capacity):
        rows = _smaller(capacity, n - first)
        _forward(network, workspace, data, Mode(False, 0, 0, 0), first, rows, span)
        if with_loss:
            part += loss_and_delta(network, workspace, data, loss, first, rows, span)
        for i in range(span.first, rows * width, span.step):
            target[first * width + i] = workspace.values[source + i]
        cuda.syncthreads()
    value = _block_sum(parts, part / n + penalty(network, span)) if with_loss else 0.0
    if span.first == 0:
        answers[block] = value


# --------------------------------------------------------------------------- between launches of many blocks


@entry
def measure(
    network: d.Network,
    workspace: Workspace,
    examples: d.Examples,
    counters: Array,
    loss: int,
    first: int,
    rows: int,
    n: int,
    begins: bool,
    answer: Array,
) -> None:
    """The loss of ``rows`` of ``n`` examples, with its deltas; for one block.

    It is added to ``answer[0]``; if the sum ``begins`` here, answer[0] becomes it, with the penalties.
    """
    if counters[d.STATUS] != d.HEALTHY:
        return
    span = Span(cuda.threadIdx.x, cuda.blockDim.x)
    parts = cuda.shared.array(0, float64)
    part = loss_and_delta(network, workspace, examples, loss, first, rows, span) / n
    value = _block_sum(parts, part + penalty(network, span) if begins else part)
    if span.first == 0:
        answer[0] = value if begins else answer[0] + value


@entry
def judge(network: d.Network, run: d.Run, flags: Array, answer: Array, step: int) -> None:
    """Whether there will be an update; if so, the learning rate follows its schedule; for one block."""
    if run.counters[d.STATUS] != d.HEALTHY:
        return
    span = Span(cuda.threadIdx.x, cuda.blockDim.x)
    parts = cuda.shared.array(0, float64)
    bad_loss, bad_gradient = not math.isfinite(answer[0]), flags[GRADIENT] != 0
    cuda.syncthreads()  # all have read the status
    if span.first == 0:
        if bad_loss or bad_gradient:
            run.counters[d.STATUS] = d.BAD_LOSS if bad_loss else d.BAD_GRADIENT
        else:
            follow_schedule(run, step)
    cuda.syncthreads()
    if not (bad_loss or bad_gradient):
        _clip(network, run, span, parts)


# --------------------------------------------------------------------------- one batch


@device
def _smaller(one: int, other: int) -> int:
    """``min``, which numba's CUDA target cannot always compile."""
    return one if one < other else other


@device
def _gradient_of_batch(
    network: d.Network,
    workspace: Workspace,
    examples: d.Examples,
    mode: Mode,
    loss: int,
    first: int,
    rows: int,
    span: Span,
    parts: Array,
) -> float:
    """The loss of the batch order[first : first + rows], with penalties; and its gradients."""
    _forward(network, workspace, examples, mode, first, rows, span)
    part = loss_and_delta(network, workspace, examples, loss, first, rows, span) / rows
    value = _block_sum(parts, part + penalty(network, span))
    depth = network.operations.shape[0] - (1 if starts_from_logits(loss) else 0)
    for k in range(depth - 1, -1, -1):
        if network.operations[k, d.BACKWARD] == 0:
            break
        for phase in range(backward_phases_of(network.operations[k, d.KIND])):
            backward(network, workspace, k, phase, rows, mode, span)
            cuda.syncthreads()
    add_penalty_gradients(network, span)
    cuda.syncthreads()
    return value


@device
def _forward(
    network: d.Network,
    workspace: Workspace,
    examples: d.Examples,
    mode: Mode,
    first: int,
    rows: int,
    span: Span,
) -> None:
    """Gather the batch order[first : first + rows] into the values, then every operation in turn."""
    gather(network, workspace, examples, first, rows, span)
    cuda.syncthreads()
    for k in range(network.operations.shape[0]):
        for phase in range(forward_phases_of(network.operations[k, d.KIND])):
            forward(network, workspace, k, phase, rows, mode, span)
            cuda.syncthreads()


@device
def _checked_update(network: d.Network, run: d.Run, loss: float, step: int, span: Span, parts: Array) -> int:
    """Clip and update, unless the loss or a gradient is not finite; returns the run's status."""
    if not math.isfinite(loss):
        return d.BAD_LOSS
    if cuda.syncthreads_or(np.int32(any_bad(network.gradients, span))):
        return d.BAD_GRADIENT
    if span.first == 0:
        follow_schedule(run, step)
    cuda.syncthreads()
    _clip(network, run, span, parts)
    bad = cuda.syncthreads_or(np.int32(update(network, run, step, span)))
    return d.BAD_WEIGHTS if bad else d.HEALTHY


@device
def _block_sum(parts: Array, part: float) -> float:
    """The sum of every thread's ``part``, in an order that depends on the number of threads alone.

    ``parts`` is the block's shared memory, as much as the launch asked for: one number for each thread.
    Were it of a fixed size and asked for here, NVVM would define it once for each caller and not link them.
    """
    thread = cuda.threadIdx.x
    parts[thread] = part
    cuda.syncthreads()
    reach = cuda.blockDim.x // 2  # a power of two, as blockDim.x is
    while reach > 0:
        if thread < reach:
            parts[thread] += parts[thread + reach]
        cuda.syncthreads()
        reach //= 2
    total = parts[0]
    cuda.syncthreads()
    return total  # type: ignore[no-any-return]


@device
def _clip(network: d.Network, run: d.Run, span: Span, parts: Array) -> None:
    """Limit the gradients: each number, the length of each weight array's, or the length of all together."""
    way, limit = run.controls[d.CLIPPING], run.rates[d.CLIP]
    if way == d.CLIP_VALUE:
        clip_values(network, limit, span)
    elif way == d.CLIP_NORM:
        for t in range(network.tensors.shape[0]):
            start, size = network.tensors[t, 0], network.tensors[t, 1]
            length = math.sqrt(_block_sum(parts, squares(network, start, size, span)))
            shorten(network, start, size, length, limit, span)
    elif way == d.CLIP_GLOBAL_NORM:
        size = network.gradients.size
        length = math.sqrt(_block_sum(parts, squares(network, 0, size, span)))
        shorten(network, 0, size, length, limit, span)
    cuda.syncthreads()
