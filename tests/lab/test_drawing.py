"""The drawn network shows what networks cut off after each layer answer."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.lab.looks import EXPERIMENTS, experiment, learner
from tutor.engine import Sequential
from tutor.lab.details.drawing import drawing


def cut_off(network, layer):
    """The network's first layers, with their weights, as a network of its own."""
    model = network.model
    front = Sequential(model.layers[: layer + 1], model.input_shape)
    front.set_weights(model.get_weights()[: len(front.get_weights())])
    return front


def numbers(maps):
    """What the shades stand for (count, height, width)."""
    shades = np.frombuffer(maps.pixels, np.uint8).reshape(maps.count, maps.height, maps.width)
    return maps.low + (maps.high - maps.low) * shades / 255


def agrees(maps, expected):
    """The images (height, width, count) are these, as well as 256 shades can tell."""
    assert (maps.height, maps.width, maps.count) == expected.shape
    assert (maps.low, maps.high) == (expected.min(), expected.max())
    half_a_shade = (maps.high - maps.low) / 255 / 2 + 1e-6
    np.testing.assert_allclose(numbers(maps), np.moveaxis(expected, 2, 0), atol=half_a_shade, rtol=0)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_layer_answers_what_the_network_cut_off_there_predicts(name):
    network = learner(EXPERIMENTS[name], steps=20)
    drawn = drawing(network, 3)
    x = network.dataset.x_val[3:4]
    assert drawn.example == 3
    first, *layers = drawn.layers
    assert (first.kind, first.outputs) == ("input", x.ravel().tolist())
    assert first.shape == list(network.model.input_shape)
    names = network.model.plan.layer_names  # those of the layers inside of others come last
    assert [layer.name for layer in layers] == list(names[: len(network.model.layers)])
    assert sum(layer.parameters for layer in layers) == network.model.count_params()
    for number, layer in enumerate(layers):
        expected = cut_off(network, number).predict(network.inputs(x))[0]
        assert layer.shape == list(expected.shape) and layer.units == expected.size
        assert layer.inputs == drawn.layers[number].units
        assert layer.outputs == pytest.approx(expected.ravel(), rel=1e-5, abs=1e-7)


def test_weights_are_those_of_the_network_input_by_input():
    network = learner(EXPERIMENTS["dense"])
    w1, b1, w2, b2 = network.model.get_weights()
    _, hidden, last = drawing(network, 0).layers
    assert (hidden.kind, hidden.activation, last.activation) == ("dense", "tanh", "sigmoid")
    assert (hidden.weights, hidden.biases) == (w1.ravel().tolist(), b1.tolist())
    assert (last.weights, last.biases) == (w2.ravel().tolist(), b2.tolist())


def test_long_rows_and_many_weights_are_left_out():
    layers = "dense 65 relu, dense 64 relu, dense 60 relu, dense 30 relu, dense 10 softmax"
    network = learner(experiment(layers, "categorical_crossentropy", "digits"))
    drawn = drawing(network, 0)
    assert [len(layer.weights) for layer in drawn.layers] == [0, 0, 0, 3840, 1800, 300]
    assert [len(layer.outputs) for layer in drawn.layers] == [64, 65, 64, 60, 30, 10]


def test_images_come_with_filters_and_feature_maps():
    network = learner(EXPERIMENTS["images"], steps=20)
    drawn = drawing(network, 7)
    image = network.dataset.x_val[7].reshape(8, 8, 1)
    assert drawn.image is not None
    agrees(drawn.image, image)
    assert [maps.layer for maps in drawn.maps] == ["conv2d_1", "max_pooling2d_1", "conv2d_2"]
    for maps, layer in zip(drawn.maps, (0, 1, 2), strict=True):
        agrees(maps, cut_off(network, layer).predict(image[None])[0])
    first, second = (weights for weights in network.model.get_weights() if weights.ndim == 4)
    assert [maps.layer for maps in drawn.filters] == ["conv2d_1", "conv2d_2"]
    agrees(drawn.filters[0], first[:, :, 0, :])
    assert drawn.filters[1].count == 3 * 4
    images = [second[:, :, channel, filter_] for filter_ in range(4) for channel in range(3)]
    agrees(drawn.filters[1], np.stack(images, axis=2))


def test_units_that_look_at_an_image_show_their_weights_as_one():
    network = learner(EXPERIMENTS["digits"])
    drawn = drawing(network, 0)
    assert drawn.maps == [] and len(drawn.filters) == 1
    agrees(drawn.filters[0], network.model.get_weights()[0].reshape(8, 8, 16))


def test_label_and_answer_are_those_of_the_chosen_example():
    digits = learner(EXPERIMENTS["digits"], steps=200)
    for example in (0, 5):
        drawn = drawing(digits, example)
        assert drawn.label == str(digits.dataset.y_val[example])
        answer = digits.model.predict(digits.dataset.x_val[example : example + 1]).argmax()
        assert drawn.answer == str(answer)
    assert drawing(digits, 10**6).example == 499
    pair = drawing(learner(EXPERIMENTS["pair"], steps=100), 1)
    assert pair.label in ("5", "6") and pair.answer in ("5", "6")
    sine = learner(EXPERIMENTS["regression"], steps=5)
    drawn = drawing(sine, 2)
    assert float(drawn.label) == pytest.approx(sine.dataset.y_val[2], rel=1e-3)
    assert float(drawn.answer) == pytest.approx(sine.model.predict(sine.dataset.x_val[2:3])[0, 0], rel=1e-3)


def test_numbers_that_are_none_stay_out_of_the_shades():
    network = learner(EXPERIMENTS["images"])
    weights = network.model.get_weights()
    weights[0][0, 0, 0, 0], weights[0][0, 1, 0, 0] = 7.0, -7.0
    network.model.set_weights(weights)
    network.model.network.parameters[:2] = [math.nan, math.inf]  # of the first pixel's three filters
    found = drawing(network, 0).filters[0]
    rest = weights[0].ravel()[2:]
    assert (found.low, found.high) == (-7.0, rest.max())
    assert (found.pixels[0], found.pixels[9]) == (0, 255)
