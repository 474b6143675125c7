"""ADALINE as a lab experiment: one example is one step, or all of them together are."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

import numpy as np
from numpy.typing import NDArray

from tutor.content.model import Experiment
from tutor.content.part import Value
from tutor.content.settings import is_on
from tutor.engine.classic.adaline import Adaline, largest_stable_rate
from tutor.errors import InputError
from tutor.lab.learner import Kept, Observation
from tutor.lab.two_classes import TwoClasses
from tutor.report import Perceptron as UnitReport

_QUIET = np.errstate(over="ignore", invalid="ignore")
"""Weights that overflow are told by ``diverged``; numpy need not warn about them, too."""


class AdalineLearner:
    """Widrow and Hoff's rule on two classes: ``batch_size`` 1 takes the examples singly, 0 all at once.

    Learning rate and shuffling can be turned while it learns.
    """

    curves: tuple[str, ...] = ("loss", "accuracy", "val_accuracy")
    backend = "cpu"

    def __init__(self, experiment: Experiment, seed: int) -> None:
        self._examples = TwoClasses(experiment, seed, "ADALINE")
        self.dataset = self._examples.dataset
        if experiment.training.batch_size not in (0, 1):
            message = f"ADALINE cannot learn in batches of {experiment.training.batch_size}"
            raise InputError(message, "take batch_size 1 (each example by itself) or 0 (all at once)")
        self._batch = experiment.training.batch_size == 0
        self._unit = Adaline(self._examples.x.shape[1], experiment.model.learning_rate)
        self._stable_rate = largest_stable_rate(self._examples.x)
        self._shuffle = experiment.training.shuffle
        self._rng = np.random.default_rng(seed)
        self._step = 0
        self._order = np.arange(len(self._examples))

    @property
    def step(self) -> int:
        return self._step

    @property
    def epoch(self) -> int:
        return self._step // self._steps_per_epoch

    @property
    def epochs_exactly(self) -> float:
        return self._step / self._steps_per_epoch

    @property
    def diverged(self) -> str:
        finite = np.isfinite(self._unit.weights).all() and np.isfinite(self._unit.bias)
        return "" if finite else "the weights of ADALINE"

    @property
    def _steps_per_epoch(self) -> int:
        return 1 if self._batch else len(self._examples)

    def steps_until(self, epoch: int) -> int:
        return epoch * self._steps_per_epoch - self._step

    @_QUIET
    def train(self, steps: int) -> None:
        x, y = self._examples.x, self._examples.y
        while steps > 0 and not self.diverged:
            if self._batch:
                done = self._unit.fit_batch(x, y, steps)
            else:
                start = self._step % len(y)
                if start == 0 and self._shuffle:
                    self._order = self._rng.permutation(len(y))
                elif start == 0:
                    self._order = np.arange(len(y))
                portion = self._order[start : start + steps]
                self._unit.run(x, y, portion)
                done = len(portion)
            self._step += done
            steps -= done

    @_QUIET
    def observe(self) -> Observation:
        quantities = {
            "loss": self._unit.loss(self._examples.x, self._examples.y),
            "stable_rate": self._stable_rate,
            **self._examples.score(self._unit.errors),
        }
        state = UnitReport(self._unit.weights.tolist(), self._unit.bias, stable_rate=self._stable_rate)
        return Observation(quantities, perceptron=state)

    def turn(self, name: str, value: Value) -> bool:
        if name == "learning_rate":
            self._unit.learning_rate = float(value)
        elif name == "shuffle":
            self._shuffle = is_on(value)
        else:
            return False
        return True

    def gave_up(self, epoch: int, quantities: Mapping[str, float]) -> bool:
        return False

    def end(self) -> None:
        """Nothing to put back: ADALINE keeps its last weights."""

    def snapshot(self) -> Kept:
        state = deepcopy((self._unit, self._rng, self._order, self._shuffle, self._step))
        return Kept(state, self._unit.weights.nbytes + self._order.nbytes)

    def restore(self, kept: Kept) -> None:
        self._unit, self._rng, self._order, self._shuffle, self._step = deepcopy(kept.state)

    @_QUIET
    def outputs(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        return (self._unit.predict(self._examples.scaling(x)) + 1) / 2
