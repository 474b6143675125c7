"""Activation functions a = f(z) and their derivatives; one thread per number, softmax one per pixel."""

from __future__ import annotations

import math
from typing import Any

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.activations import LEAK
from tutor.engine.kernels.cuda.jit import Array, Real, Span, Workspace, device

_ROOT_OF_HALF = math.sqrt(0.5)
_DENSITY_AT_0 = 1.0 / math.sqrt(2.0 * math.pi)


@device
def activation_forward(workspace: Workspace, op: Array, rows: int, span: Span) -> None:
    """a = f(z) for the values z (rows, OUT_STRIDE) at INPUT, to OUTPUT."""
    if op[d.FUNCTION] == d.SOFTMAX:
        _softmax(workspace, op, rows, span)
        return
    values, function = workspace.values, op[d.FUNCTION]
    real = values.dtype.type
    z, a = op[d.INPUT] * workspace.capacity, op[d.OUTPUT] * workspace.capacity
    for i in range(span.first, rows * op[d.OUT_STRIDE], span.step):
        values[a + i] = _value(real, function, values[z + i])


@device
def activation_backward(workspace: Workspace, op: Array, rows: int, span: Span) -> None:
    """dz = da f'(z), from da at OUTPUT to INPUT of the deltas."""
    if op[d.FUNCTION] == d.SOFTMAX:
        _softmax_backward(workspace, op, rows, span)
        return
    values, deltas, function = workspace.values, workspace.deltas, op[d.FUNCTION]
    real = values.dtype.type
    z, a = op[d.INPUT] * workspace.capacity, op[d.OUTPUT] * workspace.capacity
    for i in range(span.first, rows * op[d.OUT_STRIDE], span.step):
        deltas[z + i] = deltas[a + i] * _slope(real, function, values[z + i], values[a + i])


# --------------------------------------------------------------------------- number by number


@device
def sigmoid(real: Real, z: Any) -> Any:
    """``1 / (1 + exp(-z))``, computed from ``exp(-|z|)``, which cannot overflow."""
    e = real(math.exp(-abs(z)))
    return (e if z < real(0) else real(1)) / (real(1) + e)


@device
def softplus(real: Real, z: Any) -> Any:
    """``log(1 + exp(z))`` as ``max(z, 0) + log(1 + exp(-|z|))``."""
    return (real(0) if z < real(0) else z) + real(math.log1p(math.exp(-abs(z))))


@device
def _normal_share(real: Real, z: Any) -> Any:
    """The share of a standard normal distribution that lies below z."""
    return real(0.5) * (real(1) + real(math.erf(z * real(_ROOT_OF_HALF))))


@device
def _value(real: Real, function: int, z: Any) -> Any:
    """f(z)."""
    if function == d.SIGMOID:
        return sigmoid(real, z)
    if function == d.TANH:
        return real(math.tanh(z))
    if function == d.RELU:
        return real(0) if z < real(0) else z
    if function == d.LEAKY_RELU:
        return z * real(LEAK) if z < real(0) else z
    if function == d.ELU:
        return real(math.expm1(z)) if z < real(0) else z
    if function == d.GELU:
        return z * _normal_share(real, z)
    if function == d.SOFTPLUS:
        return softplus(real, z)
    if function == d.SIGN:
        return (real(-1) if z < real(0) else real(1)) + z * real(0)  # 0 z keeps NaN
    if function == d.STEP:
        return (real(0) if z < real(0) else real(1)) + z * real(0)
    return z


@device
def _slope(real: Real, function: int, z: Any, a: Any) -> Any:
    """f'(z), where a = f(z)."""
    if function == d.SIGMOID:
        return a * (real(1) - a)
    if function == d.TANH:
        return real(1) - a * a
    if function == d.RELU:
        return real(1) if z > real(0) else real(0)
    if function == d.LEAKY_RELU:
        return real(1) if z > real(0) else real(LEAK)
    if function == d.ELU:
        return a + real(1) if z < real(0) else real(1)
    if function == d.GELU:
        density = real(math.exp(z * z * real(-0.5))) * real(_DENSITY_AT_0)
        return _normal_share(real, z) + z * density
    if function == d.SOFTPLUS:
        return sigmoid(real, z)
    return real(1) if function == d.LINEAR else real(0)


# --------------------------------------------------------------------------- pixel by pixel


@device
def _softmax(workspace: Workspace, op: Array, rows: int, span: Span) -> None:
    """exp(z - max z) over its sum in each pixel; a plain row is one."""
    values, width = workspace.values, op[d.OUT_CHANNELS]
    real = values.dtype.type
    for r in range(span.first, rows * op[d.OUT_LINES] * op[d.OUT_COLUMNS], span.step):
        z = op[d.INPUT] * workspace.capacity + r * op[d.OUT_PIXEL]
        a = op[d.OUTPUT] * workspace.capacity + r * op[d.OUT_PIXEL]
        top = values[z]
        for c in range(width):
            if top < values[z + c]:
                top = values[z + c]
        total = real(0)
        for c in range(width):
            values[a + c] = math.exp(values[z + c] - top)
            total += values[a + c]
        for c in range(width):
            values[a + c] /= total


@device
def _softmax_backward(workspace: Workspace, op: Array, rows: int, span: Span) -> None:
    """dz_i = a_i (da_i - sum_j a_j da_j) in each pixel."""
    values, deltas, width = workspace.values, workspace.deltas, op[d.OUT_CHANNELS]
    real = values.dtype.type
    for r in range(span.first, rows * op[d.OUT_LINES] * op[d.OUT_COLUMNS], span.step):
        z = op[d.INPUT] * workspace.capacity + r * op[d.OUT_PIXEL]
        a = op[d.OUTPUT] * workspace.capacity + r * op[d.OUT_PIXEL]
        mean = real(0)
        for c in range(width):
            mean += values[a + c] * deltas[a + c]
        for c in range(width):
            deltas[z + c] = values[a + c] * (deltas[a + c] - mean)
