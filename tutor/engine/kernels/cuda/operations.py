"""Each kind of operation's way forward and back, for one thread's share."""

from __future__ import annotations

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.dropout import Mode
from tutor.engine.kernels.cuda.activations import activation_backward, activation_forward
from tutor.engine.kernels.cuda.dense import dense_backward_inputs, dense_backward_weights, dense_forward
from tutor.engine.kernels.cuda.dropout import dropout_backward, dropout_forward
from tutor.engine.kernels.cuda.jit import Span, device
from tutor.engine.kernels.cuda.pixels import repack_backward, repack_forward


@device
def gather(
    network: d.Network, workspace: d.Workspace, examples: d.Examples, first: int, rows: int, span: Span
) -> None:
    """Copy the inputs of order[first : first + rows] into the values."""
    stride = network.operations[0, d.IN_STRIDE]
    for i in range(span.first, rows * stride, span.step):
        source = examples.order[first + i // stride] * stride + i % stride
        workspace.values[i] = examples.inputs[source]


@device
def forward(network: d.Network, workspace: d.Workspace, k: int, rows: int, mode: Mode, span: Span) -> None:
    """Operation ``k``: the values at its OUTPUT."""
    op = network.operations[k]
    if op[d.KIND] == d.DENSE:
        dense_forward(network, workspace, op, rows, span)
    elif op[d.KIND] == d.ACTIVATION:
        activation_forward(workspace, op, rows, span)
    elif op[d.KIND] == d.REPACK:
        repack_forward(workspace, op, rows, span)
    else:
        dropout_forward(workspace, op, rows, mode, span)


@device
def has_inner_weights(network: d.Network, k: int) -> bool:
    """Whether the deltas at the INPUT of operation ``k`` are left for :func:`backward_inputs`."""
    op = network.operations[k]
    return op[d.KIND] == d.DENSE and op[d.BACKWARD] & d.OF_INPUT != 0  # type: ignore[no-any-return]


@device
def backward(network: d.Network, workspace: d.Workspace, k: int, rows: int, mode: Mode, span: Span) -> None:
    """Operation ``k``: its gradients, and where it has no weights the deltas at its INPUT."""
    op = network.operations[k]
    if op[d.KIND] == d.DENSE:
        dense_backward_weights(network, workspace, op, rows, span)
    elif op[d.KIND] == d.ACTIVATION:
        activation_backward(workspace, op, rows, span)
    elif op[d.KIND] == d.REPACK:
        repack_backward(workspace, op, rows, span)
    else:
        dropout_backward(workspace, op, rows, mode, span)


@device
def backward_inputs(network: d.Network, workspace: d.Workspace, k: int, rows: int, span: Span) -> None:
    """Operation ``k``, if it has weights: the deltas at its INPUT; when all have done :func:`backward`."""
    dense_backward_inputs(workspace, network.operations[k], rows, span)
