"""Small experiments, built without a lesson pack."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from tutor.content.model import (
    DataSpec,
    Experiment,
    Goal,
    Knob,
    ModelSpec,
    Prediction,
    PredictionOption,
    TrainingSpec,
)

TIMES: dict[str, float] = {"seconds": 0.0, "throughput": 0.0}
"""The quantities of a run that are measured by the clock: no two runs have the same."""

NETWORK_KNOBS = [
    Knob("learning_rate", "learning rate", [0.1, 0.5, 2.0], "How far."),
    Knob("momentum", "momentum", [0.0, 0.9], "How much of the step before."),
    Knob("weight_decay", "weight decay", [0.0, 0.5], "How far the weights shrink."),
    Knob("batch_size", "batch size", [8, 16, 0], "Examples a step."),
    Knob("hidden_units", "hidden units", [2, 4, 8], "Units."),
    Knob("activation", "activation", ["sigmoid", "tanh", "relu"], "Of the hidden units."),
    Knob("optimizer", "optimizer", ["sgd", "adam"], "Rule."),
    Knob("kernel_initializer", "start", ["glorot_uniform", "normal 1.0"], "Start."),
    Knob("shuffle", "shuffle", ["on", "off"], "Order."),
    Knob("data.noise", "noise", [0.05, 0.1, 0.3], "Spread."),
]
PERCEPTRON_KNOBS = [
    Knob("learning_rate", "learning rate", [0.5, 1.0, 2.0], "How far."),
    Knob("shuffle", "shuffle", ["on", "off"], "Order."),
    Knob("data.gate", "gate", ["and", "or", "nand", "xor"], "Which."),
    Knob("data.features", "features", ["plain", "product"], "Inputs."),
]
PREDICTION = Prediction(
    "Will it get there?",
    [
        PredictionOption("yes", "goal_step < 1e9", "Right."),
        PredictionOption("no", "goal_step >= 1e9", "Wrong."),
    ],
)


def network(**changes: Any) -> Experiment:
    """Moons, a small network, minibatches; ``model`` and ``training`` may be changed by key."""
    model = {"layers": "dense 4 tanh, dense 1 sigmoid", "loss": "binary_crossentropy", "learning_rate": 0.5}
    training = {"epochs": 20, "batch_size": 16}
    base = Experiment(
        id="moons",
        title="Moons",
        kind="network",
        about="Two moons.",
        seconds=0.1,
        data=DataSpec("moons", {"noise": 0.1}),
        model=ModelSpec(**(model | changes.pop("model", {}))),
        training=TrainingSpec(**(training | changes.pop("training", {}))),
        prediction=PREDICTION,
        goal=Goal("accuracy >= 0.97", "97 % right"),
        knobs=NETWORK_KNOBS,
    )
    return replace(base, **changes)


def perceptron(gate: str = "and", *, shuffle: bool = False, **changes: Any) -> Experiment:
    """A gate, in fixed order from zero."""
    base = Experiment(
        id="gates",
        title="Gates",
        kind="perceptron",
        about="A gate.",
        seconds=0.1,
        data=DataSpec("gate", {"gate": gate, "features": "plain"}),
        model=ModelSpec(learning_rate=1.0),
        training=TrainingSpec(epochs=50, shuffle=shuffle),
        prediction=PREDICTION,
        goal=Goal("errors == 0", "no row wrong"),
        knobs=PERCEPTRON_KNOBS,
    )
    return replace(base, **changes)
