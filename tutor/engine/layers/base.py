"""What every layer can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from tutor.engine.checks import listed, shown, switch
from tutor.errors import EngineError

if TYPE_CHECKING:
    from tutor.engine.planner import Planner


@dataclass(frozen=True)
class Layer(ABC):
    """A layer as the user writes it down; it holds no weights."""

    kind: ClassVar[str]
    """Its name in descriptions and files, as in ``dense``."""

    @abstractmethod
    def plan(self, planner: Planner) -> None:
        """Append the layer's operations; EngineError if its input has the wrong shape."""

    def settings(self) -> dict[str, Any]:
        """The arguments that make the same layer again, as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class WeightedLayer(Layer):
    """A layer with weights. With ``trainable=False`` it is *frozen*: nothing that a step of training does
    changes them, neither gradients nor momentum, decay or penalties."""

    trainable: bool = field(default=True, kw_only=True)

    def __post_init__(self) -> None:
        switch("trainable", self.trainable)


def layer_list(layers: object) -> list[Layer]:
    """``layers`` as a list; EngineError if it is none, or something in it is no layer."""
    found = listed("the layers", layers, "write it like [Dense(8, activation='tanh'), Dense(1)]")
    for layer in found:
        if not isinstance(layer, Layer):
            raise EngineError(
                f"{shown(layer)} is not a layer", "write for example Dense(8, activation='tanh')"
            )
    return found


def with_trainable(layer: Layer, trainable: bool) -> Layer:
    """The layer with that setting; one without weights as it is."""
    return replace(layer, trainable=trainable) if isinstance(layer, WeightedLayer) else layer
