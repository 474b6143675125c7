"""A layer that only applies an activation function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.engine import activations
from tutor.engine.layers.base import Layer

if TYPE_CHECKING:
    from tutor.engine.planner import Planner


@dataclass(frozen=True)
class Activation(Layer):
    """a = f(z) for each number (softmax: over the last axis, as for each pixel of an image).

    Input and output shape: any, and the same. ``activation`` is one of ``activations.NAMES``.
    """

    kind = "activation"

    activation: str

    def __post_init__(self) -> None:
        activations.code(self.activation)

    def plan(self, planner: Planner) -> None:
        planner.activation(self.activation)
