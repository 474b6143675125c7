"""Layers for images and residual blocks on the GPU are the CPU's up to rounding, in one block and in many."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.engine.cuda.twins import TOLERANCE, assert_near, assert_same_state, examples, trainers, twins
from tutor.engine import (
    SGD,
    Activation,
    Adagrad,
    Adam,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Optimizer,
    Residual,
    RMSprop,
)

Shape = tuple[int, ...]
DTYPES = ("float64", "float32")

STACKS: dict[str, tuple[Shape, list[Layer]]] = {
    "convolutions": ((5, 4, 1), [Conv2D(3, (3, 2), activation="tanh"), Conv2D(2, 2, 2, "same")]),
    "a stride that leaves a remainder": ((4, 6, 2), [Conv2D(2, 1), Conv2D(9, (2, 1), (3, 2), "same", "elu")]),
    "a window larger than the image": ((3, 2, 2), [Conv2D(3, 1), Conv2D(2, 5, 4, "same", "tanh")]),
    "penalties": ((3, 3, 1), [Conv2D(2, 2, kernel_regularizer="l1 0.02 l2 0.1"), Activation("softmax")]),
    "max pool": ((5, 4, 2), [Conv2D(3, 2, activation="tanh"), MaxPooling2D(2)]),
    "max pool over the edge": ((4, 3, 1), [Conv2D(2, 1), MaxPooling2D(3, (2, 1), "same")]),
    "average pool": ((5, 4, 9), [AveragePooling2D(2), Conv2D(2, 1), AveragePooling2D((1, 2), 1, "same")]),
    "global pool": ((3, 4, 1), [Conv2D(9, 2, activation="sigmoid"), GlobalAveragePooling2D(), Dense(2)]),
    "normalized images": ((3, 3, 2), [BatchNormalization(), Conv2D(3, 2), BatchNormalization(0.9, 0.1)]),
    "normalized rows": ((4,), [Dense(9), BatchNormalization(0.5), Activation("tanh"), Dense(2)]),
    "a residual block": (
        (3, 3, 2),
        [Residual([Conv2D(2, 3, 1, "same", "tanh")]), Residual([Conv2D(3, 2, 2)], "conv"), Flatten()],
    ),
    "no biases": ((4,), [Dense(9, "tanh", use_bias=False), Dense(2, use_bias=False)]),
    "residual rows": ((4,), [Residual([Dense(5, "relu"), Dense(4)]), Residual([Dense(3)], "dense")]),
}
OPTIMIZERS: list[Optimizer] = [
    SGD(0.1, momentum=0.9, nesterov=True, clipvalue=0.05),
    SGD(0.2, clipnorm=0.02),
    Adam(0.02, global_clipnorm=0.03),
    Adagrad(0.1),
    RMSprop(0.01, momentum=0.5),
]


def stirred(models: Any) -> Any:
    """The same weights in all, none of them as drawn: not the statistics, shifts and biases either."""
    rng = np.random.default_rng(3)
    weights = [w + rng.uniform(0.1, 0.6, w.shape) for w in models[0].get_weights()]
    for model in models:
        model.set_weights(weights)
    return models


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", STACKS)
def test_answers_gradients_and_steps(name: str, dtype: str, way: str) -> None:
    shape, layers = STACKS[name]
    cpu, gpu = stirred(twins(layers, shape, optimizer=SGD(0.1, momentum=0.5), dtype=dtype))
    x, y = examples("mean_squared_error", 5, shape, cpu.plan.outputs)
    y = y.reshape(5, *cpu.plan.output_shapes[-1]) if len(cpu.plan.output_shapes[-1]) == 1 else y
    tolerance = TOLERANCE[dtype]
    assert_near([gpu.predict(x)], [cpu.predict(x)], tolerance)
    assert gpu.evaluate(x, y)["loss"] == pytest.approx(cpu.evaluate(x, y)["loss"], rel=tolerance)
    for training in (False, True):
        (gpu_loss, found), (cpu_loss, expected) = gpu.gradients(x, y, training), cpu.gradients(x, y, training)
        assert gpu_loss == pytest.approx(cpu_loss, rel=tolerance)
        assert_near(found, expected, tolerance)
    both = trainers((cpu, gpu), x, y, batch_size=3)
    for trainer in both:
        trainer.run(3)
    assert_same_state(both[1], both[0], tolerance)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda optimizer: optimizer.name)
def test_a_small_lenet_with_each_optimizer(optimizer: Optimizer, way: str) -> None:
    layers = [
        Conv2D(2, 3, 1, "same", "relu", kernel_regularizer="l2 0.01"),
        MaxPooling2D(2),
        Conv2D(3, 2, activation="relu"),
        BatchNormalization(),
        Flatten(),
        Dropout(0.2),
        Dense(3, "softmax"),
    ]
    models = twins(layers, (6, 4, 1), "categorical_crossentropy", optimizer)
    both = trainers(models, *examples("categorical_crossentropy", 7, (6, 4, 1), 3), batch_size=4)
    for trainer in both:
        trainer.run(5)
    assert_same_state(both[1], both[0], 1e-10)


def test_of_equal_largest_the_first_has_the_gradient_and_nothing_bad_hides(way: str) -> None:
    cpu, gpu = twins([Conv2D(1, 1), MaxPooling2D(2, 1), Flatten()], (3, 3, 1), dtype="float32")
    for model in (cpu, gpu):
        model.set_weights([np.ones((1, 1, 1, 1)), [0]])
    x, y = np.ones((2, 3, 3, 1)), np.zeros((2, 4))
    assert_near(gpu.gradients(x, y)[1], cpu.gradients(x, y)[1], 1e-6)
    x[0, 1, 1, 0] = -1e30
    for model in (cpu, gpu):
        model.set_weights([np.full((1, 1, 1, 1), 1e30), [0]])
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(np.isnan(gpu.predict(x)), np.isnan(cpu.predict(x)))
    assert np.isnan(gpu.predict(x)).sum() == 4


@pytest.mark.parametrize("frozen", [(0,), (1, 2), (0, 1, 2, 4), (4,)])
def test_frozen_layers(frozen: tuple[int, ...], way: str) -> None:
    layers = [
        Conv2D(2, 2, activation="tanh"),
        BatchNormalization(),
        Residual([Conv2D(2, 1), BatchNormalization()]),
        Flatten(),
        Dense(2),
    ]
    models = stirred(twins(layers, (3, 3, 1), optimizer=SGD(0.1, momentum=0.9, weight_decay=0.1)))
    x, y = examples("mean_squared_error", 5, (3, 3, 1), 2)
    for model in models:
        for place in frozen:
            model.set_trainable(place, False)
    assert_near(models[1].gradients(x, y, True)[1], models[0].gradients(x, y, True)[1], 1e-10)
    cpu, gpu = trainers(models, x, y, batch_size=3)
    for trainer in (cpu, gpu):
        trainer.run(4)
    assert_same_state(gpu, cpu, 1e-10)


def test_moving_statistics_that_overflow_end_the_training() -> None:
    x = 1e25 * np.array([[1.0, -1.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.5]])
    models = twins([BatchNormalization(), Dense(1)], (2,), optimizer=SGD(0.1), dtype="float32")
    for trainer in trainers(models, x, np.zeros(4)):
        trainer.run(5)
        assert trainer.diverged == "the moving variances of batch_normalization_1"
        assert trainer.step == 0
