"""From a GIFT file to our questions, with a note for everything that could not be kept as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from tutor.content.gift.blocks import Block, blocks
from tutor.content.gift.entry import Entry, Refused, read_entry
from tutor.content.gift.kinds import read_keys, with_gap
from tutor.content.gift.said import Said
from tutor.content.parse import slug
from tutor.content.questions import Question
from tutor.text import clean

FILL_IN = "FILL-IN"
"""The page of a question whose page nobody named; no page has this id, so the checker asks for each."""

_CATEGORY = "$CATEGORY:"
_MAX_ID = 48


@dataclass(frozen=True)
class Note:
    """One line for the teacher: what of line ``line`` was changed, or left out altogether."""

    line: int
    message: str
    left_out: bool = False


@dataclass(frozen=True)
class Taken:
    """A question that was taken over, with its line in the GIFT file and the category it stood in."""

    question: Question
    line: int
    category: str = ""


@dataclass
class Imported:
    """What a GIFT file gave."""

    taken: list[Taken] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    without_page: int = 0
    """How many questions name no page and got :data:`FILL_IN`."""
    without_feedback: int = 0
    """How many answers had no feedback and say no more than whether they are right."""

    @property
    def questions(self) -> list[Question]:
        return [taken.question for taken in self.taken]


def read_gift(text: str, page: str = "") -> Imported:
    """Read a GIFT file. ``page`` is that of every question before which no ``// dltutor-page: ID`` stands.

    Never raises for what a file holds: what cannot be taken over has a note with its line.
    """
    result = Imported()
    ids: set[str] = set()
    category = ""
    for block in blocks(clean(text).replace("\r", "")):
        if block.text.lstrip().startswith(_CATEGORY):
            category, rest = _category(block)
            if rest is None:
                continue
            block = rest
        try:
            entry = read_entry(block)
            question = _question(entry, page, ids, result)
        except Refused as refused:
            result.notes.append(Note(refused.line, f"left out: {refused.why}", left_out=True))
            continue
        ids.add(question.id)
        result.taken.append(Taken(question, block.line, category))
    result.notes.sort(key=lambda note: note.line)
    return result


def _question(entry: Entry, page: str, ids: set[str], result: Imported) -> Question:
    """The question that the entry is. Raises :class:`Refused`."""
    said = Said(entry)
    keys = read_keys(said)
    if not said.prompt:
        raise Refused(entry.line, "it has no text that asks anything")
    named = entry.notes.get("page") or page
    keys["id"] = _new_id(entry.notes.get("id") or entry.title, said.prompt, ids)
    keys["prompt"] = with_gap(said.prompt) if keys["kind"] == "gap" else said.prompt
    keys["page"] = named or FILL_IN
    keys["hints"] = list(entry.hints)
    keys["experiment"] = entry.notes.get("experiment", "")
    result.notes += [Note(entry.line, f"the tag {tag!r} is not kept") for tag in entry.tags]
    result.notes += [Note(line, message) for line, message in said.notes]
    result.without_feedback += said.without_feedback
    result.without_page += not named
    # mypy takes no union for type[T], msgspec does.
    kind: Any = Question
    question: Question = msgspec.convert(keys, kind)
    return question


def _category(block: Block) -> tuple[str, Block | None]:
    """The category that the block's first line names, and what stands behind it without a blank line."""
    text = block.text.lstrip()
    name, _, rest = text.partition("\n")
    category = name.removeprefix(_CATEGORY).strip()
    if not rest.strip():
        return category, None
    skipped = len(block.text) - len(rest)
    skipped += len(rest) - len(rest.lstrip("\n"))
    return category, replace(block, line=block.line_at(skipped), text=block.text[skipped:])


def _new_id(title: str, prompt: str, taken: set[str]) -> str:
    """An id from the title, or else from the prompt, that is not among ``taken``."""
    name = (slug(title) or slug(prompt))[:_MAX_ID].strip("-") or "question"
    return next(candidate for candidate in _numbered(name) if candidate not in taken)


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1
