"""The fully connected layer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor.engine import activations, initializers, regularizers
from tutor.engine.checks import switch, whole_number
from tutor.engine.layers.base import WeightedLayer

if TYPE_CHECKING:
    from tutor.engine.planner import Planner


@dataclass(frozen=True)
class Dense(WeightedLayer):
    """a = f(x W + b).

    Input shape: (features,). Output shape: (units,). Weights: kernel W (features, units), bias b (units,);
    with ``use_bias=False`` there is no b.
    The initializers are names as ``initializers.parse`` reads them, for example "he_normal" or "normal 1.0";
    the regularizers penalties as ``regularizers.parse`` reads them, for example "l2 0.01", or "" for none.
    ``trainable=False`` freezes both arrays.
    """

    kind = "dense"

    units: int
    activation: str = "linear"
    kernel_initializer: str = "glorot_uniform"
    bias_initializer: str = "zeros"
    kernel_regularizer: str = ""
    bias_regularizer: str = ""
    use_bias: bool = field(default=True, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        whole_number("the number of units", self.units, least=1)
        activations.code(self.activation)
        initializers.parse(self.kernel_initializer)
        initializers.parse(self.bias_initializer)
        regularizers.parse(self.kernel_regularizer)
        regularizers.parse(self.bias_regularizer)
        switch("use_bias", self.use_bias)

    def plan(self, planner: Planner) -> None:
        planner.dense(
            self.units,
            self.use_bias,
            initializers=(self.kernel_initializer, self.bias_initializer),
            regularizers=(self.kernel_regularizer, self.bias_regularizer),
        )
        planner.activation(self.activation)
