"""What screens and widgets ask of the app. They post these; only the app acts on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from textual.message import Message

Part = Literal["read", "lab", "quiz"]
PARTS: tuple[Part, ...] = ("read", "lab", "quiz")


def part_of(word: str) -> Part:
    """The part called ``word``; reading, if none is."""
    return next((part for part in PARTS if part == word), "read")


@dataclass
class OpenLesson(Message):
    """Open a lesson; ``part`` "" means where the learner stood in it."""

    lesson: str
    part: Part | Literal[""] = ""
    page: str = ""


@dataclass
class OpenQuiz(Message):
    """Open quiz mode over these lessons (none named: all that were read)."""

    lessons: tuple[str, ...] = ()
    count: int | None = None


@dataclass
class OpenClinic(Message):
    """Open the list of sick runs."""


@dataclass
class OpenCase(Message):
    """Open a sick run of the clinic by its id."""

    case: str


Opening = OpenLesson | OpenQuiz | OpenClinic | OpenCase
"""What the app can begin with."""


@dataclass
class Explain(Message):
    """Show the page of a lesson that explains a question; the screen that holds the quiz acts on it."""

    lesson: str
    page: str


class LeaveScreen(Message):
    """Close the present screen; from the last one, go Home."""
