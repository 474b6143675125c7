"""The perceptron as a lab experiment: one example is one step."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

import numpy as np
from numpy.typing import NDArray

from tutor.content.model import Experiment
from tutor.content.part import Value
from tutor.content.settings import is_on
from tutor.engine.classic.perceptron import Perceptron, novikoff_bound
from tutor.lab.learner import Kept, Observation
from tutor.lab.two_classes import TwoClasses
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
        self._examples = TwoClasses(experiment, seed, "a perceptron")
        self.dataset = self._examples.dataset
        self._unit = Perceptron(self._examples.x.shape[1], experiment.model.learning_rate)
        self._bound = novikoff_bound(self._examples.x, self._examples.y)
        self._shuffle = experiment.training.shuffle
        self._rng = np.random.default_rng(seed)
        self._step = 0
        self._order = np.arange(len(self._examples))

    @property
    def step(self) -> int:
        return self._step

    @property
    def epoch(self) -> int:
        return self._step // len(self._examples)

    @property
    def epochs_exactly(self) -> float:
        return self._step / len(self._examples)

    @property
    def diverged(self) -> str:
        finite = np.isfinite(self._unit.weights).all() and np.isfinite(self._unit.bias)
        return "" if finite else "the weights of the perceptron"

    def steps_until(self, epoch: int) -> int:
        return epoch * len(self._examples) - self._step

    @_QUIET
    def train(self, steps: int) -> None:
        while steps > 0 and not self.diverged:
            start = self._step % len(self._examples)
            if start == 0:
                self._order = self._next_order()
            portion = self._order[start : start + steps]
            self._unit.run(self._examples.x, self._examples.y, portion)
            self._step += len(portion)
            steps -= len(portion)

    @_QUIET
    def observe(self) -> Observation:
        quantities = {
            **self._examples.score(self._unit.errors),
            "updates": float(self._unit.updates),
            "bound": self._bound,
        }
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
        return (self._unit.answer(self._examples.scaling(x)) + 1) / 2

    def _next_order(self) -> NDArray[np.intp]:
        count = len(self._examples)
        return self._rng.permutation(count) if self._shuffle else np.arange(count)
