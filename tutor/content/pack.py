"""A pack as a whole, as frozen data: the order of its lessons, its clinic, glossary and timeline."""

from __future__ import annotations

from msgspec import field

from tutor.content.model import DataSpec, Experiment, Goal, Knob, Lesson, ModelSpec, Term, TrainingSpec
from tutor.content.part import Part, Value


class Diagnosis(Part, frozen=True):
    """One name for what ails a run; ``feedback`` says what speaks for it, or against."""

    text: str
    feedback: str
    correct: bool = False


class Treatment(Part, frozen=True):
    """Knobs turned to these values, and what that does: why it cures, or why it does not."""

    set: dict[str, Value]
    text: str


class Case(Part, frozen=True):
    """A sick run: to be looked at, named, and cured with the knobs until it reaches its goal.

    Over seeds 0 to 4 a test holds the file to what it says: run as it is, ``sick`` holds and the goal is not
    reached; each of ``cures`` reaches it, and none of ``wrong`` does.
    """

    id: str
    title: str
    complaint: str
    """What its owner says of it."""
    seconds: float
    data: DataSpec
    model: ModelSpec
    training: TrainingSpec
    goal: Goal
    sick: str
    """A condition (``content.condition``) on the finished run."""
    diagnoses: list[Diagnosis]
    """Exactly one is correct."""
    hints: list[str]
    """Three: where to look, what is seen there, what it means."""
    knobs: list[Knob]
    cures: list[Treatment]
    wrong: list[Treatment]
    lesson: str = ""
    """Id of the lesson that explains it."""

    @property
    def experiment(self) -> Experiment:
        """The run as the lab takes it."""
        return Experiment(
            id=self.id,
            title=self.title,
            kind="network",
            about=self.complaint,
            seconds=self.seconds,
            data=self.data,
            model=self.model,
            training=self.training,
            goal=self.goal,
            knobs=self.knobs,
        )


class ClinicFile(Part, frozen=True):
    """``clinic.toml``, beside ``pack.toml``."""

    format_version: int
    case: list[Case]


class GlossaryFile(Part, frozen=True):
    """``glossary.toml``, beside ``pack.toml``: terms that no lesson introduces, or several do."""

    format_version: int
    entry: list[Term]


class Milestone(Part, frozen=True):
    """A moment of the field's history; ``lesson`` is the id of the one that tells of it."""

    year: int
    title: str
    text: str
    lesson: str = ""


class TimelineFile(Part, frozen=True):
    """``timeline.toml``, beside ``pack.toml``."""

    format_version: int
    milestone: list[Milestone]


class PackFile(Part, frozen=True):
    """``pack.toml``: the pack's name and the order of its lessons."""

    format_version: int
    id: str
    title: str
    lessons: list[str]
    trace_rows: int = 0
    """How many rows the trace table of the pack's slides has, all to be taught; 0: there are no slides."""


class Pack(Part, frozen=True):
    """A pack, read and checked."""

    id: str
    title: str
    lessons: list[Lesson]
    clinic: list[Case] = field(default_factory=list)
    glossary: list[Term] = field(default_factory=list)
    timeline: list[Milestone] = field(default_factory=list)
