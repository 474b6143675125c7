"""Wrapping of styled text to a number of terminal cells."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

from tutor.text import cells

Role = Literal[
    "text", "strong", "emphasis", "code", "term", "cite", "formula", "heading", "bullet", "quote"
]  # fmt: skip


class Span(NamedTuple):
    """A piece of one line, and what it is: the screen chooses how that looks."""

    text: str
    role: str


PageLine = list[Span]
"""One line of a page; an empty list is an empty line."""

BREAK = Span("\n", "break")
"""Stands between spans where a line must end."""

# Not str.split(): that would break at the no-break space too.
_BLANKS = re.compile("[ \t\n\u2028\u2029]+")


def width_of(line: PageLine) -> int:
    """Columns of a whole line."""
    return sum(cells(span.text) for span in line)


def wrap(spans: Iterable[Span], width: int) -> list[PageLine]:
    """Fill lines of at most ``width`` cells. A longer word is cut; spans that touch stay together."""
    lines: list[PageLine] = [[]]
    used = 0
    for word in _words(spans):
        if word == [BREAK]:
            lines.append([])
            used = 0
            continue
        for piece in _cut(word, width):
            length = width_of(piece)
            if used and used + 1 + length <= width:
                _append(lines[-1], _blank(lines[-1][-1], piece[0]))
                used += 1
            elif used:
                lines.append([])
                used = 0
            for span in piece:
                _append(lines[-1], span)
            used += length
    return lines if any(lines) else []


def _blank(before: Span, after: Span) -> Span:
    """The blank between two words belongs to their role if they share it, so that code stays one piece."""
    return Span(" ", before.role if before.role == after.role else "text")


def _append(line: PageLine, span: Span) -> None:
    """Add a span, joined to the last one if that has the same role."""
    text = span.text.replace("\u00a0", " ")
    if line and line[-1].role == span.role:
        line[-1] = Span(line[-1].text + text, span.role)
    else:
        line.append(Span(text, span.role))


def _words(spans: Iterable[Span]) -> Iterable[PageLine]:
    """Split at blanks; a word is a list of spans, for it may begin in one role and end in another."""
    word: PageLine = []
    for span in spans:
        if span is BREAK:
            if word:
                yield word
            word = []
            yield [BREAK]
            continue
        parts = _BLANKS.split(span.text)
        for index, part in enumerate(parts):
            if index and word:
                yield word
                word = []
            if part:
                word.append(Span(part, span.role))
    if word:
        yield word


def _cut(word: PageLine, width: int) -> list[PageLine]:
    if width_of(word) <= width:
        return [word]
    pieces: list[PageLine] = [[]]
    used = 0
    for span in word:
        for character in span.text:
            size = cells(character)
            if used and used + size > width:
                pieces.append([])
                used = 0
            _append(pieces[-1], Span(character, span.role))
            used += size
    return pieces
