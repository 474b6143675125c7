"""The same network twice, on the CPU and on the GPU; small, because the simulator is slow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.engine import (
    SGD,
    Adagrad,
    Adam,
    AdamW,
    CosineDecay,
    Dense,
    Dropout,
    ExponentialDecay,
    Layer,
    Optimizer,
    PiecewiseConstantDecay,
    RMSprop,
    Sequential,
    Trainer,
    WarmUp,
)
from tutor.engine.kernels import description as d

Array = NDArray[Any]
TOLERANCE = {"float32": 1e-5, "float64": 1e-10}
BACKENDS = ("cpu", "cuda")
DIVERGING: dict[str, tuple[Any, ...]] = {
    "outputs": ([[[1e30]], [0]], [[1e30]], SGD(0.1), d.BAD_LOSS),
    "gradients": ([[[2e-38, 0]], [0, 0], [[1e20], [0]], [0]], [[1e19]], SGD(0.1), d.BAD_GRADIENT),
    "weights": ([[[1.0]], [0]], [[1e10]], SGD(1e30), d.BAD_WEIGHTS),
}
"""What stops being finite -> weights, inputs, optimizer, and the status that tells it."""
LAYERS: list[Layer] = [
    Dense(4, "tanh", kernel_regularizer="l2 0.01"),
    Dropout(0.25),
    Dense(1, "sigmoid", bias_regularizer="l1 0.01"),
]
OPTIMIZERS: list[Optimizer] = [
    SGD(0.3),
    SGD(0.1, momentum=0.9),
    SGD(0.1, momentum=0.9, nesterov=True, weight_decay=0.1),
    SGD(0.5, clipvalue=0.01),
    SGD(0.5, clipnorm=0.02),
    Adam(0.02, global_clipnorm=0.03),
    Adam(0.05),
    AdamW(0.05),
    Adagrad(0.1),
    RMSprop(0.01, momentum=0.5),
    SGD(ExponentialDecay(0.3, 3, 0.7)),
    SGD(WarmUp(CosineDecay(0.3, 9, 0.1), 4), weight_decay=0.1),
    Adam(PiecewiseConstantDecay([4, 9], [0.1, 0.05, 0.02])),
]


def twins(
    layers: Sequence[Layer],
    input_shape: Sequence[int],
    loss: str = "mean_squared_error",
    optimizer: str | Optimizer = "sgd",
    dtype: str = "float64",
    seed: int = 5,
) -> tuple[Sequential, Sequential]:
    """The network on the CPU and on the GPU, compiled."""
    models = [Sequential(layers, input_shape, seed=seed, dtype=dtype, backend=name) for name in BACKENDS]
    for model in models:
        model.compile(optimizer, loss)
    return models[0], models[1]


def trainers(models: Sequence[Sequential], *data: Any, **settings: Any) -> list[Trainer]:
    """A trainer for each."""
    return [model.trainer(*data, **settings) for model in models]


def pair(optimizer: Optimizer, dtype: str = "float64", **settings: Any) -> list[Trainer]:
    """On 7 examples in batches of 3: each epoch ends with a batch of 1."""
    models = twins(LAYERS, (2,), "binary_crossentropy", optimizer, dtype)
    return trainers(models, *examples("binary_crossentropy", 7, (2,), 1), **{"batch_size": 3, **settings})


def assert_near(found: Sequence[Array], expected: Sequence[Array], tolerance: float) -> None:
    """Equal up to rounding: the difference's length against that of the arrays taken together."""
    one, other = (np.concatenate([np.ravel(array) for array in arrays]) for arrays in (found, expected))
    assert np.isfinite(other).all()
    assert np.linalg.norm(one - other) <= tolerance * max(np.linalg.norm(other), 1e-12)


def assert_same_state(one: Trainer, other: Trainer, tolerance: float) -> None:
    """The same weights, memory of the optimizer, place in the data and mean loss."""
    first, second = one.snapshot(), other.snapshot()
    assert_near([first.parameters], [second.parameters], tolerance)
    assert_near([first.slots], [second.slots], tolerance)
    np.testing.assert_array_equal(first.counters, second.counters)
    np.testing.assert_allclose(one.loss, other.loss, rtol=tolerance)


def examples(loss: str, rows: int, inputs: Sequence[int], outputs: int, seed: int = 1) -> tuple[Array, Array]:
    """Random inputs, and targets that suit the loss."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, *inputs))
    if loss == "categorical_crossentropy":
        return x, rng.integers(outputs, size=rows)
    y = rng.normal(size=(rows, outputs))
    if loss == "binary_crossentropy":
        return x, (y > 0).astype(float)
    return x, np.where(y > 0, 1.0, -1.0) if loss == "hinge" else y


def diverged(name: str) -> list[Trainer]:
    """Both after three steps on the way to one of ``DIVERGING``; they stopped alike."""
    weights, x, optimizer, status = DIVERGING[name]
    layers = [Dense(2, "relu"), Dense(1)] if len(weights) == 4 else [Dense(1)]
    cpu, gpu = trainers(twins(layers, (1,), optimizer=optimizer, dtype="float32"), x, [0.0])
    for trainer in (cpu, gpu):
        trainer.model.set_weights(weights)
        trainer.run(3)
    assert gpu.diverged == cpu.diverged != ""
    assert gpu.step == cpu.step < 3
    assert gpu._run.counters[d.STATUS] == cpu._run.counters[d.STATUS] == status
    return [cpu, gpu]
