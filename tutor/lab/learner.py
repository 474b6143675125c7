"""What the lab asks of anything that learns, be it a single unit or a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tutor.content.part import Value
from tutor.engine.datasets import Dataset
from tutor.report import Layer, Perceptron

Arrays = Mapping[str, NDArray[Any]]
"""A learner's state for a file: arrays of numbers and texts, by name."""


@dataclass(frozen=True)
class Observation:
    """A learner's state at one step, evaluated on the whole training set and on all held-out examples."""

    quantities: dict[str, float]
    """``loss``, ``accuracy``, ``errors`` and so on, as far as this kind of learner has them."""
    layers: list[Layer] = field(default_factory=list)
    perceptron: Perceptron | None = None


@dataclass(frozen=True)
class Kept:
    """A learner's whole state, to be handed back to it."""

    state: Any
    size: int
    """In bytes."""


class Learner(Protocol):
    """Something that learns from a data set, one update at a time."""

    dataset: Dataset
    curves: tuple[str, ...]
    """The quantities that make its curves."""
    backend: str
    """Where it learns: ``cpu`` or ``cuda``."""

    @property
    def step(self) -> int:
        """Updates done (perceptron: examples looked at)."""

    @property
    def epoch(self) -> int:
        """Whole passes over the training set done."""

    @property
    def epochs_exactly(self) -> float:
        """Passes done, with the part of the present one."""

    @property
    def diverged(self) -> str:
        """What stopped being finite ("the weights of dense_1"), or nothing."""

    def steps_until(self, epoch: int) -> int:
        """Steps from here to the end of the pass that makes it ``epoch`` passes."""

    def train(self, steps: int) -> None:
        """Do so many steps, or fewer if something stops being finite."""

    def observe(self) -> Observation:
        """Evaluate now; changes nothing in the learner."""

    def turn(self, name: str, value: Value) -> bool:
        """Change a setting on the fly; False where that cannot be done and the learner must be built anew."""

    def gave_up(self, epoch: int, quantities: Mapping[str, float]) -> bool:
        """Whether it is no use to go on: asked once after each check, if the run has a patience."""

    def end(self) -> None:
        """The run is over: take back the best weights, if they were to be kept."""

    def snapshot(self) -> Kept:
        """A copy of everything that it goes on from."""

    def restore(self, kept: Kept) -> None:
        """Go back to where :meth:`snapshot` was called."""

    def outputs(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """Answers to the rows of ``x`` as degrees of belief in [0, 1]: (n,) for class 1, or (n, classes)."""


def under(name: str, arrays: Arrays) -> dict[str, NDArray[Any]]:
    """The arrays of a part called ``name``, as the whole has them."""
    return {f"{name}/{key}": array for key, array in arrays.items()}


def below(name: str, arrays: Arrays) -> dict[str, NDArray[Any]]:
    """The arrays of the part called ``name``, as it gave them."""
    head = f"{name}/"
    return {key.removeprefix(head): array for key, array in arrays.items() if key.startswith(head)}
