"""The loss over the two weights of a linear unit, and the way that training took across it."""

from __future__ import annotations

import math

import numpy as np

from tutor.engine import Dense, Sequential
from tutor.lab.network import NetworkLearner
from tutor.report import Descent, Surface

COLUMNS, ROWS = 60, 40
MARGIN = 1.2
"""The shown square reaches so many times as far as the farthest place of the path."""
DECADES = 4
"""What is that many powers of ten below the greatest loss in the picture, or lower, is painted as lowest."""
MOST_PLACES = 400

Place = tuple[float, float]


def has_landscape(model: Sequential) -> bool:
    """Whether its loss can be drawn over its weights: a linear unit with two of them, squared error."""
    only = model.layers[0]
    return (
        len(model.layers) == 1
        and isinstance(only, Dense)
        and only.activation == "linear"
        and model.loss == "mean_squared_error"
        and model.count_params() == 2
        and model.input_shape == (2,)
    )


def place(model: Sequential) -> Place:
    """The two weights of a model that :func:`has_landscape`."""
    first, second = (float(weight) for weight in model.get_weights()[0].flat)
    return first, second


def descent(learner: NetworkLearner, path: list[Place]) -> Descent | None:
    """The landscape with the ``path`` so far and the place now; None for a model without one."""
    if not has_landscape(learner.model):
        return None
    here = place(learner.model)
    whole = path if path[-1:] == [here] else [*path, here]
    places = [(a, b) for a, b in whole if math.isfinite(a) and math.isfinite(b)]
    places = places[:-1][:: max(1, math.ceil(len(places) / MOST_PLACES))] + places[-1:]
    reach = MARGIN * max((max(abs(a), abs(b)) for a, b in places), default=1.0) or 1.0
    across, down = np.linspace(-reach, reach, COLUMNS), np.linspace(reach, -reach, ROWS)
    weights = np.stack(np.meshgrid(across, down), axis=-1)
    x, y = learner.inputs(learner.dataset.x).astype(np.float64), learner.dataset.y.astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        losses = ((weights @ x.T - y) ** 2).mean(axis=-1)
        depth = 1 + np.log10(np.maximum(losses / losses.max(), 10.0**-DECADES)) / DECADES
    shades = np.rint(255 * np.nan_to_num(depth, nan=1.0)).astype(np.uint8)
    surface = Surface(-reach, reach, -reach, reach, COLUMNS, ROWS, shades.tobytes())
    return Descent(surface, [a for a, _ in places], [b for _, b in places])
