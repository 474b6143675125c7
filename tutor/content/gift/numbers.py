"""The answers of a numeric question: ``3.14:0.05``, ``1..5``, several with weights, one for all others."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from tutor.content.gift.entry import Choice, Entry, Refused, split_choices

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"({_NUMBER})\s*\.\.\s*({_NUMBER})", re.ASCII)
_AROUND = re.compile(rf"({_NUMBER})\s*(?::\s*({_NUMBER}))?", re.ASCII)


@dataclass(frozen=True)
class Number:
    """``value`` give or take ``tolerance`` counts ``weight`` percent."""

    line: int
    weight: float
    value: float
    tolerance: float
    feedback: str
    """As it stands in the file."""


def read_numbers(entry: Entry) -> tuple[list[Number], Choice | None]:
    """The numbers, and the answer ``~`` to every other one. Raises :class:`Refused` where one is none."""
    answers = entry.answers or ""
    start = answers.index("#") + 1
    line = entry.answers_line + answers.count("\n", 0, start)
    choices = split_choices(answers[start:], line, weighted_equals=True)
    numbers = [_number(choice) for choice in choices if choice.equal]
    otherwise = [choice for choice in choices if not choice.equal]
    return numbers, otherwise[0] if otherwise else None


def _number(choice: Choice) -> Number:
    text = choice.text.strip()
    # A range first: 1.5 could begin "1..5" otherwise.
    if found := _RANGE.fullmatch(text):
        low, high = float(found[1]), float(found[2])
        value, tolerance = (low + high) / 2, (high - low) / 2
    elif found := _AROUND.fullmatch(text):
        value, tolerance = float(found[1]), float(found[2] or 0)
    else:
        raise Refused(choice.line, f"{text!r} is no number, number:tolerance or low..high")
    if not (math.isfinite(value) and math.isfinite(tolerance)) or tolerance < 0:
        raise Refused(choice.line, f"{text!r} has its ends the wrong way round, or is too large")
    return Number(
        choice.line, 100.0 if choice.weight is None else choice.weight, value, tolerance, choice.feedback
    )
