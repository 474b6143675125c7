"""What panels ask for, against NumPy; asking changes nothing, and a run that blew up answers, too."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest

from tests.lab.examples import TIMES, perceptron
from tests.lab.looks import DIVERGING, EXPERIMENTS, experiment, learner, look
from tutor.lab import Run
from tutor.lab.details.drawing import drawing
from tutor.lab.details.health import described, take
from tutor.lab.details.inspection import inspection
from tutor.lab.details.past import MOMENTS, Past
from tutor.lab.details.picture import confusion_and_mistakes, fit
from tutor.lab.details.pre_activations import histogram, pre_activations
from tutor.report import Report

# ------------------------------------------------------------------------- every kind of run


def checked(report):
    """The report, once it has been where the app gets it from: it must come through as it was."""
    message = msgspec.msgpack.encode(report)
    again = msgspec.msgpack.decode(message, type=Report)
    assert msgspec.msgpack.encode(again) == message
    return report


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_asking_for_everything_at_every_chunk_changes_nothing(name):
    quiet, watched = Run(EXPERIMENTS[name], "a", seed=2), Run(EXPERIMENTS[name], "a", seed=2)
    for number in range(30):
        look(watched, layer=number % 3, unit=number % 5, example=number)
        for _ in range(number):
            quiet.step()
            watched.step()
    assert details_of(look(watched)) == details_of(look(quiet))
    assert quiet.quantities() | TIMES == watched.quantities() | TIMES


def details_of(report):
    names = ("series", "surface", "points", "samples", "health", "pre_activations", "confusion", "mistakes")
    parts = [getattr(report, name) for name in (*names, "fit", "drawing", "inspection")]
    return msgspec.msgpack.encode(parts)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_kind_of_network_has_its_details(name):
    run = Run(EXPERIMENTS[name], "a")
    run.step()
    report = checked(look(run))
    regression, images = name == "regression", name in ("digits", "pair", "images", "strokes")
    assert report.health and report.pre_activations and report.drawing and report.inspection
    assert (report.confusion is None) == regression and (report.fit is None) != regression
    assert (report.mistakes is None) != images and (report.drawing.image is None) != images
    names = learner(EXPERIMENTS[name]).model.plan.layer_names
    assert [layer.name for layer in report.drawing.layers[1:]] == list(names)[
        : len(report.drawing.layers) - 1
    ]


def test_nothing_is_made_that_was_not_asked_for():
    report = Run(EXPERIMENTS["dense"], "a").report("ready", 1)
    names = ("health", "pre_activations", "confusion", "mistakes", "fit", "drawing", "inspection")
    assert all(getattr(report, name) is None for name in names)


def test_a_perceptron_has_its_mistakes_counted_and_nothing_else():
    run = Run(perceptron("xor"), "a")
    run.run_to_end()
    report = checked(look(run))
    assert sum(map(sum, report.confusion.counts)) == 4
    wrong = report.confusion.counts[0][1] + report.confusion.counts[1][0]
    assert wrong == report.quantities["errors"] > 0
    assert report.health is report.pre_activations is report.drawing is report.inspection is None


def test_a_run_that_diverged_still_tells_everything():
    run = Run(DIVERGING, "a")
    run.run_to_end()
    assert run.stopped_because == "diverged"
    report = checked(look(run, layer=2))
    assert len(report.health.layers) == 3 and report.fit is not None and report.drawing is not None
    assert report.inspection.layer == "dense_3" and math.isnan(report.inspection.loss)
    assert report.pre_activations.inputs.not_finite + sum(report.pre_activations.inputs.counts) > 0


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_network_whose_weights_are_no_numbers_breaks_nothing(name):
    network = learner(EXPERIMENTS[name], steps=1)
    network.model.network.parameters[:] = math.nan
    past = Past()
    past.record(0.0, network.observe().layers, network.trainer)
    assert past.health(0.0, network.trainer).layers[0].weights.not_finite > 0
    confusion, mistakes = confusion_and_mistakes(network)
    assert confusion is None or sum(map(sum, confusion.counts)) == 0
    assert mistakes is None or mistakes.label == []
    inputs = pre_activations(network.trainer, 0)
    assert sum(inputs.inputs.counts) == 0 and math.isnan(inputs.slopes) and inputs.inputs.not_finite > 0
    drawn = drawing(network, 0)
    assert drawn.answer == "?"
    assert all(maps.low == maps.high == 0 for maps in drawn.maps + drawn.filters)
    unit = inspection(network.trainer, 0, 0, 0)
    assert math.isnan(unit.z) and math.isnan(unit.loss) and math.isnan(unit.new_bias)


# ------------------------------------------------------------------------- the health of layers


def test_gradient_norms_and_histograms_are_those_at_the_checks():
    run = Run(EXPERIMENTS["dense"], "a")
    network = learner(EXPERIMENTS["dense"])
    norms, looks = [], [described(take(network.trainer))]
    while not run.finished:
        run.finish_epoch()
        network.train(network.steps_until(network.epoch + 1))
        norms.append(network.observe().layers[0].gradient_norm)
        looks.append(described(take(network.trainer)))
    health = look(run, "health").health
    assert [series.name for series in health.gradients] == ["dense_1", "dense_2"]
    assert health.gradients[0].x == [float(epoch) for epoch in range(1, 21)]
    assert health.gradients[0].y == norms
    assert health.epochs == [float(epoch) for epoch in range(21)]
    assert (health.layers[0].activation, health.layers[1].activation) == ("tanh", "sigmoid")
    assert msgspec.msgpack.encode(health.layers) == msgspec.msgpack.encode(looks[-1])
    for epoch, past in zip(health.epochs, health.past, strict=True):
        for layer, then in zip(past, looks[int(epoch)], strict=True):
            for name in ("activations", "gradients", "weights"):
                assert getattr(layer, name).counts == getattr(then, name).counts
                assert getattr(layer, name).edges == []
            np.testing.assert_equal(layer.gradient_norm, then.gradient_norm)


def filled(network, checks):
    past = Past()
    observation = network.observe()
    for check in range(checks):
        past.record(float(check), observation.layers, network.trainer)
    return past.health(float(checks - 1), network.trainer)


@pytest.mark.parametrize("checks", [39, 40, 41, 500, 3000])
def test_of_a_long_run_a_few_moments_are_kept_evenly_from_its_beginning_to_now(checks):
    health = filled(learner(EXPERIMENTS["dense"], steps=1), checks)
    assert min(checks, MOMENTS / 2) <= len(health.epochs) == len(health.past) <= MOMENTS + 1
    assert health.epochs[0] == 0 and health.epochs[-1] == checks - 1
    *gaps, last = np.diff(health.epochs)
    assert len(set(gaps)) == 1 and last <= gaps[0]
    assert all(len(series.x) <= 102 for series in health.gradients)


def test_deep_networks_are_given_fewer_moments():
    network = learner(
        experiment(", ".join(["dense 2 tanh"] * 24) + ", dense 1", "mean_squared_error", "sine")
    )
    assert 5 <= len(filled(network, 100).past) <= 11


def test_histograms_over_other_bins_keep_their_edges():
    network = learner(EXPERIMENTS["dense"], steps=1)
    past = Past()
    past.record(0.0, network.observe().layers, network.trainer)
    network.turn("activation", "relu")
    hidden, last = past.health(0.0, network.trainer).past[0]
    assert (hidden.activations.edges[0], hidden.activations.edges[-1]) == (-1, 1)
    assert hidden.weights.edges == last.activations.edges == []


def test_a_copy_of_the_past_goes_its_own_way():
    network = learner(EXPERIMENTS["dense"], steps=1)
    past = Past()
    past.record(0.0, network.observe().layers, network.trainer)
    twin = past.copy()
    twin.record(1.0, network.observe().layers, network.trainer)
    assert past.health(0.0, network.trainer).epochs == [0.0]
    assert twin.health(1.0, network.trainer).epochs == [0.0, 1.0]
    assert [len(series.x) for series in past.health(0.0, network.trainer).gradients] == [1, 1]


# ------------------------------------------------------------------------- inputs of activations


def test_pre_activations_are_what_a_linear_layer_would_answer():
    network = learner(EXPERIMENTS["deep"], steps=30)
    model, data = network.model, network.dataset
    w = model.get_weights()
    x = data.x[np.linspace(0, len(data.x) - 1, 64).astype(int)]
    z = x.astype(float) @ w[0] + w[1]
    found = pre_activations(network.trainer, 0)
    assert (found.layer, found.function) == ("dense_1", "sigmoid")
    assert found.layers == ["dense_1", "dense_2", "dense_3"]
    s = 1 / (1 + np.exp(-z))
    assert found.slopes == pytest.approx((s * (1 - s)).mean(), rel=1e-5)
    edges = found.inputs.edges
    assert (edges[0], edges[-1], len(edges)) == (-4, 4, 41)
    counts = np.histogram(np.clip(z, -4, 4), edges)[0]
    assert sum(found.inputs.counts) == z.size and found.inputs.not_finite == 0
    assert np.abs(counts - found.inputs.counts).sum() <= 2  # a number on an edge may fall to either side
    assert pre_activations(network.trainer, 1).function == "gelu"
    assert pre_activations(network.trainer, 99) == pre_activations(network.trainer, 2)


def test_the_axis_widens_with_the_inputs():
    assert histogram(np.array([0.1, -0.2])).edges[-1] == 4
    assert histogram(np.linspace(-30, 30, 100)).edges[-1] == 32
    wild = histogram(np.array([np.nan, np.inf, -1e300, 3.0]))
    assert wild.not_finite == 2 and sum(wild.counts) == 2 and math.isfinite(wild.edges[-1])
    assert sum(histogram(np.zeros((0, 2))).counts) == 0


def test_convolutions_have_pre_activations():
    network = learner(EXPERIMENTS["images"], steps=10)
    found = pre_activations(network.trainer, 1)
    assert (found.layer, found.function, sum(found.inputs.counts)) == ("conv2d_2", "tanh", 64 * 4 * 4 * 4)


# ------------------------------------------------------------------------- answers


def test_who_is_taken_for_whom():
    network = learner(EXPERIMENTS["digits"], steps=60)
    data = network.dataset
    beliefs = network.model.predict(data.x_val)
    answers = beliefs.argmax(axis=1)
    confusion, mistakes = confusion_and_mistakes(network)
    assert confusion.names == list("0123456789")
    for truth in range(10):
        for answer in range(10):
            expected = ((data.y_val == truth) & (answers == answer)).sum()
            assert confusion.counts[truth][answer] == expected
    wrong = np.flatnonzero(answers != data.y_val)
    assert len(wrong) > 12
    worst = sorted(wrong, key=lambda number: -beliefs[number].max())[:12]
    assert mistakes.confidence == pytest.approx(beliefs[worst].max(axis=1), rel=1e-6)
    assert mistakes.label == data.y_val[worst].tolist() and mistakes.answer == answers[worst].tolist()
    pixels = np.frombuffer(mistakes.pixels, np.uint8).reshape(12, 64)
    np.testing.assert_array_equal(pixels, np.rint(255 * data.x_val[worst]))


def test_two_classes_have_a_confusion_that_agrees_with_the_accuracy():
    for name in ("dense", "pair", "deep"):
        network = learner(EXPERIMENTS[name], steps=50)
        confusion, _ = confusion_and_mistakes(network)
        counts = np.array(confusion.counts)
        accuracy = network.observe().quantities["val_accuracy"]
        assert counts.shape == (2, 2) and counts.sum() == len(network.dataset.y_val)
        assert np.trace(counts) / counts.sum() == pytest.approx(accuracy)
    assert confusion_and_mistakes(learner(EXPERIMENTS["strokes"]))[0].names[0] == "bar"


def test_the_fitted_curve_is_what_the_network_predicts():
    network = learner(EXPERIMENTS["regression"], steps=100)
    found = fit(network)
    assert (found.x, found.y) == (network.dataset.x[:, 0].tolist(), network.dataset.y.tolist())
    x = np.array(found.curve_x, np.float32)[:, None]
    assert found.curve_y == network.model.predict(x)[:, 0].tolist()
    assert found.curve_x[0] < min(found.x) and found.curve_x[-1] > max(found.x)
    assert max(found.curve_y) > 0 > min(found.curve_y)


def test_scaled_inputs_are_shown_as_they_were_measured():
    scaled = experiment("dense 8 tanh, dense 1", "mean_squared_error", "sine")
    scaled = msgspec.structs.replace(scaled, data=msgspec.structs.replace(scaled.data, standardize=True))
    found = fit(learner(scaled))
    assert min(found.x) == pytest.approx(-math.pi) and found.curve_x[0] < -math.pi
