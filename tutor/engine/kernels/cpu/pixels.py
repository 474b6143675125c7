"""Images from one layout into another: pixels padded one by one, packed, or packed inside a frame of zeros.

Lane groups are copied from the first pixel to the last, the padding as zeros. A group may reach into the next
pixels of a packed target, which are copied after it, or into zeros to its right, which it leaves as they are.
"""

from __future__ import annotations

from typing import NamedTuple

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.jit import kernel
from tutor.engine.kernels.cpu.lanes import fill, keep, load, store
from tutor.engine.kernels.cpu.linking import linked
from tutor.engine.kernels.cpu.views import Pointer, WorkspaceView


class Grid(NamedTuple):
    """Where an image begins, and how many numbers lie from a line to the next, from a pixel to the next."""

    buffer: Pointer
    start: int
    line: int
    pixel: int


@kernel
def copy_pixels(target: Grid, source: Grid, lines: int, columns: int, channels: int) -> None:
    """All pixels of an image (lines, columns, channels)."""
    if target.pixel == source.pixel and source.pixel == channels:  # each line is one long pixel
        channels, columns = columns * channels, 1
    zero = fill(source.buffer, 0.0)
    for y in range(lines):
        for x in range(columns):
            to = target.start + y * target.line + x * target.pixel
            at = source.start + y * source.line + x * source.pixel
            for c in range(0, channels, d.WIDTH):
                store(target.buffer, to + c, keep(load(source.buffer, at + c), channels - c, zero))


@linked
def repack_forward(workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """The values at OUTPUT from those at INPUT: the same image in the other layout."""
    for r in range(rows):
        source = op[d.INPUT] * workspace.capacity + r * op[d.IN_STRIDE]
        target = op[d.OUTPUT] * workspace.capacity + r * op[d.OUT_STRIDE]
        copy_pixels(
            Grid(workspace.values, target, op[d.OUT_COLUMNS] * op[d.OUT_PIXEL], op[d.OUT_PIXEL]),
            Grid(workspace.values, source, op[d.IN_COLUMNS] * op[d.IN_PIXEL], op[d.IN_PIXEL]),
            op[d.IN_LINES],
            op[d.IN_COLUMNS],
            op[d.IN_CHANNELS],
        )


@linked
def repack_backward(workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """The deltas at INPUT from those at OUTPUT."""
    for r in range(rows):
        source = op[d.OUTPUT] * workspace.capacity + r * op[d.OUT_STRIDE]
        target = op[d.INPUT] * workspace.capacity + r * op[d.IN_STRIDE]
        copy_pixels(
            Grid(workspace.deltas, target, op[d.IN_COLUMNS] * op[d.IN_PIXEL], op[d.IN_PIXEL]),
            Grid(workspace.deltas, source, op[d.OUT_COLUMNS] * op[d.OUT_PIXEL], op[d.OUT_PIXEL]),
            op[d.IN_LINES],
            op[d.IN_COLUMNS],
            op[d.IN_CHANNELS],
        )
