"""The one place where text becomes the cells of a screen: what could steer a terminal ends here."""

from __future__ import annotations

import functools

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from tutor.text import clean

_LIGHT = 0x50
"""More red, green or blue than the grounds have on which the screens lie."""


class CleanCells(LineFilter):
    """Takes out of each line of each widget what is no printable sign, and every link.

    Texts are cleaned where they are read; this is for the one that was forgotten.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The line with the same cells, each of them harmless."""
        return [_clean(segment) for segment in segments]


class WithoutColours(LineFilter):
    """Takes out every colour; what stands on a light ground, as a bar or a cursor does, is reversed.

    Textual's own filter turns colours into greys, which are colours to a terminal.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The line in the terminal's own two colours; bold, dim and underlined stay as they are."""
        return [Segment(text, _uncoloured(style)) for text, style, _ in segments]


@functools.lru_cache(maxsize=1024)
def _uncoloured(style: Style | None) -> Style | None:
    if style is None or (style.color is None and style.bgcolor is None):
        return style
    ground = style.color if style.reverse else style.bgcolor
    if ground is None or ground.is_default:
        return style.without_color
    return style.without_color + Style(reverse=max(ground.get_truecolor()) > _LIGHT)


def _clean(segment: Segment) -> Segment:
    text, style, control = segment
    if style is not None and style.link:
        style = style.update_link(None)  # shown, never opened
    elif text.isascii() and text.isprintable() and control is None:
        return segment
    return Segment("".join(sign if _harmless(sign) else " " * cell_len(sign) for sign in text), style)


def _harmless(sign: str) -> bool:
    return sign not in "\n\t" and clean(sign) == sign
