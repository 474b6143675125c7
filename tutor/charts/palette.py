"""Colours that a colour-blind eye tells apart, after Okabe and Ito (https://jfly.uni-koeln.de/color/).

Nothing is said by colour alone: every curve, class and mistake has a sign of its own as well.
"""

from __future__ import annotations

import functools

RGB = tuple[int, int, int]

# A shade lighter than Okabe and Ito's #0072B2, which is too dark on a black terminal.
BLUE: RGB = (0x2E, 0x86, 0xC9)
ORANGE: RGB = (0xE6, 0x9F, 0x00)
GREEN: RGB = (0x00, 0x9E, 0x73)
PURPLE: RGB = (0xCC, 0x79, 0xA7)

GRAY: RGB = (0x8A, 0x8A, 0x8A)
BLACK: RGB = (0, 0, 0)
WHITE: RGB = (255, 255, 255)

# The heat map: output 0, output one half, output 1.
COLD: RGB = (0x00, 0x44, 0x88)
NEUTRAL: RGB = (0xE4, 0xE4, 0xE4)
WARM: RGB = (0xE6, 0x8A, 0x00)
EDGE: RGB = (0x10, 0x10, 0x10)
# The same in exact ANSI colours: blue, cyan, bright yellow, yellow (brown on some terminals).
FEW: tuple[RGB, ...] = ((0x00, 0x00, 0xAA), (0x00, 0xAA, 0xAA), (0xFF, 0xFF, 0x55), (0xAA, 0x55, 0x00))


@functools.cache  # a heat map asks for some 256 colours, thousands of times
def hexadecimal(color: RGB) -> str:
    """``#rrggbb``."""
    return "#{:02x}{:02x}{:02x}".format(*color)


def mix(a: RGB, b: RGB, share: float) -> RGB:
    """``a`` at share 0, ``b`` at share 1, evenly between."""
    red, green, blue = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return red, green, blue


@functools.cache
def heat(level: int) -> RGB:
    """The colour of an output; ``level`` 0 to 255 stands for output 0 to 1."""
    share = level / 255
    return mix(COLD, NEUTRAL, 2 * share) if share < 0.5 else mix(NEUTRAL, WARM, 2 * share - 1)


def heat_of_few(level: int) -> RGB:
    """The colour of an output where a terminal has 16: every other colour would turn white or grey there."""
    return FEW[level * len(FEW) // 256]


def contrast(color: RGB) -> RGB:
    """Black or white, whichever reads better on ``color`` (Rec. 601 luma)."""
    red, green, blue = color
    return BLACK if 0.299 * red + 0.587 * green + 0.114 * blue > 128 else WHITE
