"""A real training process, told what the lab screen tells it."""

import time

import pytest
from msgspec.structs import replace

from tests.worker.experiments import load
from tests.worker.talk import pull, steps, wait_for, wait_for_event
from tutor.worker.protocol import (
    DrawLots,
    DropOverlays,
    Epoch,
    Failed,
    Fork,
    Load,
    Pause,
    Reset,
    Rewind,
    Start,
    Step,
    Turn,
)


@pytest.fixture
def client(shared_client):
    shared_client.send(load())
    assert steps(pull(shared_client)) == 0
    return shared_client


def test_training_goes_on_until_paused(client):
    client.send(Start())
    first = pull(client)
    assert first.state == "running"
    wait_for(lambda: steps(pull(client)) > steps(first) + 3, 10)
    client.send(Pause())
    paused = pull(client)
    assert paused.state == "paused"
    time.sleep(0.15)
    assert steps(pull(client)) == steps(paused)


def test_a_step_is_exactly_one_update_and_an_epoch_ends_where_epochs_end(client):
    client.send(Step())
    assert steps(pull(client)) == 1
    client.send(Step())
    assert steps(pull(client)) == 2
    client.send(Epoch())
    report = pull(client)
    assert report.quantities["epochs"] >= 1 and report.state == "paused"


def test_the_learning_rate_is_turned_without_losing_the_run(client):
    client.send(Start())
    wait_for(lambda: steps(pull(client)) > 0, 10)
    client.send(Pause())
    before = pull(client)
    client.send(Turn("learning_rate", 0.5))
    after = pull(client)
    assert (after.run, steps(after)) == (before.run, steps(before))
    assert after.knobs["learning_rate"] == 0.5


def test_other_hidden_units_begin_the_run_again(client):
    client.send(Step())
    before = pull(client)
    client.send(Turn("hidden_units", 2))
    after = pull(client)
    assert (after.run, steps(after), after.state) == (before.run + 1, 0, "ready")


def test_the_same_seed_gives_the_same_curves_and_another_seed_others(client):
    client.send(load(epochs=100))  # so few that each epoch is a point of the curve

    def losses(seed):
        client.send(Reset(seed))
        assert steps(pull(client)) == 0
        for _ in range(5):
            client.send(Epoch())
        return [series.y for series in pull(client).series if series.name == "loss"]

    first = losses(3)
    assert len(first[0]) == 6
    assert losses(3) == first
    assert losses(4) != first


def test_a_finished_run_brings_its_result(client):
    client.send(load(epochs=100, goal="epochs >= 5"))
    client.send(Start())
    wait_for(lambda: pull(client).state == "finished", 20)
    report = pull(client)
    assert report.result is not None and report.result.stopped_because == "goal"


def test_a_knob_that_does_not_exist_is_refused_and_the_run_lives(client):
    client.send(Step())
    client.send(Turn("no such knob", 1))
    failed = wait_for_event(client, Failed)
    assert "no such knob" in failed.message and "\n" not in failed.message
    assert steps(pull(client)) == 1


def test_a_network_that_cannot_be_built_is_refused_in_one_line(client):
    experiment = load().experiment
    bad = replace(experiment, knobs=[], model=replace(experiment.model, layers="dense many"))
    client.send(Load("test", bad, {}, 0))
    failed = wait_for_event(client, Failed)
    assert failed.message and "\n" not in failed.message
    assert client.alive


def test_a_turned_knob_is_in_the_next_report(client):
    client.send(Start())
    pull(client)
    client.send(Turn("learning_rate", 0.5))
    assert pull(client).knobs["learning_rate"] == 0.5


def test_a_run_goes_back_along_its_marks_and_on_again(client):
    client.send(Start(paced=False))
    wait_for(lambda: steps(pull(client)) > 200, 20)
    client.send(Rewind(3))
    back = pull(client)
    assert (back.state, back.mark, steps(back)) == ("paused", 3, back.marks[3])
    client.send(Step())
    after = pull(client)
    assert after.mark == -1 and steps(after) == steps(back) + 1
    assert after.marks == back.marks[:4]


def test_a_fork_is_kept_beside_the_run_that_goes_on(client):
    client.send(Epoch())
    client.send(Fork("a slow one"))
    client.send(Turn("hidden_units", 2))
    assert [overlay.label for overlay in pull(client).overlays] == ["a slow one"]
    client.send(DropOverlays())
    assert pull(client).overlays == []
    client.send(Fork("nothing"))
    assert "no curves" in wait_for_event(client, Failed).message


def test_other_seeds_are_drawn_while_the_run_goes_on(client):
    client.send(load(epochs=300, goal="accuracy == 1"))
    client.send(Turn("learning_rate", 0.5))
    client.send(Start())
    client.send(DrawLots(10))
    assert pull(client).state == "running"
    wait_for(lambda: (lottery := pull(client).lottery) and lottery.done == lottery.total, 30)
    lottery = pull(client).lottery
    assert lottery.knobs["learning_rate"] == 0.5
    assert 0 <= lottery.low <= lottery.reached / 10 <= lottery.high <= 1


@pytest.mark.parametrize("command", [DrawLots(5), DrawLots(-1), Rewind(7), Fork("too early")])
def test_what_makes_no_sense_is_answered_in_one_line(client, command):
    client.send(command)
    failed = wait_for_event(client, Failed)
    assert failed.message and failed.hint and "\n" not in failed.message + failed.hint
    assert steps(pull(client)) == 0


def test_a_goal_over_several_seeds_is_confirmed_without_being_asked(client):
    asked = load(epochs=3000, goal="accuracy == 1")
    goal = replace(asked.experiment.goal, seeds=4, at_least=3)
    client.send(replace(asked, experiment=replace(asked.experiment, goal=goal)))
    client.send(Start(paced=False))
    wait_for(lambda: (lottery := pull(client).lottery) and lottery.done == lottery.total, 30)
    report = pull(client)
    assert report.state == "finished" and report.lottery.needed == 3
    assert report.lottery.met is (report.lottery.reached >= 3)
