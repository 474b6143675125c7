"""The perceptron in its dual form: it counts the mistakes at each example, and compares by a kernel."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tutor.engine.checks import row_numbers, rows, shown, signs
from tutor.engine.classic.kernel_functions import Kernel
from tutor.errors import EngineError

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

MAX_EXAMPLES = 8_000
"""Their kernel matrix takes 512 MB."""


class KernelPerceptron:
    """Rosenblatt's rule in the space of a kernel, where the weights are a sum over the examples.

        f(x) = sum_i mistakes_i y_i K(x_i, x) + b        answer = sign(f(x)), with sign(0) = +1

    ``x`` (n, d) are the examples that it will learn from, ``y`` (n,) their labels -1 and +1. After a wrong
    answer to example i: mistakes_i <- mistakes_i + 1 and b <- b + y_i. With the linear kernel this is
    :class:`tutor.engine.classic.perceptron.Perceptron`, step for step.
    Source: M. Aizerman, E. Braverman, L. Rozonoer, "Theoretical foundations of the potential function method
    in pattern recognition learning" (1964).
    """

    def __init__(self, x: ArrayLike, y: ArrayLike, kernel: Kernel) -> None:
        self.x = rows("the inputs", x)
        self.y = signs(y, len(self.x))
        if not isinstance(kernel, Kernel):
            raise EngineError(f"{shown(kernel)} is no kernel", 'write for example Kernel("rbf")')
        if len(self.y) > MAX_EXAMPLES:
            raise EngineError(
                f"{len(self.y):,} examples need a kernel matrix that is too large", f"take {MAX_EXAMPLES:,}"
            )
        self.kernel = kernel.fitted_to(self.x)
        self.mistakes: NDArray[np.int64] = np.zeros(len(self.y), np.int64)
        """Wrong answers to each example so far (n,)."""
        self.bias = 0.0
        self._alike = self.kernel.square(self.x)
        self._sums: Vector = np.zeros(len(self.y))

    @property
    def updates(self) -> int:
        """Mistakes so far."""
        return int(self.mistakes.sum())

    def run(self, order: NDArray[np.intp]) -> int:
        """Look at the examples ``order`` one after the other; returns the number of mistakes."""
        before = self.updates
        for i in row_numbers(order, len(self.y)):
            y = float(self.y[i])
            if (self._sums[i] + self.bias >= 0) != (y > 0):
                self.mistakes[i] += 1
                self.bias += y
                self._sums += y * self._alike[i]
        return self.updates - before

    def training_errors(self) -> int:
        """How many of its examples it answers wrongly now."""
        return int(np.count_nonzero((self._sums + self.bias >= 0) != (self.y > 0)))

    def decision_function(self, x: ArrayLike) -> Vector:
        """f for each row of ``x`` (m, d)."""
        points = rows("the inputs", x, self.x.shape[1])
        used = np.flatnonzero(self.mistakes)
        weights = (self.mistakes[used] * self.y[used])[:, None]
        return self.kernel.weighted(points, self.x[used], weights)[:, 0] + self.bias

    def predict(self, x: ArrayLike) -> Vector:
        """-1.0 or +1.0 for each row of ``x`` (m, d)."""
        return np.where(self.decision_function(x) >= 0, 1.0, -1.0)
