"""Lines painted cell by cell: spans of text with a foreground and a background."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.text import cells, clean_line

Span = tuple[str, str, str]
"""Text, foreground, background; a colour is ``#rrggbb``, or ``""`` for the terminal's own."""

Line = list[Span]


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
        used += cells(character)
        if used > width:
            break
        kept += character
    return kept
