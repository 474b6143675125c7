"""A loss over two weights as a map with bands of equal height, and the path that training took."""

from __future__ import annotations

from tutor.charts.boundary import SHADES, place, resample
from tutor.charts.palette import contrast, heat, heat_of_few, hexadecimal
from tutor.charts.spans import Line, join
from tutor.report import Descent

BANDS = 12
PASSED, NOW = "o", "@"


def descent(
    shown: Descent, columns: int, rows: int, *, colours: bool = True, few: bool = False
) -> list[Line]:
    """Paint the map as ``rows`` lines of ``columns`` cells: blue is low, orange high; without ``colours``
    blank is low. ``o`` stands where training came by, ``@`` where it is now.
    """
    signs = _signs(shown, columns, rows)
    grid = resample(shown.surface, columns, rows)
    paint = heat_of_few if few else heat
    lines: list[Line] = []
    for row, levels in enumerate(grid):
        line = []
        for column, level in enumerate(levels):
            sign, band = signs.get((row, column), ""), level * BANDS // 256
            if not colours:
                line.append((sign or SHADES[band * len(SHADES) // BANDS], "", ""))
                continue
            ground = paint(band * 255 // (BANDS - 1))
            line.append((sign or " ", hexadecimal(contrast(ground)), hexadecimal(ground)))
        lines.append(join(line))
    return lines


def _signs(shown: Descent, columns: int, rows: int) -> dict[tuple[int, int], str]:
    """Cell -> the sign in it; the last place stands over all others."""
    signs: dict[tuple[int, int], str] = {}
    surface, last = shown.surface, len(shown.x) - 1
    for index, (x, y) in enumerate(zip(shown.x, shown.y, strict=True)):
        column, row = (
            place(x, surface.x_min, surface.x_max, columns),
            place(y, surface.y_max, surface.y_min, rows),
        )
        if column is not None and row is not None:
            signs[row, column] = NOW if index == last else PASSED
    return signs
