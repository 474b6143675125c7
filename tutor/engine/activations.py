"""The activation functions by name. The formulas, for input z:

linear   z
sigmoid  1 / (1 + exp(-z))
tanh     (exp(z) - exp(-z)) / (exp(z) + exp(-z))
relu     max(0, z)                  derivative at 0: 0
softmax  exp(z_i) / sum_j exp(z_j)  over the units of a layer
leaky_relu  max(0.2 z, z)           derivative at 0: 0.2
elu      z if z > 0 else exp(z) - 1
gelu     z Phi(z), Phi the standard normal distribution function
softplus log(1 + exp(z))
sign     +1 if z >= 0 else -1       derivative: 0 everywhere
step     1 if z >= 0 else 0         derivative: 0 everywhere
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.engine.checks import choice
from tutor.engine.kernels import description

CODES: dict[str, int] = {
    "linear": description.LINEAR,
    "sigmoid": description.SIGMOID,
    "tanh": description.TANH,
    "relu": description.RELU,
    "softmax": description.SOFTMAX,
    "sign": description.SIGN,
    "step": description.STEP,
    "leaky_relu": description.LEAKY_RELU,
    "elu": description.ELU,
    "gelu": description.GELU,
    "softplus": description.SOFTPLUS,
}
NAMES = tuple(CODES)


def code(name: str) -> int:
    """The kernels' number for an activation function; EngineError if there is none of that name."""
    return CODES[choice("activation function", name, NAMES)]


def slopes(name: str, z: NDArray[Any]) -> NDArray[np.float64]:
    """The derivative of an activation function at each of ``z``, of the same shape; NaN where z is NaN.

    Softmax is taken over the last axis, and its slope is da_i/dz_i.
    """
    z = np.asarray(z, np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(np.where(np.isnan(z), np.nan, _SLOPES[code(name)](z)))


def _sigmoid(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * z))


def _softmax(z: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def _normal_share(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of the standard normal distribution that lies below z."""
    erf = np.vectorize(math.erf, otypes=[np.float64])
    return np.asarray(0.5 + 0.5 * erf(z / math.sqrt(2)))


_SLOPES: dict[int, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    description.LINEAR: np.ones_like,
    description.SIGMOID: lambda z: _sigmoid(z) * _sigmoid(-z),
    description.TANH: lambda z: 1 - np.tanh(z) ** 2,
    description.RELU: lambda z: (z > 0).astype(np.float64),
    description.SOFTMAX: lambda z: _softmax(z) * (1 - _softmax(z)),
    description.SIGN: np.zeros_like,
    description.STEP: np.zeros_like,
    description.LEAKY_RELU: lambda z: np.where(z > 0, 1.0, 0.2),
    description.ELU: lambda z: np.exp(np.minimum(z, 0)),
    description.GELU: lambda z: _normal_share(z) + z * np.exp(-z * z / 2) / math.sqrt(2 * math.pi),
    description.SOFTPLUS: _sigmoid,
}
