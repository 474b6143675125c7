"""A layer that forgets numbers at random while the network learns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.engine.checks import number
from tutor.engine.layers.base import Layer

if TYPE_CHECKING:
    from tutor.engine.planner import Planner


@dataclass(frozen=True)
class Dropout(Layer):
    """In training each number becomes 0 with the probability ``rate`` and else grows by 1 / (1 - rate).

    Input and output shape: any, and the same. When the network is asked (predict, evaluate, gradients,
    reports), every number passes unchanged.
    """

    kind = "dropout"

    rate: float

    def __post_init__(self) -> None:
        number("the dropout rate", self.rate, least=0.0, below=1.0)

    def plan(self, planner: Planner) -> None:
        planner.dropout(self.rate)
