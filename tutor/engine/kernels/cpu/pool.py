"""Pooling: the largest number or the mean of each channel in a window; what is outside the image is left out.

Of equal largest numbers the first in reading order has the gradient. NaN and infinities go through max
pooling as NaN, so that nothing that is not finite can hide behind a larger neighbour.
"""

from __future__ import annotations

from typing import NamedTuple

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.dense import Matrix, clear
from tutor.engine.kernels.cpu.jit import kernel, spliced
from tutor.engine.kernels.cpu.lanes import fill, load, store, where_less
from tutor.engine.kernels.cpu.views import Pointer, WorkspaceView


class Part(NamedTuple):
    """The part of an image that a window sees: its first number, its size, and the way to the next line."""

    start: int
    lines: int
    columns: int
    line: int
    pixel: int


@kernel
def pool_forward(workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """The values at OUTPUT (rows, OUT_STRIDE) from those at INPUT (rows, IN_STRIDE)."""
    target = op[d.OUTPUT] * workspace.capacity
    for r in range(rows):
        source = op[d.INPUT] * workspace.capacity + r * op[d.IN_STRIDE]
        for y in range(op[d.OUT_LINES]):
            for x in range(op[d.OUT_COLUMNS]):
                part = _part(op, source, y, x)
                for c in range(0, op[d.OUT_PIXEL], d.WIDTH):
                    if op[d.KIND] == d.MAX_POOL:
                        _largest(workspace.values, part, c, target)
                    else:
                        _mean(workspace.values, part, c, target)
                    target += d.WIDTH


@kernel
def pool_backward(workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """The deltas at INPUT from those at OUTPUT: all to the largest, or as much to each."""
    deltas, source = workspace.deltas, op[d.OUTPUT] * workspace.capacity
    first = op[d.INPUT] * workspace.capacity
    clear(Matrix(deltas, first, op[d.IN_STRIDE], 1), rows, op[d.IN_STRIDE])
    for r in range(rows):
        for y in range(op[d.OUT_LINES]):
            for x in range(op[d.OUT_COLUMNS]):
                part = _part(op, first + r * op[d.IN_STRIDE], y, x)
                for c in range(0, op[d.OUT_PIXEL], d.WIDTH):
                    if op[d.KIND] == d.MAX_POOL:
                        _to_largest(workspace.values, deltas, part, c, source)
                    else:
                        _to_each(deltas, part, c, source)
                    source += d.WIDTH


@spliced
def _largest(values: Pointer, part: Part, c: int, target: int) -> None:
    best, trace = load(values, part.start + c), fill(values, 0.0)
    for u in range(part.lines):
        for v in range(part.columns):
            group = load(values, part.start + u * part.line + v * part.pixel + c)
            best = where_less(best, group, group, best)
            trace = trace + group * 0.0
    store(values, target, best + trace)


@spliced
def _mean(values: Pointer, part: Part, c: int, target: int) -> None:
    sums = fill(values, 0.0)
    for u in range(part.lines):
        for v in range(part.columns):
            sums = sums + load(values, part.start + u * part.line + v * part.pixel + c)
    store(values, target, sums * (1.0 / (part.lines * part.columns)))


@spliced
def _to_largest(values: Pointer, deltas: Pointer, part: Part, c: int, source: int) -> None:
    best, chosen = load(values, part.start + c), fill(values, 0.0)
    delta, zero = load(deltas, source), fill(deltas, 0.0)
    for u in range(part.lines):
        for v in range(part.columns):
            group = load(values, part.start + u * part.line + v * part.pixel + c)
            chosen = where_less(best, group, fill(values, u * part.columns + v), chosen)
            best = where_less(best, group, group, best)
    for u in range(part.lines):
        for v in range(part.columns):
            at, number = part.start + u * part.line + v * part.pixel + c, u * part.columns + v
            here = where_less(chosen, fill(values, number + 0.5), delta, zero)
            here = where_less(chosen, fill(values, number - 0.5), zero, here)
            store(deltas, at, load(deltas, at) + here)


@spliced
def _to_each(deltas: Pointer, part: Part, c: int, source: int) -> None:
    share = load(deltas, source) * (1.0 / (part.lines * part.columns))
    for u in range(part.lines):
        for v in range(part.columns):
            at = part.start + u * part.line + v * part.pixel + c
            store(deltas, at, load(deltas, at) + share)


@kernel
def _part(op: Pointer, source: int, y: int, x: int) -> Part:
    """What the window at (y, x) sees of the image that begins at ``source``."""
    top, left = y * op[d.STEP_LINES] - op[d.TOP], x * op[d.STEP_COLUMNS] - op[d.LEFT]
    bottom = min(top + op[d.WINDOW_LINES], op[d.IN_LINES])
    right = min(left + op[d.WINDOW_COLUMNS], op[d.IN_COLUMNS])
    top, left = max(top, 0), max(left, 0)
    line = op[d.IN_COLUMNS] * op[d.IN_PIXEL]
    return Part(source + top * line + left * op[d.IN_PIXEL], bottom - top, right - left, line, op[d.IN_PIXEL])
