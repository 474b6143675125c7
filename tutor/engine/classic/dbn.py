"""Deep belief nets: a stack of RBMs, each learning from what the one below it makes of the data."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tutor.engine.checks import listed, shown, whole_number
from tutor.engine.classic.rbm import RBM
from tutor.engine.network import Sequential
from tutor.errors import EngineError

Matrix = NDArray[np.float64]

_LIKE_THIS = "write for example [64, 48, 48]"


@dataclass(frozen=True)
class Progress:
    """Where the training stands: machine ``layer`` (from 0) after ``epoch`` epochs (from 1)."""

    layer: int
    epoch: int
    reconstruction_error: float


class DBN:
    """A stack of RBMs of ``sizes`` units, visible units first: DBN([64, 48, 48]) holds two.

    Each is trained without labels, the lowest on the data and every other on the hidden probabilities of the
    one below, and stays fixed from then on. The chains hand on visible probabilities, if not told otherwise:
    with samples the upper weights stay so small that little comes through five layers.
    :meth:`initialize` makes the first layers of a network of them, which is then trained as usual
    ("fine-tuned").
    Source: G. Hinton, S. Osindero, Y.-W. Teh, "A fast learning algorithm for deep belief nets", Neural
    Computation 18 (2006). Its last part, the fine-tuning with the wake-sleep algorithm, is not here.
    """

    def __init__(self, sizes: Sequence[int], seed: int = 0, sample_visible: bool = False) -> None:
        sizes = listed("the sizes", sizes, _LIKE_THIS)
        if len(sizes) < 2:
            raise EngineError("a deep belief net needs two sizes or more", _LIKE_THIS)
        first = 1000 * whole_number("the seed", seed, least=0)
        self.machines = [
            RBM(lower, upper, first + place, sample_visible=sample_visible)
            for place, (lower, upper) in enumerate(itertools.pairwise(sizes))
        ]

    def train(self, x: ArrayLike, epochs: int, **settings: Any) -> Iterator[Progress]:
        """Train layer after layer on ``x`` (n, visible), ``epochs`` each; ``settings`` as in RBM.train."""
        values = x
        for layer, machine in enumerate(self.machines):
            for epoch, error in enumerate(machine.train(values, epochs, **settings), start=1):
                yield Progress(layer, epoch, error)
            values = machine.hidden_probabilities(values)

    def fit(self, x: ArrayLike, epochs: int = 10, **settings: Any) -> list[Progress]:
        """:meth:`train` to the end."""
        return list(self.train(x, epochs, **settings))

    def transform(self, x: ArrayLike) -> Matrix:
        """The hidden probabilities of the topmost machine for each row of ``x``: (n, last size)."""
        first, *others = self.machines
        values = first.hidden_probabilities(x)
        for machine in others:
            values = machine.hidden_probabilities(values)
        return values

    def dense_weights(self) -> list[Matrix]:
        """Kernel (inputs, units) and bias (units,) of each layer, as Dense layers' ``get_weights`` has them.

        The visible biases serve only the way down and are left out.
        """
        return [array for m in self.machines for array in (m.weights.copy(), m.hidden_bias.copy())]

    def initialize(self, model: Sequential) -> None:
        """Put :meth:`dense_weights` into the first layers of ``model``, which keeps the others as they are.

        These must be Dense layers of the same sizes; their activation should be the sigmoid, which the units
        here have. EngineError if they do not fit.
        """
        if not isinstance(model, Sequential):
            raise EngineError(f"{shown(model)} is no network", "give a Sequential of dense layers")
        ours, weights = self.dense_weights(), list(model.get_weights())
        if [w.shape for w in ours] != [w.shape for w in weights[: len(ours)]]:
            units = ", ".join(f"dense {machine.hidden_bias.size} sigmoid" for machine in self.machines)
            raise EngineError(
                "the network does not begin with layers of these sizes",
                f"it needs {self.machines[0].visible_bias.size} inputs, then {units}",
            )
        model.set_weights([*ours, *weights[len(ours) :]])
