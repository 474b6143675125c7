"""The fully connected layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.engine import activations, initializers
from tutor.engine.checks import whole_number
from tutor.engine.layers.base import Layer

if TYPE_CHECKING:
    from tutor.engine.plan import Planner


@dataclass(frozen=True)
class Dense(Layer):
    """a = f(x W + b).

    Input shape: (features,). Output shape: (units,). Weights: kernel W (features, units), bias b (units,).
    The initializers are names as ``initializers.parse`` reads them, for example "he_normal" or "normal 1.0".
    """

    kind = "dense"

    units: int
    activation: str = "linear"
    kernel_initializer: str = "glorot_uniform"
    bias_initializer: str = "zeros"

    def __post_init__(self) -> None:
        whole_number("the number of units", self.units, least=1)
        activations.code(self.activation)
        initializers.parse(self.kernel_initializer)
        initializers.parse(self.bias_initializer)

    def plan(self, planner: Planner) -> None:
        planner.dense(self.units, self.kernel_initializer, self.bias_initializer)
        planner.activation(self.activation)

    def settings(self) -> dict[str, Any]:
        return {
            "units": self.units,
            "activation": self.activation,
            "kernel_initializer": self.kernel_initializer,
            "bias_initializer": self.bias_initializer,
        }
