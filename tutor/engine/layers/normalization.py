"""The layer that keeps its channels' numbers around one mean and spread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.engine.checks import number
from tutor.engine.layers.base import WeightedLayer

if TYPE_CHECKING:
    from tutor.engine.planner import Planner


@dataclass(frozen=True)
class BatchNormalization(WeightedLayer):
    """a = γ (x - mean) / sqrt(variance + epsilon) + β, for each channel (unit) by itself.

    While the network learns, mean and variance are those over the batch, and for images over all pixels; the
    moving ones become ``momentum * moving + (1 - momentum) * batch``. When it is asked (predict, evaluate,
    gradients, reports) the moving ones are taken. Input and output shape: any, and the same; channels are the
    last axis. Weights, each (channels,): scales γ, shifts β, and, not learned, moving means and variances.
    Frozen (``trainable=False``), it takes the moving ones also in training and leaves them as they are.
    """

    kind = "batch_normalization"

    momentum: float = 0.99
    epsilon: float = 1e-3

    def __post_init__(self) -> None:
        super().__post_init__()
        number("the momentum of batch normalization", self.momentum, least=0.0, below=1.0)
        number("the epsilon of batch normalization", self.epsilon, above=0.0)

    def plan(self, planner: Planner) -> None:
        planner.normalization(self.momentum, self.epsilon)
