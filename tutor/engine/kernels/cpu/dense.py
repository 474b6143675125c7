"""The fully connected layer: z = x W + b, and its gradients; all three products are ``accumulate``.

Layers of at most eight inputs and units have loops of their own in ``narrow``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from llvmlite.binding import get_host_cpu_features

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.jit import inlined, kernel
from tutor.engine.kernels.cpu.lanes import fill, load, multiply_add, spread, store, transposed
from tutor.engine.kernels.cpu.views import NetworkView, Pointer, WorkspaceView, advanced

_MANY_REGISTERS = "+avx512vl" in get_host_cpu_features().flatten()
"""Whether a tile of four by four lane groups, and what goes into it, fits into the vector registers."""


class Matrix(NamedTuple):
    """A matrix inside a flat buffer: element (r, c) stands at ``start + r * row + c * column``."""

    buffer: Any
    start: int
    row: int
    column: int


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


@kernel
def accumulate(c: Matrix, a: Matrix, b: Matrix, rows: int, depth: int, width: int, begun: bool) -> None:
    """C += A B, or C = A B unless C is ``begun``; B's and C's columns lie side by side.

    C is (rows, width), A (rows, depth), B (depth, width). Tiles of four rows by four lane groups, or by two,
    stay in registers over the whole depth: many running sums hide the latency of the multiply-adds, and each
    number loaded is used several times. The columns of B that a tile needs stay in the cache for all rows.
    """
    wide = width - width % (4 * d.WIDTH) if _MANY_REGISTERS else 0
    for column in range(0, wide, 4 * d.WIDTH):
        for r in range(0, rows - 3, 4):
            _tile_of_four_by_four(c, a, b, r, column, depth, begun)
    for column in range(wide, width - d.WIDTH, 2 * d.WIDTH):
        for r in range(0, rows - 3, 4):
            _tile_of_four_by_two(c, a, b, r, column, depth, begun)
    if width % (2 * d.WIDTH):
        for r in range(0, rows - 3, 4):
            _tile_of_four(c, a, b, r, width - d.WIDTH, depth, begun)
    for r in range(rows - rows % 4, rows):
        for column in range(0, width, d.WIDTH):
            _tile_of_one(c, a, b, r, column, depth, begun)


@inlined
def _begin(buffer: Any, at: int, begun: bool) -> Any:
    return load(buffer, at) if begun else fill(buffer, 0.0)


@kernel
def _tile_of_four_by_four(
    c: Matrix, a: Matrix, b: Matrix, r: int, column: int, depth: int, begun: bool
) -> None:
    c0 = c.start + r * c.row + column
    c1, c2, c3 = c0 + c.row, c0 + 2 * c.row, c0 + 3 * c.row
    s0, t0 = _begin(c.buffer, c0, begun), _begin(c.buffer, c0 + d.WIDTH, begun)
    u0, v0 = _begin(c.buffer, c0 + 2 * d.WIDTH, begun), _begin(c.buffer, c0 + 3 * d.WIDTH, begun)
    s1, t1 = _begin(c.buffer, c1, begun), _begin(c.buffer, c1 + d.WIDTH, begun)
    u1, v1 = _begin(c.buffer, c1 + 2 * d.WIDTH, begun), _begin(c.buffer, c1 + 3 * d.WIDTH, begun)
    s2, t2 = _begin(c.buffer, c2, begun), _begin(c.buffer, c2 + d.WIDTH, begun)
    u2, v2 = _begin(c.buffer, c2 + 2 * d.WIDTH, begun), _begin(c.buffer, c2 + 3 * d.WIDTH, begun)
    s3, t3 = _begin(c.buffer, c3, begun), _begin(c.buffer, c3 + d.WIDTH, begun)
    u3, v3 = _begin(c.buffer, c3 + 2 * d.WIDTH, begun), _begin(c.buffer, c3 + 3 * d.WIDTH, begun)
    for k in range(depth):
        at = a.start + r * a.row + k * a.column
        place = b.start + k * b.row + column
        b0, b1 = load(b.buffer, place), load(b.buffer, place + d.WIDTH)
        b2, b3 = load(b.buffer, place + 2 * d.WIDTH), load(b.buffer, place + 3 * d.WIDTH)
        x = spread(a.buffer, at)
        s0, t0 = multiply_add(x, b0, s0), multiply_add(x, b1, t0)
        u0, v0 = multiply_add(x, b2, u0), multiply_add(x, b3, v0)
        x = spread(a.buffer, at + a.row)
        s1, t1 = multiply_add(x, b0, s1), multiply_add(x, b1, t1)
        u1, v1 = multiply_add(x, b2, u1), multiply_add(x, b3, v1)
        x = spread(a.buffer, at + 2 * a.row)
        s2, t2 = multiply_add(x, b0, s2), multiply_add(x, b1, t2)
        u2, v2 = multiply_add(x, b2, u2), multiply_add(x, b3, v2)
        x = spread(a.buffer, at + 3 * a.row)
        s3, t3 = multiply_add(x, b0, s3), multiply_add(x, b1, t3)
        u3, v3 = multiply_add(x, b2, u3), multiply_add(x, b3, v3)
    _store_four(c.buffer, c0, s0, t0, u0, v0)
    _store_four(c.buffer, c1, s1, t1, u1, v1)
    _store_four(c.buffer, c2, s2, t2, u2, v2)
    _store_four(c.buffer, c3, s3, t3, u3, v3)


@inlined
def _store_four(buffer: Any, at: int, s: Any, t: Any, u: Any, v: Any) -> None:
    store(buffer, at, s)
    store(buffer, at + d.WIDTH, t)
    store(buffer, at + 2 * d.WIDTH, u)
    store(buffer, at + 3 * d.WIDTH, v)


@kernel
def _tile_of_four_by_two(
    c: Matrix, a: Matrix, b: Matrix, r: int, column: int, depth: int, begun: bool
) -> None:
    c0 = c.start + r * c.row + column
    c1, c2, c3 = c0 + c.row, c0 + 2 * c.row, c0 + 3 * c.row
    s0, t0 = _begin(c.buffer, c0, begun), _begin(c.buffer, c0 + d.WIDTH, begun)
    s1, t1 = _begin(c.buffer, c1, begun), _begin(c.buffer, c1 + d.WIDTH, begun)
    s2, t2 = _begin(c.buffer, c2, begun), _begin(c.buffer, c2 + d.WIDTH, begun)
    s3, t3 = _begin(c.buffer, c3, begun), _begin(c.buffer, c3 + d.WIDTH, begun)
    for k in range(depth):
        at = a.start + r * a.row + k * a.column
        left = load(b.buffer, b.start + k * b.row + column)
        right = load(b.buffer, b.start + k * b.row + column + d.WIDTH)
        x = spread(a.buffer, at)
        s0, t0 = multiply_add(x, left, s0), multiply_add(x, right, t0)
        x = spread(a.buffer, at + a.row)
        s1, t1 = multiply_add(x, left, s1), multiply_add(x, right, t1)
        x = spread(a.buffer, at + 2 * a.row)
        s2, t2 = multiply_add(x, left, s2), multiply_add(x, right, t2)
        x = spread(a.buffer, at + 3 * a.row)
        s3, t3 = multiply_add(x, left, s3), multiply_add(x, right, t3)
    store(c.buffer, c0, s0)
    store(c.buffer, c0 + d.WIDTH, t0)
    store(c.buffer, c1, s1)
    store(c.buffer, c1 + d.WIDTH, t1)
    store(c.buffer, c2, s2)
    store(c.buffer, c2 + d.WIDTH, t2)
    store(c.buffer, c3, s3)
    store(c.buffer, c3 + d.WIDTH, t3)


@kernel
def _tile_of_four(c: Matrix, a: Matrix, b: Matrix, r: int, column: int, depth: int, begun: bool) -> None:
    c0 = c.start + r * c.row + column
    c1, c2, c3 = c0 + c.row, c0 + 2 * c.row, c0 + 3 * c.row
    s0, s1 = _begin(c.buffer, c0, begun), _begin(c.buffer, c1, begun)
    s2, s3 = _begin(c.buffer, c2, begun), _begin(c.buffer, c3, begun)
    for k in range(depth):
        at = a.start + r * a.row + k * a.column
        group = load(b.buffer, b.start + k * b.row + column)
        s0 = multiply_add(spread(a.buffer, at), group, s0)
        s1 = multiply_add(spread(a.buffer, at + a.row), group, s1)
        s2 = multiply_add(spread(a.buffer, at + 2 * a.row), group, s2)
        s3 = multiply_add(spread(a.buffer, at + 3 * a.row), group, s3)
    store(c.buffer, c0, s0)
    store(c.buffer, c1, s1)
    store(c.buffer, c2, s2)
    store(c.buffer, c3, s3)


@kernel
def _tile_of_one(c: Matrix, a: Matrix, b: Matrix, r: int, column: int, depth: int, begun: bool) -> None:
    c0 = c.start + r * c.row + column
    s = _begin(c.buffer, c0, begun)
    for k in range(depth):
        x = spread(a.buffer, a.start + r * a.row + k * a.column)
        s = multiply_add(x, load(b.buffer, b.start + k * b.row + column), s)
    store(c.buffer, c0, s)
