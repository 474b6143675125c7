"""The prose of a lesson: pages that fit, terms and sources that are both named and used."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tutor.content.check.rules import duplicates, ids
from tutor.content.document import Document
from tutor.content.fault import Fault
from tutor.content.model import LessonHead, Page
from tutor.content.page import CITATION, PAGE_LINES, PageLayout, read
from tutor.content.parse import Draft

_Mark = tuple[Fault, str]
"""A term or a source's key, with the fault that it is if nobody knows it."""


def check_prose(lesson: Draft) -> list[Fault]:
    layouts = [(page, read(page.body)) for page in lesson.pages]
    file = lesson.file("lesson.md")
    faults = [fault for page, layout in layouts for fault in _check_page(file, page, layout)]
    if lesson.head:
        document = lesson.documents["lesson.md"]
        faults += _check_head(document, lesson.head)
        faults += _check_terms(document, lesson.head, _marked_terms(file, layouts))
        cited = _page_citations(file, layouts) + _other_citations(lesson)
        faults += _check_sources(document, lesson.head, cited)
    return faults


def _check_page(file: str, page: Page, layout: PageLayout) -> list[Fault]:
    faults = [Fault(file, page.line + 1 + one.line, page.id, one.message) for one in layout.problems]
    if not layout.lines:
        faults.append(Fault(file, page.line, page.id, "the page is empty"))
    if len(layout.lines) > PAGE_LINES:
        message = f"the page takes {len(layout.lines)} lines, and {PAGE_LINES} fit: divide it"
        faults.append(Fault(file, page.line, page.id, message))
    return faults


def _check_head(document: Document, head: LessonHead) -> list[Fault]:
    faults = ids(document, [(("id",), head.id)], "lesson")
    terms = [(("terms", index, "term"), one.term) for index, one in enumerate(head.terms)]
    keys = [(("sources", index, "key"), one.key) for index, one in enumerate(head.sources)]
    faults += duplicates(document, terms, "term") + duplicates(document, keys, "key")
    if head.minutes < 1:
        faults.append(document.fault(("minutes",), "must be at least 1"))
    for name in ("objectives", "terms"):
        if not getattr(head, name):
            faults.append(document.fault((name,), "a lesson needs at least one"))
    for index, source in enumerate(head.sources):
        if source.key.strip() and not CITATION.fullmatch(f"[{source.key}]"):
            message = "a source's key is letters, the first a capital, and two to four digits: Ros58"
            faults.append(document.fault(("sources", index, "key"), message))
    numbers = [row.row for row in head.covers]
    for index, number in enumerate(numbers):
        if number < 1:
            faults.append(document.fault(("covers", index, "row"), "must be at least 1"))
        if number in numbers[:index]:
            message = f"row {number} stands in the list already"
            faults.append(document.fault(("covers", index, "row"), message))
    return faults


def _marked_terms(file: str, layouts: Iterable[tuple[Page, PageLayout]]) -> list[_Mark]:
    return [
        (Fault(file, page.line + 1 + line, page.id, f"[[{term}]] is not among the lesson's terms"), term)
        for page, layout in layouts
        for term, line in layout.terms
    ]


def _check_terms(document: Document, head: LessonHead, marked: list[_Mark]) -> list[Fault]:
    known = {_same(one.term) for one in head.terms}
    faults = [fault for fault, term in marked if _same(term) not in known]
    used = {_same(term) for _, term in marked}
    for index, one in enumerate(head.terms):
        if one.term.strip() and _same(one.term) not in used:
            message = f"no page marks it: write [[{one.term}]] where it is explained"
            faults.append(document.fault(("terms", index, "term"), message))
    return faults


def _page_citations(file: str, layouts: Iterable[tuple[Page, PageLayout]]) -> list[_Mark]:
    return [
        (Fault(file, page.line + 1 + line, page.id, _unknown(key)), key)
        for page, layout in layouts
        for key, line in layout.citations
    ]


def _other_citations(lesson: Draft) -> list[_Mark]:
    """Keys in the front matter, the lab and the quiz: in texts, and as the sources of a trace row."""
    marks: list[_Mark] = []
    for document in lesson.documents.values():
        for path, value in document.values():
            if not isinstance(value, str):
                continue
            is_key = path[:1] == ("covers",) and "sources" in path
            for key in [value] if is_key else re.findall(CITATION, value):
                marks.append((document.fault(path, _unknown(key)), key))
    return marks


def _unknown(key: str) -> str:
    return f"[{key}] is not among the lesson's sources"


def _check_sources(document: Document, head: LessonHead, cited: list[_Mark]) -> list[Fault]:
    known = {one.key for one in head.sources}
    faults = [fault for fault, key in cited if key.strip() and key not in known]
    used = {key for _, key in cited}
    for index, source in enumerate(head.sources):
        if source.key.strip() and source.key not in used:
            faults.append(
                document.fault(("sources", index, "key"), f"nothing cites it: write [{source.key}]")
            )
    return faults


def _same(term: str) -> str:
    return " ".join(term.casefold().split())
