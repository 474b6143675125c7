"""A lesson as a row of screens to read: an opening page, its own pages, and what the head adds at the end.

Pure data: nothing here knows of widgets. A :class:`Sheet` is laid out anew for the width it is shown at.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from tutor.content.model import Lesson, TraceRow
from tutor.content.page import PAGE_LINES, PAGE_WIDTH, PageLine, Role, Span, layout


@dataclass(frozen=True)
class Sheet:
    """One screen of reading. ``number`` counts the lesson's own pages from 1; the others have 0."""

    id: str
    title: str
    number: int
    lines: Callable[[int], list[PageLine]]
    """From a width in columns to laid-out lines."""


class Paragraph(NamedTuple):
    """Plain text behind a sign ("•", "Slide"); its further lines hang under the first one's text."""

    sign: str
    text: str
    role: Role = "text"

    def lines(self, width: int) -> list[PageLine]:
        """At most ``width`` columns."""
        room = width - len(self.sign)
        wrapped = textwrap.wrap(self.text, room, break_on_hyphens=False) or [""]
        signs = [self.sign, *[" " * len(self.sign)] * (len(wrapped) - 1)]
        return [
            [Span(sign, "bullet"), Span(line, self.role)] for sign, line in zip(signs, wrapped, strict=True)
        ]


Entry = Sequence[Paragraph]
"""What the head says of one thing: a term and its meaning, a slide and the fact. It is never broken."""


def sheets(lesson: Lesson, before: str = "") -> list[Sheet]:
    """Everything there is to read in ``lesson``, in order; ``before`` says what to have read already."""
    pages = [
        Sheet(page.id, page.title, number, partial(layout, page.body))
        for number, page in enumerate(lesson.pages, start=1)
    ]
    return [_opening(lesson, before), *pages, *_closing(lesson)]


def _opening(lesson: Lesson, before: str) -> Sheet:
    head = lesson.head
    about = f"{head.years}, about {head.minutes} minutes. {before}".rstrip()

    def lines(width: int) -> list[PageLine]:
        summary = Paragraph("", head.summary).lines(width)
        facts = Paragraph("", about, "cite").lines(width)
        aims = _set([[Paragraph("• ", objective)] for objective in head.objectives], width)
        return [*summary, [], *facts, [], [Span("Afterwards you can", "heading")], [], *aims]

    return Sheet("@start", lesson.title, 0, lines)


def _closing(lesson: Lesson) -> list[Sheet]:
    head = lesson.head
    terms = [[Paragraph("• ", term.term, "term"), Paragraph("  ", term.meaning)] for term in head.terms]
    longest = max((len(source.key) for source in head.sources), default=0)
    sources = [[Paragraph(f"[{source.key}]".ljust(longest + 4), source.citation)] for source in head.sources]
    return [
        *_paged("@terms", "Key terms", terms),
        *_paged("@sources", "Sources", sources),
        *_paged("@slides", "What the slides say", [_trace(row) for row in head.covers]),
    ]


def _trace(row: TraceRow) -> Entry:
    entry = [Paragraph("Slide  ", row.slides, "emphasis"), Paragraph("Fact   ", row.fact)]
    if row.sources:
        entry.append(Paragraph("       ", " ".join(f"[{key}]" for key in row.sources), "cite"))
    return entry


def _paged(name: str, title: str, entries: Sequence[Entry]) -> list[Sheet]:
    """The entries over as few sheets as they need, evenly; one that is longer than a sheet scrolls."""
    groups = _groups(entries, PAGE_LINES)
    for lines in range(PAGE_LINES - 1, 0, -1):
        shorter = _groups(entries, lines)
        if len(shorter) > len(groups):
            break
        groups = shorter
    many = len(groups) > 1
    return [
        Sheet(f"{name}-{n}", f"{title} ({n} of {len(groups)})" if many else title, 0, partial(_set, group))
        for n, group in enumerate(groups, start=1)
    ]


def _groups(entries: Sequence[Entry], lines: int) -> list[list[Entry]]:
    """The entries in order, as many together as fit on so many lines."""
    groups: list[list[Entry]] = []
    for entry in entries:
        if not groups or len(_set([*groups[-1], entry], PAGE_WIDTH)) > lines:
            groups.append([])
        groups[-1].append(entry)
    return groups


def _set(entries: Iterable[Entry], width: int) -> list[PageLine]:
    """The entries under each other, a blank line between them if one is more than a line."""
    blocks = [[line for paragraph in entry for line in paragraph.lines(width)] for entry in entries]
    spaced = any(len(block) > 1 for block in blocks)
    result: list[PageLine] = []
    for block in blocks:
        if result and spaced:
            result.append([])
        result += block
    return result
