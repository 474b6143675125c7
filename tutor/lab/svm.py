"""A support vector machine as a lab experiment: fitting it is one step."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy

import numpy as np
from numpy.typing import NDArray

from tutor.content.model import Experiment
from tutor.content.part import Value
from tutor.engine.classic.svm import SVC
from tutor.errors import InputError
from tutor.lab import data
from tutor.lab.learner import Kept, Observation
from tutor.report import Perceptron as UnitReport

Inputs = NDArray[np.float64]


class SvmLearner:
    """A kernel machine on two classes or many. Before its one step it believes all classes alike.

    Turning any knob begins the run again: nothing is learned little by little here. Raises
    :class:`InputError` for a regression and for more than one epoch.
    """

    curves: tuple[str, ...] = ("errors",)
    backend = "cpu"

    def __init__(self, experiment: Experiment, seed: int) -> None:
        self.dataset = data.load(experiment.data, seed)
        if self.dataset.kind == "regression":
            message = f"this support vector machine tells classes apart, and {experiment.data.name} has none"
            raise InputError(message, "take another data set, or a network")
        if experiment.training.epochs != 1:
            raise InputError("a support vector machine is fitted in one step", "say epochs = 1")
        spec = experiment.model
        self._scaling = data.Scaling.of(experiment.data, self.dataset.x)
        self._machine = SVC(spec.C, spec.kernel, spec.gamma or "scale", spec.degree)
        self._fitted = False

    @property
    def step(self) -> int:
        return int(self._fitted)

    @property
    def epoch(self) -> int:
        return self.step

    @property
    def epochs_exactly(self) -> float:
        return float(self.step)

    @property
    def diverged(self) -> str:
        return ""

    def steps_until(self, epoch: int) -> int:
        return epoch - self.step

    def train(self, steps: int) -> None:
        if steps > 0 and not self._fitted:
            self._machine.fit(self._inputs(self.dataset.x), self.dataset.y)
            self._fitted = True

    def observe(self) -> Observation:
        if not self._fitted:
            return Observation({}, perceptron=UnitReport([], 0.0, support_vectors=0))
        count, margin = len(self._machine.support), float(self._machine.margin_width.min())
        wrong = self._errors(self.dataset.x, self.dataset.y)
        quantities = {
            "accuracy": 1 - wrong / len(self.dataset.y),
            "errors": float(wrong),
            "support_vectors": float(count),
            "margin": margin,
        }
        if held_out := len(self.dataset.y_val):
            quantities["val_accuracy"] = 1 - self._errors(self.dataset.x_val, self.dataset.y_val) / held_out
        return Observation(quantities, perceptron=UnitReport([], 0.0, support_vectors=count, margin=margin))

    @property
    def support(self) -> NDArray[np.intp]:
        """The training examples, by place, that are support vectors; none before the step."""
        return self._machine.support

    def turn(self, name: str, value: Value) -> bool:
        return False

    def gave_up(self, epoch: int, quantities: Mapping[str, float]) -> bool:
        return False

    def end(self) -> None:
        """Nothing to put back: the one solution is the best."""

    def snapshot(self) -> Kept:
        largest = 2 * self.dataset.x.nbytes  # every example a support vector, in double precision
        return Kept((copy(self._machine), self._fitted), largest)

    def restore(self, kept: Kept) -> None:
        machine, self._fitted = kept.state
        self._machine = copy(machine)  # fitting makes new arrays and changes none

    def outputs(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """For two classes 0 and 1 on the margins, a half between them; for more each one's share of votes."""
        classes = self.dataset.n_classes
        if not self._fitted:
            return np.full(len(x), 0.5) if self.dataset.kind == "binary" else np.full((len(x), classes), 0.5)
        if self.dataset.kind == "binary":
            return np.asarray((np.clip(self._machine.decision_function(self._inputs(x)), -1, 1) + 1) / 2)
        shares = np.zeros((len(x), classes))
        shares[:, self._machine.classes.astype(int)] = self._machine.votes(self._inputs(x)) / (classes - 1)
        return shares

    def _inputs(self, x: NDArray[np.float32]) -> Inputs:
        return self._scaling(x).astype(np.float64)

    def _errors(self, x: NDArray[np.float32], y: NDArray[np.generic]) -> int:
        return int(np.sum(self._machine.predict(self._inputs(x)) != y))
