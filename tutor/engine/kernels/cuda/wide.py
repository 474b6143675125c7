"""What Python launches for large networks: a phase of one operation over as many blocks as it has work for.

A launch begins when the one before has ended, so that nothing in here waits for another block. The host says
which batch it is and looks at the counters now and then; once their STATUS is not healthy, what is launched
returns at once and leaves everything as it was. What takes a sum over a block's threads is in ``train``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from numba import cuda

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.dropout import Mode
from tutor.engine.kernels.cuda import operations
from tutor.engine.kernels.cuda.gradients import add_penalty_gradients, any_bad
from tutor.engine.kernels.cuda.jit import Array, Span, Workspace, device, entry
from tutor.engine.kernels.cuda.optimizers import remember, update
from tutor.engine.kernels.cuda.random import shuffle, stream
from tutor.engine.kernels.cuda.train import GRADIENT, WEIGHT


@device
def _everywhere() -> Span:
    """This thread's share among all threads of all blocks."""
    return Span(cuda.grid(1), cuda.gridsize(1))


class Packed(NamedTuple):
    """A network and its workspace in few arrays, for what is launched most."""

    weights: Array  # parameters, gradients
    room: Array  # the arrays of Workspace, in its order
    table: Array  # of operations
    extents: Array  # the lengths of parameters and gradients, the capacity, the lengths of the room's arrays


class _Layers(NamedTuple):
    """As ``description.Network``, without what only penalties and clipping need."""

    operations: Array
    parameters: Array
    gradients: Array


@device
def _layers(weights: Array, table: Array, extents: Array) -> Any:
    end = extents[0] + extents[1]
    return _Layers(table, weights[: extents[0]], weights[extents[0] : end])


@device
def _workspace(room: Array, extents: Array) -> Workspace:
    deltas = extents[3]
    transposed = deltas + extents[4]
    scratch = transposed + extents[5]
    partials = scratch + extents[6]
    return Workspace(
        extents[2],
        room[:deltas],
        room[deltas:transposed],
        room[transposed:scratch],
        room[scratch:partials],
        room[partials : partials + extents[7]],
    )


@entry
def order_epoch(order: Array, shuffled: Array, seed: int, epoch: int) -> None:
    """Put the examples into the epoch's order, if they are in another's; for one thread."""
    if shuffled[0] != epoch:
        shuffle(order, stream(seed, epoch))
        shuffled[0] = epoch


@entry
def gather(
    network: d.Network, workspace: Workspace, examples: d.Examples, counters: Array, first: int, rows: int
) -> None:
    """See ``operations.gather``."""
    if counters[d.STATUS] == d.HEALTHY:
        operations.gather(network, workspace, examples, first, rows, _everywhere())


@entry
def forward(
    weights: Array,
    room: Array,
    table: Array,
    extents: Array,
    counters: Array,
    k: int,
    phase: int,
    rows: int,
    mode: Mode,
) -> None:
    """See ``operations.forward``; the arrays are packed, see :class:`Packed`."""
    if counters[d.STATUS] == d.HEALTHY:
        network, workspace = _layers(weights, table, extents), _workspace(room, extents)
        operations.forward(network, workspace, k, phase, rows, mode, _everywhere())


@entry
def backward(
    weights: Array,
    room: Array,
    table: Array,
    extents: Array,
    counters: Array,
    k: int,
    phase: int,
    rows: int,
    mode: Mode,
) -> None:
    """See ``operations.backward``; the arrays are packed, see :class:`Packed`."""
    if counters[d.STATUS] == d.HEALTHY:
        network, workspace = _layers(weights, table, extents), _workspace(room, extents)
        operations.backward(network, workspace, k, phase, rows, mode, _everywhere())


@entry
def copy_outputs(network: d.Network, workspace: Workspace, outputs: Array, first: int, rows: int) -> None:
    """What the last operation has answered for ``rows`` examples to ``outputs``, from row ``first`` on."""
    last, span = network.operations[network.operations.shape[0] - 1], _everywhere()
    source, width = last[d.OUTPUT] * workspace.capacity, last[d.OUT_STRIDE]
    for i in range(span.first, rows * width, span.step):
        outputs[first * width + i] = workspace.values[source + i]


@entry
def penalize(network: d.Network, counters: Array) -> None:
    """See ``gradients.add_penalty_gradients``."""
    if counters[d.STATUS] == d.HEALTHY:
        add_penalty_gradients(network, _everywhere())


@entry
def inspect(network: d.Network, run: d.Run, flags: Array, keep: bool) -> None:
    """Flag gradients that are not finite; ``keep`` the parameters as they are before the update."""
    if run.counters[d.STATUS] == d.HEALTHY:
        span = _everywhere()
        if keep:
            remember(network, run, span)
        if any_bad(network.gradients, span):
            flags[GRADIENT] = 1


@entry
def move(network: d.Network, run: d.Run, flags: Array, step: int) -> None:
    """The update; flags weights that are not finite."""
    if run.counters[d.STATUS] == d.HEALTHY and update(network, run, step, _everywhere()):
        flags[WEIGHT] = 1


@entry
def settle(run: d.Run, flags: Array, answer: Array, rows: int, n: int) -> None:
    """Count the step on ``rows`` of ``n`` examples, or say that its weights are bad; for one thread."""
    counters = run.counters
    if counters[d.STATUS] != d.HEALTHY:
        return
    if flags[WEIGHT] != 0:
        counters[d.STATUS] = d.BAD_WEIGHTS
        return
    run.sums[d.LOSS_SUM] += answer[0] * rows
    run.sums[d.EXAMPLES_SUM] += rows
    counters[d.STEPS] += 1
    counters[d.POSITION] += rows
    if counters[d.POSITION] == n:
        counters[d.POSITION] = 0
        counters[d.EPOCHS] += 1
