"""Dense layers without biases: there are none, and nothing makes any."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tutor.engine import SGD, Adam, Dense, Sequential, parse_layers
from tutor.errors import EngineError

WIDTHS = [(2, 4), (20, 40)]
"""Narrow layers, which have loops of their own, and others."""


def network(inputs: int, units: int, use_bias: bool, optimizer: object = "sgd") -> Sequential:
    layers = [Dense(units, "tanh", use_bias=use_bias), Dense(units, use_bias=use_bias), Dense(1)]
    model = Sequential(layers, (inputs,), seed=3, dtype="float64")
    model.compile(optimizer, "mean_squared_error")  # type: ignore[arg-type]
    return model


def examples(inputs: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(30, inputs)), rng.normal(size=(30, 1))


@pytest.mark.parametrize(("inputs", "units"), WIDTHS)
def test_it_has_no_weights_beside_its_kernel_and_the_kernels_gradients_are_the_same(
    inputs: int, units: int
) -> None:
    x, y = examples(inputs)
    without, with_zeros = network(inputs, units, False), network(inputs, units, True)
    first, second, last, bias = without.get_weights()
    assert without.count_params() == first.size + second.size + last.size + 1
    with_zeros.set_weights([first, np.zeros(units), second, np.zeros(units), last, bias])
    loss, (g1, g2, g3, g4) = without.gradients(x, y)
    expected_loss, (e1, _, e2, _, e3, e4) = with_zeros.gradients(x, y)
    assert loss == expected_loss
    for gradient, expected in ((g1, e1), (g2, e2), (g3, e3), (g4, e4)):
        assert (gradient == expected).all()


@pytest.mark.parametrize(("inputs", "units"), WIDTHS)
@pytest.mark.parametrize("optimizer", [SGD(0.002, momentum=0.9, weight_decay=0.1), Adam(0.01)])
@pytest.mark.parametrize("frozen", [False, True])
def test_training_leaves_it_without(inputs: int, units: int, optimizer: object, frozen: bool) -> None:
    x, y = examples(inputs)
    model = network(inputs, units, False, optimizer)
    if frozen:
        model.set_trainable(0, False)
    start = model.evaluate(x, y)["loss"]
    model.fit(x, y, epochs=20, batch_size=8)
    first, second, last, bias = model.get_weights()
    answers = np.tanh(x @ first) @ second @ last + bias
    assert np.allclose(model.predict(x), answers, rtol=1e-12, atol=1e-12)
    assert model.evaluate(x, y)["loss"] < start


def test_it_is_saved_and_written_in_one_line(tmp_path: Path) -> None:
    model = network(2, 4, False)
    model.save(tmp_path / "model.npz")
    again = Sequential.load(tmp_path / "model.npz")
    assert again.layers == model.layers
    assert parse_layers("dense 8 tanh nobias, dense 1 nobias, dense 2") == [
        Dense(8, "tanh", use_bias=False),
        Dense(1, use_bias=False),
        Dense(2),
    ]


@pytest.mark.parametrize(
    "text", ["dense nobias", "dense 8 nobias tanh", "dense 8 tanh nobias nobias", "conv 2 3x3 nobias"]
)
def test_it_is_refused_elsewhere(text: str) -> None:
    with pytest.raises(EngineError):
        parse_layers(text)


def test_use_bias_is_yes_or_no() -> None:
    with pytest.raises(EngineError, match="use_bias"):
        Dense(4, use_bias="no")  # type: ignore[arg-type]
