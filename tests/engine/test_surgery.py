"""A body that has learned gets a new head; what is inside of it can be looked at."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.engine.test_image_learning import split
from tests.engine.test_images import STACKS, stir
from tutor.engine import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    MaxPooling2D,
    Residual,
    Sequential,
)
from tutor.errors import EngineError

Array = NDArray[Any]


def test_a_body_that_read_0_to_4_helps_to_read_5_to_9() -> None:
    x, y, x_held, y_held = split(8)
    layers = [Conv2D(8, 3, activation="relu"), BatchNormalization(), MaxPooling2D(2), Flatten()]
    first = Sequential([*layers, Dense(32, "relu"), Dense(5, "softmax")], (8, 8, 1), seed=1)
    first.compile("adam", "categorical_crossentropy")
    first.fit(x[y < 5], y[y < 5], batch_size=32, epochs=10)
    learned = first.get_weights()
    second = first.with_head([Dense(5, "softmax")], keep=4, seed=7)
    second.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    new, held = y >= 5, y_held >= 5
    assert second.evaluate(x_held[held], y_held[held] - 5)["accuracy"] < 0.5
    second.fit(x[new], y[new] - 5, batch_size=32, epochs=20)
    assert second.evaluate(x_held[held], y_held[held] - 5)["accuracy"] > 0.9
    for one, other in zip(learned[:6], second.get_weights(), strict=False):
        np.testing.assert_array_equal(one, other)
    for one, other in zip(learned, first.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_how_much_goes_over_and_whether_it_learns() -> None:
    layers = [Dense(4, "tanh", trainable=False), BatchNormalization(), Residual([Dense(4)]), Dense(1)]
    model = Sequential(layers, (3,), seed=3, dtype="float64")
    stir(model, np.random.default_rng(0))
    new = model.with_head([Dense(2), Dense(2)], keep=2)
    assert [layer.settings().get("trainable") for layer in new.layers] == [False, False, True, True]
    assert (new.seed, new.dtype, new.input_shape) == (3, "float64", (3,))
    for place in (0, 1):
        for one, other in zip(model.get_layer_weights(place), new.get_layer_weights(place), strict=True):
            np.testing.assert_array_equal(one, other)
    assert all(t.learned for t in model.with_head([Dense(2)], trainable=True).plan.weights)
    assert model.with_head([], keep=4, trainable=True).layers[1:] == layers[1:]
    other_seed = model.with_head([Dense(2), Dense(2)], keep=2, seed=4)
    assert (other_seed.get_weights()[-2] != new.get_weights()[-2]).any()
    for keep in (0, -4, 5, -9):
        with pytest.raises(EngineError, match="keep"):
            model.with_head([Dense(2)], keep=keep)
    with pytest.raises(EngineError, match="conv2d_1 needs images"):
        model.with_head([Conv2D(2, 2)])


def test_weights_of_one_layer() -> None:
    model = Sequential([Dense(4), Residual([Dense(4), Dense(4)], "dense"), Activation("tanh")], (3,), seed=1)
    assert [w.shape for w in model.get_layer_weights("residual_1")] == [(4, 4), (4,)] * 3
    assert [w.shape for w in model.get_layer_weights(0)] == [(3, 4), (4,)]
    assert model.get_layer_weights(-1) == []
    before = model.get_weights()
    inner = model.get_layer_weights("residual_1/dense_2")
    np.testing.assert_array_equal(inner[0], before[4])
    model.set_layer_weights("residual_1/dense_2", [2 * inner[0], inner[1] + 1])
    for place, (one, other) in enumerate(zip(before, model.get_weights(), strict=True)):
        assert (one == other).all() == (place not in (4, 5))
    with pytest.raises(EngineError, match="dense_1 has 2 weight arrays, not 1"):
        model.set_layer_weights(0, inner[:1])
    with pytest.raises(EngineError, match=r"weights of dense_1 have shape \(3, 4\), not \(4, 4\)"):
        model.set_layer_weights(0, inner)
    with pytest.raises(EngineError, match="unknown layer 'dense_9'"):
        model.get_layer_weights("dense_9")
    with pytest.raises(EngineError, match=r"no layer with the index '1\.0'"):
        model.get_layer_weights(1.0)  # type: ignore[arg-type]


# ------------------------------------------------------------------- looking inside


@pytest.mark.parametrize("name", STACKS)
def test_each_layer_answers_what_a_network_that_ends_with_it_predicts(name: str) -> None:
    shape, layers = STACKS[name]
    model = Sequential(layers, shape, seed=3)
    stir(model, np.random.default_rng(1))
    x = np.random.default_rng(2).normal(size=(5, *shape))
    outputs = model.layer_outputs(x)
    np.testing.assert_array_equal(outputs[-1][1], model.predict(x))
    assert [name for name, _ in outputs] == list(model.plan.layer_names[: len(layers)])
    for place in range(1, len(layers)):
        if isinstance(layers[0], Flatten) and place == 1:
            continue  # nothing that computes
        beginning = model.with_head([], keep=place)
        np.testing.assert_array_equal(outputs[place - 1][1], beginning.predict(x))
    images = [(name, values) for name, values in outputs if values.ndim == 4]
    for one in range(5):
        maps = model.feature_maps(x[one])
        assert [name for name, _ in maps] == [name for name, _ in images]
        for (_, found), (_, values) in zip(maps, images, strict=True):
            np.testing.assert_allclose(found, values[one], rtol=1e-5, atol=1e-6)


def test_filters_are_the_windows_of_a_convolution() -> None:
    model = Sequential([Conv2D(3, (2, 4)), Residual([Conv2D(3, 1)]), Flatten(), Dense(2)], (5, 5, 2))
    np.testing.assert_array_equal(model.filters(0), model.get_weights()[0])
    assert model.filters("conv2d_1").shape == (2, 4, 2, 3)
    assert model.filters("residual_1/conv2d_1").shape == (1, 1, 3, 3)
    model.filters(0)[:] = 7
    assert not (model.filters(0) == 7).any()
    for layer in (-1, "flatten_1", "residual_1"):
        with pytest.raises(EngineError, match="has no filters"):
            model.filters(layer)  # type: ignore[arg-type]
    with pytest.raises(EngineError, match=r"one input has shape \(5, 5, 2\), not \(1, 5, 5, 2\)"):
        model.feature_maps(np.zeros((1, 5, 5, 2)))
