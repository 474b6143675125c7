"""The perceptron as a lab experiment: one example is one step."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

import numpy as np
from numpy.typing import NDArray

from tutor.content.model import Experiment, Value
from tutor.content.settings import is_on
from tutor.engine.classic.perceptron import Perceptron, novikoff_bound
from tutor.errors import InputError
from tutor.lab import data
from tutor.lab.learner import Kept, Observation
from tutor.report import Perceptron as PerceptronReport

_QUIET = np.errstate(over="ignore", invalid="ignore")
"""Weights that overflow are told by ``diverged``; numpy need not warn about them, too."""


class PerceptronLearner:
    """Rosenblatt's rule on a two-class data set, with its errors, its updates and Novikoff's bound.

    Turning the learning rate begins the run again: the bound holds for a constant rate.
    """

    curves: tuple[str, ...] = ("errors", "updates", "bound")
    backend = "cpu"

    def __init__(self, experiment: Experiment, seed: int) -> None:
        self.dataset = data.load(experiment.data, seed)
        if self.dataset.kind != "binary":
            message = f"a perceptron needs two classes, and {experiment.data.name} is no set of two classes"
            raise InputError(message, "take another data set, or a network")
        self._scaling = data.Scaling.of(experiment.data, self.dataset.x)
        self._x, self._y = _with_signs(self._scaling(self.dataset.x), self.dataset.y)
        self._x_val, self._y_val = _with_signs(self._scaling(self.dataset.x_val), self.dataset.y_val)
        self._unit = Perceptron(self._x.shape[1], experiment.model.learning_rate)
        self._bound = novikoff_bound(self._x, self._y)
        self._shuffle = experiment.training.shuffle
        self._rng = np.random.default_rng(seed)
        self._step = 0
        self._order = np.arange(len(self._y))

    @property
    def step(self) -> int:
        return self._step

    @property
    def epoch(self) -> int:
        return self._step // len(self._y)

    @property
    def epochs_exactly(self) -> float:
        return self._step / len(self._y)

    @property
    def diverged(self) -> str:
        finite = np.isfinite(self._unit.weights).all() and np.isfinite(self._unit.bias)
        return "" if finite else "the weights of the perceptron"

    def steps_until(self, epoch: int) -> int:
        return epoch * len(self._y) - self._step

    @_QUIET
    def train(self, steps: int) -> None:
        while steps > 0 and not self.diverged:
            start = self._step % len(self._y)
            if start == 0:
                self._order = self._next_order()
            portion = self._order[start : start + steps]
            self._unit.run(self._x, self._y, portion)
            self._step += len(portion)
            steps -= len(portion)

    @_QUIET
    def observe(self) -> Observation:
        errors = self._unit.errors(self._x, self._y)
        quantities = {
            "accuracy": 1 - errors / len(self._y),
            "errors": float(errors),
            "updates": float(self._unit.updates),
            "bound": self._bound,
        }
        if len(self._y_val):
            quantities["val_accuracy"] = 1 - self._unit.errors(self._x_val, self._y_val) / len(self._y_val)
        state = PerceptronReport(
            self._unit.weights.tolist(), self._unit.bias, self._unit.updates, self._bound
        )
        return Observation(quantities, perceptron=state)

    def turn(self, name: str, value: Value) -> bool:
        if name != "shuffle":
            return False
        self._shuffle = is_on(value)
        return True

    def gave_up(self, epoch: int, quantities: Mapping[str, float]) -> bool:
        return False

    def end(self) -> None:
        """Nothing to put back: a perceptron keeps its last weights."""

    def snapshot(self) -> Kept:
        state = deepcopy((self._unit, self._rng, self._order, self._shuffle, self._step))
        return Kept(state, self._unit.weights.nbytes + self._order.nbytes)

    def restore(self, kept: Kept) -> None:
        self._unit, self._rng, self._order, self._shuffle, self._step = deepcopy(kept.state)

    @_QUIET
    def outputs(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        return (self._unit.answer(self._scaling(x)) + 1) / 2

    def _next_order(self) -> NDArray[np.intp]:
        count = len(self._y)
        return self._rng.permutation(count) if self._shuffle else np.arange(count)


def _with_signs(
    x: NDArray[np.float32], y: NDArray[np.generic]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Inputs in double precision, and labels 0 and 1 as -1 and +1."""
    return x.astype(np.float64), 2.0 * y.astype(np.float64) - 1.0
