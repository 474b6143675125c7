"""Learning rates that change with the step, Keras's names. Steps count from 0; give one as a learning rate:

    SGD(learning_rate=CosineDecay(0.1, decay_steps=1000))

Each is a pure function of the step, evaluated inside the training loop, so that a run cut into pieces,
rewound or resumed follows the same rates. In the formulas s is the step.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any, ClassVar

from tutor.engine.checks import choice, number, switch, whole_number
from tutor.engine.kernels import description as d
from tutor.errors import EngineError


@dataclass(frozen=True)
class Schedule(ABC):
    """A learning rate for each step."""

    name: ClassVar[str]
    code: ClassVar[int]

    @abstractmethod
    def __call__(self, step: int) -> float:
        """The learning rate of step 0, 1, 2, ..."""

    @abstractmethod
    def _numbers(self) -> list[float]:
        """What the kernel needs for the formula."""

    def _warm_up(self) -> tuple[float, float, int]:
        """First rate, last rate and steps of the warm-up that comes before the formula."""
        return 0.0, 0.0, 0

    def numbers(self) -> list[float]:
        """As the kernels read it, see ``kernels.cpu.schedules``."""
        return [*self._warm_up(), *self._numbers()]

    def settings(self) -> dict[str, Any]:
        """The arguments that make the same schedule again, and its name as "schedule"."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {"schedule": self.name} | {
            name: value.settings() if isinstance(value, Schedule) else value for name, value in values.items()
        }


@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    """initial_learning_rate * decay_rate ** (s / decay_steps).

    With ``staircase`` the exponent is rounded down, which makes steps of equal length: "step decay".
    """

    name = "exponential_decay"
    code = d.EXPONENTIAL_DECAY

    initial_learning_rate: float
    decay_steps: float
    decay_rate: float
    staircase: bool = False

    def __post_init__(self) -> None:
        number("initial_learning_rate", self.initial_learning_rate, above=0.0)
        number("decay_steps", self.decay_steps, above=0.0)
        number("decay_rate", self.decay_rate, above=0.0)
        switch("staircase", self.staircase)

    def __call__(self, step: int) -> float:
        exponent = step / self.decay_steps
        try:
            return float(
                self.initial_learning_rate
                * math.pow(self.decay_rate, math.floor(exponent) if self.staircase else exponent)
            )
        except OverflowError:
            return math.inf

    def _numbers(self) -> list[float]:
        return [self.initial_learning_rate, self.decay_steps, self.decay_rate, self.staircase]


@dataclass(frozen=True)
class CosineDecay(Schedule):
    """Half a cosine wave from p down to alpha * p, reached after ``decay_steps`` and kept from there on:

        p * ((1 - alpha) * (1 + cos(pi * min(s, decay_steps) / decay_steps)) / 2 + alpha)

    p is ``initial_learning_rate``. With ``warmup_target`` the rate first rises in a straight line from
    initial_learning_rate to warmup_target, in ``warmup_steps`` steps; then p is the target and s counts from
    the end of the rise. Source: Loshchilov and Hutter, "SGDR" (2017), without restarts.
    """

    name = "cosine_decay"
    code = d.COSINE_DECAY

    initial_learning_rate: float
    decay_steps: float
    alpha: float = 0.0
    warmup_target: float | None = None
    warmup_steps: int = 0

    def __post_init__(self) -> None:
        warms_up = self.warmup_target is not None
        if warms_up:
            number("warmup_target", self.warmup_target, above=0.0)
        number("initial_learning_rate", self.initial_learning_rate, **{"least" if warms_up else "above": 0.0})
        number("decay_steps", self.decay_steps, above=0.0)
        number("alpha", self.alpha, least=0.0)
        if whole_number("warmup_steps", self.warmup_steps, least=0) and not warms_up:
            raise EngineError(
                "warmup_steps need a warmup_target", "say with warmup_target to which rate it rises"
            )

    def __call__(self, step: int) -> float:
        first, peak, steps = self._warm_up()
        if step < steps:
            return first + (peak - first) * (step / steps)
        share = min(step - steps, self.decay_steps) / self.decay_steps
        return peak * ((1.0 - self.alpha) * (0.5 * (1.0 + math.cos(math.pi * share))) + self.alpha)

    def _warm_up(self) -> tuple[float, float, int]:
        if self.warmup_target is None:
            return 0.0, self.initial_learning_rate, 0
        return self.initial_learning_rate, self.warmup_target, self.warmup_steps

    def _numbers(self) -> list[float]:
        return [self._warm_up()[1], self.decay_steps, self.alpha]


@dataclass(frozen=True)
class PiecewiseConstantDecay(Schedule):
    """values[0] as long as s <= boundaries[0], then values[1] as long as s <= boundaries[1], and so on.

    There is one value more than boundaries; these rise.
    """

    name = "piecewise_constant_decay"
    code = d.PIECEWISE_CONSTANT_DECAY

    boundaries: Sequence[float]
    values: Sequence[float]

    def __post_init__(self) -> None:
        for name in ("boundaries", "values"):
            given = getattr(self, name)
            if isinstance(given, str) or not isinstance(given, Sequence):
                raise EngineError(f"{name} must be a list of numbers, not {str(given)[:40]!r}")
            object.__setattr__(self, name, tuple(given))
        ends = [number("each of boundaries", boundary, least=0.0) for boundary in self.boundaries]
        for value in self.values:
            number("each of values", value, above=0.0)
        if any(left >= right for left, right in pairwise(ends)):
            raise EngineError("the boundaries must rise", "write them like [100, 200]")
        if len(self.values) != len(ends) + 1:
            raise EngineError(
                f"{len(ends)} boundaries need {len(ends) + 1} values, not {len(self.values)}",
                "give one value before the first boundary and one after each",
            )

    def __call__(self, step: int) -> float:
        return float(self.values[bisect_left(self.boundaries, step)])

    def _numbers(self) -> list[float]:
        return [len(self.boundaries), *self.boundaries, *self.values]


@dataclass(frozen=True)
class WarmUp(Schedule):
    """From ``initial`` in a straight line to the learning rate that follows, in ``warmup_steps`` steps:

        initial + (f - initial) * s / warmup_steps,  and from s = warmup_steps on  then(s - warmup_steps)

    f is the first rate of ``then``: a schedule without a warm-up of its own, or a number that stays. Keras
    has this only inside CosineDecay.
    """

    name = "warm_up"

    then: float | Schedule
    warmup_steps: int
    initial: float = 0.0

    def __post_init__(self) -> None:
        if isinstance(self.then, Schedule):
            if self.then._warm_up()[2]:
                raise EngineError("a learning rate can warm up only once", "keep one of the warm-ups")
        else:
            number("the learning rate after the warm-up", self.then, above=0.0)
        whole_number("warmup_steps", self.warmup_steps, least=1)
        number("initial", self.initial, least=0.0)

    def __call__(self, step: int) -> float:
        if step >= self.warmup_steps:
            return self._after(step - self.warmup_steps)
        return self.initial + (self._after(0) - self.initial) * (step / self.warmup_steps)

    @property
    def code(self) -> int:  # type: ignore[override]
        """That of the schedule that follows."""
        return self.then.code if isinstance(self.then, Schedule) else d.CONSTANT_RATE

    def _after(self, step: int) -> float:
        return self.then(step) if isinstance(self.then, Schedule) else float(self.then)

    def _warm_up(self) -> tuple[float, float, int]:
        return self.initial, self._after(0), self.warmup_steps

    def _numbers(self) -> list[float]:
        return self.then._numbers() if isinstance(self.then, Schedule) else [self.then]


_KINDS: dict[str, type[Schedule]] = {
    kind.name: kind for kind in (ExponentialDecay, CosineDecay, PiecewiseConstantDecay, WarmUp)
}


def make(settings: Mapping[str, Any]) -> Schedule:
    """The schedule of which ``settings`` came; EngineError or TypeError if they are of none."""
    arguments = {
        name: make(value) if isinstance(value, Mapping) else value
        for name, value in settings.items()
        if name != "schedule"
    }
    return _KINDS[choice("schedule", settings.get("schedule"), tuple(_KINDS))](**arguments)
