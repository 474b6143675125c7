"""The restricted Boltzmann machine with binary units, learnt by contrastive divergence."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tutor.engine.checks import number, rows, switch, whole_number
from tutor.errors import EngineError

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

MAX_ENUMERATED = 16
"""Units of the smaller side up to which sums over all its states are taken: 65,536 states."""
MAX_WEIGHTS = 20_000_000


@dataclass(frozen=True)
class Gradient:
    """Of the mean log-likelihood: ``weights`` (visible, hidden) and both biases, (visible,) and (hidden,)."""

    weights: Matrix
    visible_bias: Vector
    hidden_bias: Vector


class RBM:
    """Visible units v and hidden units h, all 0 or 1, joined only across:

        E(v, h) = -a . v - b . h - v^T W h           p(v, h) = exp(-E(v, h)) / Z

    W is ``weights`` (visible, hidden), a ``visible_bias`` (visible,), b ``hidden_bias`` (hidden,). The
    weights start as N(0, ``scale``^2), the biases at 0. Visible values between 0 and 1 count as
    probabilities. With ``sample_visible`` False the chain of :meth:`contrastive_divergence` hands on the
    visible probabilities instead of samples, which is less noisy and common for images.
    Sources: P. Smolensky, "Information processing in dynamical systems" (1986); G. Hinton, "Training products
    of experts by minimizing contrastive divergence", Neural Computation 14 (2002); G. Hinton, "A practical
    guide to training restricted Boltzmann machines" (2010).
    """

    def __init__(
        self, n_visible: int, n_hidden: int, seed: int = 0, scale: float = 0.01, sample_visible: bool = True
    ) -> None:
        shape = (
            whole_number("the number of visible units", n_visible, least=1),
            whole_number("the number of hidden units", n_hidden, least=1),
        )
        if shape[0] * shape[1] > MAX_WEIGHTS:
            raise EngineError(
                f"{shape[0]:,} times {shape[1]:,} weights are too many", f"keep below {MAX_WEIGHTS:,}"
            )
        scale = number("the scale of the weights", scale, least=0)
        self._seed = whole_number("the seed", seed, least=0)
        self.rng = np.random.default_rng(self._seed)
        self.weights: Matrix = self.rng.normal(0, scale, shape)
        self.visible_bias: Vector = np.zeros(shape[0])
        self.hidden_bias: Vector = np.zeros(shape[1])
        self.sample_visible = switch("sample_visible", sample_visible)
        self._speed = Gradient(np.zeros(shape), np.zeros(shape[0]), np.zeros(shape[1]))

    def count_params(self) -> int:
        """Weights and both biases altogether."""
        return self.weights.size + self.visible_bias.size + self.hidden_bias.size

    # ------------------------------------------------------------------ the distribution

    def energy(self, v: ArrayLike, h: ArrayLike) -> Vector:
        """E of each pair of rows of ``v`` (n, visible) and ``h`` (n, hidden): (n,)."""
        visible, hidden = self._visible(v), _probabilities("the hidden values", h, self.hidden_bias.size)
        across = ((visible @ self.weights) * hidden).sum(axis=1)
        return np.asarray(-visible @ self.visible_bias - hidden @ self.hidden_bias - across, np.float64)

    def free_energy(self, v: ArrayLike) -> Vector:
        """F(v) = -a . v - sum_j log(1 + exp(b_j + (v^T W)_j)), so that p(v) = exp(-F(v)) / Z; (n,)."""
        visible = self._visible(v)
        softplus = np.logaddexp(0, visible @ self.weights + self.hidden_bias).sum(axis=1)
        return np.asarray(-visible @ self.visible_bias - softplus, dtype=np.float64)

    def hidden_probabilities(self, v: ArrayLike) -> Matrix:
        """p(h_j = 1 | v) = sigmoid(b_j + sum_i v_i W_ij) for each row of ``v`` (n, visible): (n, hidden)."""
        return self._up(self._visible(v))

    def visible_probabilities(self, h: ArrayLike) -> Matrix:
        """p(v_i = 1 | h) = sigmoid(a_i + sum_j W_ij h_j) for each row of ``h`` (n, hidden): (n, visible)."""
        return self._down(_probabilities("the hidden values", h, self.hidden_bias.size))

    def log_partition(self) -> float:
        """log Z, exactly, by a sum over all states of the smaller side (16 units at most)."""
        return _log_sum_exp(self._enumerated()[1])

    def log_likelihood(self, v: ArrayLike) -> float:
        """The mean of log p(v) over the rows of ``v`` (n, visible), exactly, as :meth:`log_partition`."""
        return float(-self.free_energy(v).mean()) - self.log_partition()

    def log_likelihood_gradient(self, v: ArrayLike) -> Gradient:
        """The gradient of :meth:`log_likelihood`, exactly: positive minus negative phase.

        d/dW = <v h^T>_data - <v h^T>_model, d/da = <v>_data - <v>_model, d/db = <h>_data - <h>_model; the
        data term has p(h | v) for h, the model term runs over all states.
        """
        visible = self._visible(v)
        states, logs, hidden_side = self._enumerated()
        shares = np.exp(logs - _log_sum_exp(logs))
        if hidden_side:
            v_model, h_model = self._down(states), states
        else:
            v_model, h_model = states, self._up(states)
        evenly = np.full(len(visible), 1 / len(visible))
        data = _statistics(visible, self._up(visible), evenly)
        return _difference(data, _statistics(v_model, h_model, shares))

    def _enumerated(self) -> tuple[Matrix, Vector, bool]:
        """The smaller side's states (2^k, k), the logs of their unnormalized shares, and which side it is."""
        hidden_side = self.hidden_bias.size <= self.visible_bias.size
        bias, other, weights = self.hidden_bias, self.visible_bias, self.weights.T
        if not hidden_side:
            bias, other, weights = other, bias, self.weights
        if bias.size > MAX_ENUMERATED:
            raise EngineError(
                f"2^{bias.size} states are too many to add up", f"take {MAX_ENUMERATED} units at most"
            )
        states = ((np.arange(2**bias.size)[:, None] >> np.arange(bias.size)) & 1).astype(np.float64)
        logs = states @ bias
        for unit in range(other.size):  # one at a time, to bound the memory
            logs += np.logaddexp(0, states @ weights[:, unit] + other[unit])
        return states, logs, hidden_side

    # ------------------------------------------------------------------ learning

    def gibbs(self, v: ArrayLike, k: int = 1) -> Matrix:
        """Sample hidden, then visible units, ``k`` times from ``v`` (n, visible); returns 0s and 1s."""
        visible = self._visible(v)
        for _ in range(whole_number("k", k, least=1)):
            hidden = self._sample(self._up(visible))
            visible = self._sample(self._down(hidden))
        return visible

    def contrastive_divergence(self, v: ArrayLike, k: int = 1) -> Gradient:
        """CD-k: the gradient with the model's term estimated by ``k`` Gibbs steps from the data ``v``.

        h ~ p(h | v), v' from p(v | h), h' = p(h | v'), and dW = <v p(h | v)^T> - <v' h'^T>.
        """
        return self._contrast(self._visible(v), whole_number("k", k, least=1))

    def _contrast(self, visible: Matrix, k: int) -> Gradient:
        first = hidden = self._up(visible)
        chain = visible
        for _ in range(k):
            chain = self._down(self._sample(hidden))
            if self.sample_visible:
                chain = self._sample(chain)
            hidden = self._up(chain)
        evenly = np.full(len(visible), 1 / len(visible))
        return _difference(_statistics(visible, first, evenly), _statistics(chain, hidden, evenly))

    def train_batch(
        self, v: ArrayLike, learning_rate: float = 0.1, momentum: float = 0.0, k: int = 1
    ) -> None:
        """One step uphill: speed <- momentum * speed + learning_rate * CD-k; parameters <- ... + speed.

        Raises EngineError for values outside 0 to 1 and rates that make no sense; very large ones overflow.
        """
        self._step(self._visible(v), *_checked_settings(learning_rate, momentum, k))

    def _step(self, visible: Matrix, learning_rate: float, momentum: float, k: int) -> None:
        gradient = self._contrast(visible, k)
        for name in ("weights", "visible_bias", "hidden_bias"):
            speed = getattr(self._speed, name)
            speed *= momentum
            speed += learning_rate * getattr(gradient, name)
            getattr(self, name)[...] += speed

    def train(
        self,
        x: ArrayLike,
        epochs: int,
        batch_size: int = 20,
        learning_rate: float = 0.1,
        momentum: float = 0.0,
        k: int = 1,
    ) -> Iterator[float]:
        """Learn from ``x`` (n, visible), shuffled anew in each epoch; yields each one's reconstruction error.

        Raises EngineError for values outside 0 to 1, a batch larger than the data, rates that make no sense.
        """
        visible = self._visible(x)
        settings = _checked_settings(learning_rate, momentum, k, below=1e6)  # never overflows
        if whole_number("the batch size", batch_size, least=1) > len(visible):
            raise EngineError(
                f"a batch of {batch_size} is larger than the {len(visible)} examples", "take a smaller one"
            )
        for _ in range(whole_number("the number of epochs", epochs, least=0)):
            order = self.rng.permutation(len(visible))
            for start in range(0, len(visible), batch_size):
                self._step(visible[order[start : start + batch_size]], *settings)
            yield self.reconstruction_error(visible)

    def fit(self, x: ArrayLike, epochs: int = 10, **settings: Any) -> list[float]:
        """:meth:`train` to the end; returns the reconstruction error after each epoch."""
        return list(self.train(x, epochs, **settings))

    def reconstruction_error(self, v: ArrayLike) -> float:
        """Mean squared difference of ``v`` and p(v | h) with h drawn from p(h | v).

        Easy to watch, but not what CD descends. It draws the same numbers at every call, from a generator of
        its own, so that asking changes nothing.
        """
        visible = self._visible(v)
        hidden = self._sample(self._up(visible), np.random.default_rng(self._seed))
        again = self._down(hidden)
        return float(np.mean((visible - again) ** 2))

    def _up(self, visible: Matrix) -> Matrix:
        """The hidden probabilities; as in :meth:`_down`, nothing is checked again in each step."""
        return _sigmoid(visible @ self.weights + self.hidden_bias)

    def _down(self, hidden: Matrix) -> Matrix:
        return _sigmoid(hidden @ self.weights.T + self.visible_bias)

    def _sample(self, probabilities: Matrix, rng: np.random.Generator | None = None) -> Matrix:
        draws = (rng or self.rng).random(probabilities.shape)
        return np.asarray(draws < probabilities, dtype=np.float64)

    def _visible(self, v: ArrayLike) -> Matrix:
        return _probabilities("the visible values", v, self.visible_bias.size)


def _probabilities(what: str, values: ArrayLike, width: int) -> Matrix:
    array = rows(what, values, width)
    if array.min() < 0 or array.max() > 1:
        raise EngineError(f"{what} must lie between 0 and 1", "divide them by the largest possible value")
    return array


def _checked_settings(
    learning_rate: float, momentum: float, k: int, below: float = math.inf
) -> tuple[float, float, int]:
    return (
        number("the learning rate", learning_rate, above=0, below=below),
        number("the momentum", momentum, least=0, below=1),
        whole_number("k", k, least=1),
    )


def _sigmoid(z: Matrix) -> Matrix:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * z)), dtype=np.float64)


def _log_sum_exp(logs: Vector) -> float:
    largest = float(logs.max())
    return largest + float(np.log(np.exp(logs - largest).sum()))


def _statistics(v: Matrix, h: Matrix, shares: Vector) -> Gradient:
    """<v h^T>, <v> and <h> over rows that count with ``shares`` (n,)."""
    return Gradient(v.T @ (shares[:, None] * h), shares @ v, shares @ h)


def _difference(one: Gradient, other: Gradient) -> Gradient:
    return Gradient(
        one.weights - other.weights,
        one.visible_bias - other.visible_bias,
        one.hidden_bias - other.hidden_bias,
    )
