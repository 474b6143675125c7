"""A threshold unit that is set by hand, as a lab experiment: it looks at one example after the other."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tutor.content.model import Experiment
from tutor.content.part import Value
from tutor.engine.classic.mcculloch_pitts import ThresholdUnit
from tutor.errors import InputError
from tutor.lab.learner import Kept, Observation
from tutor.lab.two_classes import Matrix, TwoClasses, Vector
from tutor.report import Perceptron as UnitReport

_VETOES: Mapping[str, list[int]] = {"none": [], "x1": [0], "x2": [1], "both": [0, 1]}


class UnitLearner:
    """Two weights and a threshold, which training leaves as they are: somebody has to choose them.

    An input with a veto has no weight: while it is on (between the rows, in the picture, from 0.5) the answer
    is 0. With weights of 1 and a whole threshold this is the unit of 1943 (``McCullochPitts``).

    Turning a knob makes another unit, so the run begins again.
    """

    curves: tuple[str, ...] = ("errors",)
    backend = "cpu"
    diverged = ""

    def __init__(self, experiment: Experiment, seed: int) -> None:
        self._examples = TwoClasses(experiment, seed, "a unit")
        self.dataset = self._examples.dataset
        inputs = self._examples.x.shape[1]
        if inputs != 2:
            message = f"a unit that is set by hand has two inputs, and {experiment.data.name} has {inputs}"
            raise InputError(message, "take another data set")
        model = experiment.model
        self._unit = ThresholdUnit([model.weight_1, model.weight_2], model.threshold)
        self._vetoes = _VETOES[model.veto]
        self._step = 0

    @property
    def step(self) -> int:
        return self._step

    @property
    def epoch(self) -> int:
        return self._step // len(self._examples)

    @property
    def epochs_exactly(self) -> float:
        return self._step / len(self._examples)

    def steps_until(self, epoch: int) -> int:
        return epoch * len(self._examples) - self._step

    def train(self, steps: int) -> None:
        """Only the count goes on: there is no rule by which an example could change the unit."""
        self._step += steps

    def observe(self) -> Observation:
        unit = self._unit
        state = UnitReport(
            unit.weights.tolist(), -unit.threshold, threshold=unit.threshold, vetoes=self._vetoes
        )
        return Observation(self._examples.score(self._errors), perceptron=state)

    def turn(self, name: str, value: Value) -> bool:
        return False

    def gave_up(self, epoch: int, quantities: Mapping[str, float]) -> bool:
        return False

    def end(self) -> None:
        """Nothing to put back: nothing has changed."""

    def snapshot(self) -> Kept:
        return Kept(self._step, 8)

    def restore(self, kept: Kept) -> None:
        self._step = kept.state

    def outputs(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        return self._answers(self._examples.scaling(x).astype(np.float64)).astype(np.float64)

    def _errors(self, x: Matrix, y: Vector) -> int:
        return int(np.count_nonzero(2 * self._answers(x) - 1 != y))

    def _answers(self, x: Matrix) -> NDArray[np.int64]:
        exciting = x.copy()
        exciting[:, self._vetoes] = 0
        silenced = (x[:, self._vetoes] >= 0.5).any(axis=1)
        return np.where(silenced, 0, self._unit.predict(exciting))
