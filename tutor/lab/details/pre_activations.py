"""What goes into a layer's activation function, and how much of a gradient passes it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tutor.engine import Trainer, activations
from tutor.engine.kernels import description as d
from tutor.engine.rehearsal import forward
from tutor.report import Bins, PreActivations

EXAMPLES = 64
"""Training examples looked at, spread evenly: as many as for the health of the layers."""
BINS = 40
NARROWEST = 4.0
"""The axis goes at least from minus this to plus this."""
INSIDE = 0.98
"""The share of the inputs that shall lie within the axis."""


def pre_activations(trainer: Trainer, layer: int) -> PreActivations | None:
    """The inputs of one of the layers with an activation; None if there is no such layer.

    A number beyond the last layer means the last.
    """
    model = trainer.model
    rows = [row for row in model.network.operations if row[d.KIND] == d.ACTIVATION]
    if not rows:
        return None
    row = rows[min(max(layer, 0), len(rows) - 1)]
    names = model.plan.layer_names
    function = activations.NAMES[row[d.FUNCTION]]
    z = forward(model, _spread(trainer)).inputs(row).astype(np.float64)
    slopes = activations.slopes(function, z)
    known = slopes[np.isfinite(slopes)]
    return PreActivations(
        layer=names[row[d.LAYER]],
        function=function,
        inputs=histogram(z),
        slopes=float(known.mean()) if known.size else math.nan,
        layers=[names[row[d.LAYER]] for row in rows],
    )


def histogram(values: NDArray[np.float64]) -> Bins:
    """Equal bins over an axis about 0 that is a power of two wide, so that it seldom changes."""
    finite = values[np.isfinite(values)]
    reach = float(np.quantile(np.abs(finite), INSIDE)) if finite.size else 0.0
    half = NARROWEST if reach <= NARROWEST else 2.0 ** min(math.ceil(math.log2(reach)), 1000)
    edges = np.linspace(-half, half, BINS + 1)
    counts, _ = np.histogram(np.clip(finite, -half, half), edges)
    return Bins(edges.tolist(), counts.tolist(), values.size - finite.size)


def _spread(trainer: Trainer) -> d.Examples:
    count = min(EXAMPLES, trainer.data.count)
    order = np.linspace(0, trainer.data.count - 1, count).astype(np.int64)
    return trainer.data.examples._replace(order=order)
