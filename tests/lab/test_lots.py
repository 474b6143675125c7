"""The seed lottery: what the same knobs do from other seeds, counted while the run goes on."""

from __future__ import annotations

import gc
import weakref

import pytest
from msgspec.structs import replace

from tests.lab.examples import network, perceptron
from tutor.content.model import Goal
from tutor.errors import InputError
from tutor.lab import Run
from tutor.lab.statistics import count_reached, wilson_interval

LUCKY = network(goal=Goal("accuracy >= 0.9", "90 % right"), training={"epochs": 8})
"""Some seeds reach it, some do not."""


def ends(experiment, seeds, knobs=None):
    return [Run(experiment, "a", knobs, seed).run_to_end() for seed in range(seeds)]


def drawn(run, seconds=0.05):
    while run.drawing:
        run.draw(seconds)
    return run.report("paused", 1).lottery


@pytest.mark.parametrize("experiment", [LUCKY, perceptron("xor", shuffle=True)])
def test_the_lottery_counts_what_the_same_seeds_do_one_by_one(experiment):
    run = Run(experiment, "a", {"learning_rate": 2.0}, seed=7)
    run.step()
    run.draw_lots(12)
    lottery = drawn(run)
    results = ends(experiment, 12, {"learning_rate": 2.0})
    steps = [result.goal["at_step"] for result in results]
    reached = sum(step is not None for step in steps)
    if experiment is LUCKY:
        assert 0 < reached < 12
    assert (lottery.done, lottery.total, lottery.reached) == (12, 12, reached)
    assert (lottery.low, lottery.high) == wilson_interval(reached, 12)
    assert repr(lottery.median_step) == repr(count_reached(steps).median_step)
    assert lottery.knobs["learning_rate"] == 2.0 and lottery.seconds > 0
    assert (lottery.needed, lottery.met) == (0, None)


def test_the_run_itself_is_not_touched_and_chunks_are_of_no_account():
    quiet, beside = (Run(LUCKY, "a", seed=3, rewindable=True) for _ in range(2))
    beside.draw_lots(4)
    while not quiet.finished:
        quiet.step(), beside.step()
        beside.draw(0.0005)
    first = drawn(beside)
    assert beside.result().loss == quiet.result().loss
    quiet.draw_lots(4)
    assert replace(drawn(quiet), seconds=0.0) == replace(first, seconds=0.0)


def test_a_run_that_drew_lots_frees_its_memory_at_once():
    run = Run(LUCKY, "a", rewindable=True)
    run.draw_lots(4)
    run.draw(0.01)
    gone = weakref.ref(run)
    gc.disable()  # which comes by seldom: a run is few objects, however large its arrays are
    try:
        del run
        assert gone() is None
    finally:
        gc.enable()


def test_a_paced_run_draws_while_it_waits():
    run = Run(LUCKY, "a", paced=True, sleep=lambda _: pytest.fail("slept instead"))
    run.draw_lots(50)
    run.advance(0.05)
    assert run.report("running", 1).lottery.done > 0


def test_stopping_keeps_what_is_counted_and_turning_a_knob_forgets_it():
    run = Run(LUCKY, "a")
    run.draw_lots(1000)
    run.draw(0.2)
    run.draw_lots(0)
    lottery = run.report("ready", 1).lottery
    assert not run.drawing and 0 < lottery.done == lottery.total < 1000
    run.reset(5)
    assert run.report("ready", 1).lottery == lottery
    run.turn("learning_rate", run.knobs["learning_rate"])
    assert run.report("ready", 1).lottery == lottery
    run.turn("learning_rate", 2.0)
    assert run.report("ready", 1).lottery is None
    run.draw_lots(1000)
    run.draw_lots(0)
    assert run.report("ready", 1).lottery is None


def test_going_back_to_other_knobs_forgets_the_lots_and_to_the_same_ones_does_not():
    run = Run(LUCKY, "a", rewindable=True)
    run.step()
    run.draw_lots(5)
    run.rewind(0)
    assert run.drawing
    run.step()
    run.turn("learning_rate", 2.0)
    run.draw_lots(5)
    run.rewind(0)
    assert not run.drawing and run.report("paused", 1).lottery is None


def test_what_cannot_be_drawn_is_refused():
    run = Run(network(goal=None), "a")
    run.draw_lots(0)
    with pytest.raises(InputError, match="no goal"):
        run.draw_lots(5)
    for seeds in (-1, 10_001):
        with pytest.raises(InputError, match="cannot be drawn"):
            Run(LUCKY, "a").draw_lots(seeds)


# ---------------------------------------------------------------------------------- goals over several seeds


@pytest.mark.parametrize(("at_least", "needed", "met"), [(1, 1, True), (0, 6, False), (6, 6, False)])
def test_a_goal_over_several_seeds_is_confirmed_once_the_run_reached_it(at_least, needed, met):
    results = ends(LUCKY, 6)
    winner = next(result.seed for result in results if result.goal["reached"])
    experiment = replace(LUCKY, goal=replace(LUCKY.goal, seeds=6, at_least=at_least))
    run = Run(experiment, "a", seed=winner)
    run.confirm_goal()
    assert not run.drawing
    result = run.run_to_end()
    assert result.goal.keys() == {"reached", "target", "at_step"}
    run.confirm_goal()
    assert run.report("finished", 1).lottery.met is None
    lottery = drawn(run)
    assert (lottery.needed, lottery.met, lottery.total) == (needed, met, 6)
    run.confirm_goal()
    assert not run.drawing, "asked once is enough"


def test_a_goal_of_one_seed_draws_no_lots():
    run = Run(LUCKY, "a", seed=next(r.seed for r in ends(LUCKY, 6) if r.goal["reached"]))
    run.run_to_end()
    run.confirm_goal()
    assert not run.drawing and run.report("finished", 1).lottery is None
