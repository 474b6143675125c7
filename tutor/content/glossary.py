"""All terms of a pack: those of its glossary and those that its lessons introduce."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tutor.content.model import Page
from tutor.content.pack import Pack
from tutor.content.page import read


@dataclass(frozen=True)
class Entry:
    """A term, what it means, and the id of the lesson that introduces it (or nothing)."""

    term: str
    meaning: str
    lesson: str = ""


def glossary(pack: Pack) -> list[Entry]:
    """Every term once, in the order of the alphabet; where a lesson explains it, in the lesson's words."""
    entries = {_key(term.term): Entry(term.term, term.meaning) for term in pack.glossary}
    for lesson in reversed(pack.lessons):
        for term in lesson.head.terms:
            entries[_key(term.term)] = Entry(term.term, term.meaning, lesson.id)
    return sorted(entries.values(), key=lambda entry: _key(entry.term))


def search(entries: Iterable[Entry], text: str) -> list[Entry]:
    """The entries that contain ``text``: first terms that begin with it, then others, then meanings."""
    wanted = _key(text)

    def rank(entry: Entry) -> int:
        term = _key(entry.term)
        if term.startswith(wanted):
            return 0
        return 1 if wanted in term else 2 if wanted in _key(entry.meaning) else 3

    return sorted((entry for entry in entries if rank(entry) < 3), key=rank)


def on_page(entries: Iterable[Entry], page: Page) -> list[Entry]:
    """The entries of the terms that are marked on a page, in the page's order."""
    known = {_key(entry.term): entry for entry in entries}
    marked = dict.fromkeys(_key(term) for term, _line in read(page.body).terms)
    return [known[term] for term in marked if term in known]


def _key(text: str) -> str:
    return " ".join(text.casefold().split())
