"""The way of a batch through the network, forward and back: every operation in turn."""

from __future__ import annotations

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.activations import (
    activation_backward,
    activation_forward,
    is_told_by_output,
)
from tutor.engine.kernels.cpu.conv import conv_backward, conv_forward
from tutor.engine.kernels.cpu.dense import dense_backward, dense_forward, is_large
from tutor.engine.kernels.cpu.dropout import Mode, dropout_backward, dropout_forward
from tutor.engine.kernels.cpu.jit import inlined, spliced
from tutor.engine.kernels.cpu.lanes import load, store
from tutor.engine.kernels.cpu.narrow import is_narrow, narrow_backward, narrow_forward
from tutor.engine.kernels.cpu.normalize import normalize_backward, normalize_forward
from tutor.engine.kernels.cpu.pixels import repack_backward, repack_forward
from tutor.engine.kernels.cpu.pool import pool_backward, pool_forward
from tutor.engine.kernels.cpu.residual import fork, join
from tutor.engine.kernels.cpu.views import (
    ExamplesView,
    NetworkView,
    WorkspaceView,
    operation,
)


@spliced
def forward(
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
def backward(
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
