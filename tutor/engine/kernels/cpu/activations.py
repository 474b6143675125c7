"""Activation functions a = f(z) and their derivatives, on rows of padded values.

``sign`` and ``step`` have the derivative 0 everywhere: what lies before them learns nothing, which is why
they gave way to the sigmoid. At z = 0 the derivative of relu is 0 and that of leaky_relu its negative slope.
"""

from __future__ import annotations

import math
from typing import Any

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.functions import (
    exp_nonpositive,
    expm1_nonpositive,
    normal_share,
    sigmoid,
    softplus,
    tanh,
)
from tutor.engine.kernels.cpu.jit import inlined, spliced
from tutor.engine.kernels.cpu.lanes import (
    count_of,
    fill,
    keep,
    largest,
    load,
    load_like,
    store,
    total,
    where_less,
    wide_zero,
)
from tutor.engine.kernels.cpu.linking import linked
from tutor.engine.kernels.cpu.views import Pointer, WorkspaceView, advanced

LEAK = 0.2
"""Slope of leaky_relu below 0, Keras's default."""

_DENSITY_AT_0 = 1.0 / math.sqrt(2.0 * math.pi)
"""Of the standard normal distribution."""


@spliced
def activation_forward(workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """a = f(z) for the values z (rows, OUT_STRIDE) at INPUT, to OUTPUT."""
    if op[d.FUNCTION] == d.SOFTMAX:
        softmax_forward(workspace, op, rows)
    else:
        z = advanced(workspace.values, op[d.INPUT] * workspace.capacity)
        a = advanced(workspace.values, op[d.OUTPUT] * workspace.capacity)
        apply_function(op[d.FUNCTION], z, a, rows * op[d.OUT_STRIDE])


@spliced
def activation_backward(workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """dz = da f'(z), from da at OUTPUT to INPUT of the deltas."""
    if op[d.FUNCTION] == d.SOFTMAX:
        softmax_backward(workspace, op, rows)
    else:
        z, a = op[d.INPUT] * workspace.capacity, op[d.OUTPUT] * workspace.capacity
        values, deltas = advanced(workspace.values, z), advanced(workspace.deltas, z)
        apply_slope(op[d.FUNCTION], values, deltas, a - z, rows * op[d.OUT_STRIDE])


@inlined
def is_told_by_output(function: int) -> bool:
    """Whether :func:`slope_of_output` does for the function, and ``columns``."""
    return bool(function == d.TANH or function == d.SIGMOID or function == d.RELU)


@inlined
def slope_of_output(function: int, a: Any) -> Any:
    """f'(z) where f(z) = a."""
    if function == d.TANH:
        return 1.0 - a * a
    if function == d.SIGMOID:
        return a * (1.0 - a)
    return where_less(fill(a, 0.0), a, fill(a, 1.0), fill(a, 0.0))


# --------------------------------------------------------------------------- number by number


@linked
def apply_function(function: int, z: Pointer, a: Pointer, size: int) -> None:
    """A loop each for the usual functions: the numbers they need stay in registers, in wide groups."""
    done = size - size % count_of(wide_zero(z))
    if function == d.TANH:
        _wide_values(d.TANH, z, a, done)
    elif function == d.SIGMOID:
        _wide_values(d.SIGMOID, z, a, done)
    elif function == d.RELU:
        _wide_values(d.RELU, z, a, done)
    else:
        done = 0
    for i in range(done, size, d.WIDTH):
        store(a, i, value_of(function, load(z, i)))


@inlined
def _wide_values(function: int, z: Pointer, a: Pointer, size: int) -> None:
    like = wide_zero(z)
    for i in range(0, size, count_of(like)):
        store(a, i, value_of(function, load_like(like, z, i)))


@linked
def apply_slope(function: int, values: Pointer, deltas: Pointer, step: int, size: int) -> None:
    """The outputs and their gradients stand ``step`` numbers behind the inputs and theirs."""
    done = size - size % count_of(wide_zero(values))
    if function == d.TANH:
        _wide_slopes(d.TANH, values, deltas, step, done)
    elif function == d.SIGMOID:
        _wide_slopes(d.SIGMOID, values, deltas, step, done)
    elif function == d.RELU:
        _wide_slopes(d.RELU, values, deltas, step, done)
    else:
        done = 0
    for i in range(done, size, d.WIDTH):
        slope = _slope(function, load(values, i), load(values, i + step))
        store(deltas, i, load(deltas, i + step) * slope)


@inlined
def _wide_slopes(function: int, values: Pointer, deltas: Pointer, step: int, size: int) -> None:
    like = wide_zero(values)
    for i in range(0, size, count_of(like)):
        slope = _slope(function, load_like(like, values, i), load_like(like, values, i + step))
        store(deltas, i, load_like(like, deltas, i + step) * slope)


@inlined
def value_of(function: int, z: Any) -> Any:
    """f(z)."""
    zero, one = fill(z, 0.0), fill(z, 1.0)
    if function == d.SIGMOID:
        return sigmoid(z)
    if function == d.TANH:
        return tanh(z)
    if function == d.RELU:
        return where_less(z, zero, zero, z)
    if function == d.LEAKY_RELU:
        return where_less(z, zero, z * LEAK, z)
    if function == d.ELU:
        return where_less(z, zero, expm1_nonpositive(where_less(z, zero, z, zero)), z)
    if function == d.GELU:
        return z * normal_share(z)
    if function == d.SOFTPLUS:
        return softplus(z)
    if function == d.SIGN:
        return where_less(z, zero, -one, one) + z * 0.0  # 0 z keeps NaN
    if function == d.STEP:
        return where_less(z, zero, zero, one) + z * 0.0
    return z


@inlined
def _slope(function: int, z: Any, a: Any) -> Any:
    """f'(z), where a = f(z)."""
    zero, one = fill(z, 0.0), fill(z, 1.0)
    if is_told_by_output(function):
        return slope_of_output(function, a)
    if function == d.LEAKY_RELU:
        return where_less(zero, z, one, fill(z, LEAK))
    if function == d.ELU:
        return where_less(z, zero, a + 1.0, one)
    if function == d.GELU:
        return normal_share(z) + z * exp_nonpositive(z * z * -0.5) * _DENSITY_AT_0
    if function == d.SOFTPLUS:
        return sigmoid(z)
    return one if function == d.LINEAR else zero


# --------------------------------------------------------------------------- pixel by pixel


@linked
def softmax_forward(workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """exp(z - max z) over its sum in each pixel (padded; a plain row is one); the padding becomes 0."""
    values, width = workspace.values, op[d.OUT_CHANNELS]
    zero = fill(values, 0.0)
    for r in range(rows * op[d.OUT_LINES] * op[d.OUT_COLUMNS]):
        z = op[d.INPUT] * workspace.capacity + r * op[d.OUT_PIXEL]
        a = op[d.OUTPUT] * workspace.capacity + r * op[d.OUT_PIXEL]
        top = fill(values, values[z])
        for c in range(0, width, d.WIDTH):
            group = keep(load(values, z + c), width - c, top)
            top = where_less(top, group, group, top)
        top = fill(values, largest(top))
        sums = zero
        for c in range(0, width, d.WIDTH):
            group = keep(exp_nonpositive(load(values, z + c) - top), width - c, zero)
            sums = sums + group
            store(values, a + c, group)
        scale = fill(values, 1.0 / total(sums))
        for c in range(0, width, d.WIDTH):
            store(values, a + c, load(values, a + c) * scale)


@linked
def softmax_backward(workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """dz_i = a_i (da_i - sum_j a_j da_j) in each pixel."""
    values, deltas, width = workspace.values, workspace.deltas, op[d.OUT_CHANNELS]
    for r in range(rows * op[d.OUT_LINES] * op[d.OUT_COLUMNS]):
        z = op[d.INPUT] * workspace.capacity + r * op[d.OUT_PIXEL]
        a = op[d.OUTPUT] * workspace.capacity + r * op[d.OUT_PIXEL]
        sums = fill(values, 0.0)
        for c in range(0, width, d.WIDTH):
            sums = sums + load(values, a + c) * load(deltas, a + c)
        mean = fill(values, total(sums))
        for c in range(0, width, d.WIDTH):
            store(deltas, z + c, load(values, a + c) * (load(deltas, a + c) - mean))
