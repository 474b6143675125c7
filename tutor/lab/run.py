"""One run of an experiment, from its first step to its result."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Mapping

from tutor.content.condition import Condition
from tutor.content.model import Experiment
from tutor.content.part import Value
from tutor.content.settings import accept, apply, find_knob, initial_knobs
from tutor.engine import backends
from tutor.errors import EngineError, InputError
from tutor.lab import details, pictures, transfer
from tutor.lab.adaline import AdalineLearner
from tutor.lab.course import Course
from tutor.lab.ensemble import EnsembleLearner
from tutor.lab.learner import Learner
from tutor.lab.lots import Lots
from tutor.lab.network import NetworkLearner
from tutor.lab.pace import Pace
from tutor.lab.perceptron import PerceptronLearner
from tutor.lab.rbm import RbmLearner
from tutor.lab.result import rate, result
from tutor.lab.saved import Saved, Told, identity, why_not
from tutor.lab.svm import SvmLearner
from tutor.lab.unit import UnitLearner
from tutor.report import Overlay, Report, Result, State, StopReason, Wanted

RECENT = 20
"""Calls of :meth:`Run.advance`, of some 30 ms each, whose speed a report tells."""
MOST_OVERLAYS = 4
MOST_LOTS = 10_000

UNITS: Mapping[str, Callable[[Experiment, int], Learner]] = {
    "unit": UnitLearner,
    "perceptron": PerceptronLearner,
    "adaline": AdalineLearner,
    "svm": SvmLearner,
    "rbm": RbmLearner,
}
"""Kind of experiment -> what learns in it, where that is no network."""

NOTHING = Wanted()

Progress = Callable[["Run"], None]


class Run:
    """A live run. The same experiment, knobs, seed and backend give the same result, however it is advanced.

    ``paced``, which may be changed at any time, slows a run down for the eye (:class:`tutor.lab.pace.Pace`);
    one that is ``rewindable`` keeps marks to go back to (:mod:`tutor.lab.marks`); ``max_steps`` replaces the
    experiment's budget of epochs. What a network learned on another task before (its ``transfer``) is learned
    here, unless ``learn_source`` is False: that is for who only asks whether all fits together. Raises
    :class:`InputError` for knobs that the experiment does not have or that cannot take a value,
    :class:`EngineError` for a network that cannot be built.
    """

    def __init__(
        self,
        experiment: Experiment,
        lesson: str,
        knobs: Mapping[str, Value] | None = None,
        seed: int = 0,
        backend: str = "auto",
        *,
        paced: bool = False,
        rewindable: bool = False,
        max_steps: int | None = None,
        learn_source: bool = True,
        clock: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.experiment = experiment
        self.lesson = lesson
        self.seed = seed
        self._asked_backend = _checked(backend)
        self.paced = paced
        self._rewindable = rewindable
        self._max_steps = max_steps
        self._learn_source = learn_source
        self._clock = clock
        self._sleep = sleep
        self._overlays: list[Overlay] = []
        self._lots: Lots | None = None
        turned = {name: accept(find_knob(experiment, name), value) for name, value in (knobs or {}).items()}
        self._begin(self._build(initial_knobs(experiment) | turned))

    @property
    def knobs(self) -> dict[str, Value]:
        """Where each knob stands."""
        return dict(self._course.knobs)

    @property
    def backend(self) -> str:
        """Where it is trained: ``cpu`` or ``cuda``."""
        return self._course.learner.backend

    @property
    def finished(self) -> bool:
        """Whether goal, budget, patience or a number that is not finite has ended the run."""
        return self._course.finished

    @property
    def stopped_because(self) -> StopReason:
        """Why the run is finished; empty while it is not."""
        return self._course.stopped

    @property
    def done(self) -> int:
        """Steps done."""
        return self._course.learner.step

    @property
    def fraction(self) -> float:
        """Part of the budget that is used, 0 to 1."""
        return self._course.fraction

    # ----------------------------------------------------------------------- training

    def advance(self, seconds: float = 0.05) -> None:
        """Train for about so long, or until the run is finished. A paced run may spend the time waiting."""
        learner = self._course.learner
        started, before = self._clock(), learner.step
        allowed = self._pace.grant(seconds, before) if self.paced else None
        self._course.train(allowed, until=started + seconds)
        waiting = started + seconds - self._clock()
        if self.paced and not self.finished and waiting > 0:
            self._wait(waiting)
        self._watched.append((learner.step - before, self._clock() - started))

    def step(self) -> None:
        """One update (perceptron: one example)."""
        self._course.train(1)

    def finish_epoch(self, seconds: float = math.inf) -> bool:
        """Train to the end of the present epoch, for about so long; whether epoch or run ended."""
        learner = self._course.learner
        return self.train_to(learner.step + learner.steps_until(learner.epoch + 1), seconds)

    def train_to(self, step: int, seconds: float = math.inf) -> bool:
        """Train to this step at full speed, for about so long; whether it was reached or the run ended."""
        learner = self._course.learner
        if learner.step < step:
            self._course.train(step - learner.step, until=self._clock() + seconds)
        return self.finished or learner.step >= step

    def run_to_end(self, progress: Progress | None = None) -> Result:
        """Train until finished, at full speed; ``progress`` is called with this run ten times a second."""
        while not self.finished:
            self._course.train(None, until=self._clock() + 0.1)
            if progress is not None:
                progress(self)
        return self.result()

    def turn(self, name: str, value: Value) -> bool:
        """Turn a knob. True: it took effect at once; False: the run has begun again with it."""
        before = self.knobs
        value = accept(find_knob(self.experiment, name), value)
        live = self._course.turn(name, value)
        if not live:
            self._begin(
                self._build(before | {name: value})
            )  # if it raises, the present one goes on as it was
        self._drop_lots_unless(before)
        return live

    def reset(self, seed: int) -> None:
        """Begin again from this seed, with the knobs as they stand."""
        self.seed = seed
        self._begin(self._build(self.knobs))

    def take_the_cpu(self) -> None:
        """Begin again on the CPU, for good: the GPU has failed."""
        self._asked_backend = "cpu"
        self.reset(self.seed)

    def _build(self, knobs: Mapping[str, Value]) -> Course:
        settled = apply(self.experiment, knobs)
        backend = settled.training.backend if self._asked_backend == "auto" else self._asked_backend
        learner: Learner
        if settled.kind == "network":
            learner = transfer.network(settled, self.seed, backend, learn_source=self._learn_source)
        elif settled.transfer is not None:
            raise InputError("only a network can begin with layers of another task", "leave transfer out")
        elif settled.kind == "ensemble":
            learner = EnsembleLearner(settled, self.seed, backend)
        elif self._asked_backend == "cuda":
            raise EngineError("only a network learns on the GPU", "take the backend cpu, or auto")
        else:
            learner = UNITS[settled.kind](settled, self.seed)
        return Course(learner, settled, knobs, self._max_steps, self._rewindable, self._clock)

    def _begin(self, course: Course) -> None:
        self._course = course
        self._pace = Pace()
        self._watched: deque[tuple[int, float]] = deque(maxlen=RECENT)
        """Steps done and seconds spent in the last calls of :meth:`advance`."""

    def _wait(self, seconds: float) -> None:
        if self.drawing:
            self.draw(seconds)
        else:
            self._sleep(seconds)

    # ----------------------------------------------------------------- back and forth, side by side

    def rewind(self, mark: int) -> None:
        """Go back, or forward again, to one of the report's marks; :class:`InputError` if there is none."""
        count, before = len(self._course.marks.steps), self.knobs
        if not 0 <= mark < count:
            hint = f"there are {count}, counted from 0" if count else "the network is too large to keep any"
            raise InputError(f"this run has no mark {mark} to go back to", hint)
        self._course.go(mark)
        self._drop_lots_unless(before)

    def fork(self, label: str) -> None:
        """Keep the curves as an overlay; after going back those up to the end of what was trained."""
        history = self._course.marks.ahead or self._course.history
        if self._course.learner.step == 0 and history is self._course.history:
            raise InputError("there are no curves to keep yet", "train some steps first")
        self._overlays = [*self._overlays, Overlay(label, history.series())][-MOST_OVERLAYS:]

    def drop_overlays(self) -> None:
        """Forget the curves that were kept."""
        self._overlays = []

    # ------------------------------------------------------------------------- other seeds

    @property
    def drawing(self) -> bool:
        """Whether other seeds are being trained."""
        return self._lots is not None and self._lots.going

    def draw_lots(self, seeds: int, needed: int = 0) -> None:
        """Train the seeds 0 to ``seeds`` - 1 with the present knobs in :meth:`draw`; 0 stops that.

        Turning a knob stops and forgets them. Raises :class:`InputError` if there is no goal to reach.
        """
        if seeds == 0:
            if self._lots is not None:
                self._lots.stop()
            return
        if not 0 < seeds <= MOST_LOTS:
            raise InputError(f"{seeds:,} seeds cannot be drawn", f"take 1 to {MOST_LOTS:,}")
        if self.experiment.goal is None:
            message = "this experiment has no goal, so there is nothing to count over many seeds"
            raise InputError(message, "choose an experiment with a goal")
        self._lots = Lots(seeds, self.knobs, needed, self._clock)

    def draw(self, seconds: float) -> None:
        """Train other seeds for about so long."""
        if self._lots is not None:
            self._lots.advance(seconds, self._of_seed)

    def _of_seed(self, seed: int, knobs: Mapping[str, Value]) -> Run:
        return Run(self.experiment, self.lesson, knobs, seed, self._asked_backend, max_steps=self._max_steps)

    def confirm_goal(self) -> None:
        """Draw the lots that the goal asks for, once this run has reached it."""
        goal = self.experiment.goal
        asked = self._lots is not None and self._lots.needed > 0
        if goal is not None and goal.seeds > 1 and self.stopped_because == "goal" and not asked:
            self.draw_lots(goal.seeds, goal.at_least or goal.seeds)

    def _drop_lots_unless(self, knobs: dict[str, Value]) -> None:
        """Forget the lots if they were drawn with other knobs: they would mislead."""
        if self.knobs != knobs:
            self._lots = None

    # ------------------------------------------------------------------------- what it tells

    def quantities(self) -> dict[str, float]:
        """Everything that conditions may ask of this run, now (``content.condition.QUANTITIES``)."""
        return self._course.quantities()

    def report(self, state: State, run_number: int, wanted: Wanted = NOTHING) -> Report:
        """The newest state for the screen, with the details that are ``wanted``.

        Its speed is that of the last moments, waiting counted. Changes nothing in the run.
        """
        course, learner, observation = self._course, self._course.learner, self._course.observe()
        report = Report(
            run=run_number,
            seed=self.seed,
            state=state,
            backend=self.backend,
            knobs=self.knobs,
            quantities=self.quantities(),
            steps_per_second=rate(
                sum(steps for steps, _ in self._watched), sum(seconds for _, seconds in self._watched)
            ),
            series=course.history.series(),
            layers=observation.layers,
            members=len(learner.members) if isinstance(learner, EnsembleLearner) else 1,
            surface=pictures.surface(learner),
            points=pictures.points(learner),
            samples=pictures.samples(learner, over=self.finished),
            reconstructions=pictures.reconstructions(learner),
            perceptron=observation.perceptron,
            result=self.result() if self.finished else None,
            outcome=self.outcome(),
            marks=course.marks.steps,
            mark=course.marks.at,
            overlays=list(self._overlays),
            before=self._before,
            lottery=self._lots.lottery() if self._lots is not None else None,
        )
        return details.add(report, learner, course.past, wanted)

    @property
    def _before(self) -> str:
        """What the learner did before its first step, in words; empty for most."""
        learner = self._course.learner
        return learner.told if isinstance(learner, NetworkLearner) else ""

    def outcome(self) -> int | None:
        """Index of the prediction that the finished run proved right; None before, or if not exactly one."""
        if not self.finished:
            return None
        quantities = self.quantities()
        options = self.experiment.prediction.options
        right = [i for i, option in enumerate(options) if Condition.parse(option.when).holds(quantities)]
        return right[0] if len(right) == 1 else None

    def result(self) -> Result:
        """How the run stands or ended; ``stopped_because`` is empty while it goes on."""
        return result(self._course, self.experiment, self.lesson, self.seed, self._before)

    # ------------------------------------------------------------------------- out of the process

    @property
    def unkept(self) -> str:
        """Why this run is never :meth:`saved`, in words for people; empty if it can be."""
        return why_not(self._course.learner, self._course.state_bytes)

    def saved(self) -> Saved | None:
        """The run as it stands, for a file; None where it is over, or ``unkept``."""
        course, learner = self._course, self._course.learner
        if self.finished or self.unkept or not isinstance(learner, NetworkLearner | EnsembleLearner):
            return None
        whose = identity(self.experiment, self.lesson, self.seed, self.backend)
        told = Told(
            whose=whose,
            knobs=self.knobs,
            step=learner.step,
            seconds=course.seconds,
            history=course.history.copy(),
            past=course.past.copy(),
            overlays=list(self._overlays),
        )
        return Saved(told, learner.arrays())

    def take_up(self, saved: Saved) -> None:
        """Go on from there, as the run would have that was saved; it can be gone back to, and nothing before.

        This one has begun with the same knobs. InputError where the other run was not of this experiment,
        seed and backend.
        """
        told, course = saved.told, self._course
        if told.whose != identity(self.experiment, self.lesson, self.seed, self.backend):
            raise InputError("the snapshot is of another run")
        if not isinstance(course.learner, NetworkLearner | EnsembleLearner):
            raise InputError(self.unkept)
        course.learner.take_up(saved.arrays)
        course.take_up(told.history, told.past, told.seconds)
        self._overlays = list(told.overlays)


def _checked(backend: str) -> str:
    if backend in backends.NAMES:
        return backend
    raise InputError(f"unknown backend {backend!r}", "known are: " + ", ".join(backends.NAMES))
