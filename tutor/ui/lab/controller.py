"""What a learner does in the lab, as plain logic without a screen: predict, run, compare, turn, try again.

The controller sends commands to the training process (by its ``link``) and is told its events; the view
asks it what to show.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from msgspec import to_builtins

from tutor.content.model import Experiment, Lesson
from tutor.progress.derive import past_run
from tutor.progress.state import PastRun
from tutor.report import Report, Result, State
from tutor.ui.lab import rest, revival
from tutor.ui.lab.bench import Bench, shown
from tutor.ui.lab.link import PULL_EVERY, Link
from tutor.worker import protocol

LETTERS = "abcdefgh"


@dataclass(frozen=True)
class Finished:
    """A run that is over: what was predicted for it (None: nothing) and which option came true."""

    result: Result
    prediction: int | None
    outcome: int | None

    @property
    def past(self) -> PastRun:
        """The run as the list of runs shows it."""
        judged = self.prediction is not None and self.outcome is not None
        return past_run(to_builtins(self.result), self.prediction == self.outcome if judged else None)


@dataclass(frozen=True)
class _Turned:
    """A turn that waits for the report that tells whether the run went on."""

    now: str
    """The knob's new value, in words."""
    run: int
    begun: bool
    """Whether that run was under way."""


class LabController:
    """The lab of one lesson, opened at ``experiment`` (its id; the first one if there is none such).

    ``send`` hands a command to the training process and never blocks.
    """

    def __init__(
        self, lesson: Lesson, send: Callable[[protocol.AnyCommand], None], experiment: str = ""
    ) -> None:
        self.lesson = lesson
        self._benches = [Bench.of(experiment) for experiment in lesson.experiments]
        ids = [bench.experiment.id for bench in self._benches]
        self._index = ids.index(experiment) if experiment in ids else 0
        self.link = Link(send)
        self.report: Report | None = None
        self.state: State = "ready"
        self.asking = self.must_predict
        """Whether the prediction's question is on the screen instead of the charts."""
        self.revealing = False
        """Whether the comparison of prediction and outcome is on the screen."""
        self.going_to: int | None = None
        """The mark that the run was sent to, until a report shows it there."""
        self.locked = ""
        """Why the knobs cannot be turned yet; empty if they can."""
        self.hurried = False
        """Whether runs go at full speed; else they begin step by step and get faster and faster."""
        self.finished: Finished | None = None
        self.notice = ""
        """What the last key did, or why it could not; cleared by the next key."""
        self.busy = ""
        """What the training process is occupied with before it can train."""
        self.gone = ""
        """Why the training process died; empty while it lives."""
        self.resting = False
        """Whether training waits until somebody presses a key."""
        self.reported = False
        """Whether ``report`` is of the present run."""
        self.mixed = False
        """Whether the present run has changed its setting half-way."""
        self.stood: revival.Stood | None = None
        """Where the run stood that died with its process, until another one reports."""
        self._built = False
        self.recorded = False
        """Whether the present run has been over before, and was gone back along."""
        self._turned: _Turned | None = None

    # ------------------------------------------------------------------ what there is to see

    @property
    def bench(self) -> Bench:
        return self._benches[self._index]

    @property
    def experiment(self) -> Experiment:
        return self.bench.experiment

    @property
    def place(self) -> tuple[int, int]:
        """(number of this experiment from 1, how many the lesson has)."""
        return self._index + 1, len(self._benches)

    @property
    def must_predict(self) -> bool:
        """Whether nothing may start before the learner commits to a prediction."""
        asks = bool(self.experiment.prediction.options)
        return asks and self.bench.prediction is None and not self.bench.has_predicted

    @property
    def under_way(self) -> bool:
        """Whether the run has begun, so that it is too late to predict it."""
        begun = self.report is not None and self.report.quantities.get("steps", 0) > 0
        return self.state == "running" or (self.state == "paused" and begun)

    # ------------------------------------------------------------------ predicting

    def predict(self, option: int) -> None:
        """Commit to an option of the prediction for the coming run."""
        if option >= len(self.experiment.prediction.options):
            self.notice = f"There is no answer {LETTERS[option]}."
        elif self.under_way or self.state == "finished":
            self.asking = False
            self.notice = "This run has begun, so its prediction stands. x or n begins another run."
        else:
            self.bench.prediction = option
            self.bench.has_predicted = True
            self.asking = False
            self.notice = f"You predict {LETTERS[option]}. Press space to start the training."

    def not_asked(self, option: int) -> None:
        """Say why an answer's letter does nothing now."""
        self.notice = f"{LETTERS[option]} would be an answer to the question: press p to see it."

    def compare(self) -> None:
        """Show or hide what was predicted beside what happened."""
        if self.finished is None:
            self.notice = "There is nothing to compare until a run is over."
        elif not self.experiment.prediction.options:
            self.notice = "There was no prediction to compare this run with."
        else:
            self.revealing = not self.revealing
            self.notice = ""

    def ask(self) -> None:
        """Show the question (again), or go back to the charts."""
        if not self.experiment.prediction.options:
            self.notice = "This experiment asks for no prediction: space starts it."
        elif self.asking and self.must_predict:
            self.notice = "Choose an answer first: being wrong is half of the lesson."
        else:
            self.asking = not self.asking
            self.notice = ""

    # ------------------------------------------------------------------ running

    def toggle(self) -> None:
        """Start the training, or pause it."""
        if not self._may_train():
            return
        if self.state == "running":
            self.link.send(protocol.Pause())
            self.state = "paused"
        else:
            self.link.send(protocol.Start(paced=not self.hurried))
            self.state = "running"

    def hurry(self) -> None:
        """Change between slow motion, in which the first steps can be seen, and full speed."""
        self.hurried = not self.hurried
        if self.state == "running":
            self.link.send(protocol.Start(paced=not self.hurried))
        self.notice = (
            "Full speed from now on: as fast as this machine trains. f slows it down."
            if self.hurried
            else "Slow motion from now on: a few steps a second at first, then ever more."
        )

    def step(self) -> None:
        """One parameter update, then pause."""
        if self._may_train():
            self.link.send(protocol.Step())
            self.state = "paused"

    def epoch(self) -> None:
        """To the end of this pass over the training set, then pause."""
        if self._may_train():
            self.link.send(protocol.Epoch())
            self.state = "running"

    def reset(self) -> None:
        """Begin again with the same seed: the same run will come out."""
        if self.may_command():
            self.begin(protocol.Reset(self.bench.seed))
            self.notice = f"Back at the start with seed {self.bench.seed}: the same seed gives the same run."

    def new_seed(self) -> None:
        """Begin again with the next seed: other first weights, another order of the examples."""
        if self.may_command():
            self.bench.seed += 1
            self.begin(protocol.Reset(self.bench.seed))
            self.notice = f"Seed {self.bench.seed}: what is left to chance comes out differently now."

    def load(self) -> None:
        """Have the training process build the experiment as the bench stands."""
        self.begin(self.setting_up())

    def setting_up(self) -> protocol.Load:
        """The command that builds the experiment as the bench stands."""
        bench = self.bench
        return protocol.Load(self.lesson.id, bench.experiment, dict(bench.knobs), bench.seed)

    def other_experiment(self, direction: int) -> None:
        """Go to the next or the previous experiment of the lesson."""
        place = self._index + direction
        if not 0 <= place < len(self._benches):
            which = "first" if direction < 0 else "last"
            self.notice = f"This is the lesson's {which} experiment."
            return
        self._index = place
        self.report = None
        self.load()
        self.notice = ""
        self.asking = self.must_predict

    def went_back(self, mark: int) -> None:
        """The run stands at this mark now: it is not over, and goes on from there."""
        self.going_to = mark
        self.state = "paused"
        self.finished = None
        self.revealing = self.asking = False
        self.notice = ""

    # ------------------------------------------------------------------ knobs

    def choose(self, direction: int) -> None:
        """Choose the knob above or below."""
        knobs = self.experiment.knobs
        if not knobs:
            self.notice = "This experiment has no knobs: it always runs as it is."
            return
        self.revealing = False
        self.bench.chosen = (self.bench.chosen + direction) % len(knobs)
        self.notice = knobs[self.bench.chosen].help

    def turn(self, direction: int) -> None:
        """Turn the chosen knob one stop; the training process decides whether the run can go on."""
        knob, value = self.bench.knob, self.bench.neighbour(direction)
        if self.locked:
            self.notice = self.locked
        elif self.asking:
            self.notice = "The knobs come after the prediction: choose an answer, or press p."
        elif knob is None:
            self.notice = "This experiment has no knobs: it always runs as it is."
        elif value is None:
            end = "first" if direction < 0 else "last"
            self.notice = f"{shown(knob, self.bench.knobs[knob.name])} is the {end} value of {knob.label}."
        elif self.may_command():
            self.revealing = False
            self.bench.knobs[knob.name] = value
            now = f"{knob.label} is {shown(knob, value)} now"
            if self.state == "finished" or not self._built:
                if self._built:  # no Load: the kept runs would be lost, and they are to be compared with
                    self.begin(protocol.Reset(self.bench.seed))
                    self.link.send(protocol.Turn(knob.name, value))
                else:
                    self.load()
                self.notice = f"{now}, in a new run: space starts it, p predicts it."
                return
            run = self.report.run if self.report else -1
            self._turned = _Turned(now, run, self.under_way)
            self.link.send(protocol.Turn(knob.name, value))
            self.notice = f"{now}."

    # ------------------------------------------------------------------ the training process

    def pull(self, now: float, every: float = PULL_EVERY) -> None:
        """Ask for a report if something changed, or if training goes on and ``every`` seconds passed."""
        if not self.gone:
            self.link.pull(now, every, moving=rest.under_way(self))

    def receive(self, event: protocol.AnyEvent) -> Finished | None:
        """Take in an event; returns the run if this event says that it has just finished."""
        if isinstance(event, protocol.Busy):
            self.busy = event.text
        elif isinstance(event, protocol.Ready):
            self.busy = ""
        elif isinstance(event, protocol.Failed):
            self.notice = "; ".join(filter(None, (event.message, event.hint)))
            self.state = self.report.state if self.report else "ready"
            self._turned = None
        elif isinstance(event, protocol.Resumed):
            self.notice = revival.told(event)
        elif isinstance(event, protocol.Reported):
            return self._receive_report(event.report)
        return None

    # ------------------------------------------------------------------ inside

    def _receive_report(self, report: Report) -> Finished | None:
        age = self.link.arrived()
        if age == "stale":
            return None  # pulled before the last load or reset: another run's picture
        self.busy = ""
        self.report = report
        self._built = self.reported = True
        if age == "behind":
            return None  # a newer command is on its way: this picture's state is out of date
        revival.settled(self, report)
        self.going_to = None
        was_finished, self.state = self.state == "finished", report.state
        self._settle_turn(report)
        if report.state == "finished" and report.result is not None and not was_finished:
            return self._finish(report, report.result)
        return None

    def _settle_turn(self, report: Report) -> None:
        turned, self._turned = self._turned, None
        if turned is None:
            return
        if report.run == turned.run:
            begun = report.quantities.get("steps", 0) > 0
            self.mixed = self.mixed or begun
            self.notice = turned.now + (": takes effect now." if begun else ".")
        else:
            self.mixed = False
            self.notice = turned.now + (", and the run begins again." if turned.begun else ".")

    def _finish(self, report: Report, result: Result) -> Finished | None:
        """The run is over. One that was gone back along, and went the same way again, is no other run."""
        self.finished = Finished(result, self.bench.prediction, report.outcome)
        self.bench.prediction = None
        self.revealing = bool(self.experiment.prediction.options)
        self.asking = False
        self.notice = ""
        if not self.mixed:  # a run that changed its setting half-way says nothing about either setting
            self.bench.tally.add(report.knobs, report.seed, bool(result.goal.get("reached")))
        again, self.recorded = self.recorded and not self.mixed, True
        return None if again else self.finished

    def _may_train(self) -> bool:
        if not self.may_command():
            return False
        if self.must_predict_first("Training begins"):
            return False
        if self.state == "finished":
            self.notice = "This run is over. x runs the same seed again, n takes a new seed."
            return False
        self.asking = False
        self.notice = ""
        return True

    def must_predict_first(self, what: str) -> bool:
        """Whether a prediction must come before this; says so then."""
        if self.must_predict:
            self.asking = True
            self.notice = f"First commit to a prediction: press its letter. {what} then."
        return self.must_predict

    def may_command(self) -> bool:
        """Whether there is a training process to command; says so if there is none."""
        if self.gone:
            self.notice = "Nothing can be trained now: press w to restart the training process."
        return not self.gone

    def begin(self, command: protocol.Load | protocol.Resume | protocol.Reset) -> None:
        """Have another run begin; nothing that was so of the one before is so of it."""
        self.state = "ready"
        self._built = self._built and isinstance(command, protocol.Reset)
        self.finished = None
        self.revealing = False
        self.mixed = False
        self._turned = None
        self.recorded = False
        self.going_to = self.stood = None
        self.reported = False
        self.link.begin(command)
