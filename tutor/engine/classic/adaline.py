"""Widrow and Hoff's ADALINE: one linear unit that learns from its error before the threshold."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tutor.engine.checks import MAX_INPUTS, number, numbers, row_numbers, rows, signs, switch, whole_number
from tutor.errors import EngineError

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

_QUIET = np.errstate(over="ignore", invalid="ignore")
"""Too large a rate makes the weights overflow; that is told by the loss, not by numpy's warnings."""


class Adaline:
    """One linear unit, taught by the delta rule (LMS): gradient descent on the mean squared error.

    With the error e = t - (w . x + b) of one example, target t (usually -1 or +1):

        w <- w + learning_rate * e * x          b <- b + learning_rate * e

    This happens at every example, right or wrong (:meth:`run`), or once with the mean over all examples
    (:meth:`fit_batch`). The answer is the sign of the sum, with sign(0) = +1. All starts at zero.
    Source: B. Widrow, M. E. Hoff, "Adaptive switching circuits", IRE WESCON Convention Record (1960).
    """

    def __init__(self, n_inputs: int, learning_rate: float = 0.01) -> None:
        self.learning_rate = number("the learning rate", learning_rate, above=0)
        self.weights: Vector = np.zeros(
            whole_number("the number of inputs", n_inputs, least=1, most=MAX_INPUTS)
        )
        self.bias = 0.0

    def decision_function(self, x: ArrayLike) -> Vector:
        """The sum w . x + b for each row of ``x`` (n, n_inputs), before any threshold."""
        return self._sums(rows("the inputs", x, self.weights.size))

    def predict(self, x: ArrayLike) -> Vector:
        """-1.0 or +1.0 for each row of ``x`` (n, n_inputs)."""
        return np.where(self.decision_function(x) >= 0, 1.0, -1.0)

    def errors(self, x: ArrayLike, y: ArrayLike) -> int:
        """How many rows of ``x`` are answered otherwise than their label in ``y`` (n,), -1 or +1."""
        answers = self.predict(x)
        return int(np.count_nonzero(answers != signs(y, len(answers))))

    def loss(self, x: ArrayLike, y: ArrayLike) -> float:
        """J = mean of (t - w . x - b)^2; infinite or NaN once the weights have overflowed."""
        return self._loss(*_checked(x, y, self.weights.size))

    def fit_one(self, x: Vector, t: float) -> float:
        """One step of the delta rule on one example (n_inputs,); returns its error before the step."""
        inputs, targets = _checked([x], [t], self.weights.size)
        return self._step(inputs[0], float(targets[0]))

    def run(self, x: ArrayLike, y: ArrayLike, order: NDArray[np.intp]) -> None:
        """Stochastic form: one step for each of the rows ``order`` of ``x``, one after the other.

        ``x`` is (n, n_inputs), ``y`` (n,) holds the targets.
        """
        inputs, targets = _checked(x, y, self.weights.size)
        self._one_by_one(inputs, targets, row_numbers(order, len(targets)))

    def fit_batch(self, x: ArrayLike, y: ArrayLike, steps: int = 1) -> int:
        """Batch form: ``steps`` times a step along the mean of e x over all examples.

        Returns how many it did: it ends early once the weights have overflowed.
        """
        inputs, targets = _checked(x, y, self.weights.size)
        for step in range(whole_number("the number of steps", steps, least=0)):
            self._all_at_once(inputs, targets)
            if not (math.isfinite(self.bias) and np.isfinite(self.weights).all()):
                return step + 1
        return steps

    def _sums(self, x: Matrix) -> Vector:
        return np.asarray(x @ self.weights + self.bias, dtype=np.float64)

    @_QUIET
    def _loss(self, x: Matrix, y: Vector) -> float:
        return float(np.mean((y - self._sums(x)) ** 2))

    def _step(self, x: Vector, t: float) -> float:
        error = t - (float(x @ self.weights) + self.bias)
        self.weights += (self.learning_rate * error) * x
        self.bias += self.learning_rate * error
        return error

    @_QUIET
    def _one_by_one(self, x: Matrix, y: Vector, order: NDArray[np.intp]) -> None:
        for i in order:
            self._step(x[i], float(y[i]))

    @_QUIET
    def _all_at_once(self, x: Matrix, y: Vector) -> None:
        errors = y - self._sums(x)
        self.weights += self.learning_rate * (errors @ x) / len(y)
        self.bias += self.learning_rate * float(errors.mean())

    def fit(
        self, x: ArrayLike, y: ArrayLike, epochs: int = 50, *, batch: bool = False, seed: int | None = None
    ) -> list[float]:
        """Go ``epochs`` times over all examples; returns the loss after each, ending early if it overflows.

        ``x`` is (n, n_inputs), ``y`` (n,). The stochastic form takes the rows in their order, or shuffled
        anew in each epoch if there is a ``seed``.
        """
        inputs, targets = _checked(x, y, self.weights.size)
        count, epochs = len(targets), whole_number("the number of epochs", epochs, least=0)
        at_once = switch("batch", batch)
        rng = None if seed is None else np.random.default_rng(whole_number("the seed", seed, least=0))
        losses: list[float] = []
        for _ in range(epochs):
            if at_once:
                self._all_at_once(inputs, targets)
            else:
                order = np.arange(count) if rng is None else rng.permutation(count)
                self._one_by_one(inputs, targets, order)
            losses.append(self._loss(inputs, targets))
            if not np.isfinite(losses[-1]):
                break
        return losses


def largest_stable_rate(x: ArrayLike) -> float:
    """2 / lambda_max: batch LMS converges for every learning rate below it and diverges for those above.

    lambda_max is the largest eigenvalue of the correlation matrix R = mean of (x, 1)(x, 1)^T; each step
    multiplies the distance to the minimum by I - learning_rate * R.
    Source: B. Widrow, S. D. Stearns, "Adaptive Signal Processing" (1985), chapters 4 and 6.
    """
    inputs = rows("the inputs", x)
    if np.abs(inputs).max() > 1e150:
        raise EngineError("the stable rate needs numbers below 1e150", "scale the inputs down")
    augmented = np.column_stack((inputs, np.ones(len(inputs))))
    return 2 / float(np.linalg.eigvalsh(augmented.T @ augmented / len(augmented))[-1])


def least_squares(x: ArrayLike, y: ArrayLike) -> tuple[Vector, float]:
    """Weights (n_inputs,) and bias of the smallest mean squared error; the shortest where many are best."""
    inputs, targets = _checked(x, y, None)
    solution = np.linalg.lstsq(np.column_stack((inputs, np.ones(len(inputs)))), targets, rcond=None)[0]
    return np.asarray(solution[:-1], dtype=np.float64), float(solution[-1])


def _checked(x: ArrayLike, y: ArrayLike, n_inputs: int | None) -> tuple[Matrix, Vector]:
    inputs, targets = rows("the inputs", x, n_inputs), numbers("the targets", y, np.float64)
    if targets.shape != inputs.shape[:1]:
        raise EngineError(
            f"there are {len(inputs)} inputs, but targets of shape {targets.shape}", "give one number per row"
        )
    return inputs, targets
