"""Going back along a run, and keeping curves beside each other."""

from __future__ import annotations

import math
import random

import msgspec
import pytest

from tests.lab.examples import TIMES, network, perceptron
from tests.lab.test_specs import images, overfitting
from tutor.content.model import TrainingSpec
from tutor.errors import InputError
from tutor.lab import Run, marks
from tutor.report import Wanted

RUNS = {
    "network": network(training={"epochs": 40}, model={"momentum": 0.9}, goal=None),
    "reaches its goal": network(),
    "checked seldom": network(training={"epochs": 1500, "batch_size": 0}, goal=None),
    "adam, dropout, moved images": images(
        model={"layers": "conv 2 3x3 relu, flatten, dropout 0.3, dense 10 softmax"}, training={"shift": 1}
    ),
    "patience": overfitting(20),
    "diverges": network(
        model={"layers": "dense 4 relu, dense 1 linear", "loss": "mean_squared_error", "learning_rate": 3.0},
        goal=None,
        knobs=[],
    ),
    "perceptron": perceptron("xor", shuffle=True),
}


def start(experiment, seed=1):
    return Run(experiment, "a", seed=seed, rewindable=True)


def steps(run):
    return run.quantities()["steps"]


@pytest.mark.parametrize("name", RUNS)
def test_who_goes_back_and_on_again_ends_as_if_nothing_had_been(name):
    dice = random.Random(name)
    straight, wandering = start(RUNS[name]), start(RUNS[name])
    straight.run_to_end()
    for _ in range(3):
        for _ in range(dice.randrange(1, 60)):
            wandering.step()
        wandering.rewind(dice.randrange(len(wandering.report("paused", 1).marks)))
    wandering.run_to_end()
    wandering.rewind(dice.randrange(len(wandering.report("paused", 1).marks)))
    wandering.run_to_end()
    assert ended(wandering) == ended(straight)


def ended(run):
    """All that a finished run tells, as bytes, but for its marks and how long it took."""
    report = run.report("finished", 1, Wanted(["health"]))
    result = msgspec.structs.replace(report.result, seconds=0.0, steps_per_second=0.0, quantities={})
    quantities = {name: value for name, value in report.quantities.items() if name not in TIMES}
    changes = {"steps_per_second": 0.0, "quantities": quantities, "result": result, "marks": [], "mark": -1}
    return msgspec.msgpack.encode(msgspec.structs.replace(report, **changes))


@pytest.mark.parametrize("name", RUNS)
def test_there_and_back_again_shows_the_same_as_before(name):
    run = start(RUNS[name])
    run.run_to_end()
    before = ended(run)
    end = len(run.report("finished", 1).marks)
    run.rewind(2)
    assert not run.finished and run.outcome() is None
    back = run.report("paused", 1)
    assert (back.mark, back.quantities["steps"]) == (2, back.marks[2])
    assert back.result is None
    assert all(series.x[-1] <= back.quantities["epochs"] + 1 for series in back.series)
    run.rewind(len(back.marks) - 1)
    assert len(back.marks) in (end, end + 1)
    assert run.finished and run.report("finished", 1).mark == -1
    assert ended(run) == before


def test_a_mark_shows_the_layers_as_they_fared_there():
    run, walked = start(RUNS["network"]), start(RUNS["network"])
    run.run_to_end()
    run.rewind(7)
    while steps(walked) < steps(run):
        walked.step()
    there, then = (one.report("paused", 1, Wanted(["health"])).health for one in (run, walked))
    assert repr(there) == repr(then) and there.layers[0].update_ratio > 0
    run.rewind(0)
    assert all(math.isnan(layer.gradient_norm) for layer in run.report("paused", 1).layers)


def test_marks_are_at_most_sixty_and_evenly_spread_however_long_the_run():
    run = start(RUNS["checked seldom"])
    seen = []
    while not run.finished:
        run.step()
        seen.append(run.report("running", 1).marks)
        assert len(seen[-1]) < marks.MOST
    assert seen[20] == list(range(22))
    gaps = {b - a for a, b in zip(seen[-1], seen[-1][1:], strict=False)}
    assert gaps == {32} and len(seen[-1]) > 30
    chunks = start(RUNS["checked seldom"])
    chunks.run_to_end()
    assert chunks.report("finished", 1).marks == seen[-1]


def test_large_networks_keep_fewer_marks_and_huge_ones_none(monkeypatch):
    size = start(RUNS["network"])._course.learner.snapshot().size
    for room in (10, 3):
        monkeypatch.setattr(marks, "BUDGET", room * size + 1)
        run = start(RUNS["network"])
        for _ in range(300):
            run.step()
            kept = run.report("running", 1).marks
            assert kept[0] == 0 and len(kept) < room
        run.rewind(1)
        assert len(run.report("paused", 1).marks) <= room
    monkeypatch.setattr(marks, "BUDGET", 2 * size)
    run = start(RUNS["network"])
    run.run_to_end()
    assert run.report("finished", 1).marks == []
    with pytest.raises(InputError, match="no mark 0"):
        run.rewind(0)


def test_a_run_that_nobody_watches_keeps_no_marks():
    run = Run(network(), "a")
    run.run_to_end()
    assert run.report("finished", 1).marks == []


def test_a_mark_that_does_not_exist_is_refused_and_changes_nothing():
    run = start(network())
    for _ in range(5):
        run.step()
    for mark in (-1, 6, 1000):
        with pytest.raises(InputError, match=f"no mark {mark}"):
            run.rewind(mark)
    assert steps(run) == 5 and run.report("paused", 1).marks == [0, 1, 2, 3, 4, 5]


def test_a_knob_turned_at_a_mark_takes_another_course_and_the_mark_remembers_the_old_one():
    run = start(network(goal=None))
    run.run_to_end()
    end = run.result().loss["last"]
    run.rewind(4)
    there = run.report("paused", 1)
    assert run.turn("learning_rate", 2.0) is True
    turned = run.report("paused", 1)
    assert turned.marks == there.marks[:5] and turned.mark == -1
    run.run_to_end()
    assert run.result().loss["last"] != end
    run.rewind(4)
    assert run.knobs["learning_rate"] == 0.5
    run.run_to_end()
    assert run.result().loss["last"] == end


def test_a_perceptron_takes_its_order_of_examples_back_too():
    run = start(perceptron("xor", training=TrainingSpec(epochs=30, shuffle=True)))
    run.step(), run.step()
    run.rewind(1)
    first = [weights(run) for _ in range(20)]
    run.rewind(1)
    assert [weights(run) for _ in range(20)] == first


def weights(run):
    run.step()
    report = run.report("paused", 1).perceptron
    return report.weights, report.bias


# ---------------------------------------------------------------------------------- forks


def losses(series):
    return next(one.y for one in series if one.name == "loss")


def test_a_fork_keeps_the_curves_and_the_run_goes_on():
    run = start(network(goal=None))
    with pytest.raises(InputError, match="no curves to keep"):
        run.fork("nothing yet")
    for _ in range(3):
        run.finish_epoch()
    run.fork("as it was")
    kept = run.report("paused", 1).series
    run.finish_epoch()
    report = run.report("paused", 1)
    assert [overlay.label for overlay in report.overlays] == ["as it was"]
    assert report.overlays[0].series == kept and len(losses(report.series)) == len(losses(kept)) + 1
    run.drop_overlays()
    assert run.report("paused", 1).overlays == []


@pytest.mark.parametrize("turn_first", [False, True])
def test_a_fork_after_going_back_keeps_what_lay_ahead(turn_first):
    run = start(network(goal=None))
    run.run_to_end()
    whole = run.report("finished", 1).series
    run.rewind(10)
    if turn_first:
        run.turn("learning_rate", 2.0)
    run.fork("the old rate")
    run.turn("learning_rate", 2.0)
    run.run_to_end()
    report = run.report("finished", 1)
    assert report.overlays[0].series == whole
    assert losses(report.series)[-1] != losses(whole)[-1]
    run.fork("the new rate")
    assert run.report("finished", 1).overlays[1].series == report.series


def test_overlays_outlive_a_new_beginning_and_the_fifth_drives_out_the_first():
    run = start(network(goal=None))
    for number in range(5):
        run.finish_epoch()
        run.fork(str(number))
        run.turn("hidden_units", [2, 8][number % 2])
        run.reset(number)
    assert [overlay.label for overlay in run.report("ready", 1).overlays] == ["1", "2", "3", "4"]
