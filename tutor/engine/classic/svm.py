"""Support vector machines with soft margin: linear, polynomial or RBF, two classes or many."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tutor.engine.checks import number, numbers, rows, whole_number
from tutor.engine.classic.kernel_functions import Kernel
from tutor.engine.classic.smo import Smo
from tutor.errors import EngineError

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Labels = NDArray[np.generic]

MAX_PAIR = 8_000
"""Examples of two classes together: their kernel matrix takes 512 MB."""
MAX_CLASSES = 100


@dataclass(frozen=True)
class Progress:
    """Where a fit stands: machine ``pair`` of ``pairs`` (from 0), its iterations and its violation."""

    pair: int
    pairs: int
    iterations: int
    violation: float


class SVC:
    """A support vector classifier; several classes are told apart one against one, by votes.

    Each pair of classes, labels -1 for the one that comes first and +1 for the other, minimizes

        1/2 |w|^2 + C sum_i max(0, 1 - y_i f(x_i))      with  f(x) = sum_i dual_coef_i K(x_i, x) + intercept

    by its dual (:mod:`tutor.engine.classic.smo`). The arguments are scikit-learn's; ``coef0`` is 1 here if
    not given. ``tol`` bounds the violation of the optimality conditions. Raises EngineError for labels of a
    single class, for non-finite inputs, and for more than 8,000 examples in a pair of classes.
    Sources: B. Boser, I. Guyon, V. Vapnik (1992); C. Cortes, V. Vapnik, "Support-vector networks" (1995).
    """

    def __init__(
        self,
        C: float = 1.0,
        kernel: str = "rbf",
        gamma: float | str = "scale",
        degree: int = 3,
        coef0: float = 1.0,
        tol: float = 1e-3,
        max_iter: int = 1_000_000,
    ) -> None:
        self.C = number("C", C, above=0, below=1e12)
        self.kernel = Kernel(kernel, gamma, degree, coef0)
        self.tol = number("the tolerance", tol, above=0, below=1)
        self.max_iter = whole_number("max_iter", max_iter, least=1)
        self.classes: Labels = np.zeros(0)
        """The labels, in ascending order, (k,)."""
        self.pairs: list[tuple[int, int]] = []
        """Places in ``classes`` that each machine tells apart: (0, 1), (0, 2), ... (k - 2, k - 1)."""
        self.support: NDArray[np.intp] = np.zeros(0, np.intp)
        """Rows of the training inputs that are a support vector of at least one machine, ascending (s,)."""
        self.support_vectors: Matrix = np.zeros((0, 0))
        """Those rows themselves (s, d)."""
        self.dual_coef: Matrix = np.zeros((0, 0))
        """y_i alpha_i of each machine and support vector (pairs, s); 0 where it is none of that machine's."""
        self.intercept: Vector = np.zeros(0)
        """b of each machine (pairs,)."""
        self.converged = False
        """Whether every machine met ``tol`` within ``max_iter`` steps."""

    def fit(self, x: ArrayLike, y: ArrayLike) -> SVC:
        """Learn from ``x`` (n, d) and labels ``y`` (n,)."""
        for _ in self.fit_in_steps(x, y):
            pass
        return self

    def fit_in_steps(self, x: ArrayLike, y: ArrayLike) -> Iterator[Progress]:
        """As :meth:`fit`, but hands over every 20 ms or so; the machine is ready when it is exhausted."""
        inputs, labels = _checked(x, y)
        self.classes, ids, counts = np.unique(labels, return_inverse=True, return_counts=True)
        _check_classes(counts)
        self.kernel = self.kernel.fitted_to(inputs)
        self.pairs = list(itertools.combinations(range(len(self.classes)), 2))
        coefficients, self.intercept = np.zeros((len(self.pairs), len(ids))), np.zeros(len(self.pairs))
        self.converged = True
        for place, pair in enumerate(self.pairs):
            members = np.flatnonzero((ids == pair[0]) | (ids == pair[1]))
            signs = np.where(ids[members] == pair[1], 1.0, -1.0)
            smo = Smo(self.kernel.square(inputs[members]), signs, self.C, self.tol)
            for _ in smo.run(self.max_iter):
                yield Progress(place, len(self.pairs), smo.iterations, smo.violation)
            coefficients[place, members], self.intercept[place] = smo.alpha * signs, smo.bias()
            self.converged &= smo.converged
        self.support = np.flatnonzero((coefficients != 0).any(axis=0))
        self.support_vectors = inputs[self.support]
        self.dual_coef = np.ascontiguousarray(coefficients[:, self.support])

    def decision_function(self, x: ArrayLike) -> Matrix:
        """f of each row of ``x`` (n, d): (n,) for two classes, (n, pairs) for more.

        Positive values speak for the later class of the pair.
        """
        self._check_fitted()
        inputs = rows("the inputs", x, self.support_vectors.shape[1])
        values = self.kernel.weighted(inputs, self.support_vectors, self.dual_coef.T) + self.intercept
        return values[:, 0] if len(self.pairs) == 1 else values

    def predict(self, x: ArrayLike) -> Labels:
        """The class of each row of ``x`` (n, d) with most votes; of several such, the first."""
        return np.asarray(self.classes[self.votes(x).argmax(axis=1)])

    def votes(self, x: ArrayLike) -> NDArray[np.int64]:
        """How many machines speak for each class, for each row of ``x`` (n, d): (n, k)."""
        values = self.decision_function(x).reshape(-1, len(self.pairs))
        votes = np.zeros((len(values), len(self.classes)), np.int64)
        for place, (first, second) in enumerate(self.pairs):
            later = values[:, place] > 0
            votes[:, second] += later
            votes[:, first] += ~later
        return votes

    def score(self, x: ArrayLike, y: ArrayLike) -> float:
        """The share of rows of ``x`` that are given their label in ``y`` (n,)."""
        inputs, labels = _checked(x, y)
        return float(np.mean(self.predict(inputs) == labels))

    @property
    def weights(self) -> Matrix:
        """w of each machine (pairs, d); EngineError unless the kernel is linear."""
        self._check_fitted()
        if self.kernel.name != "linear":
            raise EngineError(f"the {self.kernel.name} kernel has no weights", 'take kernel="linear"')
        weights: Matrix = self.dual_coef @ self.support_vectors
        return weights

    @property
    def margin_width(self) -> Vector:
        """2 / |w| of each machine (pairs,): from the line f = -1 to f = +1; in the space of the kernel.

        In input units if the kernel is linear.
        """
        self._check_fitted()
        alike = self.kernel(self.support_vectors, self.support_vectors)
        squares = ((self.dual_coef @ alike) * self.dual_coef).sum(axis=1)
        with np.errstate(divide="ignore"):
            return np.asarray(2 / np.sqrt(np.maximum(squares, 0)), dtype=np.float64)

    def _check_fitted(self) -> None:
        if not self.dual_coef.size:
            raise EngineError("the machine has not learnt anything yet", "call fit() first")


def _checked(x: ArrayLike, y: ArrayLike) -> tuple[Matrix, Labels]:
    inputs = rows("the inputs", x)
    try:
        labels = np.asarray(y)
    except ValueError:
        raise EngineError("the labels must be numbers or texts, one per input") from None
    if labels.dtype.kind in "US":
        labels = labels.astype(np.str_)
    else:
        numbers("the labels", labels, np.float64)
    if labels.shape != inputs.shape[:1]:
        raise EngineError(
            f"there are {len(inputs)} inputs, but labels of shape {labels.shape}", "give one label per row"
        )
    return inputs, labels


def _check_classes(counts: NDArray[np.intp]) -> None:
    if len(counts) < 2:
        raise EngineError("all examples have the same label", "give examples of at least two classes")
    if len(counts) > MAX_CLASSES:
        raise EngineError(
            f"{len(counts)} classes are too many", f"take {MAX_CLASSES} at most; are the labels amounts?"
        )
    largest = int(np.sort(counts)[-2:].sum())
    if largest > MAX_PAIR:
        raise EngineError(
            f"{largest:,} examples in two classes need a kernel matrix that is too large",
            f"take at most {MAX_PAIR:,} of them",
        )
