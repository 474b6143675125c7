"""The state of a training run at one moment, frozen and small."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LayerHealth:
    """Lengths (Euclidean norms) over all weights and biases of a layer.

    ``gradient_norm`` is that of the last minibatch, as the optimizer got it (clipped, with penalties);
    NaN before the first step.
    """

    name: str
    gradient_norm: float
    weight_norm: float


@dataclass(frozen=True)
class TrainingReport:
    """Losses and metrics over the whole sets, evaluated now; without a validation set val_loss is None."""

    step: int
    epoch: int
    """Completed passes over the examples."""
    loss: float
    metrics: dict[str, float]
    val_loss: float | None
    val_metrics: dict[str, float]
    layers: tuple[LayerHealth, ...]
    """Of the layers that have weights."""
    diverged: str
    """Empty, or what stopped being finite first, as in "the weights of dense_1"."""
