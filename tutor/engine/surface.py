"""What a network answers over a plane of its inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tutor.engine import checks, memory
from tutor.errors import EngineError

if TYPE_CHECKING:
    from tutor.engine.network import Sequential

Array = NDArray[Any]

MAX_POINTS = 4_000_000


@dataclass(frozen=True, eq=False)
class DecisionSurface:
    """``values[row, column]`` are the outputs at (``x[column]``, ``y[row]``)."""

    x: Array
    """(columns,), rising."""
    y: Array
    """(rows,), rising."""
    values: Array
    """(rows, columns, outputs)."""

    @property
    def finite(self) -> bool:
        """Whether all values are finite."""
        return bool(np.isfinite(self.values).all())


@memory.clear
def decision_surface(
    model: Sequential,
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    columns: int = 60,
    rows: int = 40,
    inputs: tuple[int, int] = (0, 1),
    base: ArrayLike | None = None,
) -> DecisionSurface:
    """The outputs on a grid, both ends of the ranges included.

    ``inputs`` says which two of the numbers of an example vary; all others stay as in ``base`` (default 0).
    Raises EngineError for ranges that are empty, inputs that there are not, and grids that are too large.
    """
    if not hasattr(model, "input_shape"):
        raise EngineError(f"{checks.shown(model)} is no network", "give a Sequential")
    columns = checks.whole_number("the number of columns", columns, least=2)
    rows = checks.whole_number("the number of rows", rows, least=2)
    if columns * rows > MAX_POINTS:
        raise EngineError(f"a grid of {columns} x {rows} points is too large", "take a coarser one")
    across, down = _axis("x_range", x_range, columns), _axis("y_range", y_range, rows)
    example = np.zeros(model.input_shape) if base is None else checks.numbers("base", base, "float64")
    if example.shape != model.input_shape:
        raise EngineError(f"base has shape {example.shape}, but the network takes {model.input_shape}")
    first, second = (
        checks.whole_number("each of inputs", place, least=0)
        for place in checks.pair("inputs", inputs, "(0, 1)")
    )
    if first == second or max(first, second) >= example.size:
        raise EngineError(
            f"the surface needs two different inputs, each below {example.size}, not {first} and {second}"
        )
    grid = np.tile(example.reshape(-1), (rows * columns, 1))
    grid[:, first], grid[:, second] = np.tile(across, rows), np.repeat(down, columns)
    values = model.predict(grid.reshape(-1, *model.input_shape))
    return DecisionSurface(across, down, values.reshape(rows, columns, -1))


def _axis(what: str, ends: Sequence[float], count: int) -> Array:
    low, high = checks.pair(what, ends, "(-1, 1)")
    low = checks.number(f"the lower end of {what}", low)
    high = checks.number(f"the upper end of {what}", high, above=low)
    return np.linspace(low, high, count)
