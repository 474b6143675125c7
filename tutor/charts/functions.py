"""The activation functions as formulas to draw: the same as the training core's, without the core.

Each is a function of one number. Softmax is left out: it needs all units of a layer at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

_LEAK = 0.2


@dataclass(frozen=True)
class Function:
    """``value`` is f(z), ``slope`` its derivative f'(z); ``about`` says in a few words what to look for."""

    value: Callable[[float], float]
    slope: Callable[[float], float]
    about: str


def _sigmoid(z: float) -> float:
    if z >= 0:
        return 1.0 / (1.0 + math.exp(-z))
    return math.exp(z) / (1.0 + math.exp(z))


def _normal_share(z: float) -> float:
    """Phi(z): the share of a standard normal distribution that lies below z."""
    return 0.5 * (1.0 + math.erf(z / math.sqrt(2.0)))


def _normal_density(z: float) -> float:
    return math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)


FUNCTIONS: dict[str, Function] = {
    "linear": Function(lambda z: z, lambda z: 1.0, "passes everything on; its slope is 1 everywhere"),
    "sigmoid": Function(
        _sigmoid,
        lambda z: _sigmoid(z) * (1.0 - _sigmoid(z)),
        "its slope is 0.25 at most, and next to nothing beyond 5 and -5: there it is saturated",
    ),
    "tanh": Function(
        math.tanh,
        lambda z: 1.0 - math.tanh(z) ** 2,
        "its slope is 1 at 0, and next to nothing beyond 3 and -3: there it is saturated",
    ),
    "relu": Function(
        lambda z: max(z, 0.0),
        lambda z: 1.0 if z > 0 else 0.0,
        "its slope is 1 above 0 and 0 below: a unit that is below 0 for all examples is dead",
    ),
    "leaky_relu": Function(
        lambda z: z if z > 0 else _LEAK * z,
        lambda z: 1.0 if z > 0 else _LEAK,
        "below 0 its slope is 0.2, not 0: such units do not die",
    ),
    "elu": Function(
        lambda z: z if z > 0 else math.expm1(z),
        lambda z: 1.0 if z > 0 else math.exp(z),
        "below 0 it bends softly towards -1, and its slope fades",
    ),
    "gelu": Function(
        lambda z: z * _normal_share(z),
        lambda z: _normal_share(z) + z * _normal_density(z),
        "a relu with a soft bend, which dips a little below 0",
    ),
    "softplus": Function(
        lambda z: max(z, 0.0) + math.log1p(math.exp(-abs(z))),
        _sigmoid,
        "a relu with a soft bend; its slope is the sigmoid",
    ),
    "sign": Function(
        lambda z: 1.0 if z >= 0 else -1.0, lambda z: 0.0, "its slope is 0: no gradient comes through"
    ),
    "step": Function(
        lambda z: 1.0 if z >= 0 else 0.0, lambda z: 0.0, "its slope is 0: no gradient comes through"
    ),
}


def sampled(name: str, low: float, high: float, count: int) -> tuple[list[float], list[float], list[float]]:
    """``count`` inputs from ``low`` to ``high`` with the function's values and slopes there."""
    function = FUNCTIONS[name]
    inputs = [low + (high - low) * index / (count - 1) for index in range(count)]
    return inputs, [function.value(z) for z in inputs], [function.slope(z) for z in inputs]
