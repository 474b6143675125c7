"""Horizontal bars on a logarithmic axis: how large each layer's gradient is."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tutor.charts.axes import power
from tutor.charts.numbers import short
from tutor.charts.palette import BLUE, hexadecimal
from tutor.charts.spans import Line, fit
from tutor.report import Layer
from tutor.text import cells

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_NUMBER = 9
# A bar in fewer cells than this says nothing.
_MIN_ROOM = 4


def gradient_bars(layers: Sequence[Layer], width: int, height: int, *, colours: bool = True) -> list[Line]:
    """One bar per layer, as long as the logarithm of its gradient's norm; the last line is the axis.

    A layer without a gradient yet, or with one that is zero or not finite, has no bar but says so.
    Exactly ``height`` lines of ``width`` cells; layers that do not fit are counted in the last row.
    """
    names = min(max((cells(layer.name) for layer in layers), default=0), width // 3)
    room = width - names - _NUMBER - 3
    if room < _MIN_ROOM:
        rows: list[Line] = [[(fit(f"{_number(layer)} {layer.name}", width), "", "")] for layer in layers]
    else:
        low, high = _decades(layers)
        color = hexadecimal(BLUE) if colours else ""
        rows = [
            [
                (fit(layer.name, names) + " ", "", ""),
                (log_bar(layer.gradient_norm, low, high, room), color, ""),
                (_number(layer).rjust(_NUMBER + 2), "", ""),
            ]
            for layer in layers
        ]
        if height > 1 and layers:
            rows = _cut(rows, width, height - 1)
            rows.append([(" " * (names + 1) + _scale(low, high, room) + " " * (_NUMBER + 2), "", "")])
    return _cut(rows, width, height) + [[(" " * width, "", "")]] * max(height - len(rows), 0)


def _cut(rows: list[Line], width: int, height: int) -> list[Line]:
    """At most ``height`` rows; the last one counts those that are left out."""
    if len(rows) <= height:
        return rows
    hidden = len(rows) - height + 1
    return [*rows[: height - 1], [(fit(f"and {hidden} more", width), "", "")]] if height else []


def _decades(layers: Sequence[Layer]) -> tuple[int, int]:
    """Whole powers of ten around the norms, at least two decades apart."""
    norms = [layer.gradient_norm for layer in layers]
    logs = [math.log10(norm) for norm in norms if 0 < norm < math.inf]
    if not logs:
        return -2, 0
    # A little below the smallest, so that it still has a bar.
    low, high = math.floor(min(logs) - 0.2), math.ceil(max(logs))
    return (low, high) if high - low >= 2 else (high - 2, high)


def _number(layer: Layer) -> str:
    return "-" if math.isnan(layer.gradient_norm) else short(layer.gradient_norm)


def log_bar(norm: float, low: int, high: int, room: int) -> str:
    """A bar of up to ``room`` cells on an axis from 10**low to 10**high; none for what has no logarithm."""
    if not 0 < norm < math.inf:
        return " " * room
    share = (math.log10(norm) - low) / (high - low)
    eighths = max(1, round(share * room * 8))
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(room)


def _scale(low: int, high: int, room: int) -> str:
    """The decades under the bars, as many as fit without touching."""
    line = ""
    for decade in range(low, high + 1):
        place = round((decade - low) / (high - low) * room)
        label = power(decade)
        if place + len(label) <= room and (not line or place > len(line) + 1):
            line = line.ljust(place) + label
    return line.ljust(room)
