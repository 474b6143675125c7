"""What a script is made from: the network exactly as the lab would train it, and its data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.content.model import Experiment
from tutor.content.part import Value
from tutor.content.settings import accept, apply, find_knob, initial_knobs
from tutor.engine import Sequential
from tutor.engine.trainer import Data
from tutor.errors import UsageError
from tutor.lab import transfer

Array = NDArray[Any]


@dataclass(frozen=True)
class Source:
    """One experiment with its knobs turned and one seed.

    ``x`` (n, *input_shape) and ``x_val`` are as the network takes them, channels last; ``y`` and ``y_val``
    are (n, outputs), or class ids (n,) for categorical cross-entropy. ``x_val`` may be empty.
    """

    experiment: Experiment
    name: str
    """``lesson/experiment``."""
    knobs: Mapping[str, Value]
    seed: int
    model: Sequential
    x: Array
    y: Array
    x_val: Array
    y_val: Array
    image_shape: tuple[int, int] | None

    @classmethod
    def of(cls, experiment: Experiment, lesson: str, knobs: Mapping[str, Value], seed: int) -> Source:
        """Build the network without training it.

        Raises :class:`UsageError` where there is no network, :class:`InputError` for what knobs cannot be.
        """
        if experiment.kind != "network":
            raise UsageError(
                f"{lesson}/{experiment.id} is of kind {experiment.kind}, and only networks can be exported",
                "choose an experiment with a network, as in: dltutor export keras backprop",
            )
        turned = {name: accept(find_knob(experiment, name), value) for name, value in knobs.items()}
        knobs = initial_knobs(experiment) | turned
        settled = apply(experiment, knobs)
        if settled.training.pretraining:
            raise UsageError(
                f"{lesson}/{experiment.id} begins with Boltzmann machines, which neither framework has",
                "with pretraining = 0 it is a network like any other: --set pretraining=0",
            )
        learner = transfer.network(settled, seed, "cpu")
        trainer = learner.trainer
        model, held_out = trainer.model, trainer.validation
        return cls(
            experiment=settled,
            name=f"{lesson}/{experiment.id}",
            knobs=knobs,
            seed=seed,
            model=model,
            x=trainer.data.inputs.reshape(-1, *model.input_shape),
            y=_targets(model, trainer.data),
            x_val=held_out.inputs.reshape(-1, *model.input_shape) if held_out else np.empty(0),
            y_val=_targets(model, held_out) if held_out else np.empty(0),
            image_shape=learner.dataset.image_shape,
        )

    @property
    def weights(self) -> list[Array]:
        """The starting values, in Keras's order and shapes."""
        return self.model.get_weights()

    @property
    def batch_size(self) -> int:
        """Examples per step; the experiment's 0 stands for all."""
        wanted = self.experiment.training.batch_size
        return min(wanted, len(self.x)) if wanted > 0 else len(self.x)

    @property
    def every(self) -> int:
        """How many epochs apart the losses are printed: some twenty lines in all."""
        return max(1, math.ceil(self.experiment.training.epochs / 20))

    @property
    def classes(self) -> bool:
        """Whether targets are class ids and the last activation a softmax."""
        return self.model.loss == "categorical_crossentropy"

    @property
    def has_accuracy(self) -> bool:
        """Whether right answers are counted."""
        return "accuracy" in self.model.metrics


def _targets(model: Sequential, data: Data) -> Array:
    classes = model.loss == "categorical_crossentropy"
    return data.targets.argmax(axis=1).astype(np.int64) if classes else data.targets
