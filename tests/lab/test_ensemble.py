"""Several networks in the lab: what is averaged, what each does by itself, and refusals."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lab.examples import network
from tutor.content.model import DataSpec, Experiment, Goal, Knob
from tutor.errors import InputError
from tutor.lab import Run
from tutor.lab.ensemble import EnsembleLearner, network_of
from tutor.lab.network import NetworkLearner

DIGITS = {"layers": "dense 4 relu, dense 10 softmax", "loss": "categorical_crossentropy", "optimizer": "adam"}


def ensemble(members: int = 3, **changes) -> Experiment:
    knobs = [
        Knob("members", "nets", [1, 2, 3, 5, members], "How many."),
        Knob("learning_rate", "learning rate", [0.01, 0.5, 1e30], "How far."),
    ]
    model = {"members": members} | changes.pop("model", {})
    return network(kind="ensemble", model=model, knobs=knobs, **changes)


def digits(members: int = 3) -> Experiment:
    model = DIGITS | {"learning_rate": 0.01}
    return ensemble(members, model=model, data=DataSpec("digits", examples=100), goal=None)


def test_the_beliefs_of_the_members_are_averaged():
    learner = EnsembleLearner(digits(), 4, "cpu")
    learner.train(60)
    x, labels = learner.dataset.x_val, learner.dataset.y_val
    alone = [member.outputs(x) for member in learner.members]
    mean = sum(alone) / 3
    assert np.allclose(learner.outputs(x), mean) and not np.allclose(alone[0], alone[1], atol=0.05)
    quantities = learner.observe().quantities
    assert quantities["val_accuracy"] == np.mean(mean.argmax(axis=1) == labels)
    right = [np.mean(one.argmax(axis=1) == labels) for one in alone]
    assert quantities["member_accuracy"] == pytest.approx(np.mean(right))
    assert quantities["best_member_accuracy"] == max(right) > min(right)
    losses = [member.observe().quantities["val_loss"] for member in learner.members]
    assert quantities["val_loss"] == pytest.approx(np.mean(losses))


def test_the_members_learn_from_the_same_examples_each_in_its_own_way():
    learner = EnsembleLearner(digits(), 4, "cpu")
    first, *others = learner.members
    for other in others:
        assert np.array_equal(other.dataset.x, first.dataset.x)
        assert not np.array_equal(other.model.get_weights()[0], first.model.get_weights()[0])


def test_no_member_comes_twice_in_neighbouring_runs():
    runs = [EnsembleLearner(ensemble(5), seed, "cpu") for seed in range(3)]
    starts = {member.model.get_weights()[0].tobytes() for run in runs for member in run.members}
    assert len(starts) == 15


def test_an_ensemble_of_one_is_the_network():
    one, alone = Run(ensemble(1), "a").run_to_end(), Run(network(), "a").run_to_end()
    assert (one.steps, one.quantities["loss"]) == (alone.steps, alone.quantities["loss"])
    assert one.quantities["accuracy"] == alone.quantities["accuracy"] > 0.9


def test_a_run_goes_back_with_all_its_members():
    run = Run(digits(), "a", rewindable=True)
    for _ in range(8):
        run.step()
    far = [weights.copy() for member in run._course.learner.members for weights in member.model.get_weights()]
    run.rewind(run.report("paused", 1).marks.index(3))
    assert run.quantities()["steps"] == 3
    for _ in range(5):
        run.step()
    again = [weights for member in run._course.learner.members for weights in member.model.get_weights()]
    assert all(np.array_equal(one, other) for one, other in zip(far, again, strict=True))


def test_a_knob_turned_on_the_way_reaches_every_member():
    run = Run(digits(), "a", {"learning_rate": 0.01})
    run.step()
    assert run.turn("learning_rate", 0.5)
    rates = {member.trainer.learning_rate for member in run._course.learner.members}
    assert rates == {0.5} and run.quantities()["steps"] == 1
    assert not run.turn("members", 2) and run.quantities()["steps"] == 0


def test_the_report_says_whose_inside_it_shows():
    run = Run(digits(), "a")
    run.step()
    report = run.report("paused", 1)
    assert report.members == 3 and len(report.layers) == 2
    assert {"member_accuracy", "val_accuracy"} <= {series.name for series in report.series}
    learner = run._course.learner
    assert network_of(learner) is learner.members[0]
    assert Run(network(), "a").report("ready", 1).members == 1


def test_lots_are_drawn_for_it():
    run = Run(ensemble(2, goal=Goal("accuracy > 0.8", "four in five")), "a")
    run.draw_lots(3)
    run.draw(60)
    lottery = run.report("ready", 1).lottery
    assert lottery.done == 3 and lottery.reached > 0


def test_one_member_that_breaks_ends_the_run():
    result = Run(ensemble(2, model={"learning_rate": 1e30}), "a").run_to_end()
    assert result.stopped_because == "diverged" and "of net " in result.explanation


@pytest.mark.parametrize(
    ("experiment", "message"),
    [
        (ensemble(0), "cannot have 0 members"),
        (ensemble(101), "cannot have 101 members"),
        (ensemble(training={"patience": 2}), "not stopped one by one"),
        (ensemble(training={"pretraining": 2}), "not pretrained"),
        (
            ensemble(data=DataSpec("sine"), model={"layers": "dense 1", "loss": "mean_squared_error"}),
            "tells classes apart",
        ),
    ],
)
def test_refusals(experiment: Experiment, message: str):
    with pytest.raises(InputError, match=message):
        Run(experiment, "a")


def test_no_data_seed_means_the_seed():
    by_seed, by_both = (NetworkLearner(network(), 1, "cpu", data_seed=seed) for seed in (None, 1))
    assert np.array_equal(by_seed.dataset.x, by_both.dataset.x)
