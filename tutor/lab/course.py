"""One course of training: a learner from its first step on, what is noted on the way, and why it ends."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping

from tutor.content.condition import Condition
from tutor.content.model import LAYERED, Experiment
from tutor.content.part import Value
from tutor.content.settings import hidden_specs
from tutor.lab.details import Past
from tutor.lab.ensemble import network_of
from tutor.lab.history import History
from tutor.lab.learner import Learner, Observation
from tutor.lab.marks import Mark, Marks
from tutor.report import StopReason

CHECKS = 500
"""About how often a network is evaluated at most; see :func:`check_interval`."""
CHUNK_SECONDS = 0.005
"""Training between two looks at the clock."""

Clock = Callable[[], float]


def check_interval(experiment: Experiment) -> int:
    """Epochs from one check to the next: of the curves, the goal, the fewest and most errors.

    A single unit is checked after every epoch, what has layers after every ``epochs // 500`` of them, because
    with four examples an evaluation costs more than the epoch; with patience, which counts epochs, after
    each. It depends on the experiment and its knobs alone, so neither the pace nor the size of the chunks
    can change at which step a goal counts as reached.
    """
    if experiment.kind not in LAYERED or experiment.training.patience:
        return 1
    return max(1, total_epochs(experiment) // CHECKS)


def total_epochs(experiment: Experiment) -> int:
    """Passes over the data in all: those that pretrain each hidden layer, and then those of training."""
    training = experiment.training
    return training.epochs + training.pretraining * len(hidden_specs(experiment.model.layers))


class Course:
    """Trains ``learner`` as ``experiment`` says, whose knobs stand at ``knobs``; knows nothing of pace.

    ``max_steps`` replaces the budget of epochs; ``rewindable`` keeps marks to go back to.
    """

    def __init__(
        self,
        learner: Learner,
        experiment: Experiment,
        knobs: Mapping[str, Value],
        max_steps: int | None = None,
        rewindable: bool = False,
        clock: Clock = time.perf_counter,
    ) -> None:
        self.learner = learner
        self.knobs = dict(knobs)
        self.stopped: StopReason = ""
        """Why it ended; empty while it goes on."""
        self.seconds = 0.0
        """Time spent training."""
        self._epochs, self._max_steps = total_epochs(experiment), max_steps
        self._interval = check_interval(experiment)
        self._clock = clock
        self._chunk = 1
        self._observation: Observation | None = None
        self._observed_at = -1
        self._goal = Condition.parse(experiment.goal.when) if experiment.goal else None
        self.history = History.of(learner.curves)
        self.past = Past()
        self.history.start(self.quantities())
        self._remember()
        self.state_bytes = learner.snapshot().size if rewindable else 0
        """Of what the learner goes on from; 0 where nobody wants to go back."""
        self.marks = Marks(self.state_bytes)
        self._mark()

    @property
    def finished(self) -> bool:
        """Whether goal, budget, patience or a number that is not finite has ended it."""
        return self.stopped != ""

    @property
    def fraction(self) -> float:
        """Part of the budget that is used, 0 to 1."""
        if self._max_steps is not None:
            return min(1.0, self.learner.step / self._max_steps)
        return min(1.0, self.learner.epochs_exactly / self._epochs)

    # ----------------------------------------------------------------------- training

    def train(self, steps: int | None, until: float = math.inf) -> None:
        """Do ``steps`` (None: any number) in chunks and the checks that fall due; stop at time ``until``."""
        learner = self.learner
        wanted = math.inf if steps is None else learner.step + steps
        while not self.finished and learner.step < wanted:
            before, now = learner.step, self._clock()
            if now >= until:
                break
            self.marks.branch()
            self.marks.ahead = None
            due = before + self._steps_to_check()
            chunk = int(min(before + self._chunk, due, wanted, self.marks.next_after(before)) - before)
            learner.train(chunk)
            spent = self._clock() - now
            self.seconds += spent
            self._fit_chunk(chunk, spent)
            if learner.diverged or learner.step == due:
                self._check()
            if not self.finished:
                self._mark()

    def _fit_chunk(self, steps: int, seconds: float) -> None:
        """Let the next chunk take less than CHUNK_SECONDS; one cut short tells nothing of longer ones."""
        if seconds > CHUNK_SECONDS:
            self._chunk = max(1, steps // 2)
        elif seconds < CHUNK_SECONDS / 2 and steps == self._chunk:
            self._chunk *= 2

    def turn(self, name: str, value: Value) -> bool:
        """Turn a knob on the fly; False where that cannot be done."""
        if self.finished or not self.learner.turn(name, value):
            return False
        self.knobs[name] = value
        self._observation = None
        self.marks.branch()
        return True

    def go(self, mark: int) -> None:
        """Go back, or forward again, to the mark with this index."""
        there = self.marks.go(mark, self._here)
        self.learner.restore(there.learner)
        self.history, self.past = there.history.copy(), there.past.copy()
        self.knobs = dict(there.knobs)
        self.stopped, self.seconds = there.stopped, there.seconds
        self._observation, self._observed_at = there.observation, there.step

    def take_up(self, history: History, past: Past, seconds: float) -> None:
        """The learner has taken up another run's state, which told this until then: go on from there."""
        self.history, self.past, self.seconds = history, past, seconds
        self._observation = None
        self.marks = Marks(self.state_bytes)
        self._mark()

    def _here(self) -> Mark:
        return Mark(
            step=self.learner.step,
            learner=self.learner.snapshot(),
            history=self.history.copy(),
            past=self.past.copy(),
            knobs=dict(self.knobs),
            observation=self._observation if self._observed_at == self.learner.step else None,
            stopped=self.stopped,
            seconds=self.seconds,
        )

    def _mark(self) -> None:
        """Keep a mark if one is due here."""
        if self.marks.want(self.learner.step):
            self.marks.add(self._here())

    # ------------------------------------------------------------------------- checks

    def _steps_to_check(self) -> int:
        due = (self.learner.epoch // self._interval + 1) * self._interval
        if self._max_steps is None:
            return self.learner.steps_until(min(due, self._epochs))
        return min(self.learner.steps_until(due), self._max_steps - self.learner.step)

    def _check(self) -> None:
        """Evaluate, remember, and see whether the training ends here."""
        self._observation = None
        quantities = self.quantities()
        if quantities["diverged"]:
            self.stopped = "diverged"
            return
        self.history.record(self.learner.epochs_exactly, quantities, self._goal)
        self._remember()
        if math.isfinite(self.history.goal_step):
            self.stopped = "goal"
            return
        if self.learner.gave_up(self.learner.epoch, quantities):
            self.stopped = "patience"
        elif self.fraction >= 1:
            self.stopped = "budget"
        if self.finished:
            self.learner.end()
            self._observation = None

    def _remember(self) -> None:
        """What the panels show of the run's past, recorded whether or not one of them is open."""
        if (network := network_of(self.learner)) is not None:
            layers = self.observe().layers
            self.past.record(self.learner.epochs_exactly, layers, network.trainer)

    # ------------------------------------------------------------------------- what it tells

    def observe(self) -> Observation:
        """The learner's state now, evaluated once per step."""
        if self._observation is None or self._observed_at != self.learner.step:
            self._observation, self._observed_at = self.learner.observe(), self.learner.step
        return self._observation

    def what_diverged(self) -> str:
        """What stopped being finite ("the weights of dense_1"), or nothing."""
        if self.learner.diverged:
            return self.learner.diverged
        return "" if math.isfinite(self.observe().quantities.get("loss", 0.0)) else "the training loss"

    def _throughput(self) -> dict[str, float]:
        seen = self.learner.epochs_exactly * len(self.learner.dataset.y)
        return {"throughput": seen / self.seconds} if self.seconds > 0 else {}

    def quantities(self) -> dict[str, float]:
        """Everything that conditions may ask now (``content.condition.QUANTITIES``)."""
        return {
            "steps": float(self.learner.step),
            "epochs": float(self.learner.epoch),
            "seconds": self.seconds,
            **self._throughput(),
            "diverged": float(bool(self.what_diverged())),
            **self.observe().quantities,
            **self.history.quantities(),
        }
