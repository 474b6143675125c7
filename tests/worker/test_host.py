"""The host's state machine, with a run of paper: what each command does, and what it answers."""

import pytest
from msgspec.structs import replace

from tests.quiz.samples import numeric, trace
from tests.worker.experiments import load
from tests.worker.paper import Conversation, PaperKeeper, PaperRun, pose, summary
from tutor.errors import GpuError, OutOfMemoryError
from tutor.worker.host import Host
from tutor.worker.mailbox import Mailbox
from tutor.worker.protocol import (
    DrawLots,
    DropOverlays,
    Epoch,
    Failed,
    Fork,
    Pause,
    Pose,
    Pull,
    Quit,
    Reported,
    Reset,
    Rest,
    Rewind,
    Start,
    Step,
    Turn,
    Worked,
)
from tutor.worker.service import serve


def test_a_loaded_run_stands_ready_at_step_0(talk):
    assert summary(talk.report()) == (1, "ready", 0)
    assert talk.events == [] and not talk.host.training


def test_start_pause_step_epoch(talk):
    talk.say(Start())
    assert talk.host.training
    talk.host.advance()
    assert summary(talk.report()) == (1, "running", 1)
    talk.say(Pause())
    assert not talk.host.training
    assert summary(talk.report()) == (1, "paused", 1)
    talk.say(Step())
    assert summary(talk.report()) == (1, "paused", 2)
    talk.say(Epoch())
    assert summary(talk.report()) == (1, "running", 3)
    talk.train()
    assert summary(talk.report()) == (1, "paused", 4)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (Pause(), (1, "paused", 1)),
        (Start(), (1, "finished", 10)),
        (Step(), (1, "paused", 2)),
        (Turn("live", 1), (1, "paused", 4)),
        (Turn("wide", 1), (2, "ready", 0)),
        (Reset(1), (2, "ready", 0)),
    ],
)
def test_an_epoch_can_be_broken_off(talk, command, expected):
    talk.say(Epoch(), command)
    talk.train()
    assert summary(talk.report()) == expected


def test_start_says_whether_the_eye_can_follow():
    runs = []

    def build(load):
        runs.append(PaperRun(load))
        return runs[-1]

    host = Host(lambda event: None, build, pose, PaperKeeper())
    for command, paced in ((load(), True), (Start(paced=False), False), (Start(), True)):
        host.handle(command)
        assert getattr(runs[0], "paced", True) is paced


def test_a_step_while_training_pauses_it(talk):
    talk.say(Start(), Step())
    assert summary(talk.report()) == (1, "paused", 1)


def test_a_finished_run_stays_finished(talk):
    talk.say(Start())
    talk.train()
    for command in (Start(), Pause(), Step(), Epoch()):
        talk.say(command)
        assert summary(talk.report()) == (1, "finished", 10)


def test_a_question_gets_its_numbers_and_the_run_goes_on(talk):
    talk.say(Start(), Pose(trace(), 7))
    assert talk.events[-1] == Worked(7, numeric(7))
    talk.train()
    assert summary(talk.report()) == (1, "finished", 10)


def test_a_question_without_numbers_is_answered_with_failed(talk):
    talk.say(Pose(trace("broken"), 7))
    assert talk.events[-1] == Failed("no numbers were found", "")


def test_pause_before_start_changes_nothing(talk):
    talk.say(Pause())
    assert talk.report().state == "ready"


def test_a_live_knob_keeps_the_run_and_another_begins_it_again(talk):
    talk.say(Start())
    talk.host.advance()
    talk.say(Turn("live", 0.5))
    assert summary(talk.report()) == (1, "running", 1)
    talk.say(Turn("wide", 8))
    assert summary(talk.report()) == (2, "running", 0)
    talk.say(Pause(), Step(), Turn("wide", 4))
    assert summary(talk.report()) == (3, "ready", 0)


def test_reset_takes_the_new_seed_and_the_knobs_as_they_were_turned(talk):
    talk.say(Step(), Turn("live", 0.5), Turn("wide", 8), Reset(seed=7))
    report = talk.report()
    assert summary(report) == (3, "ready", 0)
    assert report.seed == 7 and report.knobs == {"live": 0.5, "wide": 8}


def test_what_the_learner_did_wrong_is_said_and_life_goes_on(talk):
    talk.say(Turn("odd", 1))
    assert talk.events.pop() == Failed("no such knob", "")
    assert summary(talk.report()) == (1, "ready", 0)


def test_a_report_asked_for_too_early_comes_once_there_is_a_run():
    talk = Conversation()
    talk.say(Pull(), Pull())
    assert talk.events == []
    talk.say(load())
    assert [type(event) for event in talk.events] == [Reported]


def test_an_experiment_that_cannot_be_built_leaves_none_behind(talk):
    talk.say(load(lesson="broken"))
    assert talk.events.pop() == Failed("that network cannot be built", "take another")
    talk.say(Start(), Pull())
    assert [type(event) for event in talk.events] == [Failed]


def test_commands_come_before_the_next_chunk_and_quit_ends_the_training(talk):
    inbox = Mailbox()
    for command in (Start(), Step(), Pull(), Start(), Quit()):
        inbox.put(command)
    serve(inbox, talk.host)
    assert summary(talk.events[0].report) == (1, "paused", 1)


def test_serving_trains_between_commands_until_the_run_ends(talk):
    inbox = Mailbox()
    inbox.put(Start())
    inbox.close()
    serve(inbox, talk.host)
    assert summary(talk.report()) == (1, "finished", 10)


def test_going_back_pauses_a_run_and_makes_a_finished_one_go_on(talk):
    talk.say(Start(), Step(), Step(), Start(), Rewind(1))
    assert summary(talk.report()) == (1, "paused", 1)
    talk.say(Start())
    talk.train()
    assert talk.report().state == "finished" and talk.run.confirmed == 1
    talk.say(Rewind(4))
    assert summary(talk.report()) == (1, "paused", 4)
    talk.say(Rewind(99))
    assert talk.events.pop() == Failed("no such mark", "")
    assert summary(talk.report()) == (1, "paused", 4)


def test_forks_are_kept_and_dropped(talk):
    talk.say(Fork("one"), Fork("two"))
    assert talk.run.labels == ["one", "two"]
    talk.say(DropOverlays())
    assert talk.run.labels == []


def test_other_seeds_are_trained_between_commands_and_leave_the_run_its_share(talk):
    inbox = Mailbox()
    for command in (DrawLots(3), Start()):
        inbox.put(command)
    inbox.close()
    serve(inbox, talk.host)
    assert talk.run.lots == 0 and talk.report().state == "finished"
    shared, alone = talk.run.times[:6], talk.run.times[6:]
    assert sum(shared) == pytest.approx(3 * (0.018 - 0.012)) and all(time == 0.03 for time in alone)


def test_other_seeds_are_trained_while_the_run_rests_until_told_to_stop(talk):
    talk.say(DrawLots(5))
    talk.host.advance()
    assert talk.run.times == [-0.03] and talk.host.busy and not talk.host.training
    talk.say(DrawLots(0))
    assert not talk.host.busy


def test_at_rest_nothing_is_trained_and_everything_stays(talk):
    talk.say(Start(), DrawLots(5))
    assert talk.host.busy
    talk.say(Rest(True))
    assert not talk.host.busy
    assert talk.report().state == "running"
    talk.say(Rest(False))
    assert talk.host.busy
    talk.train()
    assert talk.report().state == "finished"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (MemoryError(), "there was not enough memory for that"),
        (
            OutOfMemoryError("2 GB of memory are needed for a batch of 9"),
            "2 GB of memory are needed for a batch of 9",
        ),
    ],
)
def test_too_little_memory_pauses_the_run_and_says_so(talk, error, message):
    def refused(seconds):
        raise error

    talk.say(Start())
    advance, talk.run.advance = talk.run.advance, refused
    talk.host.advance()
    assert talk.events.pop().message == message
    assert summary(talk.report())[1:] == ("paused", 0)
    talk.run.advance = advance
    talk.say(Start())
    talk.train()
    assert summary(talk.report())[1:] == ("finished", 10)


def test_a_gpu_that_fails_in_the_middle_leaves_the_run_to_the_cpu(talk):
    def lost(seconds):
        raise GpuError("the GPU stopped answering (CUDA error 719)", "take the backend cpu")

    talk.say(Start())
    talk.host.advance()
    advance, talk.run.advance = talk.run.advance, lost
    talk.host.advance()
    failed = talk.events.pop()
    assert failed.message == "the GPU stopped answering (CUDA error 719)"
    assert failed.hint == "the run begins again on the CPU: space starts it"
    assert summary(talk.report()) == (2, "ready", 0)
    talk.run.advance = advance
    talk.say(Start())
    talk.train()
    assert summary(talk.report()) == (2, "finished", 10)
    talk.say(load())
    assert talk.loaded.backend == "cpu", "a process that lost a GPU does not get it back"


def test_a_gpu_that_cannot_be_had_is_done_without_unless_it_was_asked_for(talk):
    talk.broken_gpu = True
    talk.say(load())
    assert (talk.events.pop().hint, talk.loaded.backend) == ("training takes the CPU", "cpu")
    talk.say(replace(load(), backend="cuda"))
    assert talk.events.pop().hint == "take the backend cpu"
