"""Dense layers of at most eight inputs and eight units: every row is one lane group.

Here calls, passes over memory and waiting for a result would cost more than the arithmetic. So the loops are
compiled into the training loop itself, and work on four rows at a time from beginning to end.
"""

from __future__ import annotations

from typing import Any

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.jit import inlined
from tutor.engine.kernels.cpu.lanes import fill, load, multiply_add, spread, store
from tutor.engine.kernels.cpu.tiles import Matrix
from tutor.engine.kernels.cpu.transpose import transpose
from tutor.engine.kernels.cpu.views import NetworkView, Pointer, WorkspaceView, advanced


@inlined
def is_narrow(op: Pointer) -> bool:
    """Whether :func:`narrow_forward` and :func:`narrow_backward` do for the layer."""
    return bool(op[d.IN_STRIDE] == d.WIDTH and op[d.OUT_STRIDE] == d.WIDTH)


@inlined
def narrow_forward(network: NetworkView, workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """As ``dense.dense_forward``."""
    x = advanced(workspace.values, op[d.INPUT] * workspace.capacity)
    z = advanced(workspace.values, op[d.OUTPUT] * workspace.capacity)
    bias = load(network.parameters, op[d.BIAS])
    _narrow_product(z, bias, x, advanced(network.parameters, op[d.KERNEL]), rows, op[d.IN_WIDTH])


@inlined
def narrow_backward(network: NetworkView, workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """As ``dense.dense_backward``, for a layer that learns."""
    place = op[d.INPUT] * workspace.capacity
    x, dx = advanced(workspace.values, place), advanced(workspace.deltas, place)
    dz = advanced(workspace.deltas, op[d.OUTPUT] * workspace.capacity)
    dw, db = advanced(network.gradients, op[d.KERNEL]), advanced(network.gradients, op[d.BIAS])
    depth = op[d.IN_WIDTH]
    zero = fill(dz, 0.0)
    for k in range(0, depth, 4):
        s0 = s1 = s2 = s3 = column_sum = zero
        for at in range(0, rows * d.WIDTH, d.WIDTH):
            group = load(dz, at)
            column_sum = column_sum + group
            s0 = multiply_add(spread(x, at + k), group, s0)
            s1 = multiply_add(spread(x, at + k + 1), group, s1)
            s2 = multiply_add(spread(x, at + k + 2), group, s2)
            s3 = multiply_add(spread(x, at + k + 3), group, s3)
        if op[d.BACKWARD] & d.OF_BIAS:
            store(db, 0, column_sum)
        store(dw, k * d.WIDTH, s0)
        if k + 1 < depth:
            store(dw, (k + 1) * d.WIDTH, s1)
        if k + 2 < depth:
            store(dw, (k + 2) * d.WIDTH, s2)
        if k + 3 < depth:
            store(dw, (k + 3) * d.WIDTH, s3)
    if op[d.BACKWARD] & d.OF_INPUT:
        w = Matrix(network.parameters, op[d.KERNEL], d.WIDTH, 1)
        w_transposed = Matrix(workspace.transposed, op[d.TRANSPOSED], d.WIDTH, 1)
        transpose(w, w_transposed, op[d.IN_WIDTH], op[d.OUT_WIDTH])
        b = advanced(w_transposed.buffer, w_transposed.start)
        _narrow_product(dx, zero, dz, b, rows, op[d.OUT_WIDTH])


@inlined
def _narrow_product(c: Pointer, start: Any, a: Pointer, b: Pointer, rows: int, depth: int) -> None:
    """Every row of C is ``start`` and what A B says; rows are one lane group, A (rows, depth)."""
    whole = rows - rows % 4
    for at in range(0, whole * d.WIDTH, 4 * d.WIDTH):
        s0 = s1 = s2 = s3 = start
        for k in range(depth):
            group = load(b, k * d.WIDTH)
            s0 = multiply_add(spread(a, at + k), group, s0)
            s1 = multiply_add(spread(a, at + k + d.WIDTH), group, s1)
            s2 = multiply_add(spread(a, at + k + 2 * d.WIDTH), group, s2)
            s3 = multiply_add(spread(a, at + k + 3 * d.WIDTH), group, s3)
        store(c, at, s0)
        store(c, at + d.WIDTH, s1)
        store(c, at + 2 * d.WIDTH, s2)
        store(c, at + 3 * d.WIDTH, s3)
    for at in range(whole * d.WIDTH, rows * d.WIDTH, d.WIDTH):
        s0 = start
        for k in range(depth):
            s0 = multiply_add(spread(a, at + k), load(b, k * d.WIDTH), s0)
        store(c, at, s0)
