"""Made-up but consistent details for the panels, as the training process would fill them in on demand."""

from __future__ import annotations

import math
from itertools import pairwise

from tutor.report import (
    Bins,
    Confusion,
    Drawing,
    DrawnLayer,
    Fit,
    Health,
    Inspection,
    LayerHealth,
    Maps,
    PreActivations,
    Samples,
    Series,
)
from tutor.worker.protocol import Pull


def bins(low: float, high: float, centre: float, spread: float, count: int = 32) -> Bins:
    """A bell of some hundred numbers around ``centre``."""
    edges = [low + (high - low) * index / count for index in range(count + 1)]
    middles = [(a + b) / 2 for a, b in pairwise(edges)]
    return Bins(edges, [round(60 * math.exp(-(((one - centre) / spread) ** 2))) for one in middles])


def layer_health(name: str, function: str, step: int) -> LayerHealth:
    last = function in ("sigmoid", "softmax")
    return LayerHealth(
        name,
        function,
        0.4 if last else 0.01 / (1 + step),
        1.5 + step / 400,
        0.0012 if last else 4e-6,
        0.1,
        0.8,
        math.nan if last else 0.62,
        0.0,
        bins(-1, 1, 0.4, 0.3),
        bins(-0.1, 0.1, 0.0, 0.02),
        bins(-2, 2, step / 800, 0.2 + step / 500),
    )


def health(layers: list[tuple[str, str]], step: int) -> Health:
    moments = list(range(0, step + 1, max(1, step // 10)))
    return Health(
        [layer_health(name, function, step) for name, function in layers],
        [
            Series(name, [float(x) for x in moments], [0.4 / (1 + x * (index == 0)) for x in moments])
            for index, (name, _) in enumerate(layers)
        ],
        [float(x) for x in moments],
        [[layer_health(name, function, x) for name, function in layers] for x in moments],
    )


def pre_activations(layers: list[tuple[str, str]], chosen: int) -> PreActivations:
    name, function = layers[min(chosen, len(layers) - 1)]
    return PreActivations(name, function, bins(-6, 6, 2.5, 1.2), 0.031, [one for one, _ in layers])


def drawing(example: int) -> Drawing:
    """2-2-1, as in the lesson on XOR."""
    return Drawing(
        [
            DrawnLayer("input", "input", [2], "", 0, 0, 2, [], [], [1.0, 0.0]),
            DrawnLayer(
                "dense_1", "dense", [2], "sigmoid", 6, 2, 2, [3.1, -0.4, 2.9, 1.7], [-1.2, 0.3], [0.87, 0.48]
            ),
            DrawnLayer("dense_2", "dense", [1], "sigmoid", 3, 2, 1, [2.2, -1.9], [-0.1], [0.71]),
        ],
        min(example, 3),
        "1",
        "1",
    )


def maps(layer: str, count: int, size: int) -> Maps:
    pixels = bytes(
        (i * 37 + row * 30 + column * 20) % 256
        for i in range(count)
        for row in range(size)
        for column in range(size)
    )
    return Maps(layer, size, size, count, pixels, -0.81, 0.93)


def image_drawing(example: int) -> Drawing:
    """A small convolutional network."""
    return Drawing(
        [
            DrawnLayer("input", "input", [8, 8, 1], "", 0, 0, 64, [], [], [(i % 9) / 9 for i in range(64)]),
            DrawnLayer(
                "conv2d_1", "conv2d", [6, 6, 4], "relu", 40, 9, 4, [], [], [(i % 7) / 7 for i in range(144)]
            ),
            DrawnLayer(
                "dense_1", "dense", [10], "softmax", 1450, 144, 10, [], [], [0.02] * 7 + [0.9] + [0.02] * 2
            ),
        ],
        example,
        "7",
        "7",
        maps("input", 1, 8),
        [maps("conv2d_1", 4, 3)],
        [maps("conv2d_1", 4, 6)],
    )


def inspection(pull: Pull) -> Inspection:
    """A unit of the first layer: z = 0.31·1 - 0.52·0 + 0.07 = 0.38, a = tanh(z)."""
    z = 0.31 * 1 - 0.52 * 0 + 0.07
    a = math.tanh(z)
    slope = 1 - a * a
    outgoing, deltas = [0.8], [-0.25]
    delta = slope * outgoing[0] * deltas[0]
    gradients = [delta, 0.0]
    return Inspection(
        layer="dense_1",
        function="tanh",
        layers=["dense_1", "dense_2"],
        units=2,
        unit=min(pull.unit, 1),
        examples=4,
        example=min(pull.example, 3),
        input_names=["x1", "x2"],
        inputs=[1.0, 0.0],
        weights=[0.31, -0.52],
        bias=0.07,
        z=z,
        a=a,
        target=[1.0],
        loss=0.124,
        slope=slope,
        delta=delta,
        outgoing=outgoing,
        next_deltas=deltas,
        weight_gradients=gradients,
        bias_gradient=delta,
        learning_rate=0.1,
        optimizer="sgd",
        new_weights=[0.31 - 0.1 * delta, -0.52],
        new_bias=0.07 - 0.1 * delta,
    )


CONFUSION = Confusion(
    [str(digit) for digit in range(10)],
    [[28 if truth == answer else (truth * answer) % 4 // 3 for answer in range(10)] for truth in range(10)],
)
MISTAKES = Samples(
    8,
    8,
    bytes((i * 5) % 256 for i in range(64 * 6)),
    [3, 8, 1, 9, 5, 7],
    [8, 3, 7, 4, 6, 1],
    [0.99, 0.97, 0.93, 0.9, 0.8, 0.7],
)
FIT = Fit(
    [0.1 * i for i in range(11)],
    [math.sin(0.6 * i) for i in range(11)],
    [0.02 * i for i in range(51)],
    [0.9 * math.sin(0.12 * i) for i in range(51)],
)
