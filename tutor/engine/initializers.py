"""Starting values of weights, by Keras's names. With n_in inputs and n_out outputs of a layer:

glorot_uniform   uniform within ±sqrt(6 / (n_in + n_out))      Glorot and Bengio (2010)
glorot_normal    normal, variance 2 / (n_in + n_out)
he_uniform       uniform within ±sqrt(6 / n_in)                He et al. (2015)
he_normal        normal, variance 2 / n_in
lecun_uniform    uniform within ±sqrt(3 / n_in)                LeCun et al. (1998)
lecun_normal     normal, variance 1 / n_in
orthogonal S     S times a matrix with orthonormal rows or columns (1)   Saxe et al. (2014)
normal S         normal with standard deviation S (0.05)
uniform S        uniform within ±S (0.05)
constant C       C everywhere
zeros, ones      0 or 1 everywhere

glorot_normal, he_normal and lecun_normal are cut at two standard deviations and widened to keep their
variance, as in Keras.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tutor.engine.checks import choice, spelled_number
from tutor.errors import EngineError

Shape = tuple[int, ...]
Draw = Callable[[Generator, Shape, int, int, float], NDArray[np.float64]]

_CUT_DEVIATION = 0.87962566103423978
"""Standard deviation of a standard normal distribution cut at ±2."""


@dataclass(frozen=True)
class Initializer:
    """A way to draw starting values; ``value`` is S or C above where the name takes one."""

    name: str
    value: float = 0.0

    def draw(self, rng: Generator, shape: Shape, n_in: int, n_out: int) -> NDArray[np.float64]:
        """Numbers of the given shape."""
        return _DRAWS[self.name](rng, shape, n_in, n_out, self.value)


def parse(text: str) -> Initializer:
    """Read a name, with its value where it takes one: "he_normal", "normal 1.0", "constant 0.1"."""
    name, *rest = str(text).split() or [""]
    choice("initializer", name, NAMES)
    if name not in _DEFAULTS:
        if rest:
            raise EngineError(f"the initializer {name} takes no value", f'write just "{name}"')
        return Initializer(name)
    if len(rest) > 1:
        raise EngineError(f"the initializer {name} takes one value", f'write it like "{name} 0.5"')
    least = -math.inf if name == "constant" else 0.0
    return Initializer(
        name, spelled_number(f"the value of {name}", rest[0], least=least) if rest else _DEFAULTS[name]
    )


def room(text: str) -> int:
    """Bytes for each number while it is drawn, as ``text`` says how; afterwards they are free again.

    Measured. Most draw into the array that they return.
    """
    return _ROOM.get(str(text).partition(" ")[0], 8)


def _cut_normal(rng: Generator, shape: Shape, variance: float) -> NDArray[np.float64]:
    values = rng.standard_normal(shape)
    outside = np.abs(values) > 2
    while outside.any():
        values[outside] = rng.standard_normal(int(outside.sum()))
        outside = np.abs(values) > 2
    return values * (math.sqrt(variance) / _CUT_DEVIATION)


def _within(rng: Generator, shape: Shape, limit: float) -> NDArray[np.float64]:
    return rng.uniform(-limit, limit, shape)


def _orthogonal(rng: Generator, shape: Shape) -> NDArray[np.float64]:
    """Q of the QR decomposition of a random matrix, with the signs that make it uniformly distributed."""
    rows, columns = math.prod(shape[:-1]), shape[-1]
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    q = q * np.sign(np.diag(r))
    return (q if rows >= columns else q.T).reshape(shape)


_DEFAULTS = {"normal": 0.05, "uniform": 0.05, "constant": 0.0, "orthogonal": 1.0}
_DRAWS: dict[str, Draw] = {
    "glorot_uniform": lambda rng, shape, n_in, n_out, _: _within(rng, shape, math.sqrt(6 / (n_in + n_out))),
    "glorot_normal": lambda rng, shape, n_in, n_out, _: _cut_normal(rng, shape, 2 / (n_in + n_out)),
    "he_uniform": lambda rng, shape, n_in, n_out, _: _within(rng, shape, math.sqrt(6 / n_in)),
    "he_normal": lambda rng, shape, n_in, n_out, _: _cut_normal(rng, shape, 2 / n_in),
    "lecun_uniform": lambda rng, shape, n_in, n_out, _: _within(rng, shape, math.sqrt(3 / n_in)),
    "lecun_normal": lambda rng, shape, n_in, n_out, _: _cut_normal(rng, shape, 1 / n_in),
    "orthogonal": lambda rng, shape, n_in, n_out, value: value * _orthogonal(rng, shape),
    "normal": lambda rng, shape, n_in, n_out, value: rng.normal(0.0, value, shape),
    "uniform": lambda rng, shape, n_in, n_out, value: _within(rng, shape, value),
    "constant": lambda rng, shape, n_in, n_out, value: np.full(shape, value),
    "zeros": lambda rng, shape, n_in, n_out, _: np.zeros(shape),
    "ones": lambda rng, shape, n_in, n_out, _: np.ones(shape),
}
NAMES = tuple(_DRAWS)
_ROOM = dict.fromkeys(("glorot_normal", "he_normal", "lecun_normal"), 18) | {"orthogonal": 34}
