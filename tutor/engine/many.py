"""Many small trainings in one call: other seeds, other settings, all cores.

The kernels run without Python's interpreter lock, so threads are enough: each trains one network after the
other, each network in buffers of its own, without the help of further threads. A network's result does not
depend on its neighbours or on the number of threads: it is byte for byte that of training it alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tutor.engine import checks, memory, metrics, optimizers
from tutor.engine.network import Sequential
from tutor.engine.optimizers import Optimizer
from tutor.engine.threads import stay_alone, usable_cores
from tutor.engine.trainer import Data, Trainer, fitting_batch
from tutor.engine.warmup import warm_up
from tutor.errors import EngineError

Array = NDArray[Any]

MAX_NETWORKS = 1_000_000
_TASKS_PER_THREAD = 16
_CHECKS = 20


@dataclass(frozen=True)
class Goal:
    """What a network has reached when its loss is at most ``loss`` and its accuracy at least ``accuracy``.

    Both are those over the whole set; None asks for nothing.
    """

    loss: float | None = None
    accuracy: float | None = None

    def __post_init__(self) -> None:
        if self.loss is not None:
            checks.number("the loss of the goal", self.loss, least=0.0)
        if (
            self.accuracy is not None
            and checks.number("the accuracy of the goal", self.accuracy, least=0.0) > 1
        ):
            raise EngineError(f"an accuracy is at most 1, not {self.accuracy:g}")
        if self.loss is None and self.accuracy is None:
            raise EngineError("the goal asks for nothing", "give it a loss, an accuracy, or both")

    def holds(self, loss: float, accuracy: float) -> bool:
        """Whether it is reached; never for NaN."""
        return (self.loss is None or loss <= self.loss) and (
            self.accuracy is None or accuracy >= self.accuracy
        )


@dataclass(frozen=True, eq=False)
class ManyResult:
    """One entry per network: arrays (seeds,), or (settings, seeds) where settings were given."""

    loss: Array
    """Over the whole set at the end; NaN where the network was not finished, perhaps where it diverged."""
    accuracy: Array
    converged_at: Array
    """The first step with a check at which the goal held; NaN if at none."""
    diverged: Array
    """Whether a number stopped being finite, which ended that network's training."""
    finished: Array
    """False for those that a cancellation left undone."""
    weights: list[list[Array]]
    """Each network's ``get_weights``, setting after setting, if they were to be kept."""


@dataclass(frozen=True)
class _Outcome:
    loss: float = math.nan
    accuracy: float = math.nan
    converged_at: float = math.nan
    diverged: bool = False
    finished: bool = False
    weights: tuple[Array, ...] = ()


@memory.clear
def train_many(
    make: Sequential | Callable[..., Sequential],
    x: ArrayLike,
    y: ArrayLike,
    seeds: Iterable[int],
    settings: Sequence[Mapping[str, Any]] | None = None,
    *,
    steps: int,
    batch_size: int | None = None,
    shuffle: bool = True,
    goal: Goal | None = None,
    check_every: int | None = None,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    keep_weights: bool = False,
    backend: str = "cpu",
) -> ManyResult:
    """Train one network per seed (and per setting) for ``steps`` updates on the same examples.

    ``make`` is a compiled network, of which each other is a copy with fresh weights and its own seed; a
    setting is then a mapping of arguments of its optimizer and "batch_size". Or it is a function that is
    called with ``seed=`` and the setting's other entries, in any thread, and returns a compiled network.

    Every ``check_every`` steps (default: a twentieth of all) and at the end the goal is looked at.
    ``progress`` is called in this thread with how many networks are done, and of how many; ``cancelled`` is
    asked in the others at every check, and once it says True nothing more is trained. ``threads`` None is one
    for each usable core. Raises EngineError for what ``Sequential`` and ``Trainer`` refuse, and for networks
    that cannot share the examples.

    With ``backend`` "cuda" many networks train at once on the GPU, a block of threads for each: they must be
    small and laid out alike, else EngineError. Their results are the CPU's up to rounding.
    """
    _check_kinds(make, goal)
    checks.function("progress", progress)
    checks.function("cancelled", cancelled)
    if settings is not None:
        settings = checks.listed("the settings", settings, 'write them like [{"learning_rate": 0.1}]')
    job = _Job(
        make=make,
        cases=_cases(seeds, settings),
        x=x,
        y=y,
        steps=checks.whole_number("the number of steps", steps, least=0),
        batch_size=batch_size,
        shuffle=checks.switch("shuffle", shuffle),
        goal=goal,
        check_every=checks.whole_number(
            "check_every", max(1, steps // _CHECKS) if check_every is None else check_every, least=1
        ),
        keep_weights=checks.switch("keep_weights", keep_weights),
        cancelled=cancelled,
    )
    count = usable_cores() if threads is None else checks.whole_number("threads", threads, least=1)
    on_gpu = checks.choice("backend", backend, ("cpu", "cuda")) == "cuda"
    outcomes = job.run_on_gpu(progress) if on_gpu else job.run(count, progress)
    networks = len(job.cases)
    shape = (networks,) if settings is None else (len(settings), networks // len(settings))

    def gathered(name: str) -> Array:
        return np.array([getattr(outcome, name) for outcome in outcomes]).reshape(shape)

    return ManyResult(
        loss=gathered("loss"),
        accuracy=gathered("accuracy"),
        converged_at=gathered("converged_at"),
        diverged=gathered("diverged"),
        finished=gathered("finished"),
        weights=[list(outcome.weights) for outcome in outcomes] if keep_weights else [],
    )


def _check_kinds(make: object, goal: object) -> None:
    if not (isinstance(make, Sequential) or callable(make)):
        raise EngineError(f"{checks.shown(make)} makes no network", "give a compiled network, or a function")
    if goal is not None and not isinstance(goal, Goal):
        raise EngineError(f"{checks.shown(goal)} is no goal", "write for example Goal(accuracy=1.0)")


def _cases(
    seeds: Iterable[int], settings: Sequence[Mapping[str, Any]] | None
) -> list[tuple[int, dict[str, Any]]]:
    """Every seed with every setting."""
    listed = checks.listed("the seeds", seeds, "write for example seeds=range(100)")
    numbers = [checks.whole_number("each seed", seed, least=0) for seed in listed]
    chosen = [{}] if settings is None else list(settings)
    if not numbers or not chosen:
        raise EngineError("there is no network to train", "give at least one seed and one setting")
    if len(numbers) * len(chosen) > MAX_NETWORKS:
        raise EngineError(f"{len(numbers) * len(chosen):,} networks are too many", "take fewer at once")
    for setting in chosen:
        if not isinstance(setting, Mapping):
            raise EngineError(f"{str(setting)[:40]!r} is no setting", 'write it like {"learning_rate": 0.1}')
    return [(seed, dict(setting)) for setting in chosen for seed in numbers]


@dataclass
class _Job:
    """What all networks share; nothing of it is written once threads run."""

    make: Sequential | Callable[..., Sequential]
    cases: list[tuple[int, dict[str, Any]]]
    x: ArrayLike
    y: ArrayLike
    steps: int
    batch_size: int | None
    shuffle: bool
    goal: Goal | None
    check_every: int
    keep_weights: bool
    cancelled: Callable[[], bool] | None
    _data: Data = field(init=False)
    _fits: tuple[Any, ...] = field(init=False)

    def run(self, threads: int, progress: Callable[[int, int], None] | None) -> list[_Outcome]:
        """One outcome per case, in order."""
        warm_up(dtypes=(self._begin().dtype,))  # here, so that the threads find everything compiled
        total, size = len(self.cases), max(1, len(self.cases) // (threads * _TASKS_PER_THREAD))
        outcomes, done = [_Outcome()] * total, 0
        stop = Event()
        with ThreadPoolExecutor(threads, thread_name_prefix="train-many", initializer=stay_alone) as pool:
            tasks = {pool.submit(self._some, at, at + size, stop): at for at in range(0, total, size)}
            try:
                for task in as_completed(tasks):
                    results = task.result()
                    outcomes[tasks[task] : tasks[task] + len(results)] = results
                    done += sum(outcome.finished for outcome in results)
                    if progress is not None:
                        progress(done, total)
            except BaseException:  # also an interrupt from the keyboard: end the others, then pass it on
                stop.set()
                pool.shutdown(cancel_futures=True)
                raise
        return outcomes

    def run_on_gpu(self, progress: Callable[[int, int], None] | None) -> list[_Outcome]:
        """The same with a block of the GPU for each network, as many at once as have room."""
        from tutor.engine import together  # numba.cuda is imported only where the GPU is taken

        self._begin()
        total = len(self.cases)
        size = together.group_size(self._trainer(*self.cases[0]), self._data.count)
        outcomes: list[_Outcome] = []
        while len(outcomes) < total:
            group = [self._trainer(*case) for case in self.cases[len(outcomes) : len(outcomes) + size]]
            learned = together.train(
                group, self._data, self.steps, self.check_every, self.goal, self.cancelled
            )
            if learned is None:
                break
            for trainer, result in zip(group, learned, strict=True):
                weights = tuple(trainer.model.get_weights()) if self.keep_weights else ()
                outcomes.append(_Outcome(*result, True, weights))
            if progress is not None:
                progress(len(outcomes), total)
        return outcomes + [_Outcome()] * (total - len(outcomes))

    def _begin(self) -> Sequential:
        """Look at the data with the eyes of the first network."""
        first = self._build(*self.cases[0])
        self._data = first.data(self.x, self.y)
        self._fits = self._key(first)
        for seed, setting in self.cases:
            if seed == self.cases[0][0]:  # each setting, before anything is trained with another
                self._check(setting)
        return first

    def _some(self, first: int, last: int, stop: Event) -> list[_Outcome]:
        """The outcomes of cases first to last, without the last; fewer if there are no more or it is over."""
        outcomes = []
        for seed, setting in self.cases[first:last]:
            outcome = self._one(seed, setting, stop)
            if not outcome.finished:
                break
            outcomes.append(outcome)
        return outcomes

    def _one(self, seed: int, setting: dict[str, Any], stop: Event) -> _Outcome:
        trainer = self._trainer(seed, setting)
        model = trainer.model
        converged_at = math.nan
        while trainer.step < self.steps and not trainer.diverged:
            if stop.is_set() or (self.cancelled is not None and self.cancelled()):
                stop.set()
                return _Outcome()
            trainer.run(min(self.check_every, self.steps - trainer.step))
            if self.goal is not None and math.isnan(converged_at) and self.goal.holds(*self._scores(model)):
                converged_at = trainer.step
        weights = tuple(model.get_weights()) if self.keep_weights else ()
        return _Outcome(*self._scores(model), converged_at, bool(trainer.diverged), True, weights)

    def _trainer(self, seed: int, setting: dict[str, Any]) -> Trainer:
        model = self._build(seed, setting)
        if self._key(model) != self._fits:
            raise EngineError(
                "these networks cannot share their examples",
                "give all the same input shape, outputs, loss and number type",
            )
        return Trainer(model, self._data, self._size(setting), None, self.shuffle)

    def _size(self, setting: dict[str, Any]) -> int:
        """Of a batch."""
        size = setting.get("batch_size", self.batch_size)
        return min(32, self._data.count) if size is None else size

    def _check(self, setting: dict[str, Any]) -> None:
        fitting_batch(self._size(setting), self._data.count)
        if isinstance(self.make, Sequential):
            self._optimizer(self.make, setting)

    def _scores(self, model: Sequential) -> tuple[float, float]:
        """Loss and accuracy over the whole set."""
        outputs, loss = model.answer(self._data)
        return loss, metrics.compute(("accuracy",), outputs, self._data.targets, model.loss)["accuracy"]

    def _build(self, seed: int, setting: dict[str, Any]) -> Sequential:
        if not isinstance(self.make, Sequential):
            model = self.make(seed=seed, **_without_batch_size(setting))
            if not isinstance(model, Sequential) or model.run is None:
                raise EngineError("the function must return a compiled network", "call compile in it")
            return model
        like = self.make
        optimizer = self._optimizer(like, setting)
        model = Sequential(like.layers, like.input_shape, seed, like.dtype)
        model.compile(optimizer, like.loss, like.metrics)
        return model

    def _optimizer(self, like: Sequential, setting: dict[str, Any]) -> Optimizer:
        if like.optimizer is None:
            raise EngineError("the network is not compiled", "call compile(optimizer, loss) first")
        optimizer, arguments = like.optimizer, _without_batch_size(setting)
        return (
            optimizers.make(optimizer.name, **{**optimizer.settings(), **arguments})
            if arguments
            else optimizer
        )

    def _key(self, model: Sequential) -> tuple[Any, ...]:
        """What the layout of the examples depends on."""
        return model.input_shape, model.plan.outputs, model.loss, model.dtype


def _without_batch_size(setting: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in setting.items() if name != "batch_size"}
