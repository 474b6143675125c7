"""A block of layers with a shortcut around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.engine import activations
from tutor.engine.checks import choice
from tutor.engine.layers.base import Layer, WeightedLayer, layer_list
from tutor.engine.layers.conv import Conv2D
from tutor.engine.layers.dense import Dense
from tutor.errors import EngineError

if TYPE_CHECKING:
    from tutor.engine.planner import Planner

_PROJECTIONS = ("conv", "dense")


@dataclass(frozen=True)
class Residual(WeightedLayer):
    """a = f(F(x) + S(x)), F the layers one after the other, S the shortcut, f the activation.

    ``projection`` None makes S(x) = x, and F must keep the shape; "conv" is a 1 x 1 convolution whose filters
    and strides bring images to F's shape, "dense" a dense layer of F's width, both linear; or it is a list of
    layers. Input shape: what the first layer takes; output shape: F's. Weights: F's, then S's.
    ``trainable=False`` freezes all layers inside; else each goes by its own setting.
    EngineError when the network is built if the two shapes differ.
    Source: K. He et al., "Deep residual learning for image recognition" (2016).
    """

    kind = "residual"

    layers: Sequence[Layer]
    projection: str | Sequence[Layer] | None = None
    activation: str = "linear"

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "layers", _checked(self.layers))
        if isinstance(self.projection, str):
            choice("projection", self.projection, _PROJECTIONS)
        elif self.projection is not None:
            object.__setattr__(self, "projection", _checked(self.projection))
        activations.code(self.activation)

    def plan(self, planner: Planner) -> None:
        shortcut = planner.fork()
        for layer in self.layers:
            planner.inside(layer)
        branch = planner.go(shortcut)
        for layer in self._shortcut(shortcut.shape, branch.shape):
            planner.inside(layer)
        planner.join(branch)
        if self.activation != "linear":
            planner.activation(self.activation)

    def settings(self) -> dict[str, Any]:
        projection: Any = self.projection
        if projection is not None and not isinstance(projection, str):
            projection = [_described(layer) for layer in projection]
        layers = [_described(layer) for layer in self.layers]
        own = {"activation": self.activation, "trainable": self.trainable}
        return {"layers": layers, "projection": projection, **own}

    def _shortcut(self, start: tuple[int, ...], end: tuple[int, ...]) -> Sequence[Layer]:
        if self.projection == "dense":
            return [Dense(end[-1])]
        if self.projection == "conv":
            if len(start) != 3 or len(end) != 3:
                raise EngineError(
                    'the projection "conv" is for images', 'take projection="dense" for rows of numbers'
                )
            steps = -(-start[0] // end[0]), -(-start[1] // end[1])
            return [Conv2D(end[2], 1, steps, "same")]
        return self.projection or ()  # type: ignore[return-value]


def _checked(layers: object) -> tuple[Layer, ...]:
    found = layer_list(layers)
    if not found:
        raise EngineError("a residual block needs a list of layers", "write it like Residual([Dense(8)])")
    return tuple(found)


def _described(layer: Layer) -> dict[str, Any]:
    return {"kind": layer.kind, **layer.settings()}
