"""How the layers fare, a row for each: gradient, update beside weights, saturated and dead shares."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tutor.charts.bars import log_bar
from tutor.charts.numbers import short
from tutor.charts.palette import BLUE, ORANGE, hexadecimal
from tutor.charts.spans import Line, Span, fit
from tutor.charts.tables import aligned
from tutor.report import LayerHealth

GUIDE = 1e-3
"""A usual length of an update, as a share of the length of the weights."""
_RATIO_LOW, _RATIO_HIGH = -6, 0
_MUCH = 0.5
"""From this share on, saturated or dead units are marked."""


@dataclass(frozen=True)
class _Column:
    """A column of the chart: its heading, its width, and what a layer shows in it."""

    heading: str
    width: int
    show: Callable[[LayerHealth], Line]


def health_rows(
    layers: Sequence[LayerHealth], width: int, height: int, *, chosen: str = "", colours: bool = True
) -> list[Line]:
    """One row per layer under a line of headings; columns that do not fit are left out from the end.

    ``>`` marks the layer ``chosen``, which is always among the rows; the last row counts those left out.
    """
    columns = _columns(layers, width, colours)
    head: Line = [("  " + "  ".join(fit(one.heading, one.width) for one in columns), "", "")]
    rows = [
        [("> " if layer.name == chosen else "  ", "", ""), *_joined([one.show(layer) for one in columns])]
        for layer in layers
    ]
    place = next((index for index, layer in enumerate(layers) if layer.name == chosen), 0)
    return [head, *windowed(rows, place, height - 1, width)][: max(height, 0)]


def windowed(rows: list[Line], place: int, height: int, width: int) -> list[Line]:
    """At most ``height`` of the rows, that at ``place`` among them; a last line counts those left out."""
    if len(rows) <= height:
        return rows
    room = max(height - 1, 1)
    first = min(max(place - room // 2, 0), len(rows) - room)
    more: Line = [(fit(f"and {len(rows) - room} more", width), "", "")]
    return [*rows[first : first + room], more][: max(height, 0)]


def health_table(layers: Sequence[LayerHealth], width: int) -> list[str]:
    """The figures of every layer as plain text, as many as fit into ``width`` cells."""
    head = ["layer", "gradient", "weights", "update/w", "saturated", "dead", "mean", "spread"]
    body = [
        [
            layer.name,
            figure(layer.gradient_norm),
            figure(layer.weight_norm),
            figure(layer.update_ratio),
            percent(layer.saturated),
            percent(layer.dead),
            figure(layer.mean),
            figure(layer.deviation),
        ]
        for layer in layers
    ]
    return aligned([head, *body], width=width)


def figure(value: float) -> str:
    """A measured number; ``-`` where there was nothing to measure."""
    return "-" if math.isnan(value) else short(value)


def percent(share: float) -> str:
    """A share in percent; ``-`` where there was nothing to measure."""
    return "-" if math.isnan(share) else f"{share:.0%}"


def _columns(layers: Sequence[LayerHealth], width: int, colours: bool) -> list[_Column]:
    names = min(max((len(layer.name) for layer in layers), default=5), 12)
    # At least: name, bar of 8, number; then what is most worth its room.
    others = [
        _Column("satur.", 6, lambda layer: [(_share(layer.saturated, 6), "", "")]),
        _Column("dead", 5, lambda layer: [(_share(layer.dead, 5), "", "")]),
        _Column("update/w", 8, lambda layer: [(figure(layer.update_ratio).rjust(8), "", "")]),
        _Column("1e-6 1e-3     1", 15, lambda layer: [_on_scale(layer.update_ratio, 15, colours)]),
    ]
    used = 2 + names + 2 + 8 + 2 + 8
    kept = []
    for column in others:
        if used + 2 + column.width > width:
            break
        used += 2 + column.width
        kept.append(column)
    room = min(8 + width - used, 30)
    low, high = decades([layer.gradient_norm for layer in layers])
    ink = hexadecimal(BLUE) if colours else ""
    return [
        _Column("layer", names, lambda layer: [(fit(layer.name, names), "", "")]),
        _Column("gradient", room, lambda layer: [(log_bar(layer.gradient_norm, low, high, room), ink, "")]),
        _Column("", 8, lambda layer: [(figure(layer.gradient_norm).rjust(8), "", "")]),
        *kept,
    ]


def decades(norms: Sequence[float]) -> tuple[int, int]:
    """Whole powers of ten around the norms, at least two decades apart."""
    logs = [math.log10(norm) for norm in norms if 0 < norm < math.inf]
    if not logs:
        return -2, 0
    # A little below the smallest, so that it still has a bar.
    low, high = math.floor(min(logs) - 0.2), math.ceil(max(logs))
    return (low, high) if high - low >= 2 else (high - 2, high)


def _share(share: float, width: int) -> str:
    """Half of the units or more gets a ``!``."""
    mark = "!" if share >= _MUCH else " "
    return f"{percent(share)}{mark}".rjust(width)


def _on_scale(ratio: float, width: int, colours: bool) -> Span:
    """Where the ratio lies between 1e-6 and 1; ``┊`` is the guide at 0.001."""
    cells = ["·"] * width
    cells[_place(GUIDE, width)] = "┊"
    if 0 < ratio < math.inf:
        cells[_place(ratio, width)] = "●"
    return "".join(cells), hexadecimal(ORANGE) if colours else "", ""


def _place(ratio: float, width: int) -> int:
    share = (math.log10(ratio) - _RATIO_LOW) / (_RATIO_HIGH - _RATIO_LOW)
    return round(min(max(share, 0.0), 1.0) * (width - 1))


def _joined(parts: Sequence[Line]) -> Line:
    line: Line = []
    for index, part in enumerate(parts):
        line += [("  ", "", "")] * bool(index) + part
    return line
