"""Where the numbers of a grid of pixels stand, and from one layout into another; one thread per number."""

from __future__ import annotations

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cuda.jit import Array, Span, Workspace, device


@device
def place_of(i: int, channels: int, pixels: int, pixel: int, stride: int) -> int:
    """The place of number ``i`` of a batch, counted without padding, as ``description`` lays out grids."""
    which, channel = i // channels, i % channels
    return which // pixels * stride + which % pixels * pixel + channel


@device
def repack_forward(workspace: Workspace, op: Array, rows: int, span: Span) -> None:
    """The values at OUTPUT from those at INPUT: the same image in the other layout."""
    values, channels, pixels = workspace.values, op[d.IN_CHANNELS], op[d.IN_LINES] * op[d.IN_COLUMNS]
    source, target = op[d.INPUT] * workspace.capacity, op[d.OUTPUT] * workspace.capacity
    for i in range(span.first, rows * op[d.IN_WIDTH], span.step):
        at = source + place_of(i, channels, pixels, op[d.IN_PIXEL], op[d.IN_STRIDE])
        to = target + place_of(i, channels, pixels, op[d.OUT_PIXEL], op[d.OUT_STRIDE])
        values[to] = values[at]


@device
def repack_backward(workspace: Workspace, op: Array, rows: int, span: Span) -> None:
    """The deltas at INPUT from those at OUTPUT."""
    deltas, channels, pixels = workspace.deltas, op[d.IN_CHANNELS], op[d.IN_LINES] * op[d.IN_COLUMNS]
    source, target = op[d.OUTPUT] * workspace.capacity, op[d.INPUT] * workspace.capacity
    for i in range(span.first, rows * op[d.IN_WIDTH], span.step):
        at = source + place_of(i, channels, pixels, op[d.OUT_PIXEL], op[d.OUT_STRIDE])
        to = target + place_of(i, channels, pixels, op[d.IN_PIXEL], op[d.IN_STRIDE])
        deltas[to] = deltas[at]
