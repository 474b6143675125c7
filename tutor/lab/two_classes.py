"""Two classes of examples, as a single unit learns them: in double precision, labelled -1 and +1."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tutor.content.model import Experiment
from tutor.errors import InputError
from tutor.lab import data

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


class TwoClasses:
    """The data set of an experiment for ``learner`` ("a perceptron"), which can do nothing with any other.

    Raises :class:`InputError` for a set that is not of two classes.
    """

    def __init__(self, experiment: Experiment, seed: int, learner: str) -> None:
        self.dataset = data.load(experiment.data, seed)
        if self.dataset.kind != "binary":
            message = f"{learner} needs two classes, and {experiment.data.name} is no set of two classes"
            raise InputError(message, "take another data set, or a network")
        self.scaling = data.Scaling.of(experiment.data, self.dataset.x)
        self.x: Matrix = self.scaling(self.dataset.x).astype(np.float64)
        self.y: Vector = 2.0 * self.dataset.y.astype(np.float64) - 1.0
        self.x_val: Matrix = self.scaling(self.dataset.x_val).astype(np.float64)
        self.y_val: Vector = 2.0 * self.dataset.y_val.astype(np.float64) - 1.0

    def __len__(self) -> int:
        return len(self.y)

    def score(self, errors: Callable[[Matrix, Vector], int]) -> dict[str, float]:
        """The quantities ``errors``, ``accuracy`` and, if anything is held out, ``val_accuracy``."""
        wrong = errors(self.x, self.y)
        quantities = {"accuracy": 1 - wrong / len(self.y), "errors": float(wrong)}
        if len(self.y_val):
            quantities["val_accuracy"] = 1 - errors(self.x_val, self.y_val) / len(self.y_val)
        return quantities
