"""What a run looks like at one moment: frozen, small, made of plain numbers and bytes.

The training process reduces its state to a :class:`Report`; charts and screens read nothing else.
"""

from __future__ import annotations

import math
from typing import Literal

from msgspec import Struct, field

State = Literal["ready", "running", "paused", "finished"]
StopReason = Literal["", "goal", "budget", "patience", "diverged"]


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
    support: list[bool] = field(default_factory=list)
    """Which of them a support vector machine keeps; empty for all others."""


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


class Bins(Struct, frozen=True, array_like=True):
    """A histogram: ``counts[i]`` numbers lie from ``edges[i]`` on; the ends take in what lies beyond."""

    edges: list[float]
    counts: list[int]
    not_finite: int = 0


class LayerHealth(Struct, frozen=True, array_like=True):
    """How a layer fares, as the engine's ``LayerSurvey`` defines it; NaN where there is nothing to tell."""

    name: str
    activation: str
    gradient_norm: float
    weight_norm: float
    update_ratio: float
    """Length of the last update over the length of the weights; some 0.001 is usual."""
    mean: float
    deviation: float
    """Of the layer's outputs."""
    saturated: float
    dead: float
    """Shares, 0 to 1."""
    activations: Bins
    gradients: Bins
    weights: Bins


class Health(Struct, frozen=True):
    """Panels 2 and 6: every layer now, and its gradient norm, histograms over the run."""

    layers: list[LayerHealth]
    gradients: list[Series]
    """Per layer the gradient norm over the epochs."""
    epochs: list[float]
    """When the ``past`` histograms were taken, at most some 40 moments."""
    past: list[list[LayerHealth]]
    """Every layer at each of those moments. Edges that are the same as in ``layers`` are left out (empty);
    activations have others where the layer had another activation function then."""


class PreActivations(Struct, frozen=True):
    """Panel 3: what goes into a layer's activation function, for the examples looked at."""

    layer: str
    function: str
    """The activation's Keras name."""
    inputs: Bins
    """Equal bins over ``low`` to ``high`` of the axis that the function is drawn on."""
    slopes: float
    """Mean of the function's derivative over these inputs: what is left of a gradient that passes."""
    layers: list[str] = field(default_factory=list)
    """The names of all layers with an activation, in the order that ``Pull.layer`` counts them."""


class Confusion(Struct, frozen=True):
    """Panel 4: held-out examples (training ones where none are held out), ``counts[truth][answer]``."""

    names: list[str]
    counts: list[list[int]]


class Fit(Struct, frozen=True):
    """Panel 4 for one input and one output: the examples and the curve that the network answers."""

    x: list[float]
    y: list[float]
    curve_x: list[float]
    curve_y: list[float]


class Descent(Struct, frozen=True):
    """Panel 4 for a linear unit with two weights: its loss over both of them, and the path of training.

    ``surface`` is logarithmic: 255 is the greatest loss in it, 0 a ten-thousandth of that or less.
    """

    surface: Surface
    x: list[float]
    """First weight at each place, in order; the last one is where training stands."""
    y: list[float]
    """Second weight."""


class DrawnLayer(Struct, frozen=True):
    """One layer of panel 5. ``weights`` are (inputs, units) row by row; empty if more than 4,096."""

    name: str
    kind: str
    """``input``, ``dense``, ``conv2d``, ..."""
    shape: list[int]
    activation: str
    parameters: int
    inputs: int
    units: int
    weights: list[float]
    biases: list[float]
    outputs: list[float]
    """What the units answer to the chosen example; empty where there are more than 4,096."""


class Maps(Struct, frozen=True):
    """``count`` small images: filters, or a layer's feature maps; 0 is the least, 255 the greatest number."""

    layer: str
    height: int
    width: int
    count: int
    pixels: bytes
    low: float
    high: float


class Drawing(Struct, frozen=True):
    """Panel 5: the network with its numbers; for images one example with its filters and feature maps."""

    layers: list[DrawnLayer]
    example: int
    """Index of the chosen example among the held-out (else the training) ones."""
    label: str
    answer: str
    image: Maps | None = None
    filters: list[Maps] = field(default_factory=list)
    maps: list[Maps] = field(default_factory=list)


class Inspection(Struct, frozen=True):
    """Panel 7: one unit of one dense layer and one example of the minibatch that comes next.

    z = Σ inputs·weights + bias, a = f(z); delta = dL/dz for this example's share of the loss; the gradients
    of the whole minibatch follow, and what the optimizer makes of them. Of a long row the first 64 numbers.
    """

    layer: str
    function: str
    layers: list[str]
    """The layers that can be inspected."""
    units: int
    unit: int
    examples: int
    """In this minibatch."""
    example: int
    input_names: list[str]
    inputs: list[float]
    weights: list[float]
    bias: float
    z: float
    a: float
    target: list[float]
    """The example's target."""
    loss: float
    """Of the minibatch."""
    slope: float
    """f'(z)"""
    delta: float
    outgoing: list[float]
    """Weights to the next layer's units; empty for the last layer."""
    next_deltas: list[float]
    """Their deltas: where the last layer's error comes back from."""
    weight_gradients: list[float]
    bias_gradient: float
    learning_rate: float
    optimizer: str
    new_weights: list[float]
    new_bias: float
    output_gradient: float = math.nan
    """dL/da, the sum of outgoing · next_deltas where another dense layer follows directly; NaN where the
    loss is taken of z at once (cross-entropy: delta = (a - target) / examples)."""


class Overlay(Struct, frozen=True):
    """The curves of a run that was kept to be compared (a fork)."""

    label: str
    """What was different: ``"learning rate 0.1"``."""
    series: list[Series]


class Lottery(Struct, frozen=True):
    """How many of so many seeds made it; training goes on in the background until ``done == total``."""

    done: int
    total: int
    reached: int
    low: float
    high: float
    """A 95% interval (Wilson's) for the share that reaches the goal."""
    median_step: float
    """Of those that reached it; NaN if none did."""
    knobs: dict[str, int | float | str]
    seconds: float
    needed: int = 0
    """How many of them must reach the goal for it to count; 0 if the goal does not ask for several seeds."""
    met: bool | None = None
    """Whether so many do; None while that is open, or where nobody asks."""


class Perceptron(Struct, frozen=True):
    """What a single unit shows: its numbers, and what there is to say of the rule by which it learns."""

    weights: list[float]
    bias: float
    updates: int | None = None
    """The mistakes of a perceptron, and Novikoff's ``bound`` on them; None for other units."""
    bound: float | None = None
    stable_rate: float | None = None
    """For ADALINE: the learning rate beyond which it diverges in full batches."""
    threshold: float | None = None
    """For a unit that is set by hand; ``bias`` is the same number with the opposite sign."""
    vetoes: list[int] = field(default_factory=list)
    """The inputs, counted from 0, that silence such a unit; their weights count for nothing."""
    support_vectors: int | None = None
    """For a support vector machine, whose ``weights`` are empty: how many examples it keeps, and the"""
    margin: float | None = None
    """width of its margin; of several machines, which vote, the smallest. None before it is fitted."""


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
    before: str = ""
    """What was learned before the first step, as a sentence for people."""


class Wanted(Struct, frozen=True):
    """Which details a report shall hold; the fields are those of ``worker.protocol.Pull``."""

    topics: list[str] = field(default_factory=list)
    layer: int = 0
    unit: int = 0
    example: int = 0


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
    """``loss``, ``val_loss``, ``accuracy``, ``val_accuracy``; perceptron: ``errors``, ``updates``, ``bound``;
    ensemble: ``member_accuracy``, too; RBM and pretraining: ``reconstruction_error``,
    ``val_reconstruction_error``, ``free_energy_gap``.

    x is in epochs."""
    layers: list[Layer]
    members: int = 1
    """How many networks an ensemble has; ``layers`` and all that looks inside are those of the first."""
    surface: Surface | None = None
    points: Points | None = None
    samples: Samples | None = None
    perceptron: Perceptron | None = None
    reconstructions: Maps | None = None
    """Of a restricted Boltzmann machine, and of nothing else: held-out images, each followed by what the
    machine draws back from its hidden units."""
    result: Result | None = None
    """Present once ``state`` is "finished"."""
    outcome: int | None = None
    """Index of the prediction's option that the finished run proved right."""
    marks: list[int] = field(default_factory=list)
    """Steps that can be gone back to, in order."""
    mark: int = -1
    """Index of the mark that the run stands at after going back; -1: at the end of what was trained."""
    overlays: list[Overlay] = field(default_factory=list)
    lottery: Lottery | None = None
    before: str = ""
    """What was learned before the first step, as a sentence for people; empty for most runs."""
    health: Health | None = None
    pre_activations: PreActivations | None = None
    confusion: Confusion | None = None
    mistakes: Samples | None = None
    """The images answered wrong with the greatest confidence."""
    fit: Fit | None = None
    descent: Descent | None = None
    drawing: Drawing | None = None
    inspection: Inspection | None = None
    """From ``health`` on only what the ``Pull`` asked for."""
