"""What screens and widgets ask of the app. They post these; only the app acts on them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from textual.message import Message

from tutor.content.model import Experiment

Part = Literal["read", "lab", "quiz"]
PARTS: tuple[Part, ...] = ("read", "lab", "quiz")


def part_of(word: str) -> Part:
    """The part called ``word``; reading, if none is."""
    return next((part for part in PARTS if part == word), "read")


class Opening(Message):
    """Base of what asks for a screen on top of the present one."""


@dataclass
class OpenLesson(Opening):
    """Open a lesson; ``part`` "" means where the learner stood in it."""

    lesson: str
    part: Part | Literal[""] = ""
    page: str = ""


@dataclass
class OpenQuiz(Opening):
    """Open quiz mode over these lessons (none named: all that were read)."""

    lessons: tuple[str, ...] = ()
    count: int | None = None


@dataclass
class OpenReview(Opening):
    """Open the review of what is due."""

    count: int | None = None


class OpenMastery(Opening):
    """Open how well each lesson is known."""


@dataclass
class OpenExam(Opening):
    """Open an exam over these lessons (none named: all that were read).

    ``count`` and ``minutes`` None are the usual ones; the report goes to the paths given, or into ``reports``
    of the user's data.
    """

    lessons: tuple[str, ...] = ()
    count: int | None = None
    minutes: int | None = None
    markdown: Path | None = None
    json: Path | None = None


@dataclass
class OpenClinic(Opening):
    """Open the list of sick runs."""


class OpenTimeline(Opening):
    """Open the years."""


@dataclass
class OpenCase(Opening):
    """Open a sick run of the clinic by its id."""

    case: str


@dataclass
class OpenBench(Opening):
    """Open the free bench, with the experiments of a file where there is one."""

    experiments: tuple[Experiment, ...] = ()
    path: Path | None = None


@dataclass
class Explain(Message):
    """Show the page of a lesson that explains a question; the screen that holds the quiz acts on it."""

    lesson: str
    page: str


@dataclass
class Experience(Message):
    """Show the experiment of a lesson that answers a question; the screen that holds the quiz acts on it."""

    lesson: str
    experiment: str


class LeaveScreen(Message):
    """Close the present screen; from the last one, go Home."""
