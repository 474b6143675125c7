"""Experiments that between them use every layer, activation, loss, optimizer and setting that is exported."""

from __future__ import annotations

from tutor.content.model import DataSpec, Experiment, ModelSpec, TrainingSpec

ORDERED = TrainingSpec(epochs=10, batch_size=16, shuffle=False)
"""Fifty steps over 80 examples, none of it left to chance."""
DIGITS = DataSpec("digits", examples=80)
MOONS = DataSpec("moons", {"examples": 80})
CROSS = "categorical_crossentropy"


def experiment(
    layers: str, data: DataSpec = DIGITS, training: TrainingSpec = ORDERED, loss: str = CROSS, **model: object
) -> Experiment:
    """A network experiment without question, goal or knobs."""
    spec = ModelSpec(layers=layers, loss=loss, **model)  # type: ignore[arg-type]
    return Experiment("it", 'A "title"', "network", "About.", 1.0, data, spec, training)


REPRODUCED = {
    "dense": experiment("dense 16 tanh, dense 10 softmax", optimizer="adam", learning_rate=0.01),
    "convolutions": experiment(
        "conv 4 3x3 same relu, maxpool 2, conv 6 2x3 stride 2 same tanh, maxpool 2 stride 1 same, flatten, "
        "dense 10 softmax",
        learning_rate=0.05,
        momentum=0.9,
        nesterov=True,
    ),
    "batch norm": experiment(
        "conv 4 3x3 stride 2, batchnorm, activation relu, flatten, dense 16, batchnorm, activation tanh, "
        "dense 10 softmax",
        learning_rate=0.02,
    ),
    "averages": experiment(
        "conv 8 3x3 elu, avgpool 3 stride 2 same, conv 6 3x3 same softplus, globalpool, dense 10 softmax",
        optimizer="adamw",
        learning_rate=0.005,
    ),
    "penalties": experiment(
        "dense 8 leaky_relu, dense 6 gelu, dense 1 sigmoid",
        data=MOONS,
        loss="binary_crossentropy",
        learning_rate=0.2,
        momentum=0.5,
        weight_decay=0.01,
        l2=0.001,
        global_clipnorm=0.3,
    ),
    "hinge": experiment(
        "dense 8 tanh, dense 1",
        data=DataSpec("moons", {"examples": 80}, standardize=True),
        loss="hinge",
        optimizer="adagrad",
        learning_rate=0.05,
        dtype="float64",
    ),
    "curve": experiment(
        "dense 12 tanh, dense 1",
        data=DataSpec("sine", {"examples": 80}),
        loss="mean_absolute_error",
        learning_rate=0.05,
    ),
    "shares": experiment("dense 6 sigmoid, dense 10 softmax", loss="mean_squared_error", learning_rate=0.5),
    "rmsprop": experiment("dense 16 tanh, dense 10 softmax", optimizer="rmsprop", learning_rate=0.005),
    "residual": experiment(
        "conv 6 3x3 same relu, residual 2x conv 6 3x3 relu, residual 2x conv 8 3x3 stride 2 tanh, flatten, "
        "residual (dense 12 elu; dense 12) project dense, dense 10 softmax",
        learning_rate=0.02,
        momentum=0.5,
        l2=0.001,
    ),
    "frozen": experiment(
        "dense 16 tanh nobias, frozen dense 12 relu, frozen batchnorm, dense 10 softmax",
        learning_rate=0.1,
        weight_decay=0.01,
    ),
}
"""What an exported script computes again, loss by loss."""

CHANCE = {
    "dropout": experiment("dense 16 relu, dropout 0.2, dense 10 softmax", training=TrainingSpec(epochs=6)),
    "moved images": experiment(
        "dense 16 relu, dense 10 softmax", training=TrainingSpec(epochs=6, shift=1, rotate=10.0, noise=0.05)
    ),
    "moved pictures": experiment(
        "conv 4 3x3 relu, flatten, dense 10 softmax", training=TrainingSpec(epochs=6, shift=1)
    ),
    "patience": experiment(
        "dense 8 step, dense 8 sign, dense 10 softmax", training=TrainingSpec(epochs=60, patience=2)
    ),
}
"""What a script draws by its own random numbers."""
