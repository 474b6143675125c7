"""Sequential minimal optimization: the soft-margin SVM's dual problem, two unknowns at a time.

    maximize  sum_i a_i - 1/2 sum_ij a_i a_j y_i y_j K_ij    with 0 <= a_i <= C and sum_i a_i y_i = 0

Sources: J. Platt, "Fast training of support vector machines using sequential minimal optimization" (1998);
R.-E. Fan, P.-H. Chen, C.-J. Lin, "Working set selection using second order information for training support
vector machines", JMLR 6 (2005), whose selection WSS 2 is what LIBSVM does, too.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tutor.engine import cache
from tutor.engine.kernels.cpu.jit import entry, kernel

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

_WORK = 10_000_000
"""Elements that one call of the kernel looks at: some 20 ms, so that a run can be stopped or watched."""


@kernel
def _extremes(y: Vector, c: float, alpha: Vector, pull: Vector) -> tuple[int, float, float]:
    """i with the strongest pull among those that can go up, that pull, and the weakest that can go down."""
    i, highest, lowest = -1, -np.inf, np.inf
    for t in range(y.size):
        up = alpha[t] < c if y[t] > 0 else alpha[t] > 0
        low = alpha[t] > 0 if y[t] > 0 else alpha[t] < c
        if up and pull[t] > highest:
            i, highest = t, pull[t]
        if low and pull[t] < lowest:
            lowest = pull[t]
    return i, highest, lowest


@kernel
def _partner(alike: Matrix, y: Vector, c: float, alpha: Vector, pull: Vector, i: int) -> tuple[int, float]:
    """j with which the objective gains most, (difference of pulls)^2 / curvature, and that curvature."""
    j, best, curve = -1, 0.0, 1.0
    for t in range(y.size):
        low = alpha[t] > 0 if y[t] > 0 else alpha[t] < c
        gap = pull[i] - pull[t]
        if low and gap > 0:
            curvature = max(alike[i, i] + alike[t, t] - 2 * alike[i, t], 1e-12)
            if gap * gap / curvature > best:
                j, best, curve = t, gap * gap / curvature, curvature
    return j, curve


@entry
def _iterate(
    alike: Matrix, y: Vector, limits: Vector, most: int, alpha: Vector, pull: Vector
) -> tuple[int, float]:
    """Up to ``most`` steps on ``alpha`` and ``pull``, both (n,), in place; returns steps and violation.

    ``alike`` is the kernel matrix (n, n), ``y`` (n,) holds -1 and +1, ``limits`` C and the tolerance.
    ``pull`` is y_i - sum_j a_j y_j K_ij. A step raises a_i y_i and lowers a_j y_j by the same amount.
    """
    c, tolerance = limits[0], limits[1]
    for step in range(most + 1):
        i, highest, lowest = _extremes(y, c, alpha, pull)
        if highest - lowest < tolerance or step == most:
            return step, max(highest - lowest, 0.0)
        j, curve = _partner(alike, y, c, alpha, pull, i)
        if j < 0:  # the gain is too small for double precision
            return step, highest - lowest
        room_i = c - alpha[i] if y[i] > 0 else alpha[i]
        room_j = alpha[j] if y[j] > 0 else c - alpha[j]
        move = min((highest - pull[j]) / curve, room_i, room_j)
        alpha[i] += y[i] * move
        alpha[j] -= y[j] * move
        if move == room_i:  # exactly onto the border, whatever the rounding
            alpha[i] = c if y[i] > 0 else 0.0
        if move == room_j:
            alpha[j] = 0.0 if y[j] > 0 else c
        for t in range(y.size):
            pull[t] -= move * (alike[i, t] - alike[j, t])
    return most, np.inf


class Smo:
    """One dual problem on its way to the solution.

    ``alike``, the kernel matrix (n, n), is symmetric, C-contiguous and positive semi-definite; ``y`` (n,)
    holds -1.0 and +1.0, both of them. ``alpha`` (n,) starts at zero. ``violation`` is how far the optimality
    (KKT) conditions are from holding: the largest pull that could go up minus the smallest that could sink.
    """

    def __init__(self, alike: Matrix, y: Vector, C: float, tol: float) -> None:
        self.alike, self.y, self.C, self.tol = alike, y, C, tol
        self.alpha: Vector = np.zeros(len(y))
        self.pull: Vector = y.copy()
        self.iterations = 0
        self.violation = 2.0

    @property
    def converged(self) -> bool:
        """Whether the violation is below ``tol``."""
        return self.violation < self.tol

    def run(self, max_iter: int) -> Iterator[None]:
        """Iterate until converged, exact to rounding or ``max_iter`` steps; hands over every 20 ms or so."""
        limits, compiled = np.array([self.C, self.tol]), len(_iterate.signatures)  # type: ignore[attr-defined]
        while not self.converged and self.iterations < max_iter:
            most = min(max(1, _WORK // (3 * len(self.y))), max_iter - self.iterations)
            steps, self.violation = _iterate(self.alike, self.y, limits, most, self.alpha, self.pull)
            self.iterations += steps
            if len(_iterate.signatures) > compiled:  # type: ignore[attr-defined]
                cache.seal()
                compiled = len(_iterate.signatures)  # type: ignore[attr-defined]
            yield
            if steps < most:
                return

    def objective(self) -> float:
        """The dual objective reached; it grows with every step."""
        return float(self.alpha.sum() - 0.5 * (self.alpha * self.y) @ (self.y - self.pull))

    def bias(self) -> float:
        """b: the mean pull of those strictly between 0 and C, for which it is equal at the solution.

        Where there is none, the middle of what the others allow, as in LIBSVM.
        """
        free = (self.alpha > 0) & (self.alpha < self.C)
        if free.any():
            return float(self.pull[free].mean())
        up = np.where(self.y > 0, self.alpha < self.C, self.alpha > 0)
        return float(self.pull[up].max() + self.pull[~up].min()) / 2
