"""The network with its numbers, as one example goes through it."""

from __future__ import annotations

import math

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from tutor.engine import Conv2D, Dense, Sequential
from tutor.lab.details.health import activation_names
from tutor.lab.details.picture import asked
from tutor.lab.network import NetworkLearner
from tutor.lab.pictures import beliefs
from tutor.lab.rbm import RbmLearner
from tutor.report import Drawing, DrawnLayer, Maps

MOST = 4096
"""Longer rows of numbers are left out: nobody could see them one by one."""
MOST_WEIGHTS = 6000
"""Of all layers together, so that reports stay small; the layers next to the input come first."""

Array = NDArray[np.floating]


def drawing(learner: NetworkLearner, example: int) -> Drawing:
    """The network with the held-out (else training) example of that number, or with the last one."""
    model, data = learner.model, learner.dataset
    x, targets = asked(data)
    example = min(max(example, 0), len(x) - 1)
    one = x[example : example + 1]
    label, answer = _label_and_answer(learner, one, targets[example])
    taken = learner.inputs(one)
    outputs = [(name, answers[0]) for name, answers in model.layer_outputs(taken)]
    return Drawing(
        layers=[_input(taken[0]), *_layers(model, outputs)],
        example=example,
        label=label,
        answer=answer,
        image=_maps("input", one.reshape(*data.image_shape, 1)) if data.image_shape else None,
        filters=_filters(model, data.image_shape),
        maps=[_maps(name, answers) for name, answers in outputs if answers.ndim == 3],
    )


def drawing_of_machine(learner: RbmLearner, example: int) -> Drawing:
    """A Boltzmann machine with the held-out (else training) image of that number, or with the last one.

    Its outputs are the hidden units' probabilities, its filters their weights to the pixels.
    """
    data, machine = learner.dataset, learner.machine
    x, labels = asked(data)
    example = min(max(example, 0), len(x) - 1)
    one = x[example : example + 1]
    assert data.image_shape is not None
    taken = learner.inputs(one)
    probabilities = machine.hidden_probabilities(taken)[0]
    visible = _input(taken[0].astype(np.float32))
    hidden = DrawnLayer(
        name="hidden",
        kind="rbm",
        shape=[probabilities.size],
        activation="sigmoid",
        parameters=machine.count_params() - machine.visible_bias.size,
        inputs=machine.visible_bias.size,
        units=probabilities.size,
        weights=_few(machine.weights),
        biases=_few(machine.hidden_bias),
        outputs=_few(probabilities),
    )
    return Drawing(
        layers=[replace(visible, name="visible", parameters=machine.visible_bias.size), hidden],
        example=example,
        label=data.names[int(labels[example])],
        answer="",
        image=_maps("visible", one.reshape(*data.image_shape, 1)),
        filters=[_maps("hidden", machine.weights.reshape(*data.image_shape, -1))],
    )


def _label_and_answer(
    learner: NetworkLearner, one: NDArray[np.float32], target: np.generic
) -> tuple[str, str]:
    data = learner.dataset
    if data.kind == "regression":
        number = float(learner.model.predict(learner.inputs(one)).flat[0])
        return f"{float(target):.4g}", f"{number:.4g}" if np.isfinite(number) else "?"
    believed = beliefs(learner, one)[0]
    answer = data.names[believed.argmax()] if np.isfinite(believed).all() else "?"
    return data.names[int(target)], answer


def _input(example: NDArray[np.float32]) -> DrawnLayer:
    return DrawnLayer(
        name="input",
        kind="input",
        shape=list(example.shape),
        activation="",
        parameters=0,
        inputs=0,
        units=example.size,
        weights=[],
        biases=[],
        outputs=_few(example),
    )


def _layers(model: Sequential, outputs: list[tuple[str, Array]]) -> list[DrawnLayer]:
    functions, drawn = activation_names(model), []
    inputs, room = math.prod(model.input_shape), MOST_WEIGHTS
    for layer, (name, answers) in zip(model.layers, outputs, strict=True):
        tensors = model.tensors_of(name)
        weights, biases = np.zeros(0), np.zeros(0)
        if isinstance(layer, Dense | Conv2D):
            weights, *rest = (tensor.view(model.network.parameters) for tensor in tensors)
            biases = rest[0] if rest else biases
        shown = _few(weights) if weights.size <= room else []
        room -= len(shown)
        drawn.append(
            DrawnLayer(
                name=name,
                kind=layer.kind,
                shape=list(answers.shape),
                activation=functions.get(name, ""),
                parameters=sum(tensor.size for tensor in tensors),
                inputs=inputs,
                units=answers.size,
                weights=shown,
                biases=_few(biases),
                outputs=_few(answers),
            )
        )
        inputs = answers.size
    return drawn


def _filters(model: Sequential, image_shape: tuple[int, int] | None) -> list[Maps]:
    """What the units of a layer look for, as small images.

    For a convolution one for each channel that a filter looks at: first all channels of the first filter,
    then those of the second. For a dense layer that looks at an image the weights of each unit.
    """
    found = []
    for tensor in model.plan.tensors:
        weights = tensor.view(model.network.parameters)
        if len(tensor.shape) == 4:
            lines, columns, channels, count = tensor.shape
            images = weights.transpose(0, 1, 3, 2).reshape(lines, columns, channels * count)
            found.append(_maps(tensor.layer, images))
        elif tensor is model.plan.tensors[0] and image_shape and len(weights) == math.prod(image_shape):
            found.append(_maps(tensor.layer, weights.reshape(*image_shape, -1)))
    return found


def _maps(layer: str, images: NDArray[np.floating]) -> Maps:
    """Images (height, width, count), in 256 shades from the least to the greatest number of all of them."""
    height, width, count = images.shape
    count = min(count, MOST // (height * width))
    shown = np.moveaxis(images[:, :, :count], 2, 0).astype(np.float64)
    finite = shown[np.isfinite(shown)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    with np.errstate(over="ignore", invalid="ignore"):
        shades = 255 * (shown / (high - low) - low / (high - low)) if high > low else np.zeros_like(shown)
    shades = np.clip(np.nan_to_num(shades, nan=0.0, posinf=255.0, neginf=0.0), 0, 255)
    return Maps(layer, height, width, count, np.rint(shades).astype(np.uint8).tobytes(), low, high)


def _few(numbers: NDArray[np.floating]) -> list[float]:
    return numbers.ravel().tolist() if numbers.size <= MOST else []
