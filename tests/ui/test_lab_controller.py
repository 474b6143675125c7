"""The lab's logic without a screen: prediction first, stale reports, knobs, tally, a dead process."""

from __future__ import annotations

import pytest

from tests.ui.lab_fakes import FakeWorker, experiment, lesson
from tutor.ui.lab import revival, wording
from tutor.ui.lab.controller import Finished, LabController
from tutor.ui.lab.tally import Tally
from tutor.worker import protocol


class Lab:
    """A controller and its fake process, with a clock that the test moves."""

    def __init__(self, worker: FakeWorker | None = None, *, predicted: bool = True) -> None:
        self.worker = worker or FakeWorker()
        self.control = LabController(lesson(), self.worker.send)
        self.now = 0.0
        self.finished: list[Finished] = []
        self.control.load()
        self.exchange()
        if predicted:
            self.control.predict(1)

    def exchange(self, times: int = 1) -> None:
        for _ in range(times):
            self.now += 0.25
            self.control.pull(self.now)
            for event in self.worker.poll():
                finished = self.control.receive(event)
                if finished is not None:
                    self.finished.append(finished)


@pytest.mark.parametrize("verb", ["toggle", "step", "epoch"])
def test_nothing_starts_before_a_prediction(verb: str) -> None:
    lab = Lab(predicted=False)
    getattr(lab.control, verb)()
    assert (
        not lab.worker.sent(protocol.Start) + lab.worker.sent(protocol.Step) + lab.worker.sent(protocol.Epoch)
    )
    assert "prediction" in lab.control.notice
    lab.control.predict(0)
    getattr(lab.control, verb)()
    assert lab.worker.sent(protocol.Start) + lab.worker.sent(protocol.Step) + lab.worker.sent(protocol.Epoch)


def test_an_answer_that_does_not_exist_is_refused() -> None:
    lab = Lab(predicted=False)
    lab.control.predict(3)
    assert lab.control.must_predict
    assert "no answer d" in lab.control.notice


def test_a_run_ends_once_with_the_prediction_and_the_outcome() -> None:
    lab = Lab()
    lab.control.toggle()
    lab.exchange(8)
    assert len(lab.finished) == 1
    assert (lab.finished[0].prediction, lab.finished[0].outcome) == (1, 1)
    assert lab.finished[0].result.steps == 400
    assert lab.control.revealing
    pulls = len(lab.worker.sent(protocol.Pull))
    lab.exchange(3)
    assert len(lab.worker.sent(protocol.Pull)) == pulls, "a finished run need not be pulled again"


def test_the_prediction_is_used_up_and_the_next_run_may_go_without() -> None:
    lab = Lab()
    lab.control.toggle()
    lab.exchange(8)
    lab.control.new_seed()
    lab.exchange()
    lab.control.toggle()
    lab.exchange(8)
    assert [one.prediction for one in lab.finished] == [1, None]
    assert [one.result.seed for one in lab.finished] == [0, 1]


def test_a_run_under_way_cannot_be_predicted() -> None:
    lab = Lab()
    lab.control.toggle()
    lab.exchange(2)
    lab.control.ask()
    lab.control.predict(0)
    assert lab.control.bench.prediction == 1
    assert "has begun" in lab.control.notice
    lab.control.reset()
    lab.exchange()
    lab.control.predict(0)
    assert lab.control.bench.prediction == 0


def test_a_report_pulled_before_a_reset_is_not_shown() -> None:
    lab = Lab()
    lab.control.toggle()
    lab.exchange(2)
    lab.now += 1
    lab.control.pull(lab.now)  # its answer is on the way when the learner presses x
    lab.control.reset()
    before = lab.control.report
    for event in lab.worker.poll():
        lab.control.receive(event)
    assert lab.control.report is before
    lab.exchange()
    assert lab.control.report is not None
    assert lab.control.report.quantities["steps"] == 0
    assert lab.control.state == "ready"


def test_a_report_pulled_before_a_pause_does_not_undo_it() -> None:
    lab = Lab()
    lab.control.toggle()
    lab.exchange()
    lab.now += 1
    lab.control.pull(lab.now)
    lab.control.toggle()
    for event in lab.worker.poll():
        lab.control.receive(event)
    assert lab.control.state == "paused"
    lab.exchange()
    assert lab.control.state == "paused"


def test_there_is_one_pull_at_a_time_and_five_a_second() -> None:
    lab = Lab()
    lab.control.toggle()
    before = len(lab.worker.sent(protocol.Pull))
    for _ in range(3):
        lab.control.pull(100.0)  # no answer taken in yet
    assert len(lab.worker.sent(protocol.Pull)) == before + 1
    for event in lab.worker.poll():
        lab.control.receive(event)
    lab.control.pull(100.1)
    assert len(lab.worker.sent(protocol.Pull)) == before + 1
    lab.control.pull(100.21)
    assert len(lab.worker.sent(protocol.Pull)) == before + 2


def test_a_knob_that_keeps_the_shapes_takes_effect_now() -> None:
    lab = Lab()
    lab.control.toggle()
    lab.exchange()
    lab.control.turn(1)
    assert lab.worker.sent(protocol.Turn) == [protocol.Turn("learning_rate", 2.0)]
    lab.exchange()
    assert lab.control.notice == "learning rate is 2.0 now: takes effect now."
    lab.exchange(8)
    assert lab.control.bench.tally.counts(lab.control.bench.knobs) == (0, 0), (
        "two settings in one run: no tally"
    )


def test_a_knob_that_changes_the_shapes_begins_again() -> None:
    lab = Lab()
    lab.control.choose(1)
    lab.control.toggle()
    lab.exchange()
    lab.control.turn(-1)
    lab.exchange()
    assert "begins again" in lab.control.notice
    assert lab.control.bench.knobs["hidden_units"] == 1


def test_a_knob_turned_before_the_first_step_says_nothing_of_beginning_again() -> None:
    lab = Lab()
    lab.control.choose(1)
    lab.control.turn(-1)
    lab.exchange()
    assert lab.control.notice == "hidden units is 1 now."


def test_f_hurries_this_run_and_the_next() -> None:
    lab = Lab()
    lab.control.toggle()
    lab.control.hurry()
    lab.exchange(8)
    lab.control.new_seed()
    lab.control.toggle()
    assert [start.paced for start in lab.worker.sent(protocol.Start)] == [True, False, False]  # type: ignore[union-attr]


def test_the_end_of_a_knob_says_so_and_sends_nothing() -> None:
    lab = Lab()
    lab.control.turn(1)
    lab.control.turn(1)
    assert lab.worker.sent(protocol.Turn) == [protocol.Turn("learning_rate", 2.0)]
    assert lab.control.notice == "2.0 is the last value of learning rate."


def test_a_knob_turned_after_the_end_makes_a_new_run() -> None:
    lab = Lab()
    lab.control.toggle()
    lab.exchange(8)
    lab.control.turn(-1)
    assert lab.worker.commands[-2:] == [protocol.Reset(0), protocol.Turn("learning_rate", 0.1)]
    assert not lab.control.revealing
    lab.exchange()
    assert lab.control.state == "ready"


def test_the_tally_counts_each_seed_of_a_setting_once() -> None:
    lab = Lab()
    for again in (lab.control.reset, lab.control.new_seed, lab.control.new_seed):
        lab.control.toggle()
        lab.exchange(8)
        again()
        lab.exchange()
    assert wording.standing(lab.control).startswith("Goal reached in 2 of 2 seeds")


def test_tally_tells_settings_apart() -> None:
    tally = Tally()
    for seed, reached in enumerate([True, False, True]):
        tally.add({"units": 2}, seed, reached)
    tally.add({"units": 1}, 0, False)
    assert tally.counts({"units": 2}) == (3, 2)
    assert tally.counts({"units": 1}) == (1, 0)
    assert tally.counts({"units": 4}) == (0, 0)


def test_each_experiment_keeps_its_own_bench() -> None:
    lab = Lab()
    lab.control.turn(1)
    lab.control.other_experiment(1)
    assert lab.control.experiment.id == "digits"
    assert lab.control.must_predict
    assert lab.control.asking
    lab.control.turn(1)
    assert "prediction" in lab.control.notice
    lab.control.predict(0)
    lab.control.turn(1)
    assert "no knobs" in lab.control.notice
    lab.control.other_experiment(1)
    assert "last experiment" in lab.control.notice
    lab.control.other_experiment(-1)
    assert lab.control.bench.knobs["learning_rate"] == 2.0
    assert lab.control.bench.prediction == 1
    assert lab.worker.sent(protocol.Load)[-1].knobs["learning_rate"] == 2.0  # type: ignore[union-attr]


def test_a_dead_process_is_said_and_can_be_restarted() -> None:
    lab = Lab()
    lab.control.toggle()
    lab.exchange()
    revival.lost(lab.control, "the training process was killed (signal 9)")
    assert wording.advice(lab.control).startswith("The training process was killed (signal 9). Press w")
    count = len(lab.worker.commands)
    for verb in ("toggle", "step", "epoch", "reset", "new_seed"):
        getattr(lab.control, verb)()
        assert "press w" in lab.control.notice
    lab.exchange()
    assert len(lab.worker.commands) == count
    assert lab.control.report is not None
    stood = lab.control.report.quantities["steps"]
    assert stood > 0
    lab.worker.restart()
    revival.revive(lab.control)
    assert f"step {stood:,.0f}" in lab.control.notice
    lab.exchange()
    assert f"Trained again from its seed to step {stood:,.0f}" in lab.control.notice
    assert lab.control.state == "paused"
    assert lab.control.report.quantities["steps"] == stood
    lab.control.toggle()
    lab.exchange(8)
    assert len(lab.finished) == 1


def killed(lab: Lab, kept: int) -> protocol.Resume | None:
    """The process dies and is started anew, with a snapshot at that step; what it was told then."""
    revival.lost(lab.control, "the training process was killed (signal 9)")
    lab.worker.restart()
    lab.worker.kept = kept
    count = len(lab.worker.commands)
    revival.revive(lab.control)
    command = lab.worker.commands[count]
    return command if isinstance(command, protocol.Resume) else None


def test_a_run_that_changed_its_setting_half_way_goes_on_from_its_snapshot() -> None:
    lab = Lab()
    lab.control.toggle()
    lab.exchange()
    lab.control.turn(1)
    lab.exchange()
    assert lab.control.report is not None
    stood = lab.control.report
    command = killed(lab, kept=40)
    assert command is not None and not command.replay
    assert (command.number, command.knobs) == (stood.run, stood.knobs)
    lab.exchange()
    assert "Back at the snapshot of step 40" in lab.control.notice
    assert lab.control.state == "paused" and lab.control.report.quantities == stood.quantities
    lab.control.toggle()
    lab.exchange(8)
    [finished] = lab.finished
    assert lab.control.bench.tally.counts(lab.control.bench.knobs) == (0, 0), (
        "it says nothing about its setting"
    )
    assert finished.result.knobs == stood.knobs


def test_it_begins_anew_where_there_is_no_snapshot() -> None:
    lab = Lab()
    lab.control.toggle()
    lab.exchange()
    lab.control.turn(1)
    lab.exchange()
    assert killed(lab, kept=0) is not None
    lab.exchange()
    assert "begins again" in lab.control.notice and "no snapshot" in lab.control.notice
    assert lab.control.state == "ready"
    lab.control.toggle()
    lab.exchange(8)
    assert lab.control.bench.tally.counts(lab.control.bench.knobs) == (1, 1)


def test_a_turn_that_the_dead_process_never_took_is_taken_back_on_the_screen() -> None:
    lab = Lab()
    lab.control.toggle()
    lab.exchange()
    lab.worker.send = lambda command: None  # type: ignore[method-assign]
    lab.control.link._send_command = lab.worker.send
    before = dict(lab.control.bench.knobs)
    lab.control.turn(1)
    assert lab.control.bench.knobs != before
    del lab.worker.send
    lab.control.link._send_command = lab.worker.send
    assert killed(lab, kept=40) is not None
    lab.exchange()
    assert lab.control.bench.knobs == before


def test_a_process_that_dies_twice_before_it_has_reported_takes_the_same_run_up() -> None:
    lab = Lab()
    lab.control.toggle()
    lab.exchange()
    first = killed(lab, kept=40)
    assert first is not None and killed(lab, kept=40) == first


@pytest.mark.parametrize("verb", ["reset", "new_seed"])
def test_a_run_that_the_learner_gave_up_is_not_taken_up(verb: str) -> None:
    lab = Lab()
    lab.control.toggle()
    lab.exchange()
    getattr(lab.control, verb)()
    assert killed(lab, kept=40) is None
    assert "begins again" in lab.control.notice


def test_a_run_that_is_over_is_not_taken_up() -> None:
    lab = Lab()
    lab.control.toggle()
    lab.exchange(8)
    assert lab.finished
    assert killed(lab, kept=40) is None


def test_what_the_process_refuses_is_said_and_the_state_stays_true() -> None:
    lab = Lab()
    lab.control.toggle()
    lab.control.receive(protocol.Failed("cannot do that", "try something else"))
    assert lab.control.notice == "cannot do that; try something else"
    assert lab.control.state == "ready"


def test_compiling_is_said_until_the_process_is_ready() -> None:
    lab = Lab()
    lab.control.notice = ""
    lab.control.receive(protocol.Busy("Compiling the training kernels (first time only, about 15 s)"))
    assert wording.advice(lab.control).endswith("about 15 s). You can read on: r.")
    lab.control.toggle()
    assert wording.state_word(lab.control) == "WAITING"
    assert wording.advice(lab.control).endswith("Training begins by itself then.")
    lab.control.receive(protocol.Ready(1.0))
    assert "Compiling" not in wording.advice(lab.control)


def test_status_leaves_out_what_does_not_fit_and_never_cuts() -> None:
    lab = Lab()
    lab.control.toggle()
    lab.exchange(3)
    full = wording.status(lab.control.report, 120)
    assert full.startswith("step 300   epoch 300   loss ")
    for width in range(0, 120):
        line = wording.status(lab.control.report, width)
        assert len(line) <= width
        assert full.startswith(line)


def test_measured_names_what_the_answers_ask_for() -> None:
    quantities = {"steps": 400.0, "epochs": 400.0, "goal_step": 400.0, "errors": 0.0, "loss": 0.1}
    line = wording.measured(experiment(), quantities)
    assert line == "steps 400, epochs 400, goal reached at step 400, wrong answers 0"
    assert "goal never reached" in wording.measured(experiment(), quantities | {"goal_step": float("inf")})
