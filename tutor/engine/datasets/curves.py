"""Curves to fit: one input, one number to predict."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tutor.engine.datasets.dataset import Dataset, within

Curve = NDArray[np.float64]


def sine(
    rng: np.random.Generator, *, frequency: float = 2.0, noise: float = 0.0, examples: int = 64
) -> Dataset:
    """y = sin(frequency * x) for ``examples`` evenly spaced x in [-pi, pi], plus normal noise.

    The held-out points lie half-way between, without noise: they ask for the curve itself.
    """
    within("frequency", frequency, 0.1, 10)
    return _sampled(rng, lambda x: np.sin(frequency * x), noise, examples)


def step(rng: np.random.Generator, *, steps: int = 1, noise: float = 0.0, examples: int = 64) -> Dataset:
    """A staircase from -1 to +1 in ``steps`` equal jumps, for evenly spaced x in [-pi, pi], plus noise.

    One step is the sign of x: a jump, which no smooth function can follow. The jumps lie evenly, so that
    there are ``steps`` + 1 treads of equal width. The held-out points are those of :func:`sine`.
    """
    within("steps", steps, 1, 20)

    def staircase(x: Curve) -> Curve:
        tread = np.floor((x + np.pi) / (2 * np.pi) * (steps + 1))
        return np.asarray(2 * np.clip(tread, 0, steps) / steps - 1, dtype=np.float64)

    return _sampled(rng, staircase, noise, examples)


def _sampled(
    rng: np.random.Generator, curve: Callable[[Curve], Curve], noise: float, examples: int
) -> Dataset:
    """Evenly spaced points with noise to learn from, and those half-way between without."""
    within("noise", noise, 0, 2)
    within("examples", examples, 4, 10_000)
    x = np.linspace(-np.pi, np.pi, examples)
    between = (x[:-1] + x[1:]) / 2
    y = curve(x) + rng.normal(0, noise, examples)
    return Dataset(
        x=x[:, None].astype(np.float32),
        y=y.astype(np.float32),
        x_val=between[:, None].astype(np.float32),
        y_val=curve(between).astype(np.float32),
        kind="regression",
    )
