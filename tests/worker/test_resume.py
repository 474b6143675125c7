"""A run goes on from its snapshot: from where, what is done without one, and when one is kept at once."""

from types import SimpleNamespace

import pytest

from tests.worker.experiments import load
from tests.worker.paper import PaperRun, summary
from tutor.errors import InputError
from tutor.worker.protocol import DropOverlays, Fork, Pause, Reset, Resume, Resumed, Rewind, Start, Turn


def snapshot(step, number=5, **knobs):
    told = SimpleNamespace(step=step, number=number, knobs=knobs)
    return SimpleNamespace(told=told)


def resume(step, replay=True, **knobs):
    return Resume(load(), 5, step, knobs, replay)


def test_a_run_goes_on_from_its_snapshot_and_stops_where_it_stood(talk):
    talk.keeper.kept = snapshot(4, live=1)
    talk.say(resume(6, replay=False, live=1))
    assert talk.events.pop() == Resumed(4, 6)
    assert summary(talk.report()) == (5, "running", 4)
    talk.train()
    assert summary(talk.report()) == (5, "paused", 6) and talk.run.knobs == {"live": 1}
    talk.say(Start())
    talk.train()
    assert summary(talk.report()) == (5, "finished", 10)


@pytest.mark.parametrize(("step", "knobs"), [(6, {"live": 2}), (3, {"live": 1}), (4, {"live": 1})])
def test_it_stays_at_the_snapshot_where_that_is_newer_or_of_other_knobs(talk, step, knobs):
    talk.keeper.kept = snapshot(4, live=1)
    talk.say(resume(step, **knobs))
    assert talk.events.pop() == Resumed(4, 4)
    assert summary(talk.report()) == (5, "paused", 4) and not talk.host.training


@pytest.mark.parametrize("kept", [None, snapshot(4, number=4)])
def test_without_a_snapshot_it_is_trained_again_where_that_gives_the_same(talk, kept):
    talk.keeper.kept = kept
    talk.say(resume(3))
    assert talk.events.pop() == Resumed(0, 3, "there is no snapshot of this run")
    talk.train()
    assert summary(talk.report()) == (5, "paused", 3)
    talk.say(resume(3, replay=False))
    assert talk.events.pop() == Resumed(0, 0, "there is no snapshot of this run")
    assert summary(talk.report()) == (5, "ready", 0)


def test_a_snapshot_that_does_not_fit_is_as_none_and_a_kind_that_has_none_says_so(talk, monkeypatch):
    def refuse(run, saved):
        raise InputError("the snapshot is of another run")

    monkeypatch.setattr(PaperRun, "take_up", refuse)
    talk.keeper.kept = snapshot(4)
    talk.say(resume(3))
    assert talk.events.pop() == Resumed(0, 3, "the snapshot is of another run")
    monkeypatch.setattr(PaperRun, "unkept", "runs of this kind are short")
    talk.say(resume(3))
    assert talk.events.pop() == Resumed(0, 3, "runs of this kind are short")


def test_what_training_again_would_not_repeat_is_kept_at_once(talk):
    talk.say(Start())
    talk.host.advance()
    kept = []
    for command in (Turn("live", 1), Pause(), Rewind(0), Fork("one"), DropOverlays()):
        talk.say(command)
        kept.append(len(talk.keeper.steps))
    assert kept == [1, 2, 3, 4, 5] and talk.keeper.steps == [1, 1, 0, 0, 0]
    for command in (Turn("wide", 1), Reset(2), load()):
        talk.say(Fork("two"), command)
        assert talk.keeper.steps == [], "another run begins"
    talk.say(Fork("three"), Start())
    talk.train()
    assert talk.keeper.steps == [], "it is over"
