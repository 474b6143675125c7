"""Pooling, as in ``cpu.pool``; one thread per number of the result.

On the way back a thread looks at all windows that see its number, so that no two write to one place.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cuda.jit import Array, Span, Workspace, device


class Part(NamedTuple):
    """What a window sees of one channel of an image, whose line 0 and column 0 stand at ``start``."""

    start: int
    top: int
    bottom: int  # the first line below
    left: int
    right: int
    line: int
    pixel: int


@device
def pool_forward(workspace: Workspace, op: Array, rows: int, span: Span) -> None:
    """The values at OUTPUT (rows, OUT_STRIDE) from those at INPUT (rows, IN_STRIDE)."""
    width = op[d.OUT_CHANNELS]
    for i in range(span.first, rows * op[d.OUT_WIDTH], span.step):
        pixel, c = i // width, i % width
        x, line = pixel % op[d.OUT_COLUMNS], pixel // op[d.OUT_COLUMNS]
        y, r = line % op[d.OUT_LINES], line // op[d.OUT_LINES]
        part = _part(workspace, op, r, y, x, c)
        place = r * op[d.OUT_STRIDE] + (y * op[d.OUT_COLUMNS] + x) * op[d.OUT_PIXEL] + c
        result = (
            _largest(workspace.values, part) if op[d.KIND] == d.MAX_POOL else _mean(workspace.values, part)
        )
        workspace.values[op[d.OUTPUT] * workspace.capacity + place] = result


@device
def pool_backward(workspace: Workspace, op: Array, rows: int, span: Span) -> None:
    """The deltas at INPUT from those at OUTPUT: all to the first of the largest, or as much to each."""
    if not op[d.BACKWARD] & d.OF_INPUT:
        return
    width = op[d.IN_CHANNELS]
    for i in range(span.first, rows * op[d.IN_WIDTH], span.step):
        pixel, c = i // width, i % width
        x, line = pixel % op[d.IN_COLUMNS], pixel // op[d.IN_COLUMNS]
        y, r = line % op[d.IN_LINES], line // op[d.IN_LINES]
        place = r * op[d.IN_STRIDE] + (y * op[d.IN_COLUMNS] + x) * op[d.IN_PIXEL] + c
        workspace.deltas[op[d.INPUT] * workspace.capacity + place] = _slope(workspace, op, r, y, x, c)


@device
def _slope(workspace: Workspace, op: Array, r: int, y: int, x: int, c: int) -> Any:
    """What the windows that see line ``y``, column ``x`` of the input pass on to channel ``c`` there."""
    deltas = workspace.deltas
    real = deltas.dtype.type
    down, across = y + op[d.TOP], x + op[d.LEFT]
    dz = op[d.OUTPUT] * workspace.capacity + r * op[d.OUT_STRIDE] + c
    total = real(0)
    for v in range(_first(down, op[d.WINDOW_LINES], op[d.STEP_LINES]), op[d.OUT_LINES]):
        if v * op[d.STEP_LINES] > down:
            break
        for h in range(_first(across, op[d.WINDOW_COLUMNS], op[d.STEP_COLUMNS]), op[d.OUT_COLUMNS]):
            if h * op[d.STEP_COLUMNS] > across:
                break
            part = _part(workspace, op, r, v, h, c)
            delta = deltas[dz + (v * op[d.OUT_COLUMNS] + h) * op[d.OUT_PIXEL]]
            if op[d.KIND] == d.AVERAGE_POOL:
                total += delta / real((part.bottom - part.top) * (part.right - part.left))
            elif _place_of_largest(workspace.values, part) == part.start + y * part.line + x * part.pixel:
                total += delta
    return total


@device
def _first(place: int, window: int, step: int) -> int:
    """The first window that sees ``place``, counted with the zeros before the image."""
    return (place - window) // step + 1 if place >= window else 0


@device
def _largest(values: Array, part: Part) -> Any:
    """The largest number; NaN if one is not finite, as x * 0 is then."""
    best = values[_place_of_largest(values, part)]
    for y in range(part.top, part.bottom):
        for x in range(part.left, part.right):
            best += values[part.start + y * part.line + x * part.pixel] * values.dtype.type(0)
    return best


@device
def _place_of_largest(values: Array, part: Part) -> int:
    """Of equal ones the first in reading order."""
    found = part.start + part.top * part.line + part.left * part.pixel
    for y in range(part.top, part.bottom):
        for x in range(part.left, part.right):
            at = part.start + y * part.line + x * part.pixel
            if values[found] < values[at]:
                found = at
    return found


@device
def _mean(values: Array, part: Part) -> Any:
    real = values.dtype.type
    total = real(0)
    for y in range(part.top, part.bottom):
        for x in range(part.left, part.right):
            total += values[part.start + y * part.line + x * part.pixel]
    return total / real((part.bottom - part.top) * (part.right - part.left))


@device
def _part(workspace: Workspace, op: Array, r: int, y: int, x: int, c: int) -> Part:
    """What the window at (y, x) sees of channel ``c`` of example ``r``."""
    top, left = y * op[d.STEP_LINES] - op[d.TOP], x * op[d.STEP_COLUMNS] - op[d.LEFT]
    bottom, right = top + op[d.WINDOW_LINES], left + op[d.WINDOW_COLUMNS]
    return Part(
        op[d.INPUT] * workspace.capacity + r * op[d.IN_STRIDE] + c,
        top if top > 0 else 0,
        bottom if bottom < op[d.IN_LINES] else op[d.IN_LINES],
        left if left > 0 else 0,
        right if right < op[d.IN_COLUMNS] else op[d.IN_COLUMNS],
        op[d.IN_COLUMNS] * op[d.IN_PIXEL],
        op[d.IN_PIXEL],
    )
