"""What a lesson holds, as frozen data. Its three files are read into these classes; ``pack`` has the rest.

``lesson.md`` gives :class:`LessonHead` (its TOML front matter) and the pages, ``lab.toml`` a
:class:`LabFile`, ``quiz.toml`` the questions (``questions``). Unknown keys are refused everywhere.
"""

from __future__ import annotations

from typing import Literal

from msgspec import field

from tutor.content.part import Part, Value
from tutor.content.questions import PredictionOption, Question

FORMAT_VERSION = 1

LAYERED = ("network", "ensemble")
"""The kinds of experiment whose model has layers."""

# --------------------------------------------------------------------------- the lab


class DataSpec(Part, frozen=True):
    """Which data set, and with which options of its generator (``tutor.engine.datasets``)."""

    name: str
    options: dict[str, Value] = field(default_factory=dict)
    examples: int = 0
    """Train on the first so many only; 0 is all."""
    input_scale: float = 1.0
    """What every input is multiplied by: as if it had been measured in other units."""
    standardize: bool = False
    """Whether each input is then shifted and scaled to mean 0, deviation 1 over the training examples."""
    shuffled_labels: float = 0.0
    """The share, from 0 to 1, of training targets that are dealt out anew at random."""


class ModelSpec(Part, frozen=True):
    """The network. For the kinds "perceptron" and "adaline" only ``learning_rate`` counts, and for "unit",
    which does not learn, only the weights and the threshold."""

    layers: str = ""
    """For example ``"dense 4 sigmoid, dense 1 sigmoid"``."""
    loss: str = "mean_squared_error"
    optimizer: str = "sgd"
    learning_rate: float = 0.1
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0
    """The optimizer's: what each step takes off every weight, times the learning rate."""
    l2: float = 0.0
    """Factor of the penalty on the squares of all kernels."""
    global_clipnorm: float = 0.0
    """The greatest length of all gradients together; 0 clips nothing."""
    kernel_initializer: str = "glorot_uniform"
    """A Keras name, or ``"normal 1.0"``: a normal distribution of that standard deviation."""
    bias_initializer: str = "zeros"
    dtype: Literal["float32", "float64"] = "float32"
    members: int = 1
    """Of how many such networks an "ensemble" is made."""
    weight_1: float = 0.0
    weight_2: float = 0.0
    threshold: float = 0.0
    """What the weighted sum of a "unit" must reach for the answer 1."""
    veto: Literal["none", "x1", "x2", "both"] = "none"
    """Which inputs of a "unit" have no weight, but silence it while they are on, as in 1943."""
    kernel: Literal["linear", "poly", "rbf"] = "rbf"
    """This, ``C``, ``gamma`` and ``degree`` are for ``kind = "svm"`` only."""
    C: float = 1.0
    """What an example on the wrong side of its margin costs."""
    gamma: float = 0.0
    """Factor in the kernels "poly" and "rbf"; 0 is 1 / (inputs * their variance)."""
    degree: int = 3
    """Of the kernel "poly"."""
    hidden_units: int = 0
    """For ``kind = "rbm"`` only: networks have theirs in ``layers``."""
    gibbs_steps: int = 1
    """For ``kind = "rbm"`` only: steps of the chain in contrastive divergence."""


class TrainingSpec(Part, frozen=True):
    """How long, in which portions and in which order. ``batch_size`` 0 is the whole training set."""

    epochs: int
    batch_size: int = 32
    shuffle: bool = True
    threads: int = 0
    """At most so many train a network; 0: as many as there are cores."""
    backend: Literal["auto", "cpu"] = "auto"
    """Where nobody asks for another one: "auto" takes a GPU if there is one and it pays."""
    patience: int = 0
    """Stop after so many epochs without a lower held-out loss, with the best weights; 0 never does."""
    shift: int = 0
    """Images are moved at random by up to so many pixels, anew in each epoch."""
    rotate: float = 0.0
    """... turned by up to so many degrees."""
    noise: float = 0.0
    """... and every input gets a normal number of this deviation added."""
    pretraining: int = 0
    """Passes that each hidden layer of a network is first trained for without labels, as a restricted
    Boltzmann machine; ``epochs`` follow after these."""


class TransferSpec(Part, frozen=True):
    """What the network has learned before, on another task: the source. Its last layer is then made for that
    task, and all else is as in the experiment's ``model``."""

    data: DataSpec
    epochs: int = 30
    """0 learns nothing: what is kept are random weights."""
    batch_size: int = 32
    learning_rate: float = 0.003
    keep: int = 1
    """How many layers go over, the first ones; 0 is none. The last one goes only to the same classes."""
    frozen: bool = True
    """Whether those stay as they are while the experiment's own task is learned."""


class Goal(Part, frozen=True):
    """``when`` is a condition (``content.condition``) checked after each epoch; the run stops there.

    Where luck matters the goal counts only if ``at_least`` (0: all) of ``seeds`` runs with the same knobs
    reach it, those of the seeds 0, 1, ...; they are trained once the learner's own run has reached it.
    """

    when: str
    text: str
    seeds: int = 1
    at_least: int = 0


class Knob(Part, frozen=True):
    """A setting that the learner turns.

    ``name`` is a name in ``content.settings.KNOBS``, or ``data.OPTION`` for an option of the data set.
    ``values`` are its stops; the experiment's own value must be one of them. ``names``, where they are
    given, are shown instead of the values: ``["plain", "residual"]`` for two long ``layers``.
    """

    name: str
    label: str
    values: list[Value]
    help: str
    names: list[str] = field(default_factory=list)


class Prediction(Part, frozen=True):
    """A question put before the run; exactly one option's condition holds afterwards.

    Without options nothing is asked: a free bench, a sick run.
    """

    prompt: str = ""
    options: list[PredictionOption] = field(default_factory=list)


class Claim(Part, frozen=True):
    """What the prose says of the experiment, in a form that a test runs.

    With the knobs ``set``, at least ``at_least`` (default: all) of ``seeds`` runs (seeds 0, 1, ...)
    meet ``expect``. A claim with ``slow = true`` is left to ``make test-all``.
    """

    text: str
    expect: str
    seeds: int = 5
    at_least: int | None = None
    set: dict[str, Value] = field(default_factory=dict)
    slow: bool = False


class Experiment(Part, frozen=True):
    """One live experiment of a lesson."""

    id: str
    title: str
    kind: Literal["unit", "perceptron", "adaline", "svm", "rbm", "network", "ensemble"]
    about: str
    """Two or three sentences over the lab: what is trained on what, and what to look for."""
    seconds: float
    """About how long the default run takes on one core."""
    data: DataSpec
    model: ModelSpec
    training: TrainingSpec
    transfer: TransferSpec | None = None
    """What was learned before; beside it the same network is trained from random weights."""
    prediction: Prediction = Prediction()
    goal: Goal | None = None
    knobs: list[Knob] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)


class LabFile(Part, frozen=True):
    """``lab.toml``."""

    format_version: int
    experiment: list[Experiment]


# --------------------------------------------------------------------------- the lesson


class Term(Part, frozen=True):
    """A word the lesson introduces."""

    term: str
    meaning: str


class Source(Part, frozen=True):
    """``key`` is how the prose refers to it, as in [Ros58]."""

    key: str
    citation: str


class TraceRow(Part, frozen=True):
    """A row of the workshop's trace table that the lesson teaches: what its slide says, what is so."""

    row: int
    slides: str
    fact: str
    sources: list[str] = field(default_factory=list)


class LessonHead(Part, frozen=True):
    """The front matter of ``lesson.md``, between two lines ``+++``. ``id`` is the folder's name."""

    format_version: int
    id: str
    title: str
    summary: str
    years: str
    minutes: int
    objectives: list[str]
    terms: list[Term]
    covers: list[TraceRow]
    sources: list[Source]
    prerequisites: list[str] = field(default_factory=list)


class Page(Part, frozen=True):
    """One page of prose: a ``##`` section of ``lesson.md``. ``id`` is the slug of its title."""

    id: str
    title: str
    body: str
    line: int = 1
    """The line of its title in ``lesson.md``; the body begins on the next one."""


class Lesson(Part, frozen=True):
    """A whole lesson. ``number`` is its place in the pack, from 1."""

    number: int
    head: LessonHead
    pages: list[Page]
    experiments: list[Experiment]
    questions: list[Question]

    @property
    def id(self) -> str:
        return self.head.id

    @property
    def title(self) -> str:
        return self.head.title
