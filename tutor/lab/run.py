"""One run of an experiment, from its first step to its result."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Mapping

from tutor.content.condition import Condition
from tutor.content.model import Experiment, Value
from tutor.content.settings import accept, apply, find_knob, initial_knobs
from tutor.engine import backends
from tutor.errors import EngineError, InputError
from tutor.lab import details, pictures
from tutor.lab.explain import explain
from tutor.lab.history import History
from tutor.lab.learner import Learner, Observation
from tutor.lab.network import NetworkLearner
from tutor.lab.pace import Pace
from tutor.lab.perceptron import PerceptronLearner
from tutor.report import Report, Result, State, StopReason, Wanted

CHECKS = 500
"""About how often a network's run is evaluated at most; see :func:`check_interval`."""
RECENT = 20
"""Calls of :meth:`Run.advance`, of some 50 ms each, whose speed a report tells."""
CHUNK_SECONDS = 0.005
"""Training between two looks at the clock."""

METRICS = ("accuracy", "val_loss", "val_accuracy", "errors", "min_errors", "max_errors", "updates", "bound")
"""The quantities that a result shows as metrics, where the run has them."""

NOTHING = Wanted()

Progress = Callable[["Run"], None]


def check_interval(experiment: Experiment) -> int:
    """Epochs from one check to the next: of the curves, the goal, the fewest and most errors.

    A perceptron is checked after every epoch, a network after every ``epochs // 500`` of them, because
    with four examples an evaluation costs more than the epoch; with patience, which counts epochs, after
    each. It depends on the experiment and its knobs alone, so neither the pace nor the size of the chunks
    can change at which step a goal counts as reached.
    """
    training = experiment.training
    return 1 if experiment.kind == "perceptron" or training.patience else max(1, training.epochs // CHECKS)


class Run:
    """A live run. The same experiment, knobs, seed and backend give the same result, however it is advanced.

    ``paced``, which may be changed at any time, slows a run down for the eye (:class:`tutor.lab.pace.Pace`);
    ``max_steps`` replaces the experiment's budget of epochs. Raises :class:`InputError` for knobs that the
    experiment does not have or that cannot take a value, :class:`EngineError` for a network that cannot be
    built.
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
        max_steps: int | None = None,
        clock: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.experiment = experiment
        self.lesson = lesson
        self.seed = seed
        self._asked_backend = _checked(backend)
        self.paced = paced
        self._max_steps = max_steps
        self._clock = clock
        self._sleep = sleep
        self._goal = Condition.parse(experiment.goal.when) if experiment.goal else None
        turned = {name: accept(find_knob(experiment, name), value) for name, value in (knobs or {}).items()}
        self.knobs: dict[str, Value] = initial_knobs(experiment) | turned
        self._observation: tuple[int, Observation] | None = None
        self._begin(self._build(self.knobs))

    # ----------------------------------------------------------------------- training

    @property
    def backend(self) -> str:
        """Where it is trained: ``cpu`` or ``cuda``."""
        return self._learner.backend

    @property
    def finished(self) -> bool:
        """Whether goal, budget, patience or a number that is not finite has ended the run."""
        return self._stopped != ""

    def advance(self, seconds: float = 0.05) -> None:
        """Train for about so long, or until the run is finished. A paced run may spend the time waiting."""
        started, before = self._clock(), self._learner.step
        allowed = self._pace.grant(seconds, self._learner.step) if self.paced else None
        self._train(allowed, until=started + seconds)
        waiting = started + seconds - self._clock()
        if self.paced and not self.finished and waiting > 0:
            self._sleep(waiting)
        self._watched.append((self._learner.step - before, self._clock() - started))

    def step(self) -> None:
        """One update (perceptron: one example)."""
        self._train(1)

    def finish_epoch(self, seconds: float = math.inf) -> bool:
        """Train to the end of the present epoch, for about so long; whether epoch or run ended."""
        left = self._learner.steps_until(self._learner.epoch + 1)
        before = self._learner.step
        self._train(left, until=self._clock() + seconds)
        return self.finished or self._learner.step >= before + left

    def run_to_end(self, progress: Progress | None = None) -> Result:
        """Train until finished, at full speed; ``progress`` is called with this run ten times a second."""
        while not self.finished:
            self._train(None, until=self._clock() + 0.1)
            if progress is not None:
                progress(self)
        return self.result()

    def turn(self, name: str, value: Value) -> bool:
        """Turn a knob. True: it took effect at once; False: the run has begun again with it."""
        knobs = self.knobs | {name: accept(find_knob(self.experiment, name), value)}
        if not self.finished and self._learner.turn(name, knobs[name]):
            self.knobs = knobs
            self._observation = None
            return True
        learner = self._build(knobs)  # if this raises, the present run goes on as it was
        self.knobs = knobs
        self._begin(learner)
        return False

    def reset(self, seed: int) -> None:
        """Begin again from this seed, with the knobs as they stand."""
        self.seed = seed
        self._begin(self._build(self.knobs))

    @property
    def fraction(self) -> float:
        """Part of the budget that is used, 0 to 1."""
        if self._max_steps is not None:
            return min(1.0, self._learner.step / self._max_steps)
        return min(1.0, self._learner.epochs_exactly / self.experiment.training.epochs)

    def _build(self, knobs: Mapping[str, Value]) -> Learner:
        settled = apply(self.experiment, knobs)
        if settled.kind == "perceptron":
            if self._asked_backend == "cuda":
                raise EngineError("a perceptron learns on the CPU", "take the backend cpu, or auto")
            return PerceptronLearner(settled, self.seed)
        return NetworkLearner(settled, self.seed, self._asked_backend)

    def _begin(self, learner: Learner) -> None:
        self._learner = learner
        self._interval = check_interval(apply(self.experiment, self.knobs))
        self._history = History(learner.curves, self._goal)
        self._observation = None
        self._stopped: StopReason = ""
        self._training_seconds = 0.0
        self._watched: deque[tuple[int, float]] = deque(maxlen=RECENT)
        """Steps done and seconds spent in the last calls of :meth:`advance`."""
        self._chunk = 1
        self._pace = Pace()
        self._past = details.Past()
        self._history.start(self.quantities())
        self._remember()

    def _train(self, steps: int | None, until: float = math.inf) -> None:
        """Do ``steps`` (None: any number) in chunks and the checks that fall due; stop at time ``until``."""
        wanted = math.inf if steps is None else self._learner.step + steps
        while not self.finished and self._learner.step < wanted:
            before, now = self._learner.step, self._clock()
            if now >= until:
                break
            due = before + self._steps_to_check()
            self._learner.train(int(min(self._chunk, wanted - before, due - before)))
            spent = self._clock() - now
            self._training_seconds += spent
            self._chunk = max(1, self._chunk * 2 if spent < CHUNK_SECONDS / 2 else self._chunk // 2)
            if self._learner.diverged or self._learner.step == due:
                self._check()

    # ------------------------------------------------------------------------- checks

    def _steps_to_check(self) -> int:
        done, budget = self._learner.epoch, self.experiment.training.epochs
        due = (done // self._interval + 1) * self._interval
        if self._max_steps is None:
            return self._learner.steps_until(min(due, budget))
        return min(self._learner.steps_until(due), self._max_steps - self._learner.step)

    def _check(self) -> None:
        """Evaluate, remember, and see whether the run ends here."""
        self._observation = None
        quantities = self.quantities()
        if quantities["diverged"]:
            self._stopped = "diverged"
            return
        self._history.record(self._learner.epochs_exactly, quantities)
        self._remember()
        if math.isfinite(self._history.goal_step):
            self._stopped = "goal"
            return
        if self._learner.gave_up(self._learner.epoch, quantities):
            self._stopped = "patience"
        elif self.fraction >= 1:
            self._stopped = "budget"
        if self.finished:
            self._learner.end()
            self._observation = None

    def _remember(self) -> None:
        """What the panels show of the run's past, recorded whether or not one of them is open."""
        if isinstance(self._learner, NetworkLearner):
            layers = self._observe().layers
            self._past.record(self._learner.epochs_exactly, layers, self._learner.trainer)

    def _observe(self) -> Observation:
        """The learner's state now, evaluated once per step."""
        step = self._learner.step
        if self._observation is None or self._observation[0] != step:
            self._observation = (step, self._learner.observe())
        return self._observation[1]

    def _what_diverged(self) -> str:
        """What stopped being finite ("the weights of dense_1"), or nothing."""
        if self._learner.diverged:
            return self._learner.diverged
        return "" if math.isfinite(self._observe().quantities.get("loss", 0.0)) else "the training loss"

    # ------------------------------------------------------------------------- what it tells

    def quantities(self) -> dict[str, float]:
        """Everything that conditions may ask of this run, now (``content.condition.QUANTITIES``)."""
        return {
            "steps": float(self._learner.step),
            "epochs": float(self._learner.epoch),
            "seconds": self._training_seconds,
            "diverged": float(bool(self._what_diverged())),
            **self._observe().quantities,
            **self._history.quantities(),
        }

    def report(self, state: State, run_number: int, wanted: Wanted = NOTHING) -> Report:
        """The newest state for the screen, with the details that are ``wanted``.

        Its speed is that of the last moments, waiting counted. Changes nothing in the run.
        """
        observation = self._observe()
        report = Report(
            run=run_number,
            seed=self.seed,
            state=state,
            backend=self.backend,
            knobs=dict(self.knobs),
            quantities=self.quantities(),
            steps_per_second=_rate(
                sum(steps for steps, _ in self._watched), sum(seconds for _, seconds in self._watched)
            ),
            series=self._history.series(),
            layers=observation.layers,
            surface=pictures.surface(self._learner),
            points=pictures.points(self._learner),
            samples=pictures.samples(self._learner, over=self.finished),
            perceptron=observation.perceptron,
            result=self.result() if self.finished else None,
            outcome=self.outcome(),
        )
        return details.add(report, self._learner, self._past, wanted)

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
        quantities = self.quantities()
        goal, reached = self.experiment.goal, self._history.goal_step
        return Result(
            lesson=self.lesson,
            experiment=self.experiment.id,
            seed=self.seed,
            backend=self.backend,
            knobs=dict(self.knobs),
            steps=self._learner.step,
            epochs=self._learner.epoch,
            seconds=self._training_seconds,
            steps_per_second=_rate(self._learner.step, self._training_seconds),
            loss={"first": quantities.get("first_loss", math.nan), "last": quantities.get("loss", math.nan)},
            metrics={name: quantities[name] for name in METRICS if name in quantities},
            gradient_norms={layer.name: layer.gradient_norm for layer in self._observe().layers},
            goal={
                "reached": math.isfinite(reached),
                "target": goal.text if goal else None,
                "at_step": int(reached) if math.isfinite(reached) else None,
            },
            stopped_because=self._stopped,
            explanation=explain(
                self._stopped, goal, self._learner.step, self._learner.epoch, self._what_diverged()
            ),
            quantities=quantities,
        )

    @property
    def stopped_because(self) -> StopReason:
        """Why the run is finished; empty while it is not."""
        return self._stopped


def _checked(backend: str) -> str:
    if backend in backends.NAMES:
        return backend
    raise InputError(f"unknown backend {backend!r}", "known are: " + ", ".join(backends.NAMES))


def _rate(steps: int, seconds: float) -> float:
    return steps / seconds if seconds > 0 else 0.0
