"""Each kind of operation's way forward and back, for one thread's share.

Some kinds need *phases*: what one phase reads, all threads must have written in the phase before.
"""

from __future__ import annotations

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.dropout import Mode
from tutor.engine.kernels.cuda.activations import activation_backward, activation_forward
from tutor.engine.kernels.cuda.conv import (
    conv_backward_inputs,
    conv_backward_pieces,
    conv_backward_sums,
    conv_forward,
)
from tutor.engine.kernels.cuda.dense import dense_backward_inputs, dense_backward_weights, dense_forward
from tutor.engine.kernels.cuda.dropout import dropout_backward, dropout_forward
from tutor.engine.kernels.cuda.jit import Span, Workspace, device
from tutor.engine.kernels.cuda.normalize import normalize_backward, normalize_forward
from tutor.engine.kernels.cuda.pixels import repack_backward, repack_forward
from tutor.engine.kernels.cuda.pool import pool_backward, pool_forward
from tutor.engine.kernels.cuda.residual import fork, join


def forward_phases(kind: int) -> int:
    """Phases of :func:`forward`; for Python, and as ``forward_phases_of`` for the GPU."""
    return 3 if kind == d.NORMALIZE else 1


def backward_phases(kind: int) -> int:
    """Phases of :func:`backward`; for Python, and as ``backward_phases_of`` for the GPU."""
    if kind == d.NORMALIZE:
        return 3
    return 2 if kind == d.DENSE or kind == d.CONV else 1


forward_phases_of, backward_phases_of = device(forward_phases), device(backward_phases)


@device
def gather(
    network: d.Network, workspace: Workspace, examples: d.Examples, first: int, rows: int, span: Span
) -> None:
    """Copy the inputs of order[first : first + rows] into the values."""
    stride = network.operations[0, d.IN_STRIDE]
    for i in range(span.first, rows * stride, span.step):
        source = examples.order[first + i // stride] * stride + i % stride
        workspace.values[i] = examples.inputs[source]


@device
def forward(
    network: d.Network, workspace: Workspace, k: int, phase: int, rows: int, mode: Mode, span: Span
) -> None:
    """A phase of operation ``k``; after the last the values are at its OUTPUT."""
    op = network.operations[k]
    kind = op[d.KIND]
    if kind == d.DENSE:
        dense_forward(network, workspace, op, rows, span)
    elif kind == d.ACTIVATION:
        activation_forward(workspace, op, rows, span)
    elif kind == d.CONV:
        conv_forward(network, workspace, op, rows, span)
    elif kind == d.REPACK:
        repack_forward(workspace, op, rows, span)
    elif kind == d.FORK:
        fork(workspace.values, workspace, op, rows, False, span)
    elif kind == d.JOIN:
        join(workspace.values, workspace, op, rows, False, span)
    elif kind == d.NORMALIZE:
        normalize_forward(network, workspace, op, phase, rows, mode, span)
    elif kind == d.MAX_POOL or kind == d.AVERAGE_POOL:
        pool_forward(workspace, op, rows, span)
    else:
        dropout_forward(workspace, op, rows, mode, span)


@device
def backward(
    network: d.Network, workspace: Workspace, k: int, phase: int, rows: int, mode: Mode, span: Span
) -> None:
    """A phase of operation ``k``; after the last its gradients and the deltas at its INPUT are there."""
    op = network.operations[k]
    kind = op[d.KIND]
    if kind == d.DENSE:
        if phase == 0:
            dense_backward_weights(network, workspace, op, rows, span)
        elif op[d.BACKWARD] & d.OF_INPUT:
            dense_backward_inputs(workspace, op, rows, span)
    elif kind == d.ACTIVATION:
        activation_backward(workspace, op, rows, span)
    elif kind == d.CONV:
        if phase == 0:
            conv_backward_pieces(network, workspace, op, rows, span)
        else:
            conv_backward_sums(network, workspace, op, rows, span)
            conv_backward_inputs(workspace, op, rows, span)
    elif kind == d.REPACK:
        repack_backward(workspace, op, rows, span)
    elif kind == d.FORK:
        fork(workspace.deltas, workspace, op, rows, True, span)
    elif kind == d.JOIN:
        join(workspace.deltas, workspace, op, rows, True, span)
    elif kind == d.NORMALIZE:
        normalize_backward(network, workspace, op, phase, rows, mode, span)
    elif kind == d.MAX_POOL or kind == d.AVERAGE_POOL:
        pool_backward(workspace, op, rows, span)
    else:
        dropout_backward(workspace, op, rows, mode, span)
