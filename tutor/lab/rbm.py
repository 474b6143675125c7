"""A restricted Boltzmann machine as a lab experiment: a minibatch of images without labels is one step."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy, deepcopy

import numpy as np
from numpy.typing import NDArray

from tutor.content.model import Experiment
from tutor.content.part import Value
from tutor.engine.classic.rbm import RBM
from tutor.errors import InputError
from tutor.lab import data
from tutor.lab.learner import Kept, Observation

Matrix = NDArray[np.float64]

_QUIET = np.errstate(over="ignore", invalid="ignore")
"""Weights that overflow are told by ``diverged``; numpy need not warn about them, too."""


class Lesson:
    """What :meth:`RBM.train` does, to be stopped after any step: ``machine`` learns from ``x`` (n, visible).

    The rows are shuffled anew in each epoch and taken in batches.
    """

    def __init__(
        self, machine: RBM, x: Matrix, batch_size: int, learning_rate: float, momentum: float, k: int = 1
    ) -> None:
        self.machine, self.x = machine, x
        self.learning_rate, self.momentum, self.k = learning_rate, momentum, k
        self.step = 0
        self._batch_size = batch_size
        self._order = np.arange(len(x))

    @property
    def steps_per_epoch(self) -> int:
        """Batches in a pass; the last one may be smaller."""
        return -(-len(self.x) // self._batch_size)

    def run(self, steps: int) -> None:
        """Do so many steps of contrastive divergence."""
        for _ in range(steps):
            start = self.step % self.steps_per_epoch * self._batch_size
            if start == 0:
                self._order = self.machine.rng.permutation(len(self.x))
            rows = self._order[start : start + self._batch_size]
            self.machine.train_batch(self.x[rows], self.learning_rate, self.momentum, self.k)
            self.step += 1

    def copy(self) -> Lesson:
        """One that goes on from here apart from this one; the examples are shared."""
        twin = copy(self)  # the order is exchanged and never changed
        twin.machine = deepcopy(self.machine)
        return twin

    @property
    def size(self) -> int:
        """Bytes that a copy takes: parameters, their speeds, the order."""
        return 2 * 8 * self.machine.count_params() + self._order.nbytes


class RbmLearner:
    """Contrastive divergence on images, which count as probabilities of black.

    Learning rate, momentum and the steps of the chain can be turned while it learns. Raises
    :class:`InputError` for data that are no images, EngineError for values outside 0 to 1.
    """

    curves: tuple[str, ...] = ("reconstruction_error", "val_reconstruction_error", "free_energy_gap")
    backend = "cpu"

    def __init__(self, experiment: Experiment, seed: int) -> None:
        self.dataset = data.load(experiment.data, seed)
        if self.dataset.image_shape is None:
            message = f"this machine's weights are looked at as images, and {experiment.data.name} has none"
            raise InputError(message, "take digits or strokes")
        spec, count = experiment.model, len(self.dataset.x)
        self._scaling = data.Scaling.of(experiment.data, self.dataset.x)
        self._held_out = self.inputs(self.dataset.x_val)
        self._lesson = Lesson(
            RBM(self.dataset.x.shape[1], spec.hidden_units, seed, sample_visible=False),
            self.inputs(self.dataset.x),
            min(experiment.training.batch_size, count) or count,
            spec.learning_rate,
            spec.momentum,
            spec.gibbs_steps,
        )

    @property
    def machine(self) -> RBM:
        """The machine as it is now."""
        return self._lesson.machine

    def inputs(self, x: NDArray[np.float32]) -> Matrix:
        """Inputs as they were measured (n, inputs), as the machine takes them."""
        return self._scaling(x).astype(np.float64)

    @property
    def step(self) -> int:
        return self._lesson.step

    @property
    def epoch(self) -> int:
        return self.step // self._lesson.steps_per_epoch

    @property
    def epochs_exactly(self) -> float:
        return self.step / self._lesson.steps_per_epoch

    @property
    def diverged(self) -> str:
        return "" if np.isfinite(self.machine.weights).all() else "the weights of the machine"

    def steps_until(self, epoch: int) -> int:
        return epoch * self._lesson.steps_per_epoch - self.step

    @_QUIET
    def train(self, steps: int) -> None:
        if not self.diverged:
            self._lesson.run(steps)

    @_QUIET
    def observe(self) -> Observation:
        machine, x = self.machine, self._lesson.x
        quantities = {"reconstruction_error": machine.reconstruction_error(x)}
        if len(self._held_out):
            gap = machine.free_energy(self._held_out).mean() - machine.free_energy(x).mean()
            quantities["val_reconstruction_error"] = machine.reconstruction_error(self._held_out)
            quantities["free_energy_gap"] = float(gap)
        return Observation(quantities)

    def turn(self, name: str, value: Value) -> bool:
        if name == "learning_rate":
            self._lesson.learning_rate = float(value)
        elif name == "momentum":
            self._lesson.momentum = float(value)
        elif name == "gibbs_steps":
            self._lesson.k = int(value)
        else:
            return False
        return True

    def gave_up(self, epoch: int, quantities: Mapping[str, float]) -> bool:
        return False

    def end(self) -> None:
        """Nothing to put back: the machine keeps its last weights."""

    def snapshot(self) -> Kept:
        return Kept(self._lesson.copy(), self._lesson.size)

    def restore(self, kept: Kept) -> None:
        self._lesson = kept.state.copy()

    def outputs(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """It tells no classes apart: (n, 0)."""
        return np.empty((len(x), 0))

    def again(self, x: NDArray[np.float32]) -> Matrix:
        """What the machine draws for images (n, inputs), from its hidden units' probabilities: as many."""
        return self.machine.visible_probabilities(self.machine.hidden_probabilities(self.inputs(x)))
