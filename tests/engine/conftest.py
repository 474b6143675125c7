"""Networks for the engine's tests."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tutor import engine

XOR_X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float64)
XOR_Y = np.array([0, 1, 1, 0], np.float64)


@pytest.fixture(scope="session", autouse=True)
def kernels() -> None:
    """Compile (or load) before any test's time is taken."""
    engine.warm_up(dtypes=("float32", "float64"))


@pytest.fixture
def xor() -> tuple[NDArray[Any], NDArray[Any]]:
    """The four examples of exclusive or: x (4, 2), y (4,)."""
    return XOR_X.copy(), XOR_Y.copy()
