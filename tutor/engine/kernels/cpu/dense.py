"""The fully connected layer: z = x W + b, and its gradients; all three products are ``tiles.accumulate``.

Layers of at most eight inputs and units have loops of their own in ``narrow``.
"""

from __future__ import annotations

from typing import Any

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.jit import inlined, kernel
from tutor.engine.kernels.cpu.lanes import fill, load, store, transposed
from tutor.engine.kernels.cpu.tiles import Matrix, accumulate
from tutor.engine.kernels.cpu.views import NetworkView, Pointer, WorkspaceView, advanced


@kernel
def dense_forward(network: NetworkView, workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """The values at OUTPUT (rows, OUT_STRIDE) from those at INPUT (rows, IN_STRIDE)."""
    width = op[d.OUT_STRIDE]
    start = op[d.OUTPUT] * workspace.capacity
    for r in range(rows):
        for c in range(0, width, d.WIDTH):
            store(workspace.values, start + r * width + c, load(network.parameters, op[d.BIAS] + c))
    x = Matrix(workspace.values, op[d.INPUT] * workspace.capacity, op[d.IN_STRIDE], 1)
    w = Matrix(network.parameters, op[d.KERNEL], width, 1)
    accumulate(Matrix(workspace.values, start, width, 1), x, w, rows, op[d.IN_WIDTH], width, True)


@kernel
def dense_backward(network: NetworkView, workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """From dz at OUTPUT what is wanted of db = column sums of dz, dW = xᵀ dz, and dx = dz Wᵀ."""
    width = op[d.OUT_STRIDE]
    dz = Matrix(workspace.deltas, op[d.OUTPUT] * workspace.capacity, width, 1)
    place = op[d.INPUT] * workspace.capacity
    if op[d.BACKWARD] & d.OF_BIAS:
        for c in range(0, width, d.WIDTH):
            column_sum = fill(workspace.deltas, 0.0)
            for r in range(rows):
                column_sum = column_sum + load(workspace.deltas, dz.start + r * width + c)
            store(network.gradients, op[d.BIAS] + c, column_sum)
    if op[d.BACKWARD] & d.OF_WEIGHTS:
        x_transposed = Matrix(workspace.values, place, 1, op[d.IN_STRIDE])
        dw = Matrix(network.gradients, op[d.KERNEL], width, 1)
        accumulate(dw, x_transposed, dz, op[d.IN_WIDTH], rows, width, False)
    if not op[d.BACKWARD] & d.OF_INPUT:
        return
    transpose(network, workspace, op)
    w_transposed = Matrix(workspace.transposed, op[d.TRANSPOSED], op[d.IN_STRIDE], 1)
    dx = Matrix(workspace.deltas, place, op[d.IN_STRIDE], 1)
    accumulate(dx, dz, w_transposed, rows, op[d.OUT_WIDTH], op[d.IN_STRIDE], False)


@kernel
def clear(c: Matrix, rows: int, width: int) -> None:
    """C = 0, its padded rows lying one behind the other."""
    for place in range(c.start, c.start + rows * width, d.WIDTH):
        store(c.buffer, place, fill(c.buffer, 0.0))


@kernel
def transpose(network: NetworkView, workspace: WorkspaceView, op: Pointer) -> None:
    """Wᵀ (OUT_WIDTH, IN_STRIDE) from W (IN_WIDTH, OUT_STRIDE), its padding zero."""
    lines, columns = op[d.IN_WIDTH], op[d.OUT_WIDTH]
    stride, target_stride = op[d.OUT_STRIDE], op[d.IN_STRIDE]
    w, target = advanced(network.parameters, op[d.KERNEL]), advanced(workspace.transposed, op[d.TRANSPOSED])
    if columns == 1:
        for i in range(lines):
            target[i] = w[i * stride]
        return
    for i in range(0, lines, d.WIDTH):
        for j in range(0, columns, d.WIDTH):
            square = advanced(w, i * stride + j)
            to = advanced(target, j * target_stride + i)
            _transpose_square(square, stride, lines - i, to, target_stride, columns - j)


@kernel
def _transpose_square(w: Pointer, stride: int, lines: int, to: Pointer, to_stride: int, columns: int) -> None:
    """Eight lines by eight columns; lines that W does not have become zeros, such columns are left out."""
    c0, c1, c2, c3, c4, c5, c6, c7 = transposed(
        _line(w, stride, 0, lines),
        _line(w, stride, 1, lines),
        _line(w, stride, 2, lines),
        _line(w, stride, 3, lines),
        _line(w, stride, 4, lines),
        _line(w, stride, 5, lines),
        _line(w, stride, 6, lines),
        _line(w, stride, 7, lines),
    )
    store(to, 0, c0)
    if columns > 1:
        store(to, to_stride, c1)
    if columns > 2:
        store(to, 2 * to_stride, c2)
    if columns > 3:
        store(to, 3 * to_stride, c3)
    if columns > 4:
        store(to, 4 * to_stride, c4)
    if columns > 5:
        store(to, 5 * to_stride, c5)
    if columns > 6:
        store(to, 6 * to_stride, c6)
    if columns > 7:
        store(to, 7 * to_stride, c7)


@inlined
def _line(w: Pointer, stride: int, i: int, lines: int) -> Any:
    return load(w, i * stride) if i < lines else fill(w, 0.0)
