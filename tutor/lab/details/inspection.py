"""Exactly the numbers of one unit, forward and backward, for one example of the minibatch that comes next."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tutor.engine import Trainer, activations
from tutor.engine.kernels import description as d
from tutor.engine.planner import Tensor
from tutor.engine.rehearsal import Rehearsal
from tutor.report import Inspection

MOST = 64
"""So many numbers of a long row are shown."""
FROM_LOGITS = ("binary_crossentropy", "categorical_crossentropy")
"""Losses whose gradient is taken by z of the last layer at once."""

_FROM_OUTPUT: dict[str, Callable[[float], float]] = {
    "sigmoid": lambda a: a * (1 - a),
    "tanh": lambda a: 1 - a * a,
}


@dataclass(frozen=True)
class _Layer:
    """A dense layer: its two operations and its weight arrays."""

    name: str
    dense: d.Integers
    activation: d.Integers
    weights: Tensor
    biases: Tensor | None
    """None where it has none; what is told of them is 0 then."""

    def bias(self, parameters: NDArray[np.floating], unit: int) -> float:
        """That of one unit in a flat array."""
        return float(self.biases.view(parameters)[unit]) if self.biases is not None else 0.0


def inspection(trainer: Trainer, layer: int, unit: int, example: int) -> Inspection | None:
    """One unit in the step that comes next; None if the network has no dense layer.

    Numbers beyond the last layer, unit or example mean the last.
    """
    layers = _dense_layers(trainer)
    if not layers:
        return None
    chosen = layers[_within(layer, len(layers))]
    step, parameters = trainer.rehearse(), trainer.model.network.parameters
    units = chosen.weights.shape[1]
    unit, example = _within(unit, units), _within(example, step.passage.rows)
    function = activations.NAMES[chosen.activation[d.FUNCTION]]
    z = step.passage.outputs(chosen.dense)[example]
    a = float(step.passage.outputs(chosen.activation)[example, unit])
    outgoing, next_deltas = _next_layer(trainer, layers, chosen, step, unit, example)
    return Inspection(
        layer=chosen.name,
        function=function,
        layers=[each.name for each in layers],
        units=units,
        unit=unit,
        examples=step.passage.rows,
        example=example,
        input_names=_input_names(chosen),
        inputs=_few(step.passage.inputs(chosen.dense)[example]),
        weights=_few(chosen.weights.view(parameters)[:, unit]),
        bias=chosen.bias(parameters, unit),
        z=float(z[unit]),
        a=a,
        target=_few(trainer.data.targets[step.examples[example]]),
        loss=step.loss,
        slope=_slope(function, z, a, unit),
        delta=float(step.passage.output_gradients(chosen.dense)[example, unit]),
        outgoing=outgoing,
        next_deltas=next_deltas,
        weight_gradients=_few(step.gradient(chosen.weights)[:, unit]),
        bias_gradient=float(step.gradient(chosen.biases)[unit]) if chosen.biases is not None else 0.0,
        learning_rate=step.learning_rate,
        optimizer=trainer.model.optimizer.name if trainer.model.optimizer else "",
        new_weights=_few(chosen.weights.view(step.parameters)[:, unit]),
        new_bias=chosen.bias(step.parameters, unit),
        output_gradient=_output_gradient(trainer, chosen, step, unit, example),
    )


def _dense_layers(trainer: Trainer) -> list[_Layer]:
    plan, operations = trainer.model.plan, trainer.model.network.operations
    layers = []
    for dense, activation in itertools.pairwise(operations):
        if dense[d.KIND] == d.DENSE:
            name = plan.layer_names[dense[d.LAYER]]
            weights, *rest = (tensor for tensor in plan.tensors if tensor.layer == name)
            layers.append(_Layer(name, dense, activation, weights, rest[0] if rest else None))
    return layers


def _next_layer(
    trainer: Trainer, layers: list[_Layer], chosen: _Layer, step: Rehearsal, unit: int, example: int
) -> tuple[list[float], list[float]]:
    """The unit's weights to a dense layer that follows directly, and its units' deltas; or nothing."""
    for layer in layers:
        if layer.dense[d.INPUT] == chosen.activation[d.OUTPUT]:
            outgoing = layer.weights.view(trainer.model.network.parameters)[unit]
            return _few(outgoing), _few(step.passage.output_gradients(layer.dense)[example])
    return [], []


def _output_gradient(trainer: Trainer, chosen: _Layer, step: Rehearsal, unit: int, example: int) -> float:
    last = trainer.model.network.operations[-1]
    if chosen.activation[d.OUTPUT] == last[d.OUTPUT] and trainer.model.loss in FROM_LOGITS:
        return math.nan
    return float(step.passage.output_gradients(chosen.activation)[example, unit])


def _slope(function: str, z: NDArray[np.floating], a: float, unit: int) -> float:
    """f'(z), from the output as the kernels take it: far out that is rounded, and δ is a product of this."""
    if function in _FROM_OUTPUT:
        return _FROM_OUTPUT[function](a)
    return float(activations.slopes(function, z)[unit])


def _input_names(layer: _Layer) -> list[str]:
    """``x1``, ``x2`` for the network's inputs, ``a1``, ``a2`` for what the layer before answers."""
    letter = "x" if layer.dense[d.INPUT] == 0 else "a"
    return [f"{letter}{number + 1}" for number in range(min(MOST, int(layer.dense[d.IN_WIDTH])))]


def _within(number: int, count: int) -> int:
    return min(max(number, 0), count - 1)


def _few(numbers: NDArray[np.floating]) -> list[float]:
    return [float(number) for number in numbers[:MOST]]
