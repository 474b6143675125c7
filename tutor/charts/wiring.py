"""A network drawn: small ones unit by unit with their weights as lines, larger ones a line per layer."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tutor.charts.health import windowed
from tutor.charts.palette import BLUE, ORANGE, hexadecimal
from tutor.charts.spans import Line, Span, fit, join
from tutor.report import DrawnLayer

_UNIT = 7
"""Cells of a unit: its output in brackets."""
_MIN_GAP = 6
_MOST_LINES = 40
"""Of the weights between two layers, only so many of the largest are drawn."""
_STRONG = 0.6
"""From this share of the largest weight on, a line is drawn twice as thick."""
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_BARS = "▁▂▃▄▅▆▇█"
_QUIET = ("activation", "dropout", "flatten")
"""Kinds without weights of their own; they stand in no column."""


def wiring(
    layers: Sequence[DrawnLayer], width: int, height: int, *, chosen: str = "", colours: bool = True
) -> list[Line]:
    """The network in ``height`` lines of ``width`` cells; ``>`` marks the layer ``chosen``.

    Unit by unit where all layers are dense and there is room: blue solid lines are positive weights, orange
    dashed ones negative, thick ones large; in brackets each unit's output. Else a line per layer.
    """
    columns = [layer for layer in layers if layer.kind not in _QUIET]
    drawable = (
        len(columns) > 1
        and all(layer.kind in ("input", "dense") for layer in columns)
        and all(layer.weights for layer in columns[1:])
        and max(layer.units for layer in columns) <= max(2 * (height - 2), 4)
    )
    gap = (width - _UNIT * len(columns)) // max(len(columns) - 1, 1)
    if not drawable or gap < _MIN_GAP or height < 5:
        return summary(layers, width, height, chosen=chosen, colours=colours)
    rows = height - 2
    parts: list[list[Line]] = []
    for index, layer in enumerate(columns):
        if index:
            before = columns[index - 1]
            parts.append(
                _Canvas(gap, rows).draw(layer, _rows_of(before, rows), _rows_of(layer, rows), colours)
            )
        parts.append([[(text, "", "")] for text in _column(layer, rows)])
    heads = _heads(columns, gap, chosen)
    return [*heads, *([span for part in parts for span in part[row]] for row in range(rows))]


def summary(
    layers: Sequence[DrawnLayer], width: int, height: int, *, chosen: str = "", colours: bool = True
) -> list[Line]:
    """A line per layer: name, kind, shape, parameters, and the outputs as small bars, least to greatest."""
    names = min(max((len(layer.name) for layer in layers), default=4), 18)
    kinds = max((len(_kind(layer)) for layer in layers), default=4)
    shapes = max((len(_shape(layer)) for layer in layers), default=4)
    counts = max((len(f"{layer.parameters:,}") for layer in layers), default=1)
    rows: list[Line] = []
    for layer in layers:
        mark = "> " if layer.name == chosen else "  "
        text = f"{mark}{layer.name:<{names}}  {_kind(layer):<{kinds}}  {_shape(layer):<{shapes}}"
        if len(text) + 2 + counts + 11 + 8 <= width:
            text += f"  {layer.parameters:>{counts},} parameters"
        room = width - len(text) - 2
        line: Line = [(text[: max(width, 0)], "", "")]
        if room >= 8:
            ink = hexadecimal(BLUE) if colours else ""
            line += [("  ", "", ""), (_sparks(layer.outputs, room), ink, "")]
        rows.append(line)
    place = next((index for index, layer in enumerate(layers) if layer.name == chosen), 0)
    return windowed(rows, place, height, width)


def _kind(layer: DrawnLayer) -> str:
    function = "" if layer.activation in ("", "linear") else f" {layer.activation}"
    return f"{layer.kind}{function}"


def _shape(layer: DrawnLayer) -> str:
    return "x".join(map(str, layer.shape))


def _sparks(numbers: Sequence[float], room: int) -> str:
    finite = [one for one in numbers if math.isfinite(one)]
    if not finite:
        return ""
    low, high = min(finite), max(finite)
    size = (high - low) or 1.0
    shown = numbers if len(numbers) <= room else [numbers[i * len(numbers) // room] for i in range(room)]
    return "".join(
        _BARS[min(int((one - low) / size * len(_BARS)), len(_BARS) - 1)] if math.isfinite(one) else "?"
        for one in shown
    )


def _heads(columns: Sequence[DrawnLayer], gap: int, chosen: str) -> list[Line]:
    """Two lines over the columns: the layers' names, and what they are."""
    room = _UNIT + gap
    lines: list[Line] = []
    for words in (
        [("> " if layer.name == chosen else "") + layer.name for layer in columns],
        [f"{layer.units} {layer.activation if layer.kind == 'dense' else 'inputs'}" for layer in columns],
    ):
        *others, last = words
        text = "".join(fit(word, room - 1) + " " for word in others)
        # The last name ends where its column ends: it is the only one with no gap behind it.
        text = text[: max(len(text) + _UNIT - len(last), 0)] + fit(last, max(len(last), _UNIT), "right")
        lines.append([(text, "", "")])
    return lines


def _rows_of(layer: DrawnLayer, rows: int) -> list[int]:
    """In which row each unit stands; units beyond the room share the last one."""
    shown = min(layer.units, rows)
    places = [int((index + 0.5) * rows / shown) for index in range(shown)]
    return places + [places[-1]] * (layer.units - shown)


def _column(layer: DrawnLayer, rows: int) -> list[str]:
    lines = [" " * _UNIT] * rows
    places = _rows_of(layer, rows)
    for index, row in enumerate(places[:rows]):
        output = layer.outputs[index] if index < len(layer.outputs) else math.nan
        lines[row] = f"({_number(output)})".ljust(_UNIT)
    if layer.units > rows:
        lines[rows - 1] = fit(f"⋮{layer.units - rows + 1} more", _UNIT)
    return lines


def _number(value: float) -> str:
    """Five cells at most."""
    if not math.isfinite(value):
        return "  ?  "
    for decimals in (2, 1, 0):
        text = f"{value:+.{decimals}f}"
        if len(text) <= 5:
            return text
    return f"{value:+.0e}".replace("e+0", "e").replace("e-0", "e-")[:5]


class _Canvas:
    """The room between two layers, in braille dots: two across and four down in each cell."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self._dots = [[0] * columns for _ in range(rows)]
        self._positive = [[True] * columns for _ in range(rows)]

    def draw(self, layer: DrawnLayer, left: list[int], right: list[int], colours: bool) -> list[Line]:
        """The weights of ``layer`` as lines from its inputs' rows to its units' rows, the largest on top."""
        weights = [
            (abs(layer.weights[i * layer.units + j]), i, j)
            for i in range(layer.inputs)
            for j in range(layer.units)
            if math.isfinite(layer.weights[i * layer.units + j])
        ]
        weights.sort()
        largest = weights[-1][0] if weights else 0.0
        for size, i, j in weights[-_MOST_LINES:]:
            if size == 0.0:
                continue
            positive = layer.weights[i * layer.units + j] > 0
            for offset in (0, 1) if size >= _STRONG * largest else (0,):
                self._line(4 * left[i] + 1 + offset, 4 * right[j] + 1 + offset, positive)
        inks = (hexadecimal(BLUE), hexadecimal(ORANGE)) if colours else ("", "")
        return [
            join([self._cell(row, column, inks) for column in range(self.columns)])
            for row in range(self.rows)
        ]

    def _line(self, start: int, end: int, positive: bool) -> None:
        wide = 2 * self.columns
        steps = max(wide, abs(end - start) + 1)
        for step in range(steps):
            share = step / max(steps - 1, 1)
            x, y = round(share * (wide - 1)), round(start + share * (end - start))
            if not positive and x // 2 % 2:
                continue  # negative: dashed
            row, column = y // 4, x // 2
            self._dots[row][column] |= _DOTS[x % 2][y % 4]
            self._positive[row][column] = positive

    def _cell(self, row: int, column: int, inks: tuple[str, str]) -> Span:
        dots = self._dots[row][column]
        ink = inks[0 if self._positive[row][column] else 1]
        return (chr(0x2800 + dots), ink, "") if dots else (" ", "", "")
