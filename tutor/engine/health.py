"""The health of each layer, measured when asked: a pass over some examples, one over the weights.

What it costs is bounded by the number of examples looked at, so that asking every 50 steps is cheap beside
the training itself (``tests/benchmarks`` measures it).
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.engine import losses, metrics, plan
from tutor.engine.kernels import description as d
from tutor.engine.kernels import launch
from tutor.engine.report import Histogram, LayerSurvey, Look

if TYPE_CHECKING:
    from tutor.engine.network import Sequential
    from tutor.engine.trainer import Data

Array = NDArray[Any]

_RANGES = {
    d.SIGMOID: (0.0, 1.0),
    d.SOFTMAX: (0.0, 1.0),
    d.STEP: (0.0, 1.0),
    d.TANH: (-1.0, 1.0),
    d.SIGN: (-1.0, 1.0),
    d.RELU: (0.0, 8.0),
    d.SOFTPLUS: (0.0, 8.0),
}
"""Between which values the outputs of each function are put into bins."""
_OTHER_RANGE = (-8.0, 8.0)

_SATURATES = (d.SIGMOID, d.TANH)
_CAN_DIE = (d.RELU, d.LEAKY_RELU, d.ELU, d.GELU, d.SOFTPLUS)

_RANGE_TABLE = np.array([_RANGES.get(code, _OTHER_RANGE) for code in range(d.FUNCTIONS)])


def _edges(low: float, high: float) -> tuple[float, ...]:
    return tuple(np.linspace(low, high, d.BINS + 1).tolist())


_ACTIVATION_EDGES = [_edges(low, high) for low, high in _RANGE_TABLE]
_WEIGHT_EDGES = _edges(d.WEIGHTS_LOW, d.WEIGHTS_HIGH)
_GRADIENT_EDGES = tuple(2.0 ** (d.GRADIENTS_LOW + 2 * k) for k in range(d.BINS + 1))
_NO_COUNTS = (0,) * d.BINS


class HealthCheck:
    """Looks at the same examples each time."""

    def __init__(self, model: Sequential, data: Data) -> None:
        count = data.count
        self._model = model
        self._data = data
        self.count = count
        self._loss = math.nan
        self._workspace = model.plan.workspace(count, model.dtype)
        self._outputs = plan.zeros(count * d.padded(model.plan.outputs), model.dtype)
        last = {int(row[d.LAYER]): number for number, row in enumerate(model.plan.operations)}
        self._rows = np.array(list(last.values()), np.int64)
        self._names = [model.plan.layer_names[layer] for layer in last]
        self._arrays = np.array(
            [
                (self._names.index(t.layer), t.start, t.length // t.stride, t.shape[-1], t.stride, t.learned)
                for t in model.plan.weights
            ],
            np.int64,
        ).reshape(-1, 6)
        self._with_weights = [any(t.layer == name for t in model.plan.weights) for name in self._names]
        self._learned = [any(t.layer == name for t in model.plan.learned) for name in self._names]

    def look(self, before: Any, has_gradients: bool) -> Look:
        """The figures now; ``before`` are the parameters before the last update, or NaN."""
        network = self._model.network
        figures = np.zeros((len(self._names), d.FIGURES))
        counts = np.zeros((len(self._names), d.HISTOGRAMS, d.BINS), np.int64)
        code = losses.CODES[self._model.loss]
        self._loss = launch.evaluate(network, self._workspace, self._data.examples, code, True, self._outputs)
        launch.survey(
            network.operations,
            self._rows,
            self._arrays,
            network.parameters,
            network.gradients,
            before,
            self._workspace.values,
            self.count,
            _RANGE_TABLE,
            figures,
            counts,
        )
        return Look(partial(self._layers, figures, counts, has_gradients))

    def _layers(self, figures: Array, counts: Array, has_gradients: bool) -> tuple[LayerSurvey, ...]:
        gradients = [learned and has_gradients for learned in self._learned]
        columns = (self._names, figures.tolist(), counts.tolist(), self._with_weights, gradients)
        return tuple(_layer(*column) for column in zip(*columns, strict=True))

    def scores(self) -> dict[str, float]:
        """``loss`` and the compiled metrics over the examples, as they were seen by the last look."""
        model = self._model
        outputs = self._outputs.reshape(self.count, -1)[:, : model.plan.outputs]
        return {"loss": self._loss} | metrics.compute(model.metrics, outputs, self._data.targets, model.loss)


def _layer(
    name: str, figures: list[float], counts: list[list[int]], weights: bool, gradients: bool
) -> LayerSurvey:
    activations, sizes, values = counts
    function = int(figures[d.OUTPUT_FUNCTION])
    weight_norm = math.sqrt(figures[d.WEIGHT_SQUARES]) if weights else math.nan
    looked = any(activations)
    return LayerSurvey(
        name=name,
        gradient_norm=math.sqrt(figures[d.GRADIENT_SQUARES]) if gradients else math.nan,
        weight_norm=weight_norm,
        update_ratio=math.sqrt(figures[d.UPDATE_SQUARES]) / weight_norm if weight_norm > 0 else math.nan,
        activation_mean=figures[d.MEAN] if looked else math.nan,
        activation_deviation=figures[d.DEVIATION] if looked else math.nan,
        saturated=figures[d.SATURATED] if looked and function in _SATURATES else math.nan,
        dead=figures[d.DEAD] if function in _CAN_DIE else math.nan,
        activations=Histogram(
            _ACTIVATION_EDGES[function], tuple(activations), int(figures[d.BAD_ACTIVATIONS])
        ),
        gradients=Histogram(
            _GRADIENT_EDGES,
            tuple(sizes) if gradients else _NO_COUNTS,
            int(figures[d.BAD_GRADIENTS]) if gradients else 0,
        ),
        weights=Histogram(_WEIGHT_EDGES, tuple(values), int(figures[d.BAD_WEIGHTS_COUNT])),
    )
