"""What a model answers over the plane, and the examples on it: a heat map of half-blocks."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.charts.palette import EDGE, RGB, contrast, heat, heat_of_few, hexadecimal, mix
from tutor.charts.spans import Line, join
from tutor.report import Points, Surface

SHADES = " .:#"
_IDLE = "·"
"""An example answered right that is no support vector."""
_SIGNS = {(0, True): "o", (1, True): "x", (0, False): "O", (1, False): "X"}

Grid = list[list[int]]
"""Rows of outputs, 0 to 255, top row first."""


def boundary(
    surface: Surface,
    points: Points | None,
    columns: int,
    rows: int,
    *,
    colours: bool = True,
    few: bool = False,
) -> list[Line]:
    """Paint ``surface`` as ``rows`` lines of ``columns`` cells, two pixels in each, examples on top.

    Blue is output 0, orange output 1, a dark line runs where the output crosses one half. With ``few``
    (a terminal of 16 colours) four colours stand for the output, without ``colours`` four shades. For
    the signs of the examples see :func:`boundary_legend`.
    """
    marks = _marks(surface, points, columns, rows)
    if not colours:
        return _shaded(resample(surface, columns, rows), marks)
    pixels = resample(surface, columns, 2 * rows)
    paint = heat_of_few if few else heat
    colors = [
        [EDGE if _on_edge(pixels, i, j) else paint(level) for j, level in enumerate(line)]
        for i, line in enumerate(pixels)
    ]
    return [
        join([_cell(colors[2 * row][column], colors[2 * row + 1][column], marks.get((row, column)), few)
              for column in range(columns)])
        for row in range(rows)
    ]  # fmt: skip


def boundary_legend(*, colours: bool = True, few: bool = False) -> list[str]:
    """What the colours, shades and signs of :func:`boundary` mean, in lines of at most 40 cells."""
    if not colours:
        ground = ["blank, . : output below 0.5", ": and # : output above 0.5"]
    elif few:
        ground = ["blue, cyan: output below 0.5", "yellow, brown: above 0.5"]
    else:
        ground = ["blue: output near 0, orange: near 1", "dark line: output 0.5"]
    return ["o class 0, x class 1", "O, X: answered wrong", *ground]


def _cell(upper: RGB, lower: RGB, sign: str | None, few: bool) -> tuple[str, str, str]:
    if sign is None:
        return "▀", hexadecimal(upper), hexadecimal(lower)
    ground = upper if few else mix(upper, lower, 0.5)
    ink = contrast(ground)
    if not sign.isupper():
        return sign, hexadecimal(ink), hexadecimal(ground)
    # A wrong answer stands out twice: a capital letter, and ink and ground change places.
    return sign, hexadecimal(contrast(ink)), hexadecimal(ink)


def _shaded(grid: Grid, marks: dict[tuple[int, int], str]) -> list[Line]:
    lines: list[Line] = []
    for row, levels in enumerate(grid):
        signs = [marks.get((row, column), SHADES[level * 4 // 256]) for column, level in enumerate(levels)]
        lines.append([("".join(signs), "", "")])
    return lines


def _marks(surface: Surface, points: Points | None, columns: int, rows: int) -> dict[tuple[int, int], str]:
    """For each cell with an example in it the example's sign.

    Where several share a cell, one that was answered wrong is shown, else a support vector.
    """
    marks: dict[tuple[int, int], str] = {}
    if points is None:
        return marks
    support = points.support or [True] * len(points.x)
    for x, y, label, answer, kept in zip(
        points.x, points.y, points.label, points.answer, support, strict=True
    ):
        column = place(x, surface.x_min, surface.x_max, columns)
        row = place(y, surface.y_max, surface.y_min, rows)
        if column is None or row is None:
            continue
        right, known = label == answer, marks.get((row, column), _IDLE)
        if not right or (kept and not known.isupper()):
            marks[row, column] = _SIGNS[int(label > 0), right]
        else:
            marks.setdefault((row, column), _IDLE)
    return marks


def place(value: float, start: float, end: float, count: int) -> int | None:
    """Which of ``count`` equal slices of [start, end] holds ``value``; None if outside."""
    share = (value - start) / (end - start) if end != start else 0.5
    if not 0 <= share <= 1 or count < 1:
        return None
    return min(int(share * count), count - 1)


def resample(surface: Surface, columns: int, rows: int) -> Grid:
    """The surface at the centres of columns x rows pixels, linear between its own values."""
    if not surface.values:
        return [[127] * columns for _ in range(rows)]
    across = _weights(surface.columns, columns)
    grid = []
    for above, below, share in _weights(surface.rows, rows):
        first = surface.values[above * surface.columns : (above + 1) * surface.columns]
        second = surface.values[below * surface.columns : (below + 1) * surface.columns]
        blend = [a + (b - a) * share for a, b in zip(first, second, strict=True)]
        grid.append([round(blend[i] + (blend[j] - blend[i]) * part) for i, j, part in across])
    return grid


def _weights(size: int, count: int) -> list[tuple[int, int, float]]:
    """For each of ``count`` pixels: its two neighbours among ``size`` values, and the second one's share."""
    weights = []
    for index in range(count):
        place = min(max((index + 0.5) * size / count - 0.5, 0.0), size - 1.0)
        first = int(place)
        weights.append((first, min(first + 1, size - 1), place - first))
    return weights


def _on_edge(pixels: Sequence[Sequence[int]], row: int, column: int) -> bool:
    """Whether the output is one half or more here and less right beside, above or below."""
    line = pixels[row]
    return line[column] >= 128 and (
        (column > 0 and line[column - 1] < 128)
        or (column + 1 < len(line) and line[column + 1] < 128)
        or (row > 0 and pixels[row - 1][column] < 128)
        or (row + 1 < len(pixels) and pixels[row + 1][column] < 128)
    )
