"""How every layer fares now."""

from __future__ import annotations

from tutor.engine import Sequential, Trainer, activations
from tutor.engine.kernels import description as d
from tutor.engine.report import Histogram, LayerSurvey
from tutor.report import Bins, LayerHealth

Look = tuple[tuple[LayerSurvey, ...], dict[str, str]]
"""Every layer as the engine surveys it, and the names of the activation functions there were."""


def take(trainer: Trainer) -> Look:
    """Look at every layer that computes anything, in order, on 64 training examples."""
    return trainer.health().layers, activation_names(trainer.model)


def described(look: Look) -> list[LayerHealth]:
    """A look as it goes to the screen."""
    surveys, functions = look
    return [_layer(survey, functions.get(survey.name, "")) for survey in surveys]


def activation_names(model: Sequential) -> dict[str, str]:
    """Layer name -> Keras name of its activation function, for the layers that have one, in order."""
    plan, operations = model.plan, model.network.operations
    return {
        plan.layer_names[row[d.LAYER]]: activations.NAMES[row[d.FUNCTION]]
        for row in operations
        if row[d.KIND] == d.ACTIVATION
    }


def _layer(survey: LayerSurvey, activation: str) -> LayerHealth:
    return LayerHealth(
        name=survey.name,
        activation=activation,
        gradient_norm=survey.gradient_norm,
        weight_norm=survey.weight_norm,
        update_ratio=survey.update_ratio,
        mean=survey.activation_mean,
        deviation=survey.activation_deviation,
        saturated=survey.saturated,
        dead=survey.dead,
        activations=_bins(survey.activations),
        gradients=_bins(survey.gradients),
        weights=_bins(survey.weights),
    )


def _bins(histogram: Histogram) -> Bins:
    return Bins(list(histogram.edges), list(histogram.counts), histogram.not_finite)
