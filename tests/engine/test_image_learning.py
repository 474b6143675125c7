"""Networks for images learn to read digits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.engine import Adam, Sequential, parse_layers
from tutor.engine.datasets.digits import raw

Array = NDArray[Any]


def split(size: int) -> tuple[Array, Array, Array, Array]:
    """Digits scaled to ``size`` x ``size`` by bilinear interpolation; a random fifth is held out."""
    images, labels = raw()
    order = np.random.default_rng(0).permutation(len(images))
    places = np.linspace(0, 7, size)
    low = np.minimum(places.astype(int), 6)
    share = np.zeros((size, 8))
    share[np.arange(size), low] = 1 - (places - low)
    share[np.arange(size), low + 1] = places - low
    x = (share @ (images / 16) @ share.T)[order, :, :, None].astype(np.float32)
    y = labels[order].astype(np.int64)
    cut = len(x) * 4 // 5
    return x[:cut], y[:cut], x[cut:], y[cut:]


def test_a_small_network_reads_digits_within_a_few_epochs() -> None:
    x, y, x_held, y_held = split(8)
    layers = "conv 8 3x3 same relu, maxpool 2, conv 16 3x3 same relu, maxpool 2, flatten, dense 10 softmax"
    model = Sequential(parse_layers(layers), (8, 8, 1), seed=1)
    model.compile(Adam(0.01), "categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=32, epochs=10)
    assert model.evaluate(x_held, y_held)["accuracy"] >= 0.97


def test_lenet_5_reads_large_digits() -> None:
    x, y, x_held, y_held = split(28)
    layers = (
        "conv 6 5x5 tanh, avgpool 2, conv 16 5x5 tanh, avgpool 2, "
        "flatten, dense 120 tanh, dense 84 tanh, dense 10 softmax"
    )
    model = Sequential(parse_layers(layers), (28, 28, 1), seed=1)
    model.compile(Adam(0.002), "categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=32, epochs=14)
    assert model.evaluate(x_held, y_held)["accuracy"] >= 0.98
