"""What every layer can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

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
