"""What is measured: networks, the data they see, the arithmetic they cost."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.engine import Conv2D, Dense, Layer, Sequential, parse_layers

BATCHES = 8
"""Different minibatches, taken in turn."""


@dataclass(frozen=True)
class Work:
    """A network, in one line, and how it is trained.

    It ends with a sigmoid, for binary cross-entropy, or with a softmax, for categorical cross-entropy.
    """

    name: str
    input_shape: tuple[int, ...]
    network: str
    batch: int
    optimizer: str
    aim: float
    """Ratio to the best of the others that is to be reached."""
    large: bool = False
    """Whether the share of the machine's matrix-product rate says something."""

    @property
    def layers(self) -> list[Layer]:
        return parse_layers(self.network)

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """The input's, then each layer's output's."""
        return [self.input_shape, *Sequential(self.layers, self.input_shape).plan.output_shapes]

    @property
    def outputs(self) -> int:
        return self.shapes[-1][0]

    @property
    def binary(self) -> bool:
        return self.outputs == 1

    @property
    def threads(self) -> int:
        """For PyTorch and scikit-learn: two help only where the products are large."""
        return 2 if self.operations > 20_000_000 else 1

    @property
    def rate(self) -> float:
        """The learning rate."""
        return 0.1 if self.optimizer == "sgd" else 0.001

    @property
    def operations(self) -> int:
        """Floating-point operations of the matrix products in one step: forward, dW, dx but for the first."""
        products = []
        for layer, before, after in zip(self.layers, self.shapes[:-1], self.shapes[1:], strict=True):
            if isinstance(layer, Dense):
                products.append(2 * self.batch * before[0] * layer.units)
            elif isinstance(layer, Conv2D):
                window = math.prod(np.atleast_1d(layer.kernel_size).tolist())
                products.append(2 * self.batch * math.prod(after) * window * before[-1])
        return 3 * sum(products) - products[0]

    def data(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Inputs (n, *input_shape) and class numbers (n,)."""
        rng = np.random.default_rng(0)
        x = rng.standard_normal((self.batch * BATCHES, *self.input_shape)).astype(np.float32)
        return x, rng.integers(0, max(self.outputs, 2), len(x))


_LENET = (
    "conv 6 5x5 same tanh, avgpool 2, conv 16 5x5 tanh, avgpool 2, "
    "flatten, dense 120 tanh, dense 84 tanh, dense 10 softmax"
)
_CNN = "conv 8 3x3 same relu, maxpool 2, conv 16 3x3 same relu, maxpool 2, flatten, dense 10 softmax"
_DEEP = ", ".join(["dense 32 sigmoid"] * 20) + ", dense 10 softmax"

WORKS = (
    Work("XOR 2-4-1 tanh, batch 4, SGD", (2,), "dense 4 tanh, dense 1 sigmoid", 4, "sgd", 10),
    Work("2-8-8-1 tanh, batch 10, SGD", (2,), "dense 8 tanh, dense 8 tanh, dense 1 sigmoid", 10, "sgd", 5),
    Work(
        "digits 64-64-10 ReLU, batch 32, Adam",
        (64,),
        "dense 64 relu, dense 10 softmax",
        32,
        "adam",
        1.5,
        True,
    ),
    Work("20 layers of 32 sigmoid, batch 32, SGD", (32,), _DEEP, 32, "sgd", 3, True),
    Work(
        "784-256-128-10 ReLU, batch 64, Adam",
        (784,),
        "dense 256 relu, dense 128 relu, dense 10 softmax",
        64,
        "adam",
        1.2,
        True,
    ),
    Work("LeNet-5 on 28x28, batch 32, SGD", (28, 28, 1), _LENET, 32, "sgd", 4, True),
    Work("CNN 8x8, 8 and 16 filters, batch 32, Adam", (8, 8, 1), _CNN, 32, "adam", 4, True),
)
