"""The fully connected layer: z = x W + b, and its gradients; all three products are ``tiles.multiply``.

Layers of at most eight inputs and units have loops of their own in ``narrow``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.jit import inlined, kernel
from tutor.engine.kernels.cpu.lanes import count_of, fill, load_like, store, wide_zero
from tutor.engine.kernels.cpu.linking import linked
from tutor.engine.kernels.cpu.tiles import A_ROW, ITSELF, NOTHING, Added, Matrix, multiply
from tutor.engine.kernels.cpu.transpose import transpose
from tutor.engine.kernels.cpu.views import NetworkView, Pointer, WorkspaceView, advanced


class Lines(NamedTuple):
    """So many of a weight matrix from ``first`` on; where they are ``begun``, more is added to them."""

    first: int
    number: int
    begun: bool


padded = kernel(d.padded)
is_large = inlined(d.is_large)


@linked
def dense_forward(network: NetworkView, workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """The values at OUTPUT (rows, OUT_STRIDE) from those at INPUT (rows, IN_STRIDE)."""
    width = op[d.OUT_STRIDE]
    start = op[d.OUTPUT] * workspace.capacity
    x = Matrix(workspace.values, op[d.INPUT] * workspace.capacity, op[d.IN_STRIDE], 1)
    w = Matrix(network.parameters, op[d.KERNEL], width, 1)
    bias = Added(A_ROW, advanced(network.parameters, op[d.BIAS]))
    multiply(Matrix(workspace.values, start, width, 1), x, w, rows, op[d.IN_WIDTH], width, bias)


@linked
def dense_backward(
    network: NetworkView, workspace: WorkspaceView, op: Pointer, rows: int, with_weights: bool
) -> None:
    """From dz at OUTPUT what is wanted of db = column sums of dz, dW = xᵀ dz, and dx = dz Wᵀ.

    Without weights dW is left to whoever calls :func:`weight_gradient` later.
    """
    width = op[d.OUT_STRIDE]
    dz = Matrix(workspace.deltas, op[d.OUTPUT] * workspace.capacity, width, 1)
    if op[d.BACKWARD] & d.OF_BIAS:
        _column_sums(advanced(network.gradients, op[d.BIAS]), dz, rows, width)
    if with_weights and op[d.BACKWARD] & d.OF_WEIGHTS:
        weight_gradient(network.gradients, workspace, op, rows, Lines(0, op[d.IN_WIDTH], False))
    if not op[d.BACKWARD] & d.OF_INPUT:
        return
    if padded(rows) * (op[d.IN_WIDTH] + op[d.OUT_WIDTH]) < op[d.OUT_WIDTH] * op[d.IN_STRIDE]:
        _input_gradient_of_few(network, workspace, op, rows)
    else:
        _input_gradient(network, workspace, op, rows)


@kernel
def _column_sums(sums: Pointer, dz: Matrix, rows: int, width: int) -> None:
    wide = wide_zero(sums)
    done = width - width % count_of(wide)
    _sum_columns(wide, sums, dz, rows, 0, done)
    _sum_columns(fill(sums, 0.0), sums, dz, rows, done, width)


@inlined
def _sum_columns(zero: Any, sums: Pointer, dz: Matrix, rows: int, first: int, last: int) -> None:
    for c in range(first, last, count_of(zero)):
        column_sum = zero
        for r in range(rows):
            column_sum = column_sum + load_like(zero, dz.buffer, dz.start + r * dz.row + c)
        store(sums, c, column_sum)


@kernel
def _input_gradient(network: NetworkView, workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """dx = dz Wᵀ by way of Wᵀ (OUT_WIDTH, IN_STRIDE)."""
    dx, dz = _deltas(workspace, op)
    w = Matrix(network.parameters, op[d.KERNEL], op[d.OUT_STRIDE], 1)
    w_transposed = Matrix(workspace.transposed, op[d.TRANSPOSED], op[d.IN_STRIDE], 1)
    transpose(w, w_transposed, op[d.IN_WIDTH], op[d.OUT_WIDTH])
    new = Added(NOTHING, network.parameters)
    multiply(dx, dz, w_transposed, rows, op[d.OUT_WIDTH], op[d.IN_STRIDE], new)


@kernel
def _input_gradient_of_few(network: NetworkView, workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """The same by way of dxᵀ = W dzᵀ, in the room of Wᵀ: of few rows there is less to transpose.

    To the bit the same, too: the tiles add up in the same order.
    """
    dx, dz = _deltas(workspace, op)
    w = Matrix(network.parameters, op[d.KERNEL], op[d.OUT_STRIDE], 1)
    row = padded(rows)
    dz_transposed = Matrix(workspace.transposed, op[d.TRANSPOSED], row, 1)
    dx_transposed = Matrix(workspace.transposed, op[d.TRANSPOSED] + op[d.OUT_WIDTH] * row, row, 1)
    transpose(dz, dz_transposed, rows, op[d.OUT_WIDTH])
    new = Added(NOTHING, network.parameters)
    multiply(dx_transposed, w, dz_transposed, op[d.IN_WIDTH], op[d.OUT_WIDTH], row, new)
    transpose(dx_transposed, dx, op[d.IN_WIDTH], rows)


@inlined
def _deltas(workspace: WorkspaceView, op: Pointer) -> tuple[Matrix, Matrix]:
    """dx and dz."""
    dx = Matrix(workspace.deltas, op[d.INPUT] * workspace.capacity, op[d.IN_STRIDE], 1)
    return dx, Matrix(workspace.deltas, op[d.OUTPUT] * workspace.capacity, op[d.OUT_STRIDE], 1)


@linked
def weight_gradient(
    gradients: Pointer, workspace: WorkspaceView, op: Pointer, rows: int, lines: Lines
) -> None:
    """Of dW = xᵀ dz some lines."""
    width = op[d.OUT_STRIDE]
    x_transposed = Matrix(
        workspace.values, op[d.INPUT] * workspace.capacity + lines.first, 1, op[d.IN_STRIDE]
    )
    dz = Matrix(workspace.deltas, op[d.OUTPUT] * workspace.capacity, width, 1)
    dw = Matrix(gradients, op[d.KERNEL] + lines.first * width, width, 1)
    multiply(
        dw, x_transposed, dz, lines.number, rows, width, Added(ITSELF if lines.begun else NOTHING, gradients)
    )


@kernel
def clear(c: Matrix, rows: int, width: int) -> None:
    """C = 0, its padded rows lying one behind the other."""
    for place in range(c.start, c.start + rows * width, d.WIDTH):
        store(c.buffer, place, fill(c.buffer, 0.0))
