"""Rosenblatt's perceptron, and Novikoff's bound on the mistakes it can make."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tutor.engine.checks import MAX_INPUTS, number, row_numbers, rows, signs, whole_number
from tutor.errors import EngineError

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


class Perceptron:
    """One threshold unit that learns from its mistakes and from nothing else.

    Answer: sign(w . x + b), with sign(0) = +1. After a wrong answer to an example with label y (-1 or +1):

        w <- w + learning_rate * y * x        b <- b + learning_rate * y

    After a right answer nothing changes. Weights and bias start at zero.
    Source: F. Rosenblatt, "The Perceptron", Psychological Review 65 (1958).
    """

    def __init__(self, n_inputs: int, learning_rate: float = 1.0) -> None:
        self.learning_rate = number("the learning rate", learning_rate, above=0)
        self.weights: Vector = np.zeros(
            whole_number("the number of inputs", n_inputs, least=1, most=MAX_INPUTS)
        )
        self.bias = 0.0
        self.updates = 0
        """Mistakes so far; each moved the weights once."""

    def answer(self, x: ArrayLike) -> Vector:
        """-1.0 or +1.0 for each row of ``x`` (n, n_inputs)."""
        inputs = rows("the inputs", x, self.weights.size)
        return np.where(inputs @ self.weights + self.bias >= 0, 1.0, -1.0)

    def errors(self, x: ArrayLike, y: ArrayLike) -> int:
        """How many rows of ``x`` are answered otherwise than their label in ``y`` (n,), -1 or +1."""
        answers = self.answer(x)
        return int(np.count_nonzero(answers != signs(y, len(answers))))

    def fit_one(self, x: Vector, y: float) -> bool:
        """Look at one example (n_inputs,); returns whether it was a mistake and so changed the weights."""
        inputs = rows("the inputs", [x], self.weights.size)
        return self._look(inputs[0], float(signs([y], 1)[0]))

    def run(self, x: ArrayLike, y: ArrayLike, order: NDArray[np.intp]) -> int:
        """Look at the rows ``order`` of ``x`` (n, n_inputs) one after the other; returns the mistakes.

        ``y`` (n,) holds the labels, -1 and +1.
        """
        inputs = rows("the inputs", x, self.weights.size)
        labels = signs(y, len(inputs))
        return sum(self._look(inputs[i], float(labels[i])) for i in row_numbers(order, len(labels)))

    def _look(self, x: Vector, y: float) -> bool:
        sign = 1.0 if float(x @ self.weights) + self.bias >= 0 else -1.0
        if sign == y:
            return False
        self.weights += (self.learning_rate * y) * x
        self.bias += self.learning_rate * y
        self.updates += 1
        return True


def novikoff_bound(x: ArrayLike, y: ArrayLike) -> float:
    """The most mistakes that a perceptron can make on these examples, however long it runs: (R / gamma)^2.

    ``x`` is (n, d), ``y`` (n,) holds -1 and +1. The bias counts as a weight on a constant input 1, so R is
    the largest length of the vectors (x, 1), and gamma the largest margin with which a plane through the
    origin separates *these*; gamma is found from the data (:func:`best_margin`). The bound holds for a
    start at zero and a constant learning rate. Infinite where no plane separates the classes.
    Source: A. Novikoff, "On convergence proofs on perceptrons" (1962).
    """
    inputs = rows("the inputs", x)
    augmented = np.column_stack((inputs, np.ones(len(inputs))))
    gamma = best_margin(augmented, y)
    radius = float(np.linalg.norm(augmented, axis=1).max())
    return math.inf if gamma == 0 else (radius / gamma) ** 2


def best_margin(x: ArrayLike, y: ArrayLike, *, tolerance: float = 1e-9) -> float:
    """The largest distance that a plane through the origin keeps from all examples on their right sides.

    This is the distance from the origin to the convex hull of the vectors y_i x_i; the hull's nearest
    point is the plane's normal. P. Wolfe, "Finding the nearest point in a polytope" (1976), reaches it in
    finitely many steps. What is returned is the margin that the normal found does keep, so rounding can
    make it too small but never too large. 0 where nothing separates (or by less than ``tolerance`` times
    the longest vector).
    """
    number("the tolerance", tolerance, least=0)
    inputs = rows("the inputs", x)
    if np.abs(inputs).max() > 1e150:
        raise EngineError("a margin needs numbers below 1e150", "scale the inputs down")
    vectors: Matrix = inputs * signs(y, len(inputs))[:, None]
    longest = float(np.linalg.norm(vectors, axis=1).max())
    if longest == 0:
        return 0.0
    vectors = vectors / longest
    normal = _nearest_point(vectors)
    length = float(np.linalg.norm(normal))
    if length == 0:
        return 0.0
    kept = float((vectors @ normal).min()) / length
    return kept * longest if kept > tolerance else 0.0


def _nearest_point(vectors: Matrix, *, rounding: float = 1e-14) -> Vector:
    """The point of the convex hull of ``vectors`` (n, d) that lies nearest to the origin."""
    corral = [int(np.argmin(np.einsum("nd,nd->n", vectors, vectors)))]
    shares: Vector = np.ones(1)
    point = vectors[corral[0]]
    for _ in range(10 * sum(vectors.shape)):
        new = int(np.argmin(vectors @ point))
        if new in corral or vectors[new] @ point >= point @ point - rounding:
            break
        corral.append(new)
        shares = np.append(shares, 0.0)
        corral, shares = _shrink(vectors, corral, shares)
        point = shares @ vectors[corral]
    return np.asarray(point, dtype=np.float64)


def _shrink(vectors: Matrix, corral: list[int], shares: Vector) -> tuple[list[int], Vector]:
    """Move to the nearest point of the corral's affine hull, dropping each vector whose share reaches 0."""
    while True:
        target = _affine_shares(vectors[corral])
        if (target > 0).all():
            return corral, target
        falling = target <= 0
        reach = float(np.min(shares[falling] / np.maximum(shares[falling] - target[falling], 1e-300)))
        shares = np.asarray(shares + min(reach, 1.0) * (target - shares), dtype=np.float64)
        stays = shares > 1e-15
        stays[np.argmin(np.where(falling, shares, np.inf))] = False  # rounding must not keep it alive
        corral = [index for index, keep in zip(corral, stays, strict=True) if keep]
        shares = shares[stays] / shares[stays].sum()


def _affine_shares(corner: Matrix) -> Vector:
    """Shares that sum to 1, of any sign, of the corners' (k, d) combination nearest to the origin."""
    k = len(corner)
    system = np.ones((k + 1, k + 1))
    system[0, 0] = 0.0
    system[1:, 1:] = corner @ corner.T
    right: Vector = np.zeros(k + 1)
    right[0] = 1.0
    solution = np.linalg.lstsq(system, right, rcond=None)[0]
    return np.asarray(solution[1:], dtype=np.float64)
