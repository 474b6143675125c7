"""A run's whole state, to go back to in memory, or as arrays by name to go on from in another process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.engine.kernels import description as d
from tutor.engine.layers import Layer
from tutor.errors import EngineError

Array = NDArray[Any]


@dataclass(frozen=True)
class Snapshot:
    """Everything that a run goes on from, or tells: restored, it goes on to the same bytes again."""

    parameters: Array
    gradients: Array
    before: Array
    slots: Array
    rates: Array
    counters: Array
    controls: Array
    operations: Array
    layers: tuple[Layer, ...]
    loss: float
    ran: bool
    diverged: str

    def arrays(self) -> dict[str, Array]:
        """All of it but the layers, which the network tells, as an .npz file takes it without pickle."""
        return {name: np.asarray(getattr(self, name)) for name in _names()}

    def check(self, state: Mapping[str, Array]) -> None:
        """EngineError unless a run with the arrays ``state`` can go on from here.

        Its activation functions may be others, since they can be exchanged.
        """
        operations, controls = state["operations"], state["controls"]
        same_size = self.operations.shape == operations.shape
        if same_size and not np.array_equal(self.operations[:, d.BACKWARD], operations[:, d.BACKWARD]):
            raise EngineError("layers were frozen or unfrozen since the snapshot was taken")
        exchangeable = (operations[:, [d.KIND]] == d.ACTIVATION) & (np.arange(d.COLUMNS) == d.FUNCTION)
        if not same_size or ((self.operations != operations) & ~exchangeable).any():
            raise EngineError("the snapshot is of a network with other layers")
        for name, array in state.items():
            own: Array = getattr(self, name)
            if own.shape != array.shape or own.dtype != array.dtype:
                raise EngineError(f"the snapshot's {name} are not those of this network")
        for place, what in ((d.OPTIMIZER, "optimizer"), (d.LOSS, "loss")):
            if self.controls[place] != controls[place]:
                raise EngineError(f"the snapshot was taken with another {what}")

    def filled(self, arrays: Mapping[str, Array]) -> Snapshot:
        """The snapshot that ``arrays`` are of; EngineError unless that network is laid out like this one."""
        own = self.arrays()
        for name, array in own.items():
            given = arrays.get(name)
            if given is None or given.shape != array.shape or given.dtype.kind != array.dtype.kind:
                raise EngineError(f"the snapshot's {name} are not those of this network")
        if not np.array_equal(arrays["operations"], self.operations):
            raise EngineError("the snapshot is of a network with other layers")
        values: dict[str, Any] = {name: arrays[name].astype(own[name].dtype) for name in _names()}
        values |= {name: arrays[name].item() for name in ("loss", "ran", "diverged")}
        return replace(self, **values)


def _names() -> list[str]:
    return [field.name for field in fields(Snapshot) if field.name != "layers"]
