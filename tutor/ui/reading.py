"""A lesson as a row of screens to read: an opening page, its own pages, and what the head adds at the end.

Pure data: nothing here knows of widgets. A :class:`Sheet` is laid out anew for the width it is shown at.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from tutor.content.model import Lesson
from tutor.content.page import PAGE_LINES, PAGE_WIDTH, PageLine, Role, Span, layout


@dataclass(frozen=True)
class Sheet:
    """One screen of reading. ``number`` counts the lesson's own pages from 1; the others have 0."""

    id: str
    title: str
    number: int
    lines: Callable[[int], list[PageLine]]
    """From a width in columns to laid-out lines."""


@dataclass(frozen=True)
class Entry:
    """A paragraph of the head: an optional lead ("perceptron"), then plain text, then where it is from."""

    lead: str
    text: str
    after: str = ""
    sign: str = "•"

    def lines(self, width: int) -> list[PageLine]:
        """At most ``width`` columns; following lines hang under the first one's text."""
        indent = " " * (len(self.sign) + 1)
        result: list[PageLine] = []
        if self.lead:
            result += _plain(self.lead, "term", width, indent)
        result += _plain(self.text, "text", width, indent)
        if self.after:
            result += _plain(self.after, "cite", width, indent)
        result[0] = [Span(self.sign + " ", "bullet"), *result[0][1:]]
        return result


def sheets(lesson: Lesson) -> list[Sheet]:
    """Everything there is to read in ``lesson``, in order."""
    pages = [
        Sheet(page.id, page.title, number, partial(layout, page.body))
        for number, page in enumerate(lesson.pages, start=1)
    ]
    return [_opening(lesson), *pages, *_closing(lesson)]


def _opening(lesson: Lesson) -> Sheet:
    head = lesson.head
    about = [f"{head.years}, about {head.minutes} minutes."]
    if head.prerequisites:
        about.append("Read before: " + ", ".join(head.prerequisites) + ".")

    def lines(width: int) -> list[PageLine]:
        result = _plain(head.summary, "text", width)
        result += [
            [],
            *_plain(" ".join(about), "cite", width),
            [],
            [Span("Afterwards you can", "heading")],
            [],
        ]
        return result + _set([Entry("", objective) for objective in head.objectives], width)

    return Sheet("@start", lesson.title, 0, lines)


def _closing(lesson: Lesson) -> list[Sheet]:
    head = lesson.head
    terms = [Entry(term.term, term.meaning) for term in head.terms]
    sources = [Entry(f"[{source.key}]", source.citation) for source in head.sources]
    covers = []
    for row in head.covers:
        cited = " ".join(f"[{key}]" for key in row.sources)
        covers.append(Entry("", row.slides, sign="Slide:"))
        covers.append(Entry("", row.fact, cited, sign="Fact: "))
    return [
        *_paged("@terms", "Key terms", terms),
        *_paged("@sources", "Sources", sources),
        *_paged("@slides", "What the slides say", covers),
    ]


def _paged(name: str, title: str, entries: Sequence[Entry]) -> list[Sheet]:
    """The entries over as many sheets as they need, none broken across two if it fits on one."""
    groups: list[list[Entry]] = []
    used = PAGE_LINES + 1
    for entry in entries:
        height = len(entry.lines(PAGE_WIDTH)) + 1
        if used + height > PAGE_LINES + 1:
            groups.append([])
            used = 0
        groups[-1].append(entry)
        used += height
    many = len(groups) > 1
    return [
        Sheet(f"{name}-{n}", f"{title} ({n} of {len(groups)})" if many else title, 0, partial(_set, group))
        for n, group in enumerate(groups, start=1)
    ]


def _set(entries: Iterable[Entry], width: int) -> list[PageLine]:
    """The entries under each other, a blank line between those that are more than one line."""
    blocks = [entry.lines(width) for entry in entries]
    spaced = any(len(block) > 1 for block in blocks)
    result: list[PageLine] = []
    for block in blocks:
        if result and spaced:
            result.append([])
        result += block
    return result


def _plain(text: str, role: Role, width: int, indent: str = "") -> list[PageLine]:
    wrapped = textwrap.wrap(text, width - len(indent), break_on_hyphens=False) or [""]
    return [[Span(indent, "text"), Span(line, role)] if indent else [Span(line, role)] for line in wrapped]
