"""What Python launches for small networks: one block of threads does many steps on its own.

The threads of the block meet at ``syncthreads`` after each operation; nothing is launched per layer or step,
and nothing waits for another block.
"""

from __future__ import annotations

import math

import numpy as np
from numba import cuda, float64

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.dropout import Mode
from tutor.engine.kernels.cuda.gradients import (
    add_penalty_gradients,
    any_bad,
    clip_values,
    penalty,
    shorten,
    squares,
)
from tutor.engine.kernels.cuda.jit import Array, Span, device, entry
from tutor.engine.kernels.cuda.losses import loss_and_delta, starts_from_logits
from tutor.engine.kernels.cuda.operations import (
    backward,
    backward_inputs,
    forward,
    gather,
    has_inner_weights,
)
from tutor.engine.kernels.cuda.optimizers import remember, update
from tutor.engine.kernels.cuda.random import shuffle, stream
from tutor.engine.kernels.cuda.schedules import follow_schedule

MAX_THREADS = 256
"""Threads in a block at most: with more, a thread could have too few registers."""

NO_EPOCH = -1
"""In ``shuffled``: the order is not that of any epoch."""


@entry
def train_steps(
    network: d.Network,
    workspace: d.Workspace,
    examples: d.Examples,
    run: d.Run,
    shuffled: Array,
    steps: int,
) -> None:
    """As ``cpu.train.train_steps``; ``shuffled[0]`` says whose epoch's order the examples are in."""
    span = Span(cuda.threadIdx.x, cuda.blockDim.x)
    parts = cuda.shared.array(0, float64)
    controls, counters = run.controls, run.counters
    step, epoch, first = counters[d.STEPS], counters[d.EPOCHS], counters[d.POSITION]
    ordered, n = shuffled[0], examples.order.size
    loss_sum, examples_sum = run.sums[d.LOSS_SUM], run.sums[d.EXAMPLES_SUM]
    status, done = d.HEALTHY, 0
    while done < steps and status == d.HEALTHY:
        done += 1
        cuda.syncthreads()
        if controls[d.SHUFFLE] != 0 and ordered != epoch:
            if span.first == 0:
                shuffle(examples.order, stream(controls[d.SEED], epoch))
            ordered = epoch
            cuda.syncthreads()
        rows = _smaller(controls[d.BATCH_SIZE], n - first)
        mode = Mode(True, controls[d.SEED], step, 0)
        loss = _gradient_of_batch(
            network, workspace, examples, mode, controls[d.LOSS], first, rows, span, parts
        )
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
        counters[d.STATUS], shuffled[0] = status, ordered
        run.sums[d.LOSS_SUM], run.sums[d.EXAMPLES_SUM] = loss_sum, examples_sum


@entry
def batch_gradients(
    network: d.Network,
    workspace: d.Workspace,
    examples: d.Examples,
    loss: int,
    training: bool,
    answer: Array,
) -> None:
    """As ``cpu.train.batch_gradients``; the loss goes into ``answer[0]``."""
    span = Span(cuda.threadIdx.x, cuda.blockDim.x)
    parts = cuda.shared.array(0, float64)
    mode = Mode(training, 0, 0, 0)
    value = _gradient_of_batch(network, workspace, examples, mode, loss, 0, examples.order.size, span, parts)
    if span.first == 0:
        answer[0] = value


@entry
def evaluate(
    network: d.Network,
    workspace: d.Workspace,
    examples: d.Examples,
    loss: int,
    with_loss: bool,
    outputs: Array,
    answer: Array,
) -> None:
    """As ``cpu.train.evaluate``; the loss goes into ``answer[0]``."""
    span = Span(cuda.threadIdx.x, cuda.blockDim.x)
    parts = cuda.shared.array(0, float64)
    n, capacity, depth = examples.order.size, workspace.capacity, network.operations.shape[0]
    width = network.operations[depth - 1, d.OUT_STRIDE]
    source = network.operations[depth - 1, d.OUTPUT] * capacity
    part = 0.0
    for first in range(0, n, capacity):
        rows = _smaller(capacity, n - first)
        _forward(network, workspace, examples, Mode(False, 0, 0, 0), first, rows, span)
        if with_loss:
            part += loss_and_delta(network, workspace, examples, loss, first, rows, span)
        for i in range(span.first, rows * width, span.step):
            outputs[first * width + i] = workspace.values[source + i]
        cuda.syncthreads()
    value = _block_sum(parts, part / n + penalty(network, span)) if with_loss else 0.0
    if span.first == 0:
        answer[0] = value


@device
def _smaller(one: int, other: int) -> int:
    """``min``, which numba's CUDA target cannot always compile."""
    return one if one < other else other


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
def _gradient_of_batch(
    network: d.Network,
    workspace: d.Workspace,
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
        backward(network, workspace, k, rows, mode, span)
        cuda.syncthreads()
        if has_inner_weights(network, k):
            backward_inputs(network, workspace, k, rows, span)
            cuda.syncthreads()
    add_penalty_gradients(network, span)
    cuda.syncthreads()
    return value


@device
def _forward(
    network: d.Network,
    workspace: d.Workspace,
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
        forward(network, workspace, k, rows, mode, span)
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
