"""The optimizers and their settings, with Keras's names and defaults. g is the gradient by parameter w."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from tutor.engine import schedules
from tutor.engine.checks import choice, number, switch
from tutor.engine.kernels import description as d
from tutor.engine.schedules import Schedule
from tutor.errors import EngineError

_RATES = {
    "learning_rate": d.LEARNING_RATE,
    "momentum": d.MOMENTUM,
    "beta_1": d.BETA_1,
    "beta_2": d.BETA_2,
    "epsilon": d.EPSILON,
    "rho": d.RHO,
    "weight_decay": d.WEIGHT_DECAY,
}
_CLIPPING = {"clipvalue": d.CLIP_VALUE, "clipnorm": d.CLIP_NORM, "global_clipnorm": d.CLIP_GLOBAL_NORM}


@dataclass(frozen=True)
class Optimizer:
    """What every optimizer has beside its rule.

    ``weight_decay`` d: before each step, w <- w - learning_rate * d * w, for biases too.
    ``clipvalue`` c: each gradient is held within -c and c. ``clipnorm`` c: the gradients of a weight array
    are scaled so that their Euclidean length is at most c. ``global_clipnorm`` c: the same for all arrays
    together.
    """

    name: ClassVar[str]
    code: ClassVar[int]
    slots: ClassVar[int]
    """Numbers remembered per parameter."""

    learning_rate: float | Schedule = 0.01
    """A number, or one of ``schedules``."""
    weight_decay: float = field(default=0.0, kw_only=True)
    clipvalue: float | None = field(default=None, kw_only=True)
    clipnorm: float | None = field(default=None, kw_only=True)
    global_clipnorm: float | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if not isinstance(self.learning_rate, Schedule):
            number("the learning rate", self.learning_rate, above=0.0)
        number("the weight decay", self.weight_decay, least=0.0)
        for name in self._clipping():
            number(name, getattr(self, name), above=0.0)
        if len(self._clipping()) > 1:
            raise EngineError(
                "gradients can be clipped in one way only", "keep one of " + ", ".join(_CLIPPING)
            )

    def rates(self) -> NDArray[np.float64]:
        """The settings that are real numbers, as the kernels read them."""
        rate = self.learning_rate
        scheduled = rate.numbers() if isinstance(rate, Schedule) else []
        rates = np.zeros(d.RATES + len(scheduled))
        rates[d.RATES :] = scheduled
        for name, place in _RATES.items():
            value = getattr(self, name, 0.0)
            rates[place] = value(0) if isinstance(value, Schedule) else value
        for name in self._clipping():
            rates[d.CLIP] = getattr(self, name)
        return rates

    def controls(self) -> NDArray[np.int64]:
        """The settings that are whole numbers; the run adds its own."""
        controls = np.zeros(d.CONTROLS, np.int64)
        controls[d.OPTIMIZER] = self.code
        controls[d.NESTEROV] = getattr(self, "nesterov", False)
        if isinstance(self.learning_rate, Schedule):
            controls[d.SCHEDULE] = self.learning_rate.code
        for name in self._clipping():
            controls[d.CLIPPING] = _CLIPPING[name]
        return controls

    def start_of_slots(self) -> float:
        """What the remembered numbers are at first."""
        return 0.0

    def settings(self) -> dict[str, Any]:
        """The arguments that make the same optimizer again."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {n: value.settings() if isinstance(value, Schedule) else value for n, value in values.items()}

    def _clipping(self) -> list[str]:
        return [name for name in _CLIPPING if getattr(self, name) is not None]


@dataclass(frozen=True)
class SGD(Optimizer):
    """Gradient descent, with momentum if it is not 0:

        v <- momentum * v - learning_rate * g
        w <- w + v,  or with ``nesterov``  w <- w + momentum * v - learning_rate * g

    Sources: Polyak (1964); Nesterov (1983), in the form of Sutskever et al. (2013).
    """

    name = "sgd"
    code = d.SGD
    slots = 1

    momentum: float = 0.0
    nesterov: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_momentum(self.momentum)
        switch("nesterov", self.nesterov)


@dataclass(frozen=True)
class Adagrad(Optimizer):
    """Steps that shrink where gradients have been large:

        v <- v + g², v = initial_accumulator_value at first
        w <- w - learning_rate * g / sqrt(v + epsilon)

    Source: Duchi, Hazan and Singer, "Adaptive subgradient methods" (2011).
    """

    name = "adagrad"
    code = d.ADAGRAD
    slots = 1

    learning_rate: float | Schedule = 0.001
    initial_accumulator_value: float = 0.1
    epsilon: float = 1e-7

    def __post_init__(self) -> None:
        super().__post_init__()
        number("initial_accumulator_value", self.initial_accumulator_value, least=0.0)
        number("epsilon", self.epsilon, above=0.0)

    def start_of_slots(self) -> float:
        return self.initial_accumulator_value


@dataclass(frozen=True)
class RMSprop(Optimizer):
    """Adagrad that forgets:

        v <- rho * v + (1 - rho) * g²
        u <- momentum * u + learning_rate * g / sqrt(v + epsilon)
        w <- w - u

    Source: Tieleman and Hinton, lecture 6.5 of "Neural networks for machine learning" (2012).
    """

    name = "rmsprop"
    code = d.RMSPROP
    slots = 2

    learning_rate: float | Schedule = 0.001
    rho: float = 0.9
    momentum: float = 0.0
    epsilon: float = 1e-7

    def __post_init__(self) -> None:
        super().__post_init__()
        number("rho", self.rho, least=0.0, below=1.0)
        check_momentum(self.momentum)
        number("epsilon", self.epsilon, above=0.0)


@dataclass(frozen=True)
class Adam(Optimizer):
    """Running means of the gradient and of its square, corrected for their start at 0; in step t = 1, 2, ...

        m <- beta_1 * m + (1 - beta_1) * g
        v <- beta_2 * v + (1 - beta_2) * g²
        w <- w - learning_rate * sqrt(1 - beta_2**t) / (1 - beta_1**t) * m / (sqrt(v) + epsilon)

    Source: Kingma and Ba, "Adam: a method for stochastic optimization" (2015), the form that ends section 2.
    """

    name = "adam"
    code = d.ADAM
    slots = 2

    learning_rate: float | Schedule = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    def __post_init__(self) -> None:
        super().__post_init__()
        number("beta_1", self.beta_1, least=0.0, below=1.0)
        number("beta_2", self.beta_2, least=0.0, below=1.0)
        number("epsilon", self.epsilon, above=0.0)


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with weight decay apart from the gradient. Source: Loshchilov and Hutter (2019)."""

    name = "adamw"

    weight_decay: float = field(default=0.004, kw_only=True)


_KINDS: dict[str, type[Optimizer]] = {kind.name: kind for kind in (SGD, Adam, AdamW, RMSprop, Adagrad)}
NAMES = tuple(_KINDS)


def make(name: str, **settings: Any) -> Optimizer:
    """The optimizer of that name; EngineError for an unknown name, or a setting it lacks or cannot have."""
    kind = _KINDS[choice("optimizer", name, NAMES)]
    for setting in settings:
        choice(f"setting of {name}", setting, [f.name for f in fields(kind)])
    rate = settings.get("learning_rate")
    if isinstance(rate, Mapping):
        settings["learning_rate"] = schedules.make(rate)
    return kind(**settings)


def check_momentum(value: float) -> float:
    """``value`` if it can be a momentum: from 0 to less than 1."""
    return number("the momentum", value, least=0.0, below=1.0)
