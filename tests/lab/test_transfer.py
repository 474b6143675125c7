"""Layers that come from another task: what goes over, what stays, and the twin without them."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from tests.lab.examples import TIMES, network, perceptron
from tutor.content.model import DataSpec, Experiment, Knob, TransferSpec
from tutor.content.settings import accept, apply, initial_knobs
from tutor.errors import EngineError, InputError
from tutor.export import export
from tutor.lab import Run, validate
from tutor.lab.transfer import TransferLearner
from tutor.lab.transfer import network as learner_of

LOOP = DataSpec("digits", {"question": "loop", "part": "rest"}, examples=40)
TEN = DataSpec("digits", {"classes": "0123456789"}, examples=300)
LEARNS = {"optimizer": "adam", "learning_rate": 0.01, "loss": "binary_crossentropy"}
KNOBS = [
    Knob("transfer.keep", "kept", [0, 1, 2], "How many."),
    Knob("transfer.frozen", "frozen", ["on", "off"], "Whether."),
    Knob("transfer.epochs", "before", [0, 5], "How long."),
    Knob("transfer.examples", "images", [100, 300], "How many."),
    Knob("transfer.shuffled_labels", "nonsense", [0.0, 1.0], "How much."),
    Knob("transfer.data.classes", "source", ["0123456789", "01234"], "Which."),
    Knob("activation", "activation", ["relu", "tanh"], "Which."),
    Knob("learning_rate", "learning rate", [0.01, 0.1], "How far."),
]


def loops(model=None, training=None, **transfer) -> Experiment:
    """Ten digits are learned first, then from 40 images whether there is a loop."""
    spec = {"data": TEN, "epochs": 5, "keep": 2}
    return network(
        data=LOOP,
        model=LEARNS | {"layers": "dense 16 relu, dense 8 relu, dense 1 sigmoid"} | (model or {}),
        training={"epochs": 6, "batch_size": 8} | (training or {}),
        transfer=TransferSpec(**(spec | transfer)),
        goal=None,
        knobs=KNOBS,
    )


def weights(learner):
    return [array.tobytes() for array in learner.model.get_weights()]


def learner(experiment, seed=0):
    made = learner_of(experiment, seed, "cpu")
    assert isinstance(made, TransferLearner)
    return made


def quantities(experiment, seed=0, **knobs):
    found = Run(experiment, "a", knobs, seed, "cpu").run_to_end().quantities
    return {name: value for name, value in found.items() if name not in TIMES}


def test_the_first_layers_are_those_of_the_source_and_the_last_is_new():
    made, without = learner(loops()), learner(loops(keep=0))
    taken, fresh = made.model, without.model
    for layer in (0, 1):
        source = without._source.model.get_layer_weights(layer)
        assert all(map(np.array_equal, taken.get_layer_weights(layer), source))
        assert not np.array_equal(source[0], fresh.get_layer_weights(layer)[0])
    assert np.array_equal(taken.get_layer_weights(2)[0], fresh.get_layer_weights(2)[0])


def test_frozen_layers_stay_and_free_ones_move():
    for frozen in (True, False):
        made = learner(loops(frozen=frozen))
        before = made.model.get_weights()
        made.train(20)
        same = [np.array_equal(*pair) for pair in zip(before, made.model.get_weights(), strict=True)]
        assert same == [frozen] * 4 + [False] * 2


def test_the_twin_is_the_run_without_a_transfer():
    experiment = loops()
    alone = quantities(replace(experiment, transfer=None, knobs=[]))
    assert quantities(experiment)["scratch_accuracy"] == alone["val_accuracy"]
    nothing_kept = quantities(experiment, **{"transfer.keep": 0})
    assert nothing_kept["gain"] == 0 and nothing_kept["val_accuracy"] == alone["val_accuracy"]


def test_the_gain_is_the_difference_and_digits_help_with_loops():
    wide = {"layers": "dense 64 relu, dense 32 relu, dense 1 sigmoid"}
    experiment = loops(wide, {"epochs": 60}, data=DataSpec("digits", examples=1000), epochs=30)
    found = quantities(replace(experiment, knobs=[]))
    assert found["gain"] == found["val_accuracy"] - found["scratch_accuracy"] > 0
    assert found["first_source_accuracy"] > 0.9


def test_what_is_frozen_is_not_forgotten_and_what_is_free_is():
    frozen, free = quantities(loops()), quantities(loops(frozen=False), learning_rate=0.1)
    assert frozen["source_accuracy"] == frozen["first_source_accuracy"]
    assert free["source_accuracy"] < free["first_source_accuracy"]


def test_the_whole_network_goes_over_only_to_the_same_classes():
    def to(classes, **source):
        data = DataSpec("digits", {"classes": classes, "numbering": "kept"})
        model = {"layers": "dense 10 softmax", "loss": "categorical_crossentropy"}
        there = DataSpec("digits", {"classes": "01234"} | source)
        return replace(loops(model, data=there, keep=1, frozen=False, epochs=5), data=data, knobs=[])

    found = quantities(replace(to("56789", numbering="kept"), knobs=[]))
    assert found["first_source_accuracy"] > 0.9 and found["source_accuracy"] < 0.5
    with pytest.raises(InputError, match="same classes"):
        learner(to("56789"))


def test_knobs_of_the_transfer_turn_what_they_name():
    experiment = loops()
    assert initial_knobs(experiment)["transfer.frozen"] == "on"
    turned = {"transfer.keep": 1, "transfer.frozen": "off", "transfer.epochs": 0, "transfer.examples": 100}
    turned |= {"transfer.shuffled_labels": 1.0, "transfer.data.classes": "01234"}
    by_name = {knob.name: knob for knob in KNOBS}
    spec = apply(experiment, {name: accept(by_name[name], value) for name, value in turned.items()}).transfer
    data = DataSpec("digits", {"classes": "01234"}, examples=100, shuffled_labels=1.0)
    assert spec == TransferSpec(data, epochs=0, keep=1, frozen=False)


def test_the_source_is_learned_once_and_said_in_words():
    run = Run(loops(), "a", seed=0)
    assert "5 epochs of 300 examples" in run.report("ready", 1).before
    assert run.run_to_end().before == run.report("finished", 1).before
    assert "Nothing was learned" in Run(loops(epochs=0), "a").report("ready", 1).before


def test_the_rate_turns_for_both_at_once_and_another_function_begins_again():
    run = Run(loops(), "a")
    run.step()
    assert run.turn("learning_rate", 0.1) and run.quantities()["steps"] > 0
    assert run._course.learner._scratch.trainer.learning_rate == pytest.approx(0.1)
    assert not run.turn("activation", "tanh") and run.quantities()["steps"] == 0


def test_going_back_brings_both_networks_back():
    run = Run(loops(frozen=False), "a", rewindable=True)
    run.run_to_end()
    end = run.quantities()
    run.rewind(2)
    assert run.quantities()["steps"] == 2
    run.run_to_end()
    assert run.quantities() | TIMES == end | TIMES


def test_curves_of_twin_and_source_reach_the_screen():
    run = Run(loops(), "a")
    run.run_to_end()
    report = run.report("finished", 1)
    names = [one.name for one in report.series]
    assert names[-2:] == ["scratch_accuracy", "source_accuracy"]
    assert "Learned before" in report.before


def test_the_checker_builds_every_stop_and_learns_nothing(monkeypatch):
    def refuse(*_):
        raise AssertionError("the source was learned")

    monkeypatch.setattr("tutor.lab.transfer._learn", refuse)
    validate(loops())
    broken = replace(loops(), knobs=[Knob("transfer.keep", "kept", [2, 4], "How many.")])
    with pytest.raises(InputError, match=r"with transfer\.keep = 4: the network has 3 layers"):
        validate(broken)


@pytest.mark.parametrize(
    ("experiment", "words"),
    [
        (loops(keep=-1), "cannot be kept"),
        (loops(data=DataSpec("strokes")), "inputs of the shape"),
        (loops(data=DataSpec("sine")), "need classes"),
        (replace(loops(), data=DataSpec("gate")), "held-out examples"),
        (loops(data=DataSpec("xor")), "no data set"),
        (loops(epochs=3000), "more than 20,000 steps"),
        (loops(epochs=-1), "number of epochs"),
        (loops(batch_size=0), "a batch size"),
        (loops(learning_rate=0.0), "a learning rate"),
        (loops(training={"patience": 3}), "patience"),
        (loops(training={"shift": 1}), "shift"),
        (loops(training={"pretraining": 5}), "pretraining"),
        (replace(loops(), kind="svm"), "only a network"),
        (perceptron(transfer=TransferSpec(TEN)), "only a network"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(experiment, words):
    with pytest.raises(InputError, match=words) as caught:
        Run(replace(experiment, knobs=[]), "a")
    assert "\n" not in caught.value.message


def test_a_source_that_diverges_says_so():
    with pytest.raises(EngineError, match="the source task diverged"):
        Run(loops({"optimizer": "sgd"}, learning_rate=1e30), "a")


def test_a_knob_of_a_transfer_needs_one():
    with pytest.raises(InputError, match="has no source task"):
        initial_knobs(replace(loops(), transfer=None))


def test_everything_frozen_learns_nothing():
    data = DataSpec("digits", {"classes": "56789", "numbering": "kept"})
    model = {"layers": "dense 10 softmax", "loss": "categorical_crossentropy"}
    experiment = replace(loops(model, keep=1, epochs=1), data=data, knobs=[])
    made = learner(experiment)
    before = weights(made)
    made.train(10)
    assert weights(made) == before and math.isfinite(made.observe().quantities["loss"])


def test_the_script_starts_from_what_was_learned():
    experiment = loops()
    script = export("keras", experiment, "lesson")
    for place, array in enumerate(learner(experiment).model.get_weights()):
        assert np.array_equal(script.arrays[f"weights_{place}"], array)
    assert script.text.count("trainable=False") == 2
    assert "first 2 layers were learned on another task" in script.text
    assert "another task" not in export("keras", experiment, "lesson", {"transfer.keep": 0}).text


def test_a_transfer_travels_to_the_training_process():
    experiment = loops()
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(experiment), type=Experiment) == experiment
