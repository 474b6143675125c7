"""What an experiment's file may say of data, network and training: each field does what its name promises."""

from __future__ import annotations

import math

import numpy as np
import pytest
from msgspec.structs import replace

from tests.lab.examples import network, perceptron
from tutor.content.model import DataSpec
from tutor.content.settings import activation_place, apply
from tutor.errors import InputError, TutorError
from tutor.lab import Run, data, pictures
from tutor.lab.network import NetworkLearner
from tutor.lab.perceptron import PerceptronLearner
from tutor.report import Wanted

CONV = {
    "layers": "conv 4 3x3 same relu, maxpool 2, flatten, dense 10 softmax",
    "loss": "categorical_crossentropy",
    "optimizer": "adam",
    "learning_rate": 0.01,
}


def images(model=None, training=None, **options):
    return network(
        data=DataSpec("digits", {"examples": 200} | options),
        model=CONV | (model or {}),
        training={"epochs": 3, "batch_size": 20} | (training or {}),
        goal=None,
        knobs=[],
    )


def moons(**fields):
    return DataSpec("moons", {"noise": 0.1}, **fields)


def losses(experiment, seed=0, steps=6):
    """Training losses after single steps: equal only if the training is."""
    run = Run(replace(experiment, knobs=[]), "a", seed=seed)
    seen = []
    for _ in range(steps):
        run.step()
        seen.append(run.quantities()["loss"])
    return seen


# ---------------------------------------------------------------------------------- data


def test_examples_are_the_first_so_many_and_what_is_held_out_stays():
    whole, part = data.load(moons(), 3), data.load(moons(examples=50), 3)
    assert len(part.y) == 50
    assert (part.x == whole.x[:50]).all() and (part.y == whole.y[:50]).all()
    assert (part.x_val == whole.x_val).all()
    for count in (-1, 201):
        with pytest.raises(InputError, match="200 training examples"):
            data.load(moons(examples=count), 3)


@pytest.mark.parametrize("share", [0.25, 1.0])
def test_shuffled_labels_are_the_same_ones_dealt_out_anew(share):
    whole, shuffled = data.load(moons(), 3), data.load(moons(shuffled_labels=share), 3)
    moved = (whole.y != shuffled.y).sum()
    assert 0.3 * share * 200 < moved <= share * 200
    assert shuffled.y.sum() == whole.y.sum()
    assert (shuffled.y_val == whole.y_val).all() and (shuffled.x == whole.x).all()
    assert (data.load(moons(shuffled_labels=share), 3).y == shuffled.y).all()
    assert (data.load(moons(shuffled_labels=share), 4).y != shuffled.y).any()
    with pytest.raises(InputError, match="between 0 and 1"):
        data.load(moons(shuffled_labels=1.5), 0)


def test_standardizing_uses_the_training_set_and_undoes_any_unit():
    spec = moons(standardize=True, input_scale=1000.0)
    raw = data.load(spec, 1)
    scaling = data.Scaling.of(spec, raw.x)
    inputs, held_out = scaling(raw.x).astype(np.float64), scaling(raw.x_val).astype(np.float64)
    assert np.allclose(inputs.mean(axis=0), 0, atol=1e-6) and np.allclose(inputs.std(axis=0), 1, atol=1e-6)
    expected = (raw.x_val - raw.x.mean(axis=0)) / raw.x.std(axis=0)
    assert np.allclose(held_out, expected, atol=1e-4)
    assert np.allclose(losses(network(data=spec)), losses(network(data=moons(standardize=True))), atol=1e-6)


def test_an_input_that_never_changes_is_standardized_to_zero():
    x = np.full((5, 2), 0.1, dtype=np.float32)
    x[:, 1] = range(5)
    scaled = data.Scaling.of(DataSpec("digits", standardize=True), x)(x)
    assert (scaled[:, 0] == 0).all() and scaled[:, 1].std() == pytest.approx(1)


@pytest.mark.parametrize("factor", [0.0, -1.0, math.inf])
def test_a_useless_scale_is_refused(factor):
    with pytest.raises(InputError, match="input_scale"):
        Run(network(data=moons(input_scale=factor)), "a")


def test_a_scale_that_is_too_large_for_the_numbers_is_refused_in_one_line():
    with pytest.raises(TutorError, match="not finite"):
        Run(network(data=moons(input_scale=1e300)), "a")


def test_without_scaling_inputs_pass_to_the_bit():
    raw = data.load(moons(), 2)
    assert data.Scaling.of(moons(), raw.x)(raw.x).tobytes() == raw.x.tobytes()


@pytest.mark.parametrize(
    ("kind", "learner"),
    [(network, lambda e: NetworkLearner(e, 0, "cpu")), (perceptron, lambda e: PerceptronLearner(e, 0))],
)
def test_pictures_show_the_plane_as_it_was_measured_and_the_boundary_fits_it(kind, learner):
    scaled = learner(replace(kind(), data=moons(standardize=True, input_scale=50.0)))
    plain = learner(replace(kind(), data=moons()))
    scaled.train(2000), plain.train(2000)
    drawn, points = pictures.surface(scaled), pictures.points(scaled)
    assert (drawn.x_min, drawn.y_max) == (pictures.surface(plain).x_min, pictures.surface(plain).y_max)
    assert points.x == pictures.points(plain).x
    shades = np.frombuffer(drawn.values, np.uint8).reshape(drawn.rows, drawn.columns)
    column = ((np.array(points.x) - drawn.x_min) / (drawn.x_max - drawn.x_min) * (drawn.columns - 1)).round()
    row = ((drawn.y_max - np.array(points.y)) / (drawn.y_max - drawn.y_min) * (drawn.rows - 1)).round()
    seen = shades[row.astype(int), column.astype(int)] > 127
    assert (seen == np.array(points.answer, dtype=bool)).mean() > 0.97
    assert (np.array(points.answer) == np.array(points.label)).mean() > 0.8


# ---------------------------------------------------------------------------------- network


@pytest.mark.parametrize(
    "change",
    [
        {"nesterov": True},
        {"weight_decay": 0.1},
        {"l2": 0.01},
        {"global_clipnorm": 0.001},
    ],
)
def test_each_setting_of_the_network_changes_the_training(change):
    base = {"momentum": 0.9}
    assert losses(network(model=base)) != losses(network(model=base | change))


def test_clipping_bounds_what_is_learned_from_and_a_penalty_counts_as_loss():
    clipped = Run(network(model={"global_clipnorm": 0.001}, knobs=[]), "a")
    clipped.step()
    norms = clipped.result().gradient_norms.values()
    assert math.sqrt(sum(norm**2 for norm in norms)) == pytest.approx(0.001, rel=1e-4)
    plain = NetworkLearner(network(), 0, "cpu")
    squares = sum(float((w**2).sum()) for w in plain.model.get_weights() if w.ndim == 2)
    start, punished = (Run(network(model={"l2": l2}, knobs=[]), "a").quantities()["loss"] for l2 in (0, 0.5))
    assert punished - start == pytest.approx(0.5 * squares, rel=1e-5)


def test_adamw_without_weight_decay_is_adam():
    assert losses(network(model={"optimizer": "adamw"})) == losses(network(model={"optimizer": "adam"}))


# ---------------------------------------------------------------------------------- images


def test_a_convolutional_network_learns_digits_and_shows_them():
    run = Run(images(training={"epochs": 15}), "a")
    assert [layer.name for layer in run.report("ready", 1).layers] == ["conv2d_1", "dense_1"]
    run.run_to_end()
    report = run.report("finished", 1)
    assert report.quantities["val_accuracy"] > 0.8
    assert report.samples is not None and len(report.samples.label) == 12


def test_other_images_are_shown_by_the_numbers_of_their_classes():
    spec = DataSpec("strokes", {"examples": 60})
    layers = "conv 4 3x3 relu, maxpool 2, flatten, dense 6 softmax"
    run = Run(network(data=spec, model=CONV | {"layers": layers}, goal=None, knobs=[]), "a")
    samples = run.report("ready", 1).samples
    assert samples is not None and set(samples.label) <= set(range(6))


def test_a_network_without_biases_trains_and_every_panel_shows_it():
    forgetful = network(model={"layers": "dense 4 tanh nobias, dense 1 sigmoid nobias"}, knobs=[])
    run = Run(forgetful, "a")
    run.finish_epoch()
    topics = ["health", "pre_activations", "picture", "drawing", "inspection"]
    report = run.report("paused", 1, Wanted(topics))
    assert report.drawing is not None and report.inspection is not None and report.health is not None
    origin = NetworkLearner(forgetful, 0, "cpu").outputs(np.zeros((1, 2), np.float32))
    assert origin[0] == 0.5  # whatever it learns, nothing comes out where nothing goes in
    assert run.quantities()["loss"] < run.quantities()["first_loss"]


def test_residual_blocks_get_images_and_the_penalty_on_all_their_kernels():
    layers = "conv 4 3x3 same relu, residual 2x conv 4 3x3 relu, globalpool, dense 10 softmax"
    plain = NetworkLearner(images(model={"layers": layers}), 0, "cpu")
    punished = NetworkLearner(images(model={"layers": layers, "l2": 0.5}), 0, "cpu")
    squares = sum(float((w**2).sum()) for w in plain.model.get_weights() if w.ndim > 1)
    difference = punished.observe().quantities["loss"] - plain.observe().quantities["loss"]
    assert difference == pytest.approx(0.5 * squares, rel=1e-4)


@pytest.mark.parametrize(
    "layers",
    [
        "dense 10 softmax",
        "dropout 0.1, dense 10 softmax",
        "flatten, dense 10 softmax",
        "batchnorm, dense 10 softmax",
    ],
)
def test_networks_without_windows_take_images_as_rows(layers):
    losses(images(model={"layers": layers}), steps=1)


@pytest.mark.parametrize("field", [{"shift": 1}, {"rotate": 15.0}, {"noise": 0.2}])
@pytest.mark.parametrize("layers", [CONV["layers"], "dense 10 softmax"])
def test_training_images_change_in_each_epoch_and_evaluation_sees_them_as_they_are(field, layers):
    plain, changed = (
        Run(images(model={"layers": layers}, training=training), "a") for training in ({}, field)
    )
    assert plain.quantities()["loss"] == changed.quantities()["loss"]
    plain.finish_epoch(), changed.finish_epoch()
    assert plain.quantities()["loss"] != changed.quantities()["loss"]


def test_noise_goes_with_any_inputs_but_only_images_can_be_moved():
    assert losses(network(training={"noise": 0.5})) != losses(network())
    for field in ({"shift": 1}, {"rotate": 5.0}):
        with pytest.raises(InputError, match="moons holds no images"):
            Run(network(training=field), "a")


@pytest.mark.parametrize(
    ("layer", "place"),
    [
        ("dense 8 tanh", 2),
        ("dense 8 tanh nobias", 2),
        ("frozen dense 8 tanh", 3),
        ("frozen dense 8", None),
        ("residual 2x conv 4 3x3 relu", None),
        ("dense 8", None),
        ("conv 8 3x3 same", None),
        ("conv 8 3x3 relu same", 3),
        ("maxpool 2 same", None),
        ("activation relu", 1),
        ("dropout 0.5", None),
        ("batchnorm", None),
    ],
)
def test_a_layer_names_its_activation_or_none(layer, place):
    assert activation_place(layer.split()) == place


def test_the_activation_of_a_convolution_is_turned_in_place():
    deep = network(model={"layers": "conv 4 3x3 relu same, maxpool 2 same, flatten, dense 10 softmax"})
    turned = apply(deep, {"activation": "tanh"}).model.layers
    assert turned == "conv 4 3x3 tanh same, maxpool 2 same, flatten, dense 10 softmax"


# ---------------------------------------------------------------------------------- patience


def overfitting(patience, **training):
    spec = DataSpec("moons", {"noise": 0.3}, examples=12)
    model = {"layers": "dense 32 tanh, dense 1 sigmoid", "optimizer": "adam", "learning_rate": 0.02}
    return network(
        data=spec,
        model=model,
        training={"epochs": 300, "batch_size": 0, "patience": patience} | training,
        goal=None,
        knobs=[],
    )


def test_patience_ends_a_run_with_the_weights_of_its_best_epoch():
    run = Run(overfitting(20), "a", seed=1)
    result = run.run_to_end()
    held_out = next(s for s in run.report("finished", 1).series if s.name == "val_loss")
    assert result.stopped_because == "patience" and result.epochs < 300
    assert "best weights" in result.explanation
    best = min(held_out.y[1:])
    assert result.metrics["val_loss"] == pytest.approx(best, abs=1e-7)
    assert held_out.x[held_out.y.index(best)] == result.epochs - 20
    assert held_out.y[-1] > best


def test_the_best_weights_come_back_at_the_end_of_the_budget_too():
    patient = Run(overfitting(299), "a", seed=1)
    result = patient.run_to_end()
    held_out = next(s for s in patient.report("finished", 1).series if s.name == "val_loss")
    assert result.stopped_because == "budget"
    assert result.metrics["val_loss"] <= min(held_out.y[1:]) + 1e-7


def test_patience_needs_something_held_out():
    xor = DataSpec("gate", {"gate": "xor", "features": "plain"})
    with pytest.raises(InputError, match="holds nothing out"):
        Run(network(data=xor, training={"patience": 3}, knobs=[]), "a")
