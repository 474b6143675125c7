"""Convolution, as in ``cpu.conv``; one thread per number of the result, or per piece of a sum.

Nothing is unfolded or framed: a window that reaches over the edge skips what lies outside. Neighbouring
threads work on neighbouring channels, so that they read the weights side by side and share what they meet.
"""

from __future__ import annotations

from typing import Any

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cuda.jit import Array, Span, Workspace, device
from tutor.engine.kernels.cuda.sums import joined, pieces_of


@device
def conv_forward(network: d.Network, workspace: Workspace, op: Array, rows: int, span: Span) -> None:
    """The values at OUTPUT (rows, OUT_STRIDE) from those at INPUT (rows, IN_STRIDE)."""
    width = op[d.OUT_CHANNELS]
    for i in range(span.first, rows * op[d.OUT_WIDTH], span.step):
        pixel, c = i // width, i % width
        x, line = pixel % op[d.OUT_COLUMNS], pixel // op[d.OUT_COLUMNS]
        y, r = line % op[d.OUT_LINES], line // op[d.OUT_LINES]
        place = r * op[d.OUT_STRIDE] + (y * op[d.OUT_COLUMNS] + x) * op[d.OUT_PIXEL] + c
        z = network.parameters[op[d.BIAS] + c] + _window_sum(network, workspace, op, r, y, x, c)
        workspace.values[op[d.OUTPUT] * workspace.capacity + place] = z


@device
def _window_sum(network: d.Network, workspace: Workspace, op: Array, r: int, y: int, x: int, c: int) -> Any:
    """Σ_uvk a(S y + u - top, S x + v - left, k) W(u, v, k, c)."""
    values, parameters = workspace.values, network.parameters
    image = op[d.INPUT] * workspace.capacity + r * op[d.IN_STRIDE]
    channels, stride = op[d.IN_CHANNELS], op[d.OUT_PIXEL]
    top, left = y * op[d.STEP_LINES] - op[d.TOP], x * op[d.STEP_COLUMNS] - op[d.LEFT]
    total = values.dtype.type(0)
    for u in range(op[d.WINDOW_LINES]):
        for v in range(op[d.WINDOW_COLUMNS]):
            if 0 <= top + u < op[d.IN_LINES] and 0 <= left + v < op[d.IN_COLUMNS]:
                a = image + ((top + u) * op[d.IN_COLUMNS] + left + v) * op[d.IN_PIXEL]
                w = op[d.KERNEL] + (u * op[d.WINDOW_COLUMNS] + v) * channels * stride + c
                for k in range(channels):
                    total += values[a + k] * parameters[w + k * stride]
    return total


@device
def conv_backward_pieces(network: d.Network, workspace: Workspace, op: Array, rows: int, span: Span) -> None:
    """Pieces of dW = Σ aᵀ dz and db = Σ dz, each over some of the examples, to the partials.

    Where da is wanted, W(u, v)ᵀ is made on the way for :func:`conv_backward_inputs`.
    """
    width, sums = op[d.OUT_CHANNELS], _sums(op)
    pieces = pieces_of(sums, rows, span)
    for i in range(span.first, sums * pieces, span.step):
        piece, which = i // sums, i % sums
        k, c = which // width, which % width
        slope = workspace.deltas.dtype.type(0)
        for r in range(piece, rows, pieces):
            slope += _weight_slope(workspace, op, r, k, c)
        workspace.partials[i] = slope
        if op[d.BACKWARD] & d.OF_INPUT and piece == 0 and which < sums - width:
            window, channel = k // op[d.IN_CHANNELS], k % op[d.IN_CHANNELS]
            target = op[d.TRANSPOSED] + (window * width + c) * op[d.IN_PIXEL] + channel
            workspace.transposed[target] = network.parameters[op[d.KERNEL] + k * op[d.OUT_PIXEL] + c]


@device
def conv_backward_sums(network: d.Network, workspace: Workspace, op: Array, rows: int, span: Span) -> None:
    """The gradients from their pieces, unless the layer is frozen."""
    width, sums = op[d.OUT_CHANNELS], _sums(op)
    pieces = pieces_of(sums, rows, span)
    if not op[d.BACKWARD] & d.OF_WEIGHTS:
        return
    for which in range(span.first, sums, span.step):
        k, c = which // width, which % width
        place = op[d.BIAS] + c if which >= sums - width else op[d.KERNEL] + k * op[d.OUT_PIXEL] + c
        network.gradients[place] = joined(workspace.partials, which, sums, pieces)


@device
def conv_backward_inputs(workspace: Workspace, op: Array, rows: int, span: Span) -> None:
    """da(i) = Σ dz(y) W(u)ᵀ over all windows y and places u in them with S y + u - top = i."""
    if not op[d.BACKWARD] & d.OF_INPUT:
        return
    width = op[d.IN_CHANNELS]
    for i in range(span.first, rows * op[d.IN_WIDTH], span.step):
        pixel, k = i // width, i % width
        x, line = pixel % op[d.IN_COLUMNS], pixel // op[d.IN_COLUMNS]
        y, r = line % op[d.IN_LINES], line // op[d.IN_LINES]
        place = r * op[d.IN_STRIDE] + (y * op[d.IN_COLUMNS] + x) * op[d.IN_PIXEL] + k
        workspace.deltas[op[d.INPUT] * workspace.capacity + place] = _input_slope(workspace, op, r, y, x, k)


@device
def _sums(op: Array) -> int:
    """Weights and biases; the biases come last, as if they were a row of W that meets a = 1."""
    area = op[d.WINDOW_LINES] * op[d.WINDOW_COLUMNS]
    return (area * op[d.IN_CHANNELS] + 1) * op[d.OUT_CHANNELS]  # type: ignore[no-any-return]


@device
def _weight_slope(workspace: Workspace, op: Array, r: int, k: int, c: int) -> Any:
    """One example's part of the gradient by the weight in row ``k`` = (u, v, channel) of W, column ``c``."""
    values, deltas = workspace.values, workspace.deltas
    window, channel = k // op[d.IN_CHANNELS], k % op[d.IN_CHANNELS]
    is_bias = window == op[d.WINDOW_LINES] * op[d.WINDOW_COLUMNS]
    top = window // op[d.WINDOW_COLUMNS] - op[d.TOP]
    left = window % op[d.WINDOW_COLUMNS] - op[d.LEFT]
    image = op[d.INPUT] * workspace.capacity + r * op[d.IN_STRIDE] + channel
    dz = op[d.OUTPUT] * workspace.capacity + r * op[d.OUT_STRIDE] + c
    total = deltas.dtype.type(0)
    for y in range(op[d.OUT_LINES]):
        line = y * op[d.STEP_LINES] + top
        if is_bias or 0 <= line < op[d.IN_LINES]:
            for x in range(op[d.OUT_COLUMNS]):
                delta = deltas[dz + (y * op[d.OUT_COLUMNS] + x) * op[d.OUT_PIXEL]]
                column = x * op[d.STEP_COLUMNS] + left
                if is_bias:
                    total += delta
                elif 0 <= column < op[d.IN_COLUMNS]:
                    total += delta * values[image + (line * op[d.IN_COLUMNS] + column) * op[d.IN_PIXEL]]
    return total


@device
def _input_slope(workspace: Workspace, op: Array, r: int, y: int, x: int, k: int) -> Any:
    """The gradient by channel ``k`` of the input's pixel (y, x)."""
    deltas, transposed = workspace.deltas, workspace.transposed
    dz = op[d.OUTPUT] * workspace.capacity + r * op[d.OUT_STRIDE]
    width, pixel = op[d.OUT_CHANNELS], op[d.IN_PIXEL]
    total = deltas.dtype.type(0)
    for u in range(op[d.WINDOW_LINES]):
        down = y + op[d.TOP] - u  # S times the line of the window
        if down >= 0 and down % op[d.STEP_LINES] == 0 and down // op[d.STEP_LINES] < op[d.OUT_LINES]:
            line = down // op[d.STEP_LINES] * op[d.OUT_COLUMNS]
            for v in range(op[d.WINDOW_COLUMNS]):
                across = x + op[d.LEFT] - v
                column = across // op[d.STEP_COLUMNS]
                if across >= 0 and across % op[d.STEP_COLUMNS] == 0 and column < op[d.OUT_COLUMNS]:
                    at = dz + (line + column) * op[d.OUT_PIXEL]
                    w = op[d.TRANSPOSED] + (u * op[d.WINDOW_COLUMNS] + v) * width * pixel + k
                    for c in range(width):
                        total += deltas[at + c] * transposed[w + c * pixel]
    return total
