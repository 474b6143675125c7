"""The kinds of question that ``quiz.toml`` may hold, as frozen data."""

from __future__ import annotations

from typing import Literal

from msgspec import field

from tutor.content.part import Part, Value


class Option(Part, frozen=True):
    """One choice; ``feedback`` says why it is right, or why it attracts and is wrong."""

    text: str
    feedback: str
    correct: bool = False


class Slip(Part, frozen=True):
    """A usual wrong number, and what was forgotten."""

    value: float
    feedback: str


class OrderItem(Part, frozen=True):
    """One thing to put in order; ``feedback`` says why it stands where it stands."""

    text: str
    feedback: str


class PredictionOption(Part, frozen=True):
    """One answer to the prediction; it is right when ``when`` holds for the finished run."""

    text: str
    when: str
    feedback: str


class QuestionBase(Part, frozen=True, kw_only=True):
    """What every question has. ``page`` is the id of the page that explains the matter.

    ``hints`` are shown one after the other when the learner asks for them. ``experiment`` is the id of one of
    the lesson's experiments, if one shows what is so.
    """

    id: str
    prompt: str
    explanation: str
    page: str
    hints: list[str] = field(default_factory=list)
    experiment: str = ""


class SingleChoice(QuestionBase, frozen=True, tag_field="kind", tag="single"):
    """Exactly one option is correct."""

    options: list[Option]


class MultipleChoice(QuestionBase, frozen=True, tag_field="kind", tag="multiple"):
    """All correct options and no other must be chosen."""

    options: list[Option]


class TrueFalse(QuestionBase, frozen=True, tag_field="kind", tag="truefalse"):
    """``answer`` is the right one; both answers carry feedback."""

    answer: bool
    if_true: str
    if_false: str


class Numeric(QuestionBase, frozen=True, tag_field="kind", tag="numeric"):
    """Right within ``answer`` +- ``tolerance``; ``unit`` is shown beside the input ("%", "steps", "")."""

    answer: float
    tolerance: float
    feedback: str
    unit: str = ""
    slips: list[Slip] = field(default_factory=list)


class Ordering(QuestionBase, frozen=True, tag_field="kind", tag="ordering"):
    """``items`` stand in the right order in the file; they are shuffled on the screen."""

    items: list[OrderItem]


class Pair(Part, frozen=True):
    """Two sides that belong together; ``feedback`` says why."""

    left: str
    right: str
    feedback: str


class Extra(Part, frozen=True):
    """A right side that belongs to no left one; ``feedback`` says what it is instead."""

    text: str
    feedback: str


class Matching(QuestionBase, frozen=True, tag_field="kind", tag="matching"):
    """Each left side gets its right one; these, ``extras`` among them, are shuffled on the screen."""

    pairs: list[Pair]
    extras: list[Extra] = field(default_factory=list)

    @property
    def rights(self) -> list[str]:
        """All right sides: those of the pairs, in their order, then the extras."""
        return [pair.right for pair in self.pairs] + [extra.text for extra in self.extras]


class WrongWord(Part, frozen=True):
    """A usual wrong word, and why it is not the one."""

    text: str
    feedback: str


class Gap(QuestionBase, frozen=True, tag_field="kind", tag="gap"):
    """A word is missing in the prompt, where ``___`` stands.

    ``accept`` lists its spellings, the one that is shown first; case, blanks and hyphens make no difference
    (``content.spelling``).
    """

    accept: list[str]
    feedback: str
    slips: list[WrongWord] = field(default_factory=list)


class Trace(QuestionBase, frozen=True, tag_field="kind", tag="trace"):
    """A calculation on a tiny network, with other numbers at each try; the training core gives the answer.

    ``layers`` are one or two dense ones, as in an experiment, the last of one unit; or :data:`PERCEPTRON`.
    Asked is the ``output``, the ``gradient`` of the squared error by a weight, or that ``weight`` after one
    step of training; for a perceptron only the weight. ``layer`` counts from 1; which weight of it is drawn.
    Right within ``tolerance``.
    """

    asks: Literal["output", "gradient", "weight"]
    tolerance: float
    layers: str
    inputs: int = 2
    layer: int = 1


class Predict(QuestionBase, frozen=True, tag_field="kind", tag="predict"):
    """How a run will end; it is trained there and then, and the option whose ``when`` holds is the right one.

    The run is that of :attr:`experiment` with the knobs ``set`` and this seed.
    """

    options: list[PredictionOption]
    set: dict[str, Value] = field(default_factory=dict)
    seed: int = 0


class Curve(Part, frozen=True):
    """A quantity over the epochs of a run that was recorded."""

    name: str
    x: list[float]
    y: list[float]


class ChartOption(Part, frozen=True):
    """A setting of the knobs; ``feedback`` says what its curve looks like, and why."""

    text: str
    feedback: str
    set: dict[str, Value] = field(default_factory=dict)


class Chart(QuestionBase, frozen=True, tag_field="kind", tag="chart"):
    """Which of these settings made this chart? Another one's is shown at each try.

    The ``curves`` (``loss``, ``val_accuracy``, ...) of each option's run of :attr:`experiment` with this seed
    are recorded in ``charts.toml``, from where they come into ``drawn``. ``log``: the axis is logarithmic.
    """

    options: list[ChartOption]
    curves: list[str]
    seed: int = 0
    log: bool = False
    drawn: list[list[Curve]] = field(default_factory=list)


class RecordedRun(Part, frozen=True):
    """The curves of one option (from 0) of a chart question."""

    question: str
    option: int
    curves: list[Curve]


class ChartsFile(Part, frozen=True):
    """``charts.toml``, written by ``dltutor check --record``."""

    format_version: int
    chart: list[RecordedRun]


PERCEPTRON = "perceptron"
"""The ``layers`` of a :class:`Trace` of Rosenblatt's unit, which learns from its mistakes alone."""

Posed = SingleChoice | MultipleChoice | TrueFalse | Numeric | Ordering | Matching | Gap
"""A question as it is put to the learner: nothing is open."""

Question = Posed | Trace | Predict | Chart


class QuizFile(Part, frozen=True):
    """``quiz.toml``."""

    format_version: int
    question: list[Question]
