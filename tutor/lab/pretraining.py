"""A network whose hidden layers are first trained without labels, each as a restricted Boltzmann machine."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

import numpy as np
from msgspec.structs import replace

from tutor.content.model import Experiment
from tutor.engine import Dense, Layer
from tutor.engine.classic.dbn import DBN
from tutor.engine.classic.rbm import RBM
from tutor.errors import InputError
from tutor.lab import data
from tutor.lab.learner import Kept, Observation
from tutor.lab.network import NetworkLearner
from tutor.lab.rbm import Lesson
from tutor.report import Layer as LayerReport

BATCH_SIZE, LEARNING_RATE, MOMENTUM = 20, 0.1, 0.5
"""Of the pretraining; the chain has one step."""


class PretrainedLearner(NetworkLearner):
    """Greedy pretraining from the bottom up, then training as of any network; all of it counts as steps.

    Each machine learns for ``pretraining`` epochs from what the ones below make of *all* training inputs,
    those too that the experiment's ``examples`` leaves out: it takes no labels. The network holds the
    machines' weights as they are learned. Raises :class:`InputError` where a hidden layer is none of dense
    sigmoid units, as the machines have.
    """

    curves: tuple[str, ...] = (*NetworkLearner.curves, "reconstruction_error")

    def __init__(self, experiment: Experiment, seed: int, backend: str) -> None:
        super().__init__(experiment, seed, backend)
        *hidden, _ = self.model.layers
        if not hidden or not all(map(_is_like_a_machine, hidden)):
            message = (
                f"only dense sigmoid layers with biases can be pretrained, and there is {self._layers!r}"
            )
            raise InputError(message, 'write "dense 48 sigmoid, dense 10 softmax", or pretraining = 0')
        everything = data.load(replace(experiment.data, examples=0), seed).x
        units = [layer.units for layer in hidden if isinstance(layer, Dense)]
        self._x = self._scaling(everything).astype(np.float64)
        self._fresh = DBN([everything.shape[1], *units], seed).machines
        self._trained: list[RBM] = []
        self._epochs_each = experiment.training.pretraining
        self._batch_size = min(BATCH_SIZE, len(everything))
        self._steps_per_pass = -(-len(everything) // self._batch_size)
        self._lesson = self._next()

    @property
    def pretraining(self) -> bool:
        """Whether a hidden layer is still to be pretrained."""
        return self._lesson is not None

    def _next(self) -> Lesson | None:
        """What the lowest layer that is not pretrained yet learns from, and with which machine."""
        if len(self._trained) == len(self._fresh):
            return None
        x = self._x
        for below in self._trained:
            x = below.hidden_probabilities(x)
        machine = deepcopy(self._fresh[len(self._trained)])
        return Lesson(machine, x, self._batch_size, LEARNING_RATE, MOMENTUM)

    # ------------------------------------------------------------------ where it stands

    @property
    def _steps_each(self) -> int:
        return self._epochs_each * self._steps_per_pass

    @property
    def _pretrained_steps(self) -> int:
        return len(self._trained) * self._steps_each + (self._lesson.step if self._lesson else 0)

    @property
    def step(self) -> int:
        return self._pretrained_steps + super().step

    @property
    def epoch(self) -> int:
        return self._pretrained_steps // self._steps_per_pass + super().epoch

    @property
    def epochs_exactly(self) -> float:
        return self._pretrained_steps / self._steps_per_pass + super().epochs_exactly

    def steps_until(self, epoch: int) -> int:
        before = self._epochs_each * len(self._fresh)
        steps = min(epoch, before) * self._steps_per_pass - self._pretrained_steps
        return steps + (super().steps_until(epoch - before) if epoch > before else 0)

    # ------------------------------------------------------------------ learning

    def train(self, steps: int) -> None:
        while steps > 0 and (lesson := self._lesson) is not None:
            done = min(steps, self._steps_each - lesson.step)
            lesson.run(done)
            steps -= done
            machine = lesson.machine
            self.model.set_layer_weights(len(self._trained), [machine.weights, machine.hidden_bias])
            if lesson.step == self._steps_each:
                self._trained = [*self._trained, machine]
                self._lesson = self._next()
        super().train(steps)

    def observe(self) -> Observation:
        """While it is pretrained there is no loss to tell: the last layer has not learned anything yet."""
        pretrained = {"pretrained_layers": float(len(self._trained))}
        if self._lesson is None:
            observed = super().observe()
            return Observation(observed.quantities | pretrained, observed.layers)
        error = self._lesson.machine.reconstruction_error(self._lesson.x)
        layers = [
            LayerReport(layer.name, layer.gradient_norm, layer.weight_norm)
            for layer in self.trainer.health().layers
        ]
        return Observation({"reconstruction_error": error} | pretrained, layers)

    def gave_up(self, epoch: int, quantities: Mapping[str, float]) -> bool:
        return not self.pretraining and super().gave_up(epoch, quantities)

    def snapshot(self) -> Kept:
        network = super().snapshot()
        lesson = self._lesson.copy() if self._lesson else None
        return Kept((network, self._trained, lesson), network.size + (lesson.size if lesson else 0))

    def restore(self, kept: Kept) -> None:
        network, self._trained, lesson = kept.state
        super().restore(network)
        self._lesson = lesson.copy() if lesson else None


def _is_like_a_machine(layer: Layer) -> bool:
    return isinstance(layer, Dense) and layer.use_bias and layer.activation == "sigmoid"
