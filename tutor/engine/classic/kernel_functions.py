"""Kernels: how alike two examples are, as an inner product in a space that is never visited."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tutor.engine.checks import choice, number, rows, whole_number
from tutor.errors import EngineError

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

_BLOCK = 2_000_000
"""Kernel values computed at once, where many rows are asked: 16 MB."""

_LARGEST = 1e100
"""Values from here on would overflow in products with the largest C and in their squares."""


@dataclass(frozen=True)
class Kernel:
    """A kernel and its parameters; called with ``x`` (n, d) and ``z`` (m, d) it gives K (n, m).

    - ``linear``: x . z
    - ``poly``: (gamma x . z + coef0)^degree
    - ``rbf``: exp(-gamma |x - z|^2)

    ``gamma`` "scale" is settled by :meth:`fitted_to` as 1 / (d * variance of all inputs). coef0 is 1 where
    nothing is said, so that lower powers take part too (scikit-learn: 0).
    Sources: M. Aizerman, E. Braverman, L. Rozonoer (1964); B. Boser, I. Guyon, V. Vapnik (1992).
    """

    name: str = "rbf"
    gamma: float | str = "scale"
    degree: int = 3
    coef0: float = 1.0

    def __post_init__(self) -> None:
        choice("kernel", self.name, tuple(KERNELS))
        if not isinstance(self.gamma, str) or self.gamma != "scale":
            number("gamma", self.gamma, above=0)
        if whole_number("the degree", self.degree, least=1) > 20:
            raise EngineError(f"a degree of {self.degree} is too high", "take 2 or 3")
        number("coef0", self.coef0, least=0)

    def fitted_to(self, x: Matrix) -> Kernel:
        """The same kernel with a number for gamma."""
        if not isinstance(self.gamma, str):
            return self
        with np.errstate(over="ignore"):
            spread = np.float64(x.var()) * x.shape[1]
            gamma = float(1 / spread) if spread > 0 else 1.0
        if not 0 < gamma < math.inf:
            raise EngineError(
                "the inputs are too far apart, or too close, to settle gamma", "scale them to about 1"
            )
        return Kernel(self.name, gamma, self.degree, self.coef0)

    def __call__(self, x: ArrayLike, z: ArrayLike) -> Matrix:
        inputs = rows("the inputs", x)
        return self._values(inputs, rows("the inputs", z, inputs.shape[1]))

    def _values(self, x: Matrix, z: Matrix) -> Matrix:
        if isinstance(self.gamma, str) and self.name != "linear":
            raise EngineError("gamma is not known yet", "give a number, or let fit() settle it")
        return KERNELS[self.name](x, z, self)

    def square(self, x: Matrix) -> Matrix:
        """K (n, n) of ``x`` with itself; EngineError where it exceeds what can be computed with."""
        with np.errstate(over="ignore", invalid="ignore"):
            matrix = np.ascontiguousarray(self._values(x, x))
        self._check(matrix)
        return matrix

    def weighted(self, x: Matrix, z: Matrix, weights: Matrix) -> Matrix:
        """K(x, z) @ weights for ``weights`` (m, k): (n, k), in pieces that bound the memory."""
        result = np.empty((len(x), weights.shape[1]))
        with np.errstate(over="ignore", invalid="ignore"):
            for piece in _pieces(len(x), max(1, _BLOCK // max(len(z), 1))):
                result[piece] = self._values(x[piece], z) @ weights
        self._check(result)
        return result

    def _check(self, values: Matrix) -> None:
        if not (np.abs(values) < _LARGEST).all():
            raise EngineError(
                f"the {self.name} kernel is too large on these inputs", "scale the inputs down, to about 1"
            )


def _linear(x: Matrix, z: Matrix, kernel: Kernel) -> Matrix:
    return np.asarray(x @ z.T, dtype=np.float64)


def _polynomial(x: Matrix, z: Matrix, kernel: Kernel) -> Matrix:
    return np.asarray((float(kernel.gamma) * (x @ z.T) + kernel.coef0) ** kernel.degree, dtype=np.float64)


def _radial(x: Matrix, z: Matrix, kernel: Kernel) -> Matrix:
    squares = (x * x).sum(axis=1)[:, None] + (z * z).sum(axis=1) - 2 * (x @ z.T)
    return np.asarray(np.exp(-float(kernel.gamma) * np.maximum(squares, 0)), dtype=np.float64)


KERNELS: Mapping[str, Callable[[Matrix, Matrix, Kernel], Matrix]] = {
    "linear": _linear,
    "poly": _polynomial,
    "rbf": _radial,
}


def _pieces(count: int, size: int) -> Iterator[slice]:
    return (slice(start, start + size) for start in range(0, count, size))
