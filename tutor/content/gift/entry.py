"""One question of a GIFT file, taken apart: name, text, answers and general feedback as they stand there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from tutor.content.gift.blocks import Block, meant, unescaped

BLANK = "_____"
"""Stands in a question's text where its answers stood, if the text goes on behind them."""

OURS = {"dltutor-page": "page", "dltutor-unit": "unit", "dltutor-experiment": "experiment"}
FEEDBACK, HINT = "dltutor-feedback", "dltutor-hint"
"""Comments that carry what GIFT has no place for; of the last two there may be several."""

_WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d*)?)%")
_MARKED = re.compile(r"\[(\w+):((?:[^\]\\]|\\.)*)\]")


class Refused(Exception):
    """This question cannot be taken over: ``line`` of the file, and why."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line
        self.why = why


@dataclass(frozen=True)
class Choice:
    """An answer as it stands in the file: behind ``=`` (``equal``) or ``~``, with its weight in percent."""

    line: int
    equal: bool
    weight: float | None
    text: str
    feedback: str


@dataclass(frozen=True)
class Entry:
    """A question with its texts raw: format marks and stand-ins for escaped signs are still in them."""

    block: Block
    title: str
    text: str
    answers: str | None
    """What stands between the braces, without the general feedback; None where there are none."""
    answers_line: int
    general: str
    notes: dict[str, str] = field(default_factory=dict)
    """``page``, ``unit``, ``experiment`` and ``id`` from the comments before it."""
    tags: tuple[str, ...] = ()
    feedback: tuple[str, ...] = ()
    """From the comments, too: what belongs to the pairs of a matching question, in their order."""
    hints: tuple[str, ...] = ()

    @property
    def line(self) -> int:
        return self.block.line


def split_choices(answers: str, line: int, *, weighted_equals: bool) -> list[Choice]:
    """The answers in ``answers``, which begin on ``line``.

    In Moodle ``=`` takes a weight in some kinds of question only (``weighted_equals``). A first answer that
    no sign precedes counts as a right one.
    """
    starts = [match.start() for match in re.finditer(r"[=~]", answers)]
    if answers.strip() and (not starts or answers[: starts[0]].strip()):
        starts.insert(0, -1)
    return [
        _choice(answers[: start + 1], answers[start + 1 : end], line, weighted_equals)
        for start, end in pairwise([*starts, len(answers)])
    ]


def _choice(before: str, body: str, line: int, weighted_equals: bool) -> Choice:
    equal = not before.endswith("~")
    blanks = body[: len(body) - len(body.lstrip())]
    line += (before or blanks).count("\n")
    body = body.lstrip()
    weight = _WEIGHT.match(body) if weighted_equals or not equal else None
    text, _, feedback = (body[weight.end() :] if weight else body).partition("#")
    return Choice(line, equal, float(weight[1]) if weight else None, text, feedback)


def read_entry(block: Block) -> Entry:
    """Take a block apart. Raises :class:`Refused` where its braces do not match."""
    title, text, shift = _titled(block.text)
    start, end = text.find("{"), text.find("}")
    notes, tags = _remarked(block.remarks)
    feedback, hints = _all_of(FEEDBACK, block.remarks), _all_of(HINT, block.remarks)
    if start < 0 and end < 0:
        return Entry(block, title, text, None, block.line, "", notes, tags, feedback, hints)
    if not 0 <= start < end:
        missing = "{" if start < 0 or 0 <= end < start else "}"
        why = f"the {missing} is missing: answers stand between {{ and }}, without a blank line"
        raise Refused(block.line_at(shift + max(start, end, 0)), why)
    before, behind = text[:start], text[end + 1 :]
    if "{" in behind or "}" in behind:
        where = shift + end + 1 + min(place for place in map(behind.find, "{}") if place >= 0)
        raise Refused(block.line_at(where), "a second { or }: write \\{ and \\} where they are text")
    answers, mark, general = text[start + 1 : end].rpartition("####")
    if not mark:
        answers, general = general, ""
    filled = f"{before}{BLANK}{behind}" if behind.strip() else before
    line = block.line_at(shift + start + 1)
    return Entry(block, title, filled, answers, line, general, notes, tags, feedback, hints)


def _titled(text: str) -> tuple[str, str, int]:
    """The title, the text behind it, and where that begins."""
    start = len(text) - len(text.lstrip())
    if text.startswith("::", start):
        end = text.find("::", start + 2)
        if end >= 0:
            return " ".join(meant(text[start + 2 : end]).split()), text[end + 2 :], end + 2
    return "", text, 0


def _remarked(remarks: tuple[str, ...]) -> tuple[dict[str, str], tuple[str, ...]]:
    """What comments say that counts: ``[id:x]`` and ``[tag:x]`` are Moodle's; see :data:`OURS`."""
    notes: dict[str, str] = {}
    tags: list[str] = []
    for remark in remarks:
        for name, value in [] if remark.startswith("dltutor-") else _MARKED.findall(remark):
            if name == "id":
                notes["id"] = value.strip()
            elif name == "tag":
                tags.append(value.strip())
        name, colon, value = remark.partition(":")
        if colon and name in OURS:
            notes[OURS[name]] = value.strip()
    return notes, tuple(tags)


def _all_of(name: str, remarks: tuple[str, ...]) -> tuple[str, ...]:
    """What the comments ``name: text`` say, in their order."""
    texts = (remark.removeprefix(f"{name}:") for remark in remarks if remark.startswith(f"{name}:"))
    return tuple(unescaped(text.strip()) for text in texts)
