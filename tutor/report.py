"""What a run looks like at one moment: frozen, small, made of plain numbers and bytes.

The training process reduces its state to a :class:`Report`; charts and screens read nothing else.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

State = Literal["ready", "running", "paused", "finished"]
StopReason = Literal["", "goal", "budget", "diverged"]


class Surface(Struct, frozen=True):
    """A model's output over a rectangle of the plane.

    ``values`` holds ``rows * columns`` bytes, top row first, left to right; 0 is output 0, 255 output 1.
    """

    x_min: float
    x_max: float
    y_min: float
    y_max: float
    columns: int
    rows: int
    values: bytes


class Points(Struct, frozen=True):
    """2-D examples; ``label`` and ``answer`` are 0 or 1."""

    x: list[float]
    y: list[float]
    label: list[int]
    answer: list[int]


class Samples(Struct, frozen=True):
    """Images with the network's answers. ``pixels`` holds n * height * width bytes, 255 is full ink."""

    width: int
    height: int
    pixels: bytes
    label: list[int]
    answer: list[int]
    confidence: list[float]


class Series(Struct, frozen=True):
    """A curve: ``y`` may hold NaN (a gap). At most some 300 points, extremes kept."""

    name: str
    x: list[float]
    y: list[float]


class Layer(Struct, frozen=True):
    """One layer's health. ``gradient_norm`` is NaN before the first step."""

    name: str
    gradient_norm: float
    weight_norm: float


class Perceptron(Struct, frozen=True):
    """What a single threshold unit shows: its numbers and its mistakes against Novikoff's bound."""

    weights: list[float]
    bias: float
    updates: int
    bound: float


class Result(Struct, frozen=True):
    """How a run ended, as ``dltutor lab --json`` prints it and as the database keeps it."""

    lesson: str
    experiment: str
    seed: int
    backend: str
    knobs: dict[str, int | float | str]
    steps: int
    epochs: int
    seconds: float
    steps_per_second: float
    loss: dict[str, float]
    """``first`` and ``last``."""
    metrics: dict[str, float]
    gradient_norms: dict[str, float]
    """By layer name; empty for the perceptron."""
    goal: dict[str, bool | int | str | None]
    """``reached``, ``target`` (its text) and ``at_step`` (None if not reached)."""
    stopped_because: StopReason
    explanation: str
    """One sentence for people: why the run ended there."""
    quantities: dict[str, float] = field(default_factory=dict)
    """Everything that conditions may ask (``content.condition.QUANTITIES``)."""


class Report(Struct, frozen=True):
    """The newest state of the run. ``run`` counts loads and resets, so that a stale report is told apart."""

    run: int
    seed: int
    state: State
    backend: str
    knobs: dict[str, int | float | str]
    quantities: dict[str, float]
    """The same names as in conditions, as far as the run has them."""
    steps_per_second: float
    series: list[Series]
    """``loss``, ``val_loss``, ``accuracy``, ``val_accuracy``; perceptron: ``errors``, ``updates``, ``bound``.

    x is in epochs."""
    layers: list[Layer]
    surface: Surface | None = None
    points: Points | None = None
    samples: Samples | None = None
    perceptron: Perceptron | None = None
    result: Result | None = None
    """Present once ``state`` is "finished"."""
    outcome: int | None = None
    """Index of the prediction's option that the finished run proved right."""
