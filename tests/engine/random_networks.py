"""Networks drawn at random from a seed, dense, convolutional, residual, normalized, and examples for them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests.engine.test_images import stir
from tests.engine.test_reference import HIDDEN, LAST, targets
from tutor.engine import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Residual,
    Sequential,
)

Array = NDArray[Any]
INITIALIZERS = ["glorot_uniform", "he_normal", "lecun_uniform", "orthogonal", "normal 0.4", "uniform 0.5"]


class Case(NamedTuple):
    """A compiled network and examples for it."""

    model: Sequential
    x: Array
    y: Array

    def cast(self, dtype: str) -> Case:
        """The same in that number type."""
        model = Sequential(self.model.layers, self.model.input_shape, dtype=dtype)
        model.set_weights(self.model.get_weights())
        model.compile("sgd", self.model.loss)
        return Case(model, self.x.astype(dtype), self.y.astype(dtype))


class Draw:
    """Draws the layers of one network; ``functions`` are those that hidden layers may have."""

    def __init__(self, seed: int, functions: list[str]) -> None:
        self.rng = np.random.default_rng(seed)
        self.functions = [name for name in functions if name != "softmax"]
        self.softmax = "softmax" in functions
        self.normalized = not in_shards(seed)
        self.large = is_large(seed)

    def width(self, usual: int, large: int) -> int:
        """Up to so many units, filters or inputs."""
        return self.number(large // 2, large) if self.large else self.number(1, usual)

    def number(self, low: int, high: int) -> int:
        """From ``low`` to ``high``."""
        return int(self.rng.integers(low, high + 1))

    def one_of(self, *things: Any) -> Any:
        return things[self.number(0, len(things) - 1)]

    def function(self, width: int) -> str:
        names = [*self.functions, "softmax"] if self.softmax and width > 1 else self.functions
        return str(self.one_of(*names))

    def dense(self, units: int, activation: str) -> Dense:
        return Dense(units, activation, self.one_of(*INITIALIZERS), "uniform 0.5")

    def normalization(self) -> Layer:
        if not self.normalized:
            return Activation("tanh")
        return BatchNormalization(self.one_of(0.5, 0.99), self.one_of(1e-3, 0.1, 1.0))

    def row_layer(self, width: int) -> Layer:
        """Any layer that a row of that width can go through."""
        units = self.width(20, 160)
        kind = self.one_of("dense", "dense", "normal", "identity", "projection")
        if kind == "normal":
            return self.normalization()
        if kind == "identity":
            inside = [
                self.dense(units, self.function(units)),
                self.normalization(),
                self.dense(width, "linear"),
            ]
            return Residual(inside, activation=self.function(width))
        if kind == "projection":
            own = self.one_of("dense", [self.dense(units, "tanh")])
            return Residual([self.dense(units, "tanh"), self.dense(units, "linear")], own)
        return self.dense(units, self.function(units))

    def image_layer(self, shape: tuple[int, ...]) -> Layer:
        """Any layer that an image of that shape can go through."""
        height, width, channels = shape
        padding = self.one_of("valid", "same")
        most = (5, 5) if padding == "same" else (min(height, 5), min(width, 5))
        size = (self.number(1, most[0]), self.number(1, most[1]))
        steps = (self.number(1, 3), self.number(1, 3))
        filters = self.width(18, 40)
        match self.one_of("conv", "conv", "max", "average", "activation", "normal", "identity", "projection"):
            case "max":
                return MaxPooling2D(size, self.one_of(None, steps), padding)
            case "average":
                return AveragePooling2D(size, self.one_of(None, steps), padding)
            case "activation":
                return Activation(self.function(channels))
            case "normal":
                return self.normalization()
            case "identity":
                inside = [Conv2D(filters, size, 1, "same", "tanh"), Conv2D(channels, 1), self.normalization()]
                return Residual(inside, activation=self.function(channels))
            case "projection":
                return Residual([Conv2D(filters, size, steps, "same"), self.normalization()], "conv", "tanh")
        return Conv2D(
            filters, size, steps, padding, self.function(filters), self.one_of(*INITIALIZERS), "uniform 0.5"
        )


def is_large(seed: int) -> bool:
    """Every eighth has layers and batches that fill whole tiles and lane groups, more than once."""
    return seed % 8 in (3, 6) and seed % 16 < 8


def in_shards(seed: int) -> bool:
    """Every second of these trains in shards, and so without normalization."""
    return is_large(seed) and seed % 32 < 16


def draw(seed: int, functions: list[str] = HIDDEN) -> Case:
    """In float64; every second one is for images. The same seed gives the same network, weights, examples."""
    pen = Draw(seed, functions)
    layers: list[Layer] = []
    if seed % 2:
        shape: tuple[int, ...] = (pen.number(1, 9), pen.number(1, 9), pen.number(1, 10))
        for _ in range(pen.number(1, 3)):
            layers.append(pen.image_layer(_output(layers, shape)))
        layers.append(pen.one_of(Flatten(), GlobalAveragePooling2D()))
    else:
        shape = (pen.width(20, 160),)
        for _ in range(pen.number(0, 4)):
            layers.append(pen.row_layer(_output(layers, shape)[0]))
    loss = pen.one_of(*sorted(LAST))
    last = pen.one_of(*(name for name in LAST[loss] if name in functions or len(LAST[loss]) < 3))
    outputs = max(pen.width(18, 40), 2 if last == "softmax" else 1)
    layers.append(pen.dense(outputs, last))
    model = Sequential(layers, shape, seed=seed, dtype="float64")
    stir(model, pen.rng)
    model.compile("sgd", loss)
    # Fewer than 4, and normalization magnifies rounding.
    examples = pen.number(17, 40) if pen.large else pen.number(4, 12)
    x = pen.rng.normal(size=(examples, *shape))
    return Case(model, x, targets(pen.rng, loss, examples, outputs))


def _output(layers: list[Layer], shape: tuple[int, ...]) -> tuple[int, ...]:
    return Sequential(layers, shape).plan.output_shapes[-1] if layers else shape
