"""Tiny networks to be traced by hand: their numbers are drawn from a seed, the answer is the engine's."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tutor.content.questions import PERCEPTRON, Numeric, Slip, Trace
from tutor.engine import SGD, Dense, Sequential, parse_layers
from tutor.engine.classic.perceptron import Perceptron
from tutor.errors import InputError

_WEIGHTS = [sign * tenths / 10 for tenths in range(1, 16) for sign in (-1, 1)]
_INPUTS = [-2.0, -1.0, -0.5, 0.5, 1.0, 2.0]
_RATES = [0.1, 0.5, 2.0]
_DRAWS = 500
_CLEAR = 5
"""So many tolerances an answer must lie away from what is no work at all."""
_DIGITS = 6

_MOST_UNITS = 3
_MOST_INPUTS = 4
_LEAST_SUM = 0.05
_WITH_KINK = ("relu", "leaky_relu", "step", "sign")
"""Activations whose slope, or value, changes at once at a sum of 0: it could be rounded to either side."""


@dataclass(frozen=True)
class _Task:
    """One set of numbers: what is given, what is asked, and what comes out.

    ``trivial`` is what one would answer without any calculation.
    """

    given: list[str]
    asked: str
    answer: float
    trivial: float
    slips: list[tuple[float, str]]
    way: str


def pose(question: Trace, seed: int) -> Numeric:
    """``question`` with the numbers of this seed; the same seed gives the same numbers.

    Raises :class:`InputError` where the question asks for what a tiny network does not have, or where no
    numbers give an answer that stands clear of its tolerance.
    """
    rng = random.Random(seed)
    draw = _perceptron if question.layers == PERCEPTRON else _network
    for _ in range(_DRAWS):
        task = draw(question, rng)
        slips = _slips(task, question.tolerance)
        if abs(task.answer - task.trivial) >= _CLEAR * question.tolerance and slips:
            return Numeric(
                id=question.id,
                prompt="\n".join([question.prompt, "", *task.given, task.asked]),
                explanation=question.explanation,
                page=question.page,
                hints=question.hints,
                experiment=question.experiment,
                answer=round(task.answer, _DIGITS),
                tolerance=question.tolerance,
                feedback=task.way,
                slips=slips,
            )
    message = f"no numbers were found for {question.layers!r} whose answer is clear of the tolerance"
    raise InputError(message, "take a smaller tolerance, or another activation")


def _slips(task: _Task, tolerance: float) -> list[Slip]:
    """The usual mistakes that these numbers tell apart from the answer and from each other."""
    kept: list[Slip] = []
    for value, feedback in task.slips:
        taken = [task.answer, *(slip.value for slip in kept)]
        if all(abs(value - other) > 2 * tolerance for other in taken):
            kept.append(Slip(round(value, _DIGITS), feedback))
    return kept


# ------------------------------------------------------------------- a network and gradient descent


@dataclass(frozen=True)
class _Net:
    """A network with the example it is shown."""

    model: Sequential
    activations: list[str]
    x: NDArray[np.float32]
    target: float
    rate: float

    @property
    def values(self) -> list[NDArray[np.float32]]:
        """The inputs, then the outputs of each layer."""
        outputs = [output[0] for _, output in self.model.layer_outputs(self.x)]
        return [self.x[0], *outputs]

    @property
    def output(self) -> float:
        return float(self.values[-1][0])

    def gradients(self) -> list[NDArray[np.float32]]:
        return self.model.gradients(self.x, [[self.target]])[1]

    @property
    def is_decided(self) -> bool:
        """Whether no sum lies on the kink of its activation."""
        weights = [array.astype(np.float64) for array in self.model.get_weights()]
        for layer, (name, x) in enumerate(zip(self.activations, self.values, strict=False)):
            sums = x @ weights[2 * layer] + weights[2 * layer + 1]
            if name in _WITH_KINK and np.abs(sums).min() < _LEAST_SUM:
                return False
        return True

    def changed(self, layer: int, activation: str | None = None, bias: bool = True) -> float:
        """The output where a layer (from 0) had another activation, or no bias."""
        activations = list(self.activations)
        activations[layer] = activation or activations[layer]
        layers = [Dense(len(self.values[place + 1]), activation=own) for place, own in enumerate(activations)]
        twin = Sequential(layers, input_shape=self.model.input_shape)
        weights = self.model.get_weights()
        if not bias:
            weights[2 * layer + 1] = np.zeros_like(weights[2 * layer + 1])
        twin.set_weights(weights)
        return float(twin.predict(self.x)[0, 0])


def _network(question: Trace, rng: random.Random) -> _Task:
    net = _draw_net(question, rng)
    if question.asks == "output":
        task = _output(net)
    else:
        layer = question.layer - 1
        kernel = net.model.get_weights()[2 * layer]
        source, unit = rng.randrange(kernel.shape[0]), rng.randrange(kernel.shape[1])
        task = _Weight(net, layer, source, unit).task(question.asks == "gradient")
    return task if net.is_decided else replace(task, trivial=task.answer)


def _draw_net(question: Trace, rng: random.Random) -> _Net:
    layers = parse_layers(question.layers)
    dense = [layer for layer in layers if isinstance(layer, Dense) and layer.use_bias]
    small = all(layer.units <= _MOST_UNITS for layer in dense) and 1 <= question.inputs <= _MOST_INPUTS
    if len(dense) < len(layers) or len(dense) > 2 or not small or dense[-1].units != 1:
        hint = f"write one or two dense layers of at most {_MOST_UNITS} units, the last one of 1 unit"
        raise InputError(f"{question.layers!r} is no network to trace by hand", hint)
    if not 1 <= question.layer <= len(dense):
        hint = f"the network has {len(dense)}, counted from 1"
        raise InputError(f"there is no layer {question.layer}", hint)
    model = Sequential(layers, input_shape=(question.inputs,))
    rate = rng.choice(_RATES)
    model.compile(optimizer=SGD(learning_rate=rate), loss="mean_squared_error")
    model.set_weights([_draw(rng, _WEIGHTS, weights.shape) for weights in model.get_weights()])
    target = float(rng.randint(0, 1))
    activations = [layer.activation for layer in dense]
    return _Net(model, activations, _draw(rng, _INPUTS, (1, question.inputs)), target, rate)


def _draw(rng: random.Random, numbers: list[float], shape: tuple[int, ...]) -> NDArray[np.float32]:
    return np.array(rng.choices(numbers, k=int(np.prod(shape))), dtype=np.float32).reshape(shape)


def _output(net: _Net) -> _Task:
    last = len(net.activations) - 1
    total = net.changed(last, "linear")
    name = "output unit" if last else "unit"
    slips = [
        (net.changed(last, bias=False), f"The bias of the {name} is missing."),
        (total, "That is the weighted sum: the activation function is still to come."),
    ]
    if last:
        slips.append((net.changed(0, "linear"), "The hidden units passed their bare sums on."))
        slips.append((net.changed(0, bias=False), "The biases of the hidden units are missing."))
    hidden = f"The hidden units give {_listed(net.values[1])}. " if last else ""
    way = f"{hidden}The sum is {_shown(total)}, and {net.activations[last]} makes {_shown(net.output)} of it."
    # An output of 0 is what a unit gives that has not heard anything.
    return _Task(_described(net), "What is the output p?", net.output, 0.0, slips, way)


@dataclass(frozen=True)
class _Weight:
    """One weight of a network: from value ``source`` into unit ``unit`` of layer ``layer``, all from 0."""

    net: _Net
    layer: int
    source: int
    unit: int

    def task(self, derivative: bool) -> _Task:
        net = self.net
        gradients = net.gradients()
        slope = float(gradients[2 * self.layer][self.source, self.unit])
        # A bias is a weight on 1, so the derivative by it is the unit's delta.
        delta = float(gradients[2 * self.layer + 1][self.unit])
        comes_in = float(net.values[self.layer][self.source])
        given = [*_described(net), _forward(net)]
        way = f"The unit's delta is {_shown(delta)}, and {_shown(comes_in)} comes in along the weight: "
        way += f"the derivative is their product, {_shown(slope)}."
        if derivative:
            asked = f"What is the derivative of the error by the {self._name()}?"
            return _Task(given, asked, slope, 0.0, list(self._slips(gradients, slope, delta, comes_in)), way)
        before = float(net.model.get_weights()[2 * self.layer][self.source, self.unit])
        after = self._step()
        asked = f"What is the {self._name()} after one step with the learning rate {_shown(net.rate)}?"
        slips = [
            (2 * before - after, "That step goes uphill: learning rate times derivative is subtracted."),
            (before - slope, "The direction is right; the learning rate is missing."),
            (after - before, "That is the step alone: it is still to be added to the weight."),
        ]
        way += f" {_shown(before)} − {_shown(net.rate)} · ({_shown(slope)}) = {_shown(after)}."
        return _Task(given, asked, after, before, slips, way)

    def _step(self) -> float:
        """The weight after one step of training on the example."""
        net = self.net
        kept = net.model.get_weights()
        net.model.fit(net.x, [[net.target]], epochs=1)
        after = float(net.model.get_weights()[2 * self.layer][self.source, self.unit])
        net.model.set_weights(kept)
        return after

    def _slips(
        self, gradients: list[NDArray[np.float32]], slope: float, delta: float, comes_in: float
    ) -> Iterator[tuple[float, str]]:
        net = self.net
        yield -slope, "The size is right, the sign is not: the error grows with p − t."
        error = 2 * (net.output - net.target)
        if self.layer == len(net.activations) - 1:
            yield error * comes_in, "The slope of the unit's activation function is missing."
        else:
            weight = float(net.model.get_weights()[-2][self.unit, 0])
            back = float(gradients[-1][0])
            yield back * weight * comes_in, "The slope of the hidden unit's activation function is missing."
            if weight:
                yield slope / weight, "The weight from the hidden unit to the output is missing."
        yield slope / 2, "The factor 2 from the square is missing."
        yield delta, "That is the unit's delta, not yet multiplied by what comes in along the weight."

    def _name(self) -> str:
        if len(self.net.activations) == 1:
            return f"weight w{self.source + 1}"
        if self.layer == 0:
            return f"weight from x{self.source + 1} to hidden unit {self.unit + 1}"
        return f"weight from hidden unit {self.source + 1} to the output"


def _described(net: _Net) -> list[str]:
    """The numbers of the network and its inputs, a line for each unit."""
    inputs = ", ".join(f"x{i} = {_shown(value)}" for i, value in enumerate(net.x[0], start=1))
    lines = [f"Inputs: {inputs}."]
    weights = net.model.get_weights()
    for layer, activation in enumerate(net.activations):
        kernel, biases = weights[2 * layer], weights[2 * layer + 1]
        for unit in range(kernel.shape[1]):
            hidden = layer < len(net.activations) - 1
            name = f"Hidden unit {unit + 1}" if hidden else "Output unit" if layer else "The unit"
            lines.append(
                f"{name} ({activation}): weights {_listed(kernel[:, unit])}; bias {_shown(biases[unit])}."
            )
    return lines


def _forward(net: _Net) -> str:
    """What the forward pass gave, and what was wanted."""
    hidden = f"hidden units {_listed(net.values[1])}, " if len(net.activations) > 1 else ""
    wanted = f"The target is t = {_shown(net.target)}, the error (p − t)²."
    return f"Forward: {hidden}output p = {_shown(net.output)}. {wanted}"


# --------------------------------------------------------------------------- Rosenblatt's unit


def _perceptron(question: Trace, rng: random.Random) -> _Task:
    """One example is shown, and the unit learns from it if it was wrong."""
    if question.asks != "weight" or not 1 <= question.inputs <= _MOST_INPUTS:
        hint = f'write asks = "weight", and at most {_MOST_INPUTS} inputs'
        raise InputError("of a perceptron only a new weight can be traced", hint)
    unit = Perceptron(question.inputs, learning_rate=rng.choice([0.5, 1.0]))
    weights, bias = np.array(rng.choices(_WEIGHTS, k=question.inputs)), rng.choice(_WEIGHTS)
    unit.weights, unit.bias = weights.copy(), bias
    x = np.array(rng.choices(_INPUTS, k=question.inputs))
    label = rng.choice([-1.0, 1.0])
    place = rng.randrange(question.inputs)
    before, rate = float(unit.weights[place]), unit.learning_rate
    inputs = ", ".join(f"x{i} = {_shown(value)}" for i, value in enumerate(x, start=1))
    given = [
        f"Weights {_listed(unit.weights)}; bias {_shown(unit.bias)}; learning rate {_shown(rate)}.",
        f"The example: {inputs}; its label is {'+1' if label > 0 else '−1'}.",
    ]
    answered = float(unit.answer([x])[0])
    mistake = unit.fit_one(x, label)
    after, step = float(unit.weights[place]), rate * label * float(x[place])
    says = "+1" if answered > 0 else "−1"
    if mistake:
        way = f"The unit says {says}, which is wrong, so {_shown(step)} is added to {_shown(before)}."
        slips = [
            (before, "The unit's answer is wrong here, so its weights move. Work out the sum first."),
            (before - step, "The size is right, the direction is not: the label gives the sign of the step."),
            (before + rate * label, "The step is also multiplied by the input that belongs to the weight."),
        ]
    else:
        way = f"The unit says {says}, which is right: a perceptron learns from its mistakes alone."
        moved = "The unit's answer is right here, so nothing moves. Work out the sum first."
        slips = [(before + step, moved)]
    undecided = abs(float(x @ weights) + bias) < _LEAST_SUM
    trivial = after if undecided else before if mistake else before + step
    return _Task(given, f"What is w{place + 1} after it has been shown?", after, trivial, slips, way)


def _shown(value: float) -> str:
    return f"{float(value):.3g}".replace("-", "−")


def _listed(values: NDArray[np.generic]) -> str:
    return ", ".join(_shown(float(value)) for value in values)
