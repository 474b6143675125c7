"""Everything that a panel draws from, as one frozen value: what is equal need not be drawn again."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from tutor.content.model import Experiment
from tutor.progress.state import PastRun
from tutor.report import Report
from tutor.ui.lab.cursor import Choice, Field


@dataclass(frozen=True)
class Look:
    """How the panels draw."""

    log: bool = False
    """A logarithmic axis for the loss."""
    table: bool = False
    """Numbers in a table instead of a picture."""
    colours: bool = True
    few: bool = False
    """Whether the terminal has 16 colours and no more."""


@dataclass(frozen=True, eq=False)
class Scene:
    """The newest report, and how to look at it."""

    report: Report
    look: Look = Look()
    large: bool = False
    """One panel alone: room for the sentence that explains it, and for what can be chosen in it."""
    arrows: bool = False
    """Whether the arrow keys choose in this panel."""
    at: int = 0
    """Which of the panel's fields they change."""
    page: int = 0
    """How many screenfuls of a long table lie above."""
    choices: dict[str, Choice] = dataclasses.field(default_factory=dict)
    runs: tuple[PastRun, ...] = ()
    """The finished runs of this lesson, the newest first."""
    lesson: Sequence[Experiment] = ()
    """The lesson's experiments, to tell what a run changed."""

    def __eq__(self, other: object) -> bool:
        """Whether the other scene would be drawn alike. Reports are compared by identity: each is new."""
        return (
            isinstance(other, Scene)
            and other.report is self.report
            and other.runs is self.runs
            and (other.look, other.large, other.arrows, other.at, other.page, other.choices)
            == (self.look, self.large, self.arrows, self.at, self.page, self.choices)
        )

    __hash__ = None  # type: ignore[assignment]

    def place(self, what: Field) -> int:
        """Where the choice of this field stands among its values."""
        return what.place(self.choices.get(what.name))

    def chosen(self, what: Field) -> Choice:
        """The value chosen for this field, which must have one."""
        return what.values[self.place(what)]
