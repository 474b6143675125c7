"""A network that begins as a stack of Boltzmann machines: the engine's stack, then training as ever."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lab.examples import TIMES, network
from tests.lab.looks import look
from tutor.content.model import DataSpec, Experiment, Goal, Knob
from tutor.engine.classic.dbn import DBN
from tutor.errors import InputError, UsageError
from tutor.export import export
from tutor.lab import Run
from tutor.lab.course import total_epochs
from tutor.lab.network import NetworkLearner
from tutor.lab.pretraining import PretrainedLearner

LAYERS = "dense 10 sigmoid, dense 8 sigmoid, dense 10 softmax"
EACH, EPOCHS, PER_PASS = 2, 3, 65
"""Epochs for each machine, epochs of training, and the steps of a pass over all 1,297 digits."""


def deep(pretraining: int = EACH, layers: str = LAYERS, **changes) -> Experiment:
    model = {"layers": layers, "loss": "categorical_crossentropy", "learning_rate": 0.1}
    knobs = [
        Knob("pretraining", "pretraining", [0, 2], "Passes."),
        Knob("learning_rate", "learning rate", [0.1, 0.5], "How far."),
        Knob("examples", "labels", [60, 100], "How many."),
    ]
    return network(
        data=changes.pop("data", DataSpec("digits", examples=60)),
        model=model,
        training={"epochs": EPOCHS, "batch_size": 20, "pretraining": pretraining} | changes,
        knobs=knobs,
        goal=Goal("val_accuracy >= 0.99", "nearly all"),
    )


def stacked(learner: NetworkLearner, seed: int) -> DBN:
    """The engine's stack, trained on all digits."""
    stack = DBN([64, 10, 8], seed)
    everything = NetworkLearner(deep(0, data=DataSpec("digits")), seed, "cpu").dataset.x
    stack.fit(everything, EACH, batch_size=20, learning_rate=0.1, momentum=0.5)
    return stack


def test_it_is_the_engines_stack_on_all_images_and_then_the_plain_network():
    learner, plain = PretrainedLearner(deep(), 2, "cpu"), NetworkLearner(deep(0), 2, "cpu")
    for steps in (1, 64, 100, 95):  # across the border from machine to machine, and no step of training yet
        learner.train(steps)
    assert learner.step == 2 * EACH * PER_PASS and learner.epoch == 2 * EACH and not learner.pretraining
    stacked(plain, 2).initialize(plain.model)
    pairs = zip(learner.model.get_weights(), plain.model.get_weights(), strict=True)
    assert all(np.array_equal(one, other) for one, other in pairs)
    learner.train(9)
    plain.train(9)
    assert learner.observe().quantities == plain.observe().quantities | {"pretrained_layers": 2}


def test_epochs_and_steps_count_both_parts_and_the_budget_ends_both():
    run = Run(deep(), "a")
    result = run.run_to_end()
    assert total_epochs(run.experiment) == result.epochs == 2 * EACH + EPOCHS
    assert result.steps == 2 * EACH * PER_PASS + EPOCHS * 3 and result.stopped_because == "budget"
    curves = {one.name: one.x for one in run.report("finished", 1).series}
    assert curves["reconstruction_error"] == [0, 1, 2, 3] and curves["val_accuracy"] == [4, 5, 6, 7]


def test_while_it_is_pretrained_there_is_an_error_and_no_loss():
    run = Run(deep(), "a")
    run.finish_epoch()
    now = run.quantities()
    assert now["pretrained_layers"] == 0 and "loss" not in now and 0 < now["reconstruction_error"] < 1
    report = look(run)
    (filters,) = report.drawing.filters
    assert filters.layer == "dense_1" and report.health and report.samples


def test_going_back_into_the_pretraining_and_on_again_ends_in_the_same_numbers():
    run = Run(deep(), "a", rewindable=True)
    run.run_to_end()
    end, marks = run.quantities(), run.report("finished", 1).marks
    for fraction in (0.9, 0.7, 0.2):
        run.rewind(int(fraction * (len(marks) - 1)))
        assert not run.finished
        again = run.run_to_end().quantities
        assert again | TIMES == end | TIMES
        marks = run.report("finished", 1).marks


def test_turning_pretraining_off_gives_the_plain_network():
    run = Run(deep(), "a")
    assert not run.turn("pretraining", 0)
    plain = Run(deep(0), "a").run_to_end().quantities
    assert run.run_to_end().quantities | TIMES == plain | TIMES


def test_patience_waits_until_training_begins():
    assert Run(deep(patience=1), "a").run_to_end().epochs > 2 * EACH


def test_the_images_left_out_of_training_are_pretrained_on_too():
    few, all_of_them = (
        PretrainedLearner(deep(data=DataSpec("digits", examples=count)), 0, "cpu") for count in (60, 0)
    )
    for learner in (few, all_of_them):
        learner.train(EACH * PER_PASS)
    assert np.array_equal(few.model.get_weights()[0], all_of_them.model.get_weights()[0])


@pytest.mark.parametrize(
    "layers",
    ["dense 10 softmax", "dense 8 relu, dense 10 softmax", "dense 8 sigmoid nobias, dense 10 softmax"],
)
def test_other_layers_are_refused(layers):
    with pytest.raises(InputError, match="only dense sigmoid layers"):
        Run(deep(layers=layers), "a")


def test_only_the_network_without_it_is_exported():
    with pytest.raises(UsageError, match="begins with Boltzmann machines"):
        export("keras", deep(), "a")
    assert "softmax" in export("keras", deep(), "a", {"pretraining": 0}).text
