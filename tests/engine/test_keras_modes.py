"""Batch normalization and dropout against Keras's: while the network learns, when it is asked, and frozen."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tutor.engine import SGD, BatchNormalization, Conv2D, Dense, Dropout, Flatten, Layer, Sequential
from tutor.engine.kernels import description as d

pytestmark = [
    pytest.mark.peers,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
Array = NDArray[Any]
SHAPES = {"rows": (9,), "images": (4, 3, 5)}
SETTINGS: dict[str, dict[str, float]] = {"as it comes": {}, "set": {"momentum": 0.7, "epsilon": 0.2}}
CLOSE: dict[str, Any] = {"rtol": 1e-4, "atol": 2e-5}
"""Keras normalizes in float32, whatever it is given."""


@pytest.fixture
def keras() -> Any:
    """Keras, on PyTorch."""
    os.environ["KERAS_BACKEND"] = "torch"
    import keras

    return keras


def ours(layers: list[Layer], shape: tuple[int, ...]) -> Sequential:
    """Compiled, with no weight as it was drawn: each scale, shift, mean and variance counts."""
    model = Sequential([*layers, Flatten(), Dense(2)], shape, seed=4)
    rng = np.random.default_rng(8)
    model.set_weights([w + rng.uniform(0.1, 0.9, w.shape) for w in model.get_weights()])
    model.compile(SGD(0.02), "mean_squared_error")
    return model


def examples(shape: tuple[int, ...], count: int = 20) -> tuple[Array, Array]:
    rng = np.random.default_rng(5)
    return rng.normal(1.0, 1.5, size=(count, *shape)), rng.normal(size=(count, 2))


def in_training(model: Sequential, kind: int, x: Array, y: Array) -> Array:
    """What the first layer of that kind gives in the training step that comes next, on all examples."""
    passage = model.trainer(x, y, batch_size=len(x), shuffle=False).rehearse().passage
    return passage.outputs(next(op for op in model.network.operations if op[d.KIND] == kind))


@pytest.mark.parametrize("trainable", [True, False], ids=["learns", "frozen"])
@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("name", SHAPES)
def test_normalized_in_both_modes(keras: Any, name: str, settings: str, trainable: bool) -> None:
    shape, given = SHAPES[name], SETTINGS[settings]
    model = ours([BatchNormalization(**given, trainable=trainable)], shape)
    peer = keras.layers.BatchNormalization(**given, trainable=trainable)
    peer.build((None, *shape))
    peer.set_weights(model.get_layer_weights(0))
    x, y = examples(shape)
    asked, wanted = model.layer_outputs(x)[0][1], keras.ops.convert_to_numpy(peer(x, training=False))
    np.testing.assert_allclose(asked, wanted, **CLOSE)
    learning = in_training(model, d.NORMALIZE, x, y)
    np.testing.assert_allclose(learning, keras.ops.convert_to_numpy(peer(x, training=True)), **CLOSE)
    assert (np.abs(learning - asked).max() > 0.1) == trainable, "the modes differ unless it is frozen"


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("name", SHAPES)
def test_a_network_with_it_learns_freezes_it_and_learns_on(keras: Any, name: str, settings: str) -> None:
    """Four epochs each in batches of 8, 8 and 4: the moving means and variances, and all that learns."""
    shape, given, layers = SHAPES[name], SETTINGS[settings], keras.layers
    below, below_peer = (Dense(7), layers.Dense(7)) if name == "rows" else (Conv2D(3, 2), layers.Conv2D(3, 2))
    model = ours([below, BatchNormalization(**given)], shape)
    normalization = layers.BatchNormalization(**given)
    above = [layers.Flatten(), layers.Dense(2)]
    peer = keras.Sequential([keras.Input(shape), below_peer, normalization, *above])
    peer.set_weights(model.get_weights())
    x, y = examples(shape)
    for trainable in (True, False, True):
        model.set_trainable(1, trainable)
        normalization.trainable = trainable
        peer.compile(keras.optimizers.SGD(0.02), "mean_squared_error")
        before = model.get_layer_weights(1)
        model.fit(x, y, batch_size=8, epochs=4, shuffle=False)
        peer.fit(x, y, batch_size=8, epochs=4, shuffle=False, verbose=0)
        for found, wanted in zip(model.get_weights(), peer.get_weights(), strict=True):
            np.testing.assert_allclose(found, wanted, **CLOSE)
        after = model.get_layer_weights(1)
        assert [np.array_equal(*pair) for pair in zip(before, after, strict=True)] == 4 * [not trainable]
        np.testing.assert_allclose(model.predict(x), peer.predict(x, verbose=0), **CLOSE)


@pytest.mark.parametrize("rate", [0.0, 0.2, 0.75])
@pytest.mark.parametrize("shape", [(40,), (8, 7, 5)], ids=["rows", "images"])
def test_dropped_in_training_alone(keras: Any, shape: tuple[int, ...], rate: float) -> None:
    """Which numbers are dropped is each library's own chance; how many and what the others become is not."""
    model, peer = ours([Dropout(rate)], shape), keras.layers.Dropout(rate, seed=3)
    x, y = examples(shape, 200)
    x = x.astype(np.float32)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(peer(x, training=False)), x)
    np.testing.assert_array_equal(model.layer_outputs(x)[0][1], x)
    found = in_training(model, d.DROPOUT, x, y)
    wanted = keras.ops.convert_to_numpy(peer(x, training=True))
    kept = (found != 0) & (wanted != 0)
    np.testing.assert_allclose(found[kept], wanted[kept], rtol=1e-6)
    for outputs in (found, wanted):
        spread = (rate * (1 - rate)) ** 0.5
        assert np.mean(outputs == 0) == pytest.approx(rate, abs=4 * spread / x.size**0.5)
        by_channel = np.mean(outputs == 0, axis=tuple(range(1, x.ndim - 1)))  # of each image, in each channel
        assert by_channel.std() == pytest.approx(spread * (by_channel.size / x.size) ** 0.5, rel=0.2)
