"""Several networks as a lab experiment: each is trained by itself, and their averaged answer counts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.content.model import Experiment
from tutor.content.part import Value
from tutor.errors import InputError
from tutor.lab.learner import Arrays, Kept, Learner, Observation, below, under
from tutor.lab.network import NetworkLearner, layers_of
from tutor.lab.pictures import beliefs

MOST_MEMBERS = 100


class EnsembleLearner:
    """``members`` networks on the same examples, each with first weights and an order of its own.

    All of them do a step together. What they believe of an example is averaged (L. Breiman, "Bagging
    predictors", Machine Learning 24 (1996), averages in the same way). Raises :class:`InputError` for a
    regression, a number of members that makes no sense, a patience and pretraining.
    """

    curves: tuple[str, ...] = ("loss", "val_loss", "accuracy", "val_accuracy", "member_accuracy")

    def __init__(self, experiment: Experiment, seed: int, backend: str) -> None:
        count = experiment.model.members
        if not 1 <= count <= MOST_MEMBERS:
            raise InputError(f"an ensemble cannot have {count} members", f"take 1 to {MOST_MEMBERS}")
        if experiment.training.patience:
            raise InputError("the nets of an ensemble are not stopped one by one", "say patience = 0")
        if experiment.training.pretraining:
            raise InputError("the nets of an ensemble are not pretrained", "say pretraining = 0")
        self.members = [
            NetworkLearner(experiment, MOST_MEMBERS * seed + place, backend, data_seed=seed)
            for place in range(count)
        ]
        self.dataset = self.members[0].dataset
        if self.dataset.kind == "regression":
            message = f"this ensemble tells classes apart, and {experiment.data.name} has none"
            raise InputError(message, "take another data set, or a single network")
        self.backend = self.members[0].backend

    @property
    def step(self) -> int:
        return self.members[0].step

    @property
    def epoch(self) -> int:
        return self.members[0].epoch

    @property
    def epochs_exactly(self) -> float:
        return self.members[0].epochs_exactly

    @property
    def diverged(self) -> str:
        for number, member in enumerate(self.members, start=1):
            if member.diverged:
                return f"{member.diverged} of net {number}"
        return ""

    def steps_until(self, epoch: int) -> int:
        return self.members[0].steps_until(epoch)

    def train(self, steps: int) -> None:
        for member in self.members:
            member.train(steps)

    def observe(self) -> Observation:
        """``loss`` and ``val_loss`` are the members' mean, ``accuracy`` and its like those of the average."""
        seen = [member.trainer.report() for member in self.members]
        data = self.dataset
        quantities = {"loss": float(np.mean([one.loss for one in seen]))}
        quantities["accuracy"] = accuracy = self._share_right(data.x, data.y)
        if math.isfinite(accuracy):
            quantities["errors"] = float(round((1 - accuracy) * len(data.y)))
        if len(data.y_val):
            alone = [one.val_metrics["accuracy"] for one in seen]
            quantities["val_loss"] = float(
                np.mean([one.val_loss for one in seen if one.val_loss is not None])
            )
            quantities["val_accuracy"] = self._share_right(data.x_val, data.y_val)
            quantities["member_accuracy"] = float(np.mean(alone))
            quantities["best_member_accuracy"] = max(alone)
        return Observation(quantities, layers_of(seen[0]))

    def turn(self, name: str, value: Value) -> bool:
        return all(member.turn(name, value) for member in self.members)

    def gave_up(self, epoch: int, quantities: Mapping[str, float]) -> bool:
        return False

    def end(self) -> None:
        """Nothing to put back: the members keep what they have learned."""

    def snapshot(self) -> Kept:
        kept = [member.snapshot() for member in self.members]
        return Kept(kept, sum(one.size for one in kept))

    def restore(self, kept: Kept) -> None:
        for member, one in zip(self.members, kept.state, strict=True):
            member.restore(one)

    def arrays(self) -> Arrays:
        """As :meth:`NetworkLearner.arrays`."""
        kept: dict[str, NDArray[Any]] = {}
        for place, member in enumerate(self.members):
            kept |= under(str(place), member.arrays())
        return kept

    def take_up(self, arrays: Arrays) -> None:
        """As :meth:`NetworkLearner.take_up`."""
        for place, member in enumerate(self.members):
            member.take_up(below(str(place), arrays))

    def outputs(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        mean: NDArray[np.float64] = np.mean([member.outputs(x) for member in self.members], axis=0)
        return mean

    def _share_right(self, x: NDArray[np.float32], y: NDArray[np.generic]) -> float:
        believed = beliefs(self, x)
        if not np.isfinite(believed).all():
            return math.nan
        return float(np.mean(believed.argmax(axis=1) == y))


def network_of(learner: Learner) -> NetworkLearner | None:
    """The network whose inside is shown: of an ensemble the first one; None where there is no network."""
    if isinstance(learner, EnsembleLearner):
        return learner.members[0]
    return learner if isinstance(learner, NetworkLearner) else None
