"""Small grey images beside one another: filters, feature maps, one example."""

from __future__ import annotations

from tutor.charts.palette import hexadecimal
from tutor.charts.spans import Line, join
from tutor.report import Maps

_SHADES = " .:-=+*#%@"
_GAP = 1
_WIDE_GAP = 3
"""Between two groups."""


def image_height(maps: Maps) -> int:
    """Lines that one image takes: two pixels stand in each cell."""
    return (maps.height + 1) // 2


def images(maps: Maps, width: int, height: int, *, colours: bool = True, group: int = 1) -> list[Line]:
    """As many of the images as fit, row by row; at most ``height`` lines of at most ``width`` cells.

    So many as make a ``group`` stand close together, unless there is no room for a whole one.

    The least number is black, the greatest white; without ``colours`` characters stand for the shades.
    Large images are thinned to every second, third, ... pixel until one fits.
    """
    if not maps.count or width < 1 or height < 1:
        return []
    every = max(-(-maps.width // width), -(-maps.height // (2 * height)), 1)
    wide, tall = -(-maps.width // every), (-(-maps.height // every) + 1) // 2
    whole = group * (wide + _GAP) - _GAP
    if group > 1 and width >= whole:
        across = (width + _WIDE_GAP) // (whole + _WIDE_GAP) * group
    else:
        across, group = max((width + _GAP) // (wide + _GAP), 1), 1
    down = max((height + _GAP) // (tall + _GAP), 1)
    lines: list[Line] = []
    for first in range(0, min(across * down, maps.count), across):
        if first:
            lines.append([(" ", "", "")])
        block = range(first, min(first + across, maps.count))
        lines += [_line(maps, block, row * 2 * every, every, colours, group) for row in range(tall)]
    return lines[:height]


def _line(maps: Maps, block: range, row: int, every: int, colours: bool, group: int) -> Line:
    line: Line = []
    for index in block:
        if line:
            apart = group > 1 and (index - block.start) % group == 0
            line.append((" " * (_WIDE_GAP if apart else _GAP), "", ""))
        upper, lower = _row(maps, index, row, every), _row(maps, index, row + every, every)
        if colours:
            line += join([("▀", _gray(a), _gray(b)) for a, b in zip(upper, lower, strict=True)])
        else:
            ink = (_SHADES[(a + b) * len(_SHADES) // 512] for a, b in zip(upper, lower, strict=True))
            line.append(("".join(ink), "", ""))
    return line


def _row(maps: Maps, index: int, row: int, every: int) -> bytes:
    """One row of one image; below the last row there is nothing."""
    if row >= maps.height:
        return bytes(-(-maps.width // every))
    start = (index * maps.height + row) * maps.width
    return maps.pixels[start : start + maps.width : every]


def _gray(level: int) -> str:
    return hexadecimal((level, level, level))
