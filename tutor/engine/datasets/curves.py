"""Curves to fit: one input, one number to predict."""

from __future__ import annotations

import numpy as np

from tutor.engine.datasets.dataset import Dataset, within


def sine(
    rng: np.random.Generator, *, frequency: float = 2.0, noise: float = 0.0, examples: int = 64
) -> Dataset:
    """y = sin(frequency * x) for ``examples`` evenly spaced x in [-pi, pi], plus normal noise.

    The held-out points lie half-way between, without noise: they ask for the curve itself.
    """
    within("frequency", frequency, 0.1, 10)
    within("noise", noise, 0, 2)
    within("examples", examples, 4, 10_000)
    x = np.linspace(-np.pi, np.pi, examples)
    between = (x[:-1] + x[1:]) / 2
    y = np.sin(frequency * x) + rng.normal(0, noise, examples)
    return Dataset(
        x=x[:, None].astype(np.float32),
        y=y.astype(np.float32),
        x_val=between[:, None].astype(np.float32),
        y_val=np.sin(frequency * between).astype(np.float32),
        kind="regression",
    )
