"""A layer that lays the numbers of an example out in one row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.engine.layers.base import Layer

if TYPE_CHECKING:
    from tutor.engine.planner import Planner


@dataclass(frozen=True)
class Flatten(Layer):
    """Input shape: any, for example (8, 8). Output shape: (64,), row after row."""

    kind = "flatten"

    def plan(self, planner: Planner) -> None:
        planner.flatten()
