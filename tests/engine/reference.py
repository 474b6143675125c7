"""The same networks in plain NumPy, as slow and as near to the textbook as can be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.engine import SGD, Adagrad, Adam, Optimizer, RMSprop

Array = NDArray[Any]

_normal_share = np.vectorize(lambda z: (1 + math.erf(z / math.sqrt(2))) / 2, otypes=[float])

FORWARD = {
    "linear": lambda z: z,
    "sigmoid": lambda z: np.where(z < 0, np.exp(-np.abs(z)), 1) / (1 + np.exp(-np.abs(z))),
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "softmax": lambda z: (
        np.exp(z - z.max(1, keepdims=True)) / np.exp(z - z.max(1, keepdims=True)).sum(1, keepdims=True)
    ),
    "sign": lambda z: np.where(z >= 0, 1.0, -1.0),
    "step": lambda z: np.where(z >= 0, 1.0, 0.0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.2 * z),
    "elu": lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
    "gelu": lambda z: z * _normal_share(z),
    "softplus": lambda z: np.logaddexp(0, z),
}
"""a = f(z) on rows."""

BACKWARD = {
    "linear": lambda z, a, da: da,
    "sigmoid": lambda z, a, da: da * a * (1 - a),
    "tanh": lambda z, a, da: da * (1 - a**2),
    "relu": lambda z, a, da: da * (z > 0),
    "softmax": lambda z, a, da: a * (da - (a * da).sum(1, keepdims=True)),
    "sign": lambda z, a, da: np.zeros_like(z),
    "step": lambda z, a, da: np.zeros_like(z),
    "leaky_relu": lambda z, a, da: da * np.where(z > 0, 1, 0.2),
    "elu": lambda z, a, da: da * np.where(z > 0, 1, np.exp(np.minimum(z, 0))),
    "gelu": lambda z, a, da: da * (_normal_share(z) + z * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)),
    "softplus": lambda z, a, da: da / (1 + np.exp(-z)),
}
"""dz from da."""


@dataclass(frozen=True)
class Reference:
    """Dense layers with these activations, and a loss; weights are lists [W1, b1, W2, b2, ...]."""

    activations: Sequence[str]
    loss: str

    def forward(self, weights: Sequence[Array], x: Array) -> list[tuple[Array, Array]]:
        """z and a of every layer."""
        pairs = []
        for number, name in enumerate(self.activations):
            z = x @ weights[2 * number] + weights[2 * number + 1]
            x = FORWARD[name](z)
            pairs.append((z, x))
        return pairs

    def loss_value(self, weights: Sequence[Array], x: Array, y: Array) -> float:
        """The mean loss over the rows."""
        z, p = self.forward(weights, x)[-1]
        return float(_loss(self.loss, z, p, y))

    def gradients(self, weights: Sequence[Array], x: Array, y: Array) -> list[Array]:
        """The loss's gradient by every weight array."""
        pairs = self.forward(weights, x)
        z, p = pairs[-1]
        found: list[Array] = []
        dz = _last_delta(self.loss, self.activations[-1], z, p, y)
        for number in range(len(self.activations) - 1, -1, -1):
            below = pairs[number - 1][1] if number else x
            found[:0] = [below.T @ dz, dz.sum(0)]
            if number:
                z, a = pairs[number - 1]
                dz = BACKWARD[self.activations[number - 1]](z, a, dz @ weights[2 * number].T)
        return found


def _loss(name: str, z: Array, p: Array, y: Array) -> Any:
    if name == "mean_squared_error":
        return np.mean((p - y) ** 2)
    if name == "mean_absolute_error":
        return np.mean(np.abs(p - y))
    if name == "hinge":
        return np.mean(np.maximum(0, 1 - y * p))
    if name == "binary_crossentropy":
        return np.mean(np.logaddexp(0, z) - y * z)
    assert name == "categorical_crossentropy"
    shifted = z - z.max(1, keepdims=True)
    return np.mean(-(y * (shifted - np.log(np.exp(shifted).sum(1, keepdims=True)))).sum(1))


def _last_delta(name: str, activation: str, z: Array, p: Array, y: Array) -> Array:
    if name == "binary_crossentropy":
        return (p - y) / p.size
    if name == "categorical_crossentropy":
        return (p - y) / len(p)
    dp = {
        "mean_squared_error": 2 * (p - y),
        "mean_absolute_error": np.sign(p - y),
        "hinge": np.where(y * p < 1, -y, 0),
    }[name]
    return BACKWARD[activation](z, p, dp / p.size)


class ReferenceOptimizer:
    """The update rules, one array at a time."""

    def __init__(self, optimizer: Optimizer, weights: Sequence[Array]) -> None:
        self.optimizer = optimizer
        self.t = 0
        first = optimizer.initial_accumulator_value if isinstance(optimizer, Adagrad) else 0.0
        self.slots = [[np.full_like(w, first) for w in weights] for _ in range(2)]

    def update(self, weights: list[Array], gradients: Sequence[Array]) -> list[Array]:
        """The new weights."""
        self.t += 1
        gradients = clipped(self.optimizer, gradients)
        weights = [w - self.optimizer.learning_rate * self.optimizer.weight_decay * w for w in weights]
        return [self._one(i, w, g) for i, (w, g) in enumerate(zip(weights, gradients, strict=True))]

    def _one(self, i: int, w: Array, g: Array) -> Array:
        o = self.optimizer
        if isinstance(o, SGD):
            v = self.slots[0][i] = o.momentum * self.slots[0][i] - o.learning_rate * g
            return w + (o.momentum * v - o.learning_rate * g if o.nesterov else v)
        if isinstance(o, Adagrad):
            v = self.slots[0][i] = self.slots[0][i] + g**2
            return w - o.learning_rate * g / np.sqrt(v + o.epsilon)
        if isinstance(o, RMSprop):
            v = self.slots[0][i] = o.rho * self.slots[0][i] + (1 - o.rho) * g**2
            self.slots[1][i] = o.momentum * self.slots[1][i] + o.learning_rate * g / np.sqrt(v + o.epsilon)
            return w - self.slots[1][i]
        assert isinstance(o, Adam)
        m = self.slots[0][i] = o.beta_1 * self.slots[0][i] + (1 - o.beta_1) * g
        v = self.slots[1][i] = o.beta_2 * self.slots[1][i] + (1 - o.beta_2) * g**2
        rate = o.learning_rate * np.sqrt(1 - o.beta_2**self.t) / (1 - o.beta_1**self.t)
        return w - rate * m / (np.sqrt(v) + o.epsilon)


def clipped(optimizer: Optimizer, gradients: Sequence[Array]) -> list[Array]:
    """The gradients after the optimizer's clipping, if it has any."""
    if (limit := optimizer.clipvalue) is not None:
        return [np.clip(g, -limit, limit) for g in gradients]
    if (limit := optimizer.clipnorm) is not None:
        return [g * min(1.0, limit / max(float(np.linalg.norm(g)), 1e-300)) for g in gradients]
    if (limit := optimizer.global_clipnorm) is not None:
        length = math.sqrt(sum(float((g**2).sum()) for g in gradients))
        return [g * min(1.0, limit / max(length, 1e-300)) for g in gradients]
    return list(gradients)


# --------------------------------------------------------------------------- dropout

_MASK = 2**64 - 1


def split_mix(key: int, place: int) -> int:
    """The output of SplitMix64 for state ``key`` after ``place + 1`` steps."""
    z = (key + 0x9E3779B97F4A7C15 * (place + 1)) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def kept(seed: int, layer: int, step: int, rate: float, shape: tuple[int, int]) -> Array:
    """What dropout multiplies the numbers of a batch by: 0, or 1 / (1 - rate)."""
    key = split_mix(split_mix(split_mix(seed, 0), (1 << 40) + layer), step)
    draws = [split_mix(key, place) / 2**64 for place in range(math.prod(shape))]
    return np.where(np.array(draws).reshape(shape) < rate, 0.0, 1 / (1 - rate))
