"""Layers that make images smaller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from tutor.engine.kernels import description
from tutor.engine.layers.base import Layer
from tutor.engine.windows import Window, check_padding, pair

if TYPE_CHECKING:
    from tutor.engine.planner import Planner


@dataclass(frozen=True)
class _Pooling(Layer):
    """``strides`` None are those of ``pool_size``: windows side by side."""

    operation: ClassVar[int]

    pool_size: int | tuple[int, int] = (2, 2)
    strides: int | tuple[int, int] | None = None
    padding: str = "valid"

    def __post_init__(self) -> None:
        object.__setattr__(self, "pool_size", pair("the pool size", self.pool_size))
        strides = self.pool_size if self.strides is None else self.strides
        object.__setattr__(self, "strides", pair("the strides", strides))
        check_padding(self.padding)

    def plan(self, planner: Planner) -> None:
        size = pair("the pool size", self.pool_size)
        planner.pool(self.operation, Window(size, pair("the strides", self.strides or size), self.padding))


@dataclass(frozen=True)
class MaxPooling2D(_Pooling):
    """a(y, x) = max over u, v of x(S y + u - top, S x + v - left), for each channel by itself.

    Input shape: (height, width, channels). Output shape: (places down, places across, channels), see
    ``engine.windows``. The gradient goes to the first of the largest numbers. EngineError when the network is
    built if the input is no image, or smaller than a "valid" window.
    """

    kind = "max_pooling2d"
    operation = description.MAX_POOL


@dataclass(frozen=True)
class AveragePooling2D(_Pooling):
    """a(y, x) = mean over u, v of x(S y + u - top, S x + v - left), of what lies inside the image.

    Shapes and errors are those of :class:`MaxPooling2D`.
    """

    kind = "average_pooling2d"
    operation = description.AVERAGE_POOL


@dataclass(frozen=True)
class GlobalAveragePooling2D(Layer):
    """The mean of each channel over the image.

    Input shape: (height, width, channels). Output shape: (channels,).
    EngineError when the network is built if the input is no image.
    """

    kind = "global_average_pooling2d"

    def plan(self, planner: Planner) -> None:
        planner.global_average()
