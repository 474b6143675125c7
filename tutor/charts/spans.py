"""Lines painted cell by cell: spans of text with a foreground and a background."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from tutor.text import clean_line

Span = tuple[str, str, str]
"""Text, foreground, background; a colour is ``#rrggbb``, or ``""`` for the terminal's own."""

Line = list[Span]


def cells(text: str) -> int:
    """How many terminal columns ``text`` takes (wide characters two, combining ones none)."""
    return sum(_cells_of(character) for character in text)


def fit(text: str, width: int, align: str = "left") -> str:
    """``text`` as one clean line of exactly ``width`` cells: cut with ``…``, or filled with blanks.

    ``align`` is "left", "right" or "center".
    """
    line = clean_line(text)
    if cells(line) > width:
        line = _cut(line, width - 1) + "…" if width > 0 else ""
    room = width - cells(line)
    left = {"left": 0, "right": room, "center": room // 2}[align]
    return " " * left + line + " " * (room - left)


def join(columns: Sequence[tuple[str, str, str]]) -> Line:
    """Spans out of single cells: neighbours of the same colours become one span."""
    line: Line = []
    for text, foreground, background in columns:
        if line and line[-1][1:] == (foreground, background):
            line[-1] = (line[-1][0] + text, foreground, background)
        else:
            line.append((text, foreground, background))
    return line


def _cut(text: str, width: int) -> str:
    kept, used = "", 0
    for character in text:
        used += _cells_of(character)
        if used > width:
            break
        kept += character
    return kept


def _cells_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
