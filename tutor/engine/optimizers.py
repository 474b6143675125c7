"""The optimizers and their settings, with Keras's names and defaults. g is the gradient by parameter w."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from tutor.engine.checks import choice, number
from tutor.engine.kernels import description


@dataclass(frozen=True)
class Optimizer(ABC):
    """How gradients move parameters."""

    name: ClassVar[str]
    code: ClassVar[int]
    slots: ClassVar[int]
    """Numbers remembered per parameter."""

    learning_rate: float = 0.01

    def __post_init__(self) -> None:
        number("the learning rate", self.learning_rate, above=0.0)

    @abstractmethod
    def rates(self) -> NDArray[np.float64]:
        """The settings as the kernels read them."""

    def settings(self) -> dict[str, Any]:
        """The arguments that make the same optimizer again."""
        return asdict(self)


@dataclass(frozen=True)
class SGD(Optimizer):
    """Gradient descent with momentum:

    v <- momentum * v - learning_rate * g
    w <- w + v
    """

    name = "sgd"
    code = description.SGD
    slots = 1

    momentum: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_momentum(self.momentum)

    def rates(self) -> NDArray[np.float64]:
        return _rates({description.LEARNING_RATE: self.learning_rate, description.MOMENTUM: self.momentum})


@dataclass(frozen=True)
class Adam(Optimizer):
    """Running means of the gradient and of its square, corrected for their start at zero; in step t = 1, 2,
    ...

        m <- beta_1 * m + (1 - beta_1) * g
        v <- beta_2 * v + (1 - beta_2) * g²
        w <- w - learning_rate * sqrt(1 - beta_2**t) / (1 - beta_1**t) * m / (sqrt(v) + epsilon)

    Source: Kingma and Ba, "Adam: a method for stochastic optimization" (2015), the form at the end of section
    2.
    """

    name = "adam"
    code = description.ADAM
    slots = 2

    learning_rate: float = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    def __post_init__(self) -> None:
        super().__post_init__()
        number("beta_1", self.beta_1, least=0.0, below=1.0)
        number("beta_2", self.beta_2, least=0.0, below=1.0)
        number("epsilon", self.epsilon, above=0.0)

    def rates(self) -> NDArray[np.float64]:
        return _rates(
            {
                description.LEARNING_RATE: self.learning_rate,
                description.BETA_1: self.beta_1,
                description.BETA_2: self.beta_2,
                description.EPSILON: self.epsilon,
            }
        )


_KINDS: dict[str, type[Optimizer]] = {"sgd": SGD, "adam": Adam}
NAMES = tuple(_KINDS)


def make(name: str, **settings: Any) -> Optimizer:
    """The optimizer of that name; EngineError for an unknown name or a setting out of range."""
    return _KINDS[choice("optimizer", name, NAMES)](**settings)


def check_momentum(value: float) -> float:
    """``value`` if it can be a momentum: from 0 to less than 1."""
    return number("the momentum", value, least=0.0, below=1.0)


def _rates(values: dict[int, float]) -> NDArray[np.float64]:
    rates = np.zeros(description.RATES)
    for place, value in values.items():
        rates[place] = value
    return rates
