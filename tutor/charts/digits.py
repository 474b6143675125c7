"""Sample images with the truth and the network's answer under each."""

from __future__ import annotations

from tutor.charts.palette import hexadecimal
from tutor.charts.spans import Line, join
from tutor.report import Samples

_SHADES = " .:-=+*#%@"
_CAPTION_ROWS = 1
_CAPTION = len("7->1!100%")
_GAP = 2


def digits(samples: Samples, columns: int, rows: int, *, colours: bool = True) -> list[Line]:
    """As many images as fit on ``rows`` lines of ``columns`` cells, two pixels in each cell.

    Under each stands ``7->7  98%``: truth, answer, and how sure the network is; ``7->1! 50%`` is wrong.
    Without ``colours`` characters stand for the ink.
    """
    tile_width = max(samples.width, _CAPTION)
    tile_height = (samples.height + 1) // 2 + _CAPTION_ROWS
    across = max((columns + _GAP) // (tile_width + _GAP), 0)
    down = max((rows + 1) // (tile_height + 1), 0)
    lines: list[Line] = []
    for first in range(0, min(across * down, len(samples.label)), max(across, 1)):
        tiles = [
            _tile(samples, index, tile_width, not colours)
            for index in range(first, min(first + across, len(samples.label)))
        ]
        for parts in zip(*tiles, strict=True):
            lines.append(_beside(parts, columns))
        lines.append([(" " * columns, "", "")])
    blank: Line = [(" " * columns, "", "")]
    return (lines + [blank] * rows)[:rows]


def _beside(parts: tuple[Line, ...], columns: int) -> Line:
    line: Line = []
    for index, part in enumerate(parts):
        if index:
            line.append((" " * _GAP, "", ""))
        line += part
    used = sum(len(text) for text, _, _ in line)
    return [*line, (" " * (columns - used), "", "")] if used < columns else line


def _tile(samples: Samples, index: int, width: int, shaded: bool) -> list[Line]:
    """One image and its caption, each line exactly ``width`` cells wide."""
    margin = width - samples.width
    lines: list[Line] = []
    for row in range(0, samples.height, 2):
        upper, lower = (_pixels(samples, index, row + offset) for offset in (0, 1))
        if shaded:
            ink = "".join(_SHADES[(a + b) * len(_SHADES) // 512] for a, b in zip(upper, lower, strict=True))
            line: Line = [(ink, "", "")]
        else:
            line = join([("▀", _gray(a), _gray(b)) for a, b in zip(upper, lower, strict=True)])
        lines.append([*line, (" " * margin, "", "")] if margin else line)
    label, answer = samples.label[index], samples.answer[index]
    sign = " " if label == answer else "!"
    caption = f"{label}->{answer}{sign}{samples.confidence[index]:4.0%}"
    return [*lines, [(caption.ljust(width), "", "")]]


def _pixels(samples: Samples, index: int, row: int) -> bytes:
    """One row of one image; below the last row there is no ink."""
    if row >= samples.height:
        return bytes(samples.width)
    start = (index * samples.height + row) * samples.width
    return samples.pixels[start : start + samples.width]


def _gray(level: int) -> str:
    return hexadecimal((level, level, level))
