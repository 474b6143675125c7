"""Knobs: where they stand, what they accept, and which of them take effect without a new start."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.lab.examples import NETWORK_KNOBS, network, perceptron
from tutor.content.model import Knob, TrainingSpec
from tutor.content.settings import accept, apply, initial_knobs
from tutor.errors import InputError, TutorError
from tutor.lab import Run, settings, validate

LIVE = {"weight_decay": 0.5, "learning_rate": 2.0, "momentum": 0.9, "batch_size": 8, "activation": "relu"}
ANEW = {
    "hidden_units": 8,
    "optimizer": "adam",
    "kernel_initializer": "normal 1.0",
    "data.noise": 0.3,
}


def test_every_knob_starts_at_the_experiments_own_value():
    assert settings is initial_knobs
    assert initial_knobs(network()) == {
        "learning_rate": 0.5,
        "momentum": 0.0,
        "weight_decay": 0.0,
        "batch_size": 16,
        "hidden_units": 4,
        "activation": "tanh",
        "optimizer": "sgd",
        "kernel_initializer": "glorot_uniform",
        "shuffle": "on",
        "data.noise": 0.1,
    }
    assert Run(perceptron(), "a").knobs["shuffle"] == "off"


@pytest.mark.parametrize(("name", "value"), LIVE.items())
def test_live_knobs_turn_in_the_midst_of_a_run(name, value):
    run = Run(network(), "a")
    run.advance(0.001)
    run.finish_epoch()
    steps, loss = run.quantities()["steps"], run.quantities()["loss"]
    assert run.turn(name, value) is True
    assert run.knobs[name] == value
    assert run.quantities()["steps"] == steps
    if name != "activation":
        assert run.quantities()["loss"] == loss
    untouched = Run(network(), "a")
    while untouched.quantities()["steps"] < steps:
        untouched.step()
    run.step(), untouched.step()
    run.step(), untouched.step()
    assert run.quantities()["loss"] != untouched.quantities()["loss"]


@pytest.mark.parametrize(("name", "value"), ANEW.items())
def test_other_knobs_begin_the_run_again_as_if_built_so(name, value):
    run = Run(network(), "a", seed=4)
    run.finish_epoch()
    assert run.turn(name, value) is False
    assert run.quantities()["steps"] == 0
    fresh = Run(network(), "a", knobs={name: value}, seed=4)
    run.run_to_end()
    fresh.run_to_end()
    assert run.result().loss == fresh.result().loss
    assert run.knobs == fresh.knobs


@pytest.mark.parametrize(
    ("name", "value", "live"),
    [("shuffle", "on", True), ("learning_rate", 2.0, False), ("data.gate", "or", False)],
)
def test_knobs_of_the_perceptron(name, value, live):
    run = Run(perceptron("xor"), "a")
    run.finish_epoch()
    assert run.turn(name, value) is live
    assert (run.quantities()["steps"] > 0) is live


def test_shuffling_turned_on_shows_in_the_next_epoch():
    run = Run(perceptron("xor", training=TrainingSpec(epochs=500, shuffle=False)), "a", seed=1)
    run.finish_epoch()
    run.turn("shuffle", "on")
    run.run_to_end()
    assert run.result().metrics["min_errors"] < 2  # in fixed order it is 2 after every epoch


def test_a_knob_turned_on_a_finished_run_begins_again():
    run = Run(network(), "a")
    run.run_to_end()
    assert run.turn("learning_rate", 2.0) is False
    assert not run.finished and run.quantities()["steps"] == 0


def test_a_knob_that_is_refused_leaves_the_run_as_it_was():
    run = Run(network(), "a")
    run.step()
    for name, value in [("hidden_units", 5), ("learning_rate", -1.0), ("colour", "red")]:
        with pytest.raises(InputError):
            run.turn(name, value)
    assert run.quantities()["steps"] == 1
    assert run.knobs == initial_knobs(network())


def test_a_network_that_cannot_be_built_leaves_the_run_as_it_was():
    noise = Knob("data.noise", "noise", [0.1, 99.0], "Too much.")
    run = Run(network(knobs=[noise]), "a")
    run.step()
    with pytest.raises(TutorError):
        run.turn("data.noise", 99.0)
    assert run.quantities()["steps"] == 1 and run.knobs == {"data.noise": 0.1}


@pytest.mark.parametrize(
    ("name", "given", "read"),
    [
        ("learning_rate", "0.50", 0.5),
        ("learning_rate", "0.123", 0.123),
        ("learning_rate", "1e6", 1e6),
        ("batch_size", "8", 8),
        ("batch_size", 8.0, 8),
        ("activation", " relu ", "relu"),
        ("shuffle", "off", "off"),
        ("shuffle", "no", "off"),
        ("data.noise", "0.3", 0.3),
    ],
)
def test_values_are_read_as_the_list_writes_them(name, given, read):
    knob = next(knob for knob in NETWORK_KNOBS if knob.name == name)
    value = accept(knob, given)
    assert value == read and type(value) is type(read)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("learning_rate", "0"),
        ("learning_rate", "-1"),
        ("learning_rate", "inf"),
        ("learning_rate", "nan"),
        ("learning_rate", "fast"),
        ("batch_size", "9"),
        ("activation", "swish"),
        ("shuffle", "perhaps"),
        ("momentum", "0.5"),
    ],
)
def test_other_values_are_refused_with_those_there_are(name, given):
    knob = next(knob for knob in NETWORK_KNOBS if knob.name == name)
    with pytest.raises(InputError) as caught:
        accept(knob, given)
    assert all(str(value) in caught.value.hint for value in knob.values)


def test_hidden_units_and_activation_reach_every_hidden_layer_and_never_the_last():
    deep = network(model={"layers": "dense 4 tanh, flatten, dense 4 relu, activation tanh, dense 1 sigmoid"})
    assert (
        apply(deep, {"hidden_units": 8, "activation": "relu"}).model.layers
        == "dense 8 relu, flatten, dense 8 relu, activation relu, dense 1 sigmoid"
    )


def test_a_deep_network_takes_its_activation_live_and_anew_alike():
    deep = network(model={"layers": "dense 4 tanh, flatten, dense 4 tanh, dense 1 sigmoid"})
    turned, built = Run(deep, "a", seed=1), Run(deep, "a", knobs={"activation": "relu"}, seed=1)
    assert turned.turn("activation", "relu") is True
    turned.run_to_end()
    built.run_to_end()
    # At step 0 nothing is learnt yet, so both are the same network from the same start.
    assert turned.result().loss["last"] == built.result().loss["last"]


@pytest.mark.parametrize(
    ("knob", "words"),
    [
        (Knob("gravity", "g", [1, 2], "?"), "no knob 'gravity'"),
        (Knob("learning_rate", "rate", [0.1, 0.2], "?"), "lacks the experiment's own value 0.5"),
        (Knob("data.turns", "turns", [1.0, 2.0], "?"), "needs the option turns"),
    ],
)
def test_a_knob_that_does_not_fit_its_experiment_is_refused(knob, words):
    with pytest.raises(InputError, match=words):
        initial_knobs(network(knobs=[knob]))


def test_validate_builds_every_stop_of_every_knob():
    validate(network())
    validate(perceptron())
    broken = replace(network(), knobs=[Knob("data.noise", "noise", [0.1, 77.0], "Too much.")])
    with pytest.raises(InputError, match=r"with data.noise = 77.0"):
        validate(broken)
    with pytest.raises(TutorError):
        validate(network(model={"layers": "dense 4 tanh, dense 3 sigmoid"}, knobs=[]))
