"""One case of the clinic as plain logic without a screen: look, name the illness, cure it with the knobs."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from tutor.content.model import Lesson, LessonHead
from tutor.content.pack import Case
from tutor.content.part import Value
from tutor.content.settings import initial_knobs
from tutor.errors import StoreError
from tutor.progress.store import Store
from tutor.report import Result

CLINIC = "clinic"
"""What the log of runs calls the clinic where it names a lesson."""


@dataclass
class Patient:
    """How far the learner is with a case."""

    case: Case
    looked: bool = False
    """Whether the sick run was seen to its end."""
    first: int | None = None
    """Index of the diagnosis that was tried first."""
    named: bool = False
    """Whether the right one was found."""
    hints: int = 0
    cured: bool = False
    order: list[int] = field(init=False)
    """The diagnoses' indices, mixed: each case its own way, the same each time."""

    def __post_init__(self) -> None:
        self.order = list(range(len(self.case.diagnoses)))
        random.Random(self.case.id).shuffle(self.order)

    @property
    def right(self) -> int:
        """Index of the correct diagnosis."""
        return next(index for index, one in enumerate(self.case.diagnoses) if one.correct)

    @property
    def locked(self) -> str:
        """Why the knobs cannot be turned yet; empty once the illness has its name."""
        return "" if self.named else "First name the illness: i. Then the knobs are yours."

    @property
    def standing(self) -> str:
        """In a word or two, for the list of cases."""
        return "cured" if self.cured else "named" if self.named else "looked at" if self.looked else ""

    @property
    def task(self) -> str:
        """What there is to do next, in a line."""
        if self.cured:
            return "Cured. escape: the other cases."
        if self.named:
            return f"Cure it: turn the knobs, then space. Target: {self.case.goal.text}."
        if self.looked:
            return "What ails it? i names the illness, h gives a hint. 1 to 8 show the panels."
        return "Watch it first: space. Then look at the panels, 1 to 8."

    def name(self, index: int) -> str:
        """Try a diagnosis; returns what speaks for it or against it."""
        diagnosis = self.case.diagnoses[index]
        if self.first is None:
            self.first = index
        self.named = self.named or diagnosis.correct
        return diagnosis.feedback

    def hint(self) -> str:
        """The next hint; after the last one, the last one again."""
        self.hints = min(self.hints + 1, len(self.case.hints))
        return f"Hint {self.hints} of {len(self.case.hints)}: {self.case.hints[self.hints - 1]}"

    def treated(self, result: Result) -> str:
        """Take in how a run ended; returns what there is to say of it, or nothing."""
        if not self._changed(result.knobs):
            self.looked = True
            return ""
        known = self._known(result.knobs)
        if result.goal.get("reached"):
            self.cured = True
            return f"Cured. {known}".rstrip()
        return f"Not cured. {known or 'It has not reached its target: look again, and try another knob.'}"

    def _changed(self, knobs: Mapping[str, Value]) -> dict[str, Value]:
        own = initial_knobs(self.case.experiment)
        return {name: value for name, value in knobs.items() if value != own[name]}

    def _known(self, knobs: Mapping[str, Value]) -> str:
        """What the case's author says of exactly this treatment; else of the one thing that it contains."""
        changed = self._changed(knobs)
        for treatment in (*self.case.cures, *self.case.wrong):
            if self._changed({**initial_knobs(self.case.experiment), **treatment.set}) == changed:
                return treatment.text
        return ""


def ward(cases: list[Case]) -> Lesson:
    """The cases as the lab takes them: experiments of one lesson."""
    head = LessonHead(
        format_version=1,
        id=CLINIC,
        title="Clinic",
        summary="Sick runs to be named and cured.",
        years="",
        minutes=60,
        objectives=[],
        terms=[],
        covers=[],
        sources=[],
    )
    return Lesson(0, head, [], [case.experiment for case in cases], [])


def standing_of(store: Store, case: str) -> str:
    """What the store says of a case: ``""``, ``looked at``, ``named`` or ``cured``."""
    return store.meta(_key(case))


def remember(store: Store, case: str, standing: str) -> None:
    """Keep how far the learner is with a case; what was cured once stays cured."""
    if standing_of(store, case) != "cured":
        store.set_meta(_key(case), standing)


def remembered(store: Store, case: Case) -> Patient:
    """The case as the learner left it. One that was cured can be gone through anew."""
    try:
        standing = standing_of(store, case.id)
    except StoreError:
        standing = ""
    return Patient(case, looked=standing in ("looked at", "named"), named=standing == "named")


def _key(case: str) -> str:
    return f"clinic {case}"
