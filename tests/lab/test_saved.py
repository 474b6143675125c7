"""A run in a file: another one that takes it up ends as if nothing had been; a bad file is refused."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from tests.lab.examples import network, perceptron
from tests.lab.test_ensemble import ensemble
from tests.lab.test_marks import RUNS, ended, start, steps
from tests.lab.test_transfer import loops
from tutor.errors import InputError
from tutor.lab import Run, saved, transfer

KEPT = {name: RUNS[name] for name in RUNS if name != "perceptron"}
KEPT |= {"members": ensemble(3, goal=None), "transfer": loops()}
TURNS = [
    ("learning_rate", 2.0),
    ("momentum", 0.9),
    ("weight_decay", 0.5),
    ("batch_size", 8),
    ("activation", "relu"),
]


def in_a_file(run):
    return saved.encode(run.saved(), 7)


def taken_up(file, experiment, seed=1):
    kept = saved.decode(file)
    assert kept.told.number == 7
    run = Run(experiment, "a", kept.told.knobs, seed, rewindable=True)
    run.take_up(kept)
    return run


@pytest.mark.parametrize("name", KEPT)
def test_who_takes_a_run_up_ends_as_the_run_would_have(name, monkeypatch):
    monkeypatch.setattr(
        transfer, "time", SimpleNamespace(perf_counter=lambda: 0.0)
    )  # it tells how long it took
    whole, run = start(KEPT[name]), start(KEPT[name])
    whole.run_to_end()
    run.train_to(random.Random(name).randrange(1, int(steps(whole))))
    heir = taken_up(in_a_file(run), KEPT[name])
    assert (steps(heir), heir.report("paused", 1).marks) == (steps(run), [steps(run)])
    heir.run_to_end()
    assert ended(heir) == ended(whole)
    assert heir.saved() is None, "it is over"


def test_knobs_that_were_turned_on_the_way_and_kept_curves_go_over_too():
    """Each knob that can be turned while it learns, at steps of their own, before the file and after."""
    experiment = network(goal=None, training={"epochs": 40})
    dice, run = random.Random(3), start(experiment)
    turns = dice.sample(TURNS, len(TURNS))
    for name, value in turns[:3]:
        run.train_to(steps(run) + dice.randrange(1, 40))
        assert run.turn(name, value)
    run.fork("kept")
    file = in_a_file(run)
    run.train_to(steps(run) + 17)
    heir = taken_up(file, experiment)
    heir.train_to(steps(run))
    for one in (run, heir):
        for name, value in turns[3:]:
            assert one.turn(name, value)
        one.run_to_end()
    assert heir.knobs == run.knobs == {**run.knobs, **dict(TURNS)}
    assert ended(heir) == ended(run) and heir.report("finished", 1).overlays


def test_a_run_that_went_back_and_another_way_is_kept_as_it_stands():
    run = start(network(goal=None))
    run.train_to(50)
    run.rewind(10)
    assert run.turn("learning_rate", 0.1)
    heir = taken_up(in_a_file(run), run.experiment)
    for one in (run, heir):
        one.run_to_end()
    assert ended(heir) == ended(run)
    heir.rewind(0)
    assert steps(heir) == 10


def test_a_damaged_file_is_refused_wherever_the_damage_is():
    run = start(network())
    run.step()
    file = in_a_file(run)
    dice = random.Random(0)
    broken = [file[: dice.randrange(len(file))] for _ in range(20)] + [b"", b"rubbish" * 999]
    for place in dice.sample(range(len(file)), 200):
        broken.append(file[:place] + bytes([file[place] ^ 1 << dice.randrange(8)]) + file[place + 1 :])
    for contents in broken:
        with pytest.raises(InputError, match="damaged"):
            saved.decode(contents)


def test_a_sound_file_that_holds_something_else_is_refused(monkeypatch):
    run = start(network())
    run.step()
    monkeypatch.setattr(saved.msgspec.msgpack, "encode", lambda _: b"\x93\x01\x02\x03")
    with pytest.raises(InputError, match="another version"):
        saved.decode(saved.encode(run.saved(), 7))


@pytest.mark.parametrize(
    ("changes", "seed"),
    [
        ({}, 2),
        ({"title": "Others"}, 1),
        ({"model": {"layers": "dense 5 tanh, dense 1 sigmoid"}, "knobs": []}, 1),
    ],
)
def test_the_file_of_another_run_is_refused(changes, seed):
    run = start(network())
    run.step()
    with pytest.raises(InputError, match="another run"):
        start(network(**changes), seed).take_up(saved.decode(in_a_file(run)))


@pytest.mark.parametrize(
    "layers",
    ["dense 5 tanh, dense 1 sigmoid", "dense 4 relu, dense 1 sigmoid", "dense 4 tanh, dropout 0.5, dense 1"],
)
def test_arrays_of_another_network_are_refused_and_change_nothing(layers):
    """As a file would hold them whose name for the run is a lie."""
    run = start(network())
    run.step()
    other = start(network(model={"layers": layers, "loss": "mean_squared_error"}, knobs=[]))
    before = in_a_file(other)
    with pytest.raises(InputError, match=r"of this network|other layers"):
        other._course.learner.take_up(run.saved().arrays)
    assert in_a_file(other) == before


def test_what_is_not_kept_says_why(monkeypatch):
    unit = start(perceptron("xor"))
    unit.step()
    assert unit.saved() is None and "short" in unit.unkept
    run = start(network())
    monkeypatch.setattr(saved, "MOST_BYTES", 100)
    assert run.saved() is None and "too large" in run.unkept
    assert Run(replace(network()), "a").saved() is None, "nobody watches it"
