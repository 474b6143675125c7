"""Activation functions a = f(z) and their derivatives, on rows of padded values.

``sign`` and ``step`` have the derivative 0 everywhere: what lies before them learns nothing, which is why
they gave way to the sigmoid. At z = 0 the derivative of relu is 0.
"""

from __future__ import annotations

from tutor.engine.kernels.cpu.functions import exp_nonpositive, sigmoid, tanh
from tutor.engine.kernels.cpu.jit import kernel
from tutor.engine.kernels.cpu.lanes import fill, keep, largest, load, store, total, where_less
from tutor.engine.kernels.cpu.views import Pointer, WorkspaceView
from tutor.engine.kernels.description import (
    FUNCTION,
    INPUT,
    LINEAR,
    OUT_STRIDE,
    OUT_WIDTH,
    OUTPUT,
    RELU,
    SIGMOID,
    SIGN,
    SOFTMAX,
    TANH,
    WIDTH,
)


@kernel
def activation_forward(workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """a = f(z) for the values z (rows, OUT_STRIDE) at INPUT, to OUTPUT."""
    values = workspace.values
    function = op[FUNCTION]
    z, a = op[INPUT] * workspace.capacity, op[OUTPUT] * workspace.capacity
    size = rows * op[OUT_STRIDE]
    if function == SIGMOID:
        for i in range(0, size, WIDTH):
            store(values, a + i, sigmoid(load(values, z + i)))
    elif function == TANH:
        for i in range(0, size, WIDTH):
            store(values, a + i, tanh(load(values, z + i)))
    elif function == RELU:
        zero = fill(values, 0.0)
        for i in range(0, size, WIDTH):
            group = load(values, z + i)
            store(values, a + i, where_less(group, zero, zero, group))
    elif function == SOFTMAX:
        for r in range(rows):
            _softmax(workspace, z + r * op[OUT_STRIDE], a + r * op[OUT_STRIDE], op[OUT_WIDTH])
    elif function == LINEAR:
        for i in range(0, size, WIDTH):
            store(values, a + i, load(values, z + i))
    else:
        low = fill(values, -1.0 if function == SIGN else 0.0)
        for i in range(0, size, WIDTH):
            group = load(values, z + i)
            # + 0 z keeps NaN; one group at a time
            store(values, a + i, where_less(group, fill(values, 0.0), low, fill(values, 1.0)) + group * 0.0)


@kernel
def _softmax(workspace: WorkspaceView, z: int, a: int, width: int) -> None:
    """One row: exp(z - max z) over its sum; the padding becomes 0."""
    values = workspace.values
    zero = fill(values, 0.0)
    top = fill(values, workspace.values[z])
    for c in range(0, width, WIDTH):
        group = keep(load(values, z + c), width - c, top)
        top = where_less(top, group, group, top)
    top = fill(values, largest(top))
    sums = zero
    for c in range(0, width, WIDTH):
        group = keep(exp_nonpositive(load(values, z + c) - top), width - c, zero)
        sums = sums + group
        store(values, a + c, group)
    scale = fill(values, 1.0 / total(sums))
    for c in range(0, width, WIDTH):
        store(values, a + c, load(values, a + c) * scale)


@kernel
def activation_backward(workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """dz = da f'(z), from da at OUTPUT to INPUT of the deltas; f' is found from a = f(z)."""
    values, deltas = workspace.values, workspace.deltas
    function = op[FUNCTION]
    z, a = op[INPUT] * workspace.capacity, op[OUTPUT] * workspace.capacity
    size = rows * op[OUT_STRIDE]
    if function == SIGMOID:
        for i in range(0, size, WIDTH):
            y = load(values, a + i)
            store(deltas, z + i, load(deltas, a + i) * (y * (1.0 - y)))
    elif function == TANH:
        for i in range(0, size, WIDTH):
            y = load(values, a + i)
            store(deltas, z + i, load(deltas, a + i) * (1.0 - y * y))
    elif function == RELU:
        zero = fill(values, 0.0)
        for i in range(0, size, WIDTH):
            store(deltas, z + i, where_less(zero, load(values, a + i), load(deltas, a + i), zero))
    elif function == SOFTMAX:
        for r in range(rows):
            _softmax_backward(workspace, z + r * op[OUT_STRIDE], a + r * op[OUT_STRIDE], op[OUT_WIDTH])
    elif function == LINEAR:
        for i in range(0, size, WIDTH):
            store(deltas, z + i, load(deltas, a + i))
    else:
        for i in range(0, size, WIDTH):
            store(deltas, z + i, fill(deltas, 0.0))


@kernel
def _softmax_backward(workspace: WorkspaceView, z: int, a: int, width: int) -> None:
    """One row: dz_i = a_i (da_i - sum_j a_j da_j)."""
    values, deltas = workspace.values, workspace.deltas
    sums = fill(values, 0.0)
    for c in range(0, width, WIDTH):
        sums = sums + load(values, a + c) * load(deltas, a + c)
    mean = fill(values, total(sums))
    for c in range(0, width, WIDTH):
        store(deltas, z + c, load(values, a + c) * (load(deltas, a + c) - mean))
