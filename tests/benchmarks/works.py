"""What is measured: networks, the data they see, the arithmetic they cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BATCHES = 8
"""Different minibatches, taken in turn."""


@dataclass(frozen=True)
class Work:
    """A network and how it is trained; ``units`` lists layer widths, input first.

    One output is a sigmoid with binary cross-entropy, several are a softmax with categorical cross-entropy.
    """

    name: str
    units: tuple[int, ...]
    activation: str
    batch: int
    optimizer: str
    large: bool = False
    """Whether the share of the machine's matrix-product rate says something."""

    @property
    def binary(self) -> bool:
        return self.units[-1] == 1

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
        products = [2 * self.batch * a * b for a, b in zip(self.units[:-1], self.units[1:], strict=True)]
        return 3 * sum(products) - products[0]

    def data(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Inputs (n, units[0]) and class numbers (n,)."""
        rng = np.random.default_rng(0)
        x = rng.standard_normal((self.batch * BATCHES, self.units[0])).astype(np.float32)
        return x, rng.integers(0, max(self.units[-1], 2), len(x))


WORKS = (
    Work("XOR 2-4-1 tanh, batch 4, SGD", (2, 4, 1), "tanh", 4, "sgd"),
    Work("2-8-8-1 tanh, batch 10, SGD", (2, 8, 8, 1), "tanh", 10, "sgd"),
    Work("digits 64-64-10 ReLU, batch 32, Adam", (64, 64, 10), "relu", 32, "adam", large=True),
    Work("20 layers of 32 sigmoid, batch 32, SGD", (32, *[32] * 20, 10), "sigmoid", 32, "sgd", large=True),
    Work("784-256-128-10 ReLU, batch 64, Adam", (784, 256, 128, 10), "relu", 64, "adam", large=True),
)
