"""The one place where text becomes the cells of a screen: what could steer a terminal ends here."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from tutor.text import clean


class CleanCells(LineFilter):
    """Takes out of each line of each widget what is no printable sign, and every link.

    Texts are cleaned where they are read; this is for the one that was forgotten.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The line with the same cells, each of them harmless."""
        return [_clean(segment) for segment in segments]


def _clean(segment: Segment) -> Segment:
    text, style, control = segment
    if style is not None and style.link:
        style = style.update_link(None)  # shown, never opened
    elif text.isascii() and text.isprintable() and control is None:
        return segment
    return Segment("".join(sign if _harmless(sign) else " " * cell_len(sign) for sign in text), style)


def _harmless(sign: str) -> bool:
    return sign not in "\n\t" and clean(sign) == sign
