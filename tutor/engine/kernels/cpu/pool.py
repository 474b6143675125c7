"""Pooling: the largest number or the mean of each channel in a window; what is outside the image is left out.

Of equal largest numbers the first in reading order has the gradient. NaN and infinities go through max
pooling as NaN, so that nothing that is not finite can hide behind a larger neighbour.
"""

from __future__ import annotations

from typing import NamedTuple

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.dense import clear
from tutor.engine.kernels.cpu.jit import inlined, spliced
from tutor.engine.kernels.cpu.lanes import fill, load, merged, store, where_less
from tutor.engine.kernels.cpu.linking import linked
from tutor.engine.kernels.cpu.tiles import Matrix
from tutor.engine.kernels.cpu.views import Pointer, WorkspaceView


class Part(NamedTuple):
    """The part of an image that a window sees: its first number, its size, and the way to the next line."""

    start: int
    lines: int
    columns: int
    line: int
    pixel: int


class Pool(NamedTuple):
    """What an operation says of its windows, read once: after a store, all of it would be read again."""

    lines: int
    columns: int
    line: int
    pixel: int
    window_lines: int
    window_columns: int
    step_lines: int
    step_columns: int
    top: int
    left: int
    divided: bool
    """Whether each pixel of the image is in one window and no other."""


@linked
def pool_forward(workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """The values at OUTPUT (rows, OUT_STRIDE) from those at INPUT (rows, IN_STRIDE)."""
    pool, values = _read(op), workspace.values
    largest, lines, columns = op[d.KIND] == d.MAX_POOL, op[d.OUT_LINES], op[d.OUT_COLUMNS]
    first, stride = op[d.INPUT] * workspace.capacity, op[d.IN_STRIDE]
    target = op[d.OUTPUT] * workspace.capacity
    for r in range(rows):
        for y in range(lines):
            for x in range(columns):
                part = _part(pool, first + r * stride, y, x)
                for c in range(0, pool.pixel, d.WIDTH):
                    if largest:
                        _largest(values, part, c, target)
                    else:
                        _mean(values, part, c, target)
                    target += d.WIDTH


@linked
def pool_backward(workspace: WorkspaceView, op: Pointer, rows: int) -> None:
    """The deltas at INPUT from those at OUTPUT: all to the largest, or as much to each."""
    pool, values, deltas = _read(op), workspace.values, workspace.deltas
    largest, lines, columns = op[d.KIND] == d.MAX_POOL, op[d.OUT_LINES], op[d.OUT_COLUMNS]
    first, stride = op[d.INPUT] * workspace.capacity, op[d.IN_STRIDE]
    source = op[d.OUTPUT] * workspace.capacity
    begun = not pool.divided
    if begun:
        clear(Matrix(deltas, first, stride, 1), rows, stride)
    for r in range(rows):
        for y in range(lines):
            for x in range(columns):
                part = _part(pool, first + r * stride, y, x)
                for c in range(0, pool.pixel, d.WIDTH):
                    if largest:
                        _to_largest(values, deltas, part, c, source, begun)
                    else:
                        _to_each(deltas, part, c, source, begun)
                    source += d.WIDTH


@spliced
def _largest(values: Pointer, part: Part, c: int, target: int) -> None:
    best, trace = load(values, part.start + c), fill(values, 0.0)
    for u in range(part.lines):
        for v in range(part.columns):
            group = load(values, part.start + u * part.line + v * part.pixel + c)
            best = where_less(best, group, group, best)
            trace = merged(trace, group * 0.0)
    store(values, target, best + trace)


@spliced
def _mean(values: Pointer, part: Part, c: int, target: int) -> None:
    if part.lines == 2 and part.columns == 2:  # most are: without loops they take half the time
        at, below = part.start + c, part.start + part.line + c
        upper = load(values, at) + load(values, at + part.pixel)
        store(values, target, (upper + load(values, below) + load(values, below + part.pixel)) * 0.25)
        return
    sums = fill(values, 0.0)
    for u in range(part.lines):
        for v in range(part.columns):
            sums = sums + load(values, part.start + u * part.line + v * part.pixel + c)
    store(values, target, sums * (1.0 / (part.lines * part.columns)))


@spliced
def _to_largest(values: Pointer, deltas: Pointer, part: Part, c: int, source: int, begun: bool) -> None:
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
            store(deltas, at, load(deltas, at) + here if begun else here)


@spliced
def _to_each(deltas: Pointer, part: Part, c: int, source: int, begun: bool) -> None:
    if part.lines == 2 and part.columns == 2 and not begun:
        share, at, below = load(deltas, source) * 0.25, part.start + c, part.start + part.line + c
        store(deltas, at, share)
        store(deltas, at + part.pixel, share)
        store(deltas, below, share)
        store(deltas, below + part.pixel, share)
        return
    share = load(deltas, source) * (1.0 / (part.lines * part.columns))
    for u in range(part.lines):
        for v in range(part.columns):
            at = part.start + u * part.line + v * part.pixel + c
            store(deltas, at, load(deltas, at) + share if begun else share)


@inlined
def _read(op: Pointer) -> Pool:
    lines, columns = op[d.IN_LINES], op[d.IN_COLUMNS]
    window_lines, window_columns = op[d.WINDOW_LINES], op[d.WINDOW_COLUMNS]
    step_lines, step_columns, pixel = op[d.STEP_LINES], op[d.STEP_COLUMNS], op[d.IN_PIXEL]
    down = step_lines == window_lines and op[d.OUT_LINES] * step_lines == lines
    across = step_columns == window_columns and op[d.OUT_COLUMNS] * step_columns == columns
    return Pool(
        lines,
        columns,
        columns * pixel,
        pixel,
        window_lines,
        window_columns,
        step_lines,
        step_columns,
        op[d.TOP],
        op[d.LEFT],
        down and across,
    )


@inlined
def _part(pool: Pool, source: int, y: int, x: int) -> Part:
    """What the window at (y, x) sees of the image that begins at ``source``."""
    top, left = y * pool.step_lines - pool.top, x * pool.step_columns - pool.left
    if pool.divided:
        start = source + top * pool.line + left * pool.pixel
        return Part(start, pool.window_lines, pool.window_columns, pool.line, pool.pixel)
    bottom = min(top + pool.window_lines, pool.lines)
    right = min(left + pool.window_columns, pool.columns)
    top, left = max(top, 0), max(left, 0)
    return Part(
        source + top * pool.line + left * pool.pixel, bottom - top, right - left, pool.line, pool.pixel
    )
