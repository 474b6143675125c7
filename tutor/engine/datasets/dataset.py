"""What a data set is, and the small checks that the generators share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tutor.engine.checks import shown
from tutor.errors import EngineError

Kind = Literal["binary", "classes", "regression"]
Array = NDArray[np.float32]
FeatureMap = Callable[[NDArray[np.float32]], NDArray[np.float32]]
Part = tuple[Array, NDArray[np.generic]]
"""Inputs (n, d) and their targets (n,)."""


@dataclass(frozen=True)
class Dataset:
    """Examples to train on and examples held out.

    ``x`` is (n, d) float32, one example a row; ``x_val`` (m, d), where m may be 0. Targets are (n,) and (m,):

    - ``binary``: 0.0 or 1.0, float32
    - ``classes``: class ids 0 to k - 1, int64
    - ``regression``: any number, float32
    """

    x: Array
    y: NDArray[np.generic]
    x_val: Array
    y_val: NDArray[np.generic]
    kind: Kind
    names: tuple[str, ...] = ()
    """Names of the classes, in the order of their ids."""
    feature_map: FeatureMap | None = None
    """From points of the plane (n, 2) to inputs (n, d), where the examples can be drawn in the plane.

    The first two inputs are the point itself."""
    image_shape: tuple[int, int] | None = None
    """Height and width, where the examples are images written row by row."""

    @property
    def n_classes(self) -> int:
        """How many classes the targets name; 0 for a regression."""
        return len(self.names)


def same(points: Array) -> Array:
    """The feature map of data that already lies in the plane."""
    return points


def plane(train: Part, held_out: Part | None = None, feature_map: FeatureMap = same) -> Dataset:
    """Two classes in the plane. ``train`` is points (n, 2) and labels 0 or 1; the map makes the inputs."""
    points, labels = train
    val_points, val_labels = (points[:0], labels[:0]) if held_out is None else held_out
    return Dataset(
        x=feature_map(points),
        y=labels.astype(np.float32),
        x_val=feature_map(val_points),
        y_val=val_labels.astype(np.float32),
        kind="binary",
        names=("0", "1"),
        feature_map=feature_map,
    )


def within(option: str, value: float, low: float, high: float) -> None:
    """Raise :class:`EngineError` unless ``low <= value <= high``."""
    if not low <= value <= high:
        message = f"the option {option} must lie between {low:g} and {high:g}, not {shown(value)[1:-1]}"
        raise EngineError(message, "take a value in between")
