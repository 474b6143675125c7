"""The convolutional layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.engine import activations, initializers, regularizers
from tutor.engine.checks import whole_number
from tutor.engine.layers.base import WeightedLayer
from tutor.engine.windows import Window, check_padding, pair

if TYPE_CHECKING:
    from tutor.engine.planner import Planner


@dataclass(frozen=True)
class Conv2D(WeightedLayer):
    """a(y, x) = f(b + Σ_uv x(S y + u - top, S x + v - left) W(u, v)), zeros outside the image.

    Input shape: (height, width, channels). Output shape: (places down, places across, filters), see
    ``engine.windows``. Weights: kernel W (*kernel_size, channels, filters), bias b (filters,).
    ``kernel_size`` and ``strides`` are one number or (down, across); ``padding`` is "valid" or "same";
    initializers, regularizers and ``trainable`` are as for :class:`Dense`.
    EngineError when the network is built if the input is no image, or smaller than a "valid" window.
    """

    kind = "conv2d"

    filters: int
    kernel_size: int | tuple[int, int]
    strides: int | tuple[int, int] = (1, 1)
    padding: str = "valid"
    activation: str = "linear"
    kernel_initializer: str = "glorot_uniform"
    bias_initializer: str = "zeros"
    kernel_regularizer: str = ""
    bias_regularizer: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        whole_number("the number of filters", self.filters, least=1)
        object.__setattr__(self, "kernel_size", pair("the kernel size", self.kernel_size))
        object.__setattr__(self, "strides", pair("the strides", self.strides))
        check_padding(self.padding)
        activations.code(self.activation)
        initializers.parse(self.kernel_initializer)
        initializers.parse(self.bias_initializer)
        regularizers.parse(self.kernel_regularizer)
        regularizers.parse(self.bias_regularizer)

    def plan(self, planner: Planner) -> None:
        planner.conv(
            self.filters,
            Window(
                pair("the kernel size", self.kernel_size), pair("the strides", self.strides), self.padding
            ),
            initializers=(self.kernel_initializer, self.bias_initializer),
            regularizers=(self.kernel_regularizer, self.bias_regularizer),
        )
        planner.activation(self.activation)
