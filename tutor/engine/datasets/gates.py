"""Truth tables of two inputs: the smallest data sets there are."""

from __future__ import annotations

from typing import Literal

import numpy as np

from tutor.engine.datasets.dataset import Array, Dataset, plane, same

ROWS = np.array([(0, 0), (0, 1), (1, 0), (1, 1)], dtype=np.float32)
"""The four inputs, in the order in which a fixed-order run looks at them."""

TABLES: dict[str, tuple[int, int, int, int]] = {
    "and": (0, 0, 0, 1),
    "or": (0, 1, 1, 1),
    "nand": (1, 1, 1, 0),
    "xor": (0, 1, 1, 0),
}


def gate(
    rng: np.random.Generator,
    *,
    gate: Literal["and", "or", "nand", "xor"] = "and",
    features: Literal["plain", "product"] = "plain",
) -> Dataset:
    """The four rows of a logic gate; nothing is random and nothing is held out.

    With ``features = "product"`` each input is (x1, x2, x1*x2): three numbers, in which even XOR is
    linearly separable.
    """
    del rng
    return plane((ROWS, np.array(TABLES[gate])), feature_map=with_product if features == "product" else same)


def with_product(points: Array) -> Array:
    """(n, 2) -> (n, 3): the product of both inputs becomes a third one."""
    return np.column_stack((points, points[:, 0] * points[:, 1])).astype(np.float32)
