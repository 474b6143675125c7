"""Answers, losses and gradients on the GPU are the CPU's up to rounding."""

from __future__ import annotations

import numpy as np
import pytest

from tests.engine.cuda.twins import TOLERANCE, assert_near, assert_same_state, examples, trainers, twins
from tutor.engine import Activation, Dense, Dropout, Flatten, activations, network

LAST = {
    "mean_squared_error": "linear",
    "mean_absolute_error": "softplus",
    "hinge": "tanh",
    "binary_crossentropy": "sigmoid",
    "categorical_crossentropy": "softmax",
}
DTYPES = ("float64", "float32")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", activations.NAMES)
def test_each_activation_forward_and_backward(name: str, dtype: str) -> None:
    cpu, gpu = twins([Dense(9, name, "normal 1.5"), Dense(2)], (3,), dtype=dtype)
    x, y = examples("mean_squared_error", 5, (3,), 2)
    assert_near([gpu.predict(3 * x)], [cpu.predict(3 * x)], TOLERANCE[dtype])
    (gpu_loss, found), (cpu_loss, expected) = gpu.gradients(x, y), cpu.gradients(x, y)
    assert gpu_loss == pytest.approx(cpu_loss, rel=TOLERANCE[dtype])
    assert_near(found, expected, TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("loss", LAST)
def test_each_loss_and_its_gradients(loss: str, dtype: str) -> None:
    layers = [Dense(5, "gelu"), Dense(3, LAST[loss], "normal 0.7")]
    cpu, gpu = twins(layers, (4,), loss, dtype=dtype)
    x, y = examples(loss, 6, (4,), 3)
    (gpu_loss, found), (cpu_loss, expected) = gpu.gradients(x, y), cpu.gradients(x, y)
    assert gpu_loss == pytest.approx(cpu_loss, rel=TOLERANCE[dtype])
    assert_near(found, expected, TOLERANCE[dtype])
    assert gpu.evaluate(x, y)["loss"] == pytest.approx(cpu.evaluate(x, y)["loss"], rel=TOLERANCE[dtype])


def test_softmax_in_the_middle_flattened_images_penalties_and_silent_dropout() -> None:
    layers = [
        Dropout(0.5),
        Flatten(),
        Dense(10, "softmax", kernel_regularizer="l1 0.02 l2 0.03"),
        Dropout(0.3),
        Dense(2, bias_initializer="ones", bias_regularizer="l2 0.1"),
        Activation("tanh"),
    ]
    cpu, gpu = twins(layers, (2, 3))
    x, y = examples("mean_squared_error", 4, (2, 3), 2)
    assert_near([gpu.predict(x)], [cpu.predict(x)], 1e-12)
    for training in (False, True):
        gpu_loss, found = gpu.gradients(x, y, training)
        cpu_loss, expected = cpu.gradients(x, y, training)
        assert gpu_loss == pytest.approx(cpu_loss, rel=1e-12)
        assert_near(found, expected, 1e-12)


@pytest.mark.parametrize("shape", [(2, 2, 3), (2, 2, 8), (4, 3)])
def test_images_whose_pixels_are_padded_and_packed(shape: tuple[int, ...]) -> None:
    layers = [Activation("softmax"), Dropout(0.3), Activation("tanh"), Flatten(), Dense(2)]
    models = twins(layers, shape, optimizer="adam")
    x, y = examples("mean_squared_error", 3, shape, 2)
    assert_near([models[1].predict(x)], [models[0].predict(x)], 1e-12)
    cpu, gpu = trainers(models, x, y, batch_size=3)
    for trainer in (cpu, gpu):
        trainer.run(3)
    assert_same_state(gpu, cpu, 1e-10)


@pytest.mark.parametrize("loss", ["binary_crossentropy", "categorical_crossentropy"])
def test_cross_entropies_hold_at_large_logits(loss: str) -> None:
    cpu, gpu = twins([Dense(2, LAST[loss])], (1,), loss, dtype="float32")
    y = [[1, 0], [0, 1], [1, 0]]
    for model in (cpu, gpu):
        model.set_weights([[[100.0, -100.0]], [0.0, 0.0]])
    x = [[1.0], [1.0], [-1.0]]
    assert gpu.evaluate(x, y)["loss"] == pytest.approx(cpu.evaluate(x, y)["loss"], rel=1e-6)
    assert_near(gpu.gradients(x, y)[1], cpu.gradients(x, y)[1], 1e-6)


def test_a_set_larger_than_the_workspace_goes_through_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "_CHUNK", 4)
    cpu, gpu = twins([Dense(3, "relu"), Dense(2, "softmax")], (2,), "categorical_crossentropy")
    x, y = examples("categorical_crossentropy", 10, (2,), 2)
    assert_near([gpu.predict(x)], [cpu.predict(x)], 1e-12)
    assert gpu.evaluate(x, y)["loss"] == pytest.approx(cpu.evaluate(x, y)["loss"], rel=1e-12)


def test_answers_follow_new_weights_and_functions() -> None:
    cpu, gpu = twins([Dense(3, "tanh"), Dense(1)], (2,))
    x = np.eye(2)
    gpu.predict(x)
    for model in (cpu, gpu):
        model.set_weights([2 * w for w in model.get_weights()])
        model.set_activation(0, "relu")
    assert_near([gpu.predict(x)], [cpu.predict(x)], 1e-12)
