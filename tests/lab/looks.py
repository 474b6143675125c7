"""Experiments of every kind, and reports with the details that panels ask for."""

from __future__ import annotations

from typing import Any

from tests.lab.examples import network
from tutor.content.model import DataSpec, Experiment
from tutor.lab import Run
from tutor.lab.details import TOPICS
from tutor.lab.network import NetworkLearner
from tutor.report import Report, Wanted


def experiment(layers: str, loss: str, data: str = "moons", **changes: Any) -> Experiment:
    """Without goal and knobs."""
    model = {"layers": layers, "loss": loss} | changes.pop("model", {})
    options = changes.pop("options", {})
    return network(data=DataSpec(data, options), model=model, goal=None, knobs=[], **changes)


CONVOLUTIONS = "conv 3 3 relu same, maxpool 2, conv 4 3 tanh same, flatten, dense 12 relu, dense 10 softmax"
EXPERIMENTS = {
    "dense": experiment("dense 4 tanh, dense 1 sigmoid", "binary_crossentropy"),
    "deep": experiment("dense 6 sigmoid, dropout 0.3, dense 6 gelu, dense 1 tanh", "hinge"),
    "regression": experiment("dense 8 tanh, dense 1", "mean_squared_error", "sine"),
    "digits": experiment("dense 16 relu, dense 10 softmax", "categorical_crossentropy", "digits"),
    "pair": experiment("dense 1 sigmoid", "binary_crossentropy", "digits", options={"pair": "5 6"}),
    "images": experiment(CONVOLUTIONS, "categorical_crossentropy", "digits", training={"epochs": 2}),
    "residual": experiment(
        "dense 6 relu, residual (dense 6 tanh; dense 6), batchnorm, frozen dense 5 elu, dense 1 sigmoid",
        "binary_crossentropy",
    ),
    "strokes": experiment("dense 6 softmax", "categorical_crossentropy", "strokes"),
}
DIVERGING = experiment(
    "dense 8 relu, dense 8 relu, dense 1", "mean_squared_error", "sine", model={"learning_rate": 1e6}
)


def learner(experiment: Experiment, steps: int = 0, seed: int = 0) -> NetworkLearner:
    """A network after so many steps."""
    made = NetworkLearner(experiment, seed, "cpu")
    made.train(steps)
    return made


def look(run: Run, *topics: str, layer: int = 0, unit: int = 0, example: int = 0) -> Report:
    """A report with these details, or with all."""
    return run.report("running", 1, Wanted(list(topics or TOPICS), layer, unit, example))
