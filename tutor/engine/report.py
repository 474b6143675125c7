"""The state of a training run at one moment, frozen and small."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple


class Histogram(NamedTuple):
    """How many numbers fell into each bin from one edge to the next, ``len(edges) - 1`` of them.

    The first and the last bin also hold everything that lies below or above.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    not_finite: int
    """Numbers that are NaN or infinite, in no bin."""


class LayerSurvey(NamedTuple):
    """How a layer fares; in every figure only finite numbers count, and NaN is where there is none to tell.

    Norms are lengths (Euclidean norms) over all weights and biases of the layer, NaN for layers without any.
    Activations are what the layer answers for each example looked at, without dropout.
    """

    name: str
    gradient_norm: float
    """That of the last minibatch, as the optimizer got it (clipped, with penalties); NaN before the first
    step, and for frozen layers, which have none."""
    weight_norm: float
    update_ratio: float
    """Length of the last update over the length of the weights after it, 0 or more; some 0.001 is usual.
    0 for frozen layers."""
    activation_mean: float
    activation_deviation: float
    """Standard deviation over all units and examples together, 0 or more."""
    saturated: float
    """Sigmoid and tanh: the share, from 0 to 1, of all pairs of a unit and an example where the slope of the
    function is below 5% of its maximum: a (1 - a) < 0.0125, 1 - a² < 0.05. NaN for other functions."""
    dead: float
    """ReLU, leaky ReLU, ELU, GELU, softplus: the share, from 0 to 1, of units that answered exactly 0 to
    every example looked at. In a convolution each place of each channel is a unit. NaN for all others."""
    activations: Histogram
    """32 equal bins: 0 to 1 for sigmoid, softmax, step; -1 to 1 for tanh, sign; 0 to 8 for ReLU, softplus;
    -8 to 8 for the rest."""
    gradients: Histogram
    """Sizes (absolute values) in 32 bins from 2**-48 to 2**16, each a factor of 4 wide."""
    weights: Histogram
    """32 equal bins from -2 to 2."""

    @property
    def finite(self) -> bool:
        """Whether every number looked at is finite."""
        return not (self.activations.not_finite or self.gradients.not_finite or self.weights.not_finite)


class Look:
    """What a look at every layer that computes anything found, in order.

    It becomes objects only once somebody asks for them: for a small network that takes as long as the look.
    """

    def __init__(self, found: Callable[[], tuple[LayerSurvey, ...]]) -> None:
        self._found = found

    @cached_property
    def layers(self) -> tuple[LayerSurvey, ...]:
        return self._found()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Look) and self.layers == other.layers

    def __hash__(self) -> int:
        return hash(self.layers)

    def __repr__(self) -> str:
        return f"Look({self.layers!r})"


@dataclass(frozen=True)
class HealthReport:
    """The health of every layer that computes anything, in order."""

    step: int
    epoch: int
    loss: float
    """Mean of the minibatch losses in the last run; NaN before the first step."""
    examples: int
    """How many were looked at."""
    look: Look

    @property
    def layers(self) -> tuple[LayerSurvey, ...]:
        """Every layer that computes anything, in order."""
        return self.look.layers

    @property
    def finite(self) -> bool:
        """Whether the loss and every number looked at are finite."""
        return math.isfinite(self.loss) and all(layer.finite for layer in self.layers)


@dataclass(frozen=True)
class TrainingReport:
    """Losses and metrics, evaluated now; without a validation set val_loss is None."""

    step: int
    epoch: int
    """Completed passes over the examples."""
    loss: float
    metrics: dict[str, float]
    val_loss: float | None
    val_metrics: dict[str, float]
    look: Look
    diverged: str
    """Empty, or what stopped being finite first, as in "the weights of dense_1"."""

    @property
    def layers(self) -> tuple[LayerSurvey, ...]:
        """The health of every layer that computes anything, in order."""
        return self.look.layers
