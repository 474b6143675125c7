"""The simplest landscape to go downhill in: a bowl, round or drawn out to a valley."""

from __future__ import annotations

import math

import numpy as np

from tutor.engine.datasets.dataset import Dataset, within


def bowl(rng: np.random.Generator, *, curvature: float = 100.0, turned: float = 0.0) -> Dataset:
    """Two examples that make the mean squared error of one linear unit without bias a bowl.

    For the weights (a, b) the loss is (a² + curvature * b²) / 2: the mean of (x . w)² over x = (1, 0) and
    x = (0, sqrt(curvature)), targets 0. Its least value, 0, lies at (0, 0). ``turned`` turns the bowl by so
    many degrees; nothing is random and nothing is held out.
    """
    del rng
    within("curvature", curvature, 1, 10_000)
    within("turned", turned, 0, 90)
    angle = math.radians(turned)
    along, across = (math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))
    x = np.array([along, np.multiply(across, math.sqrt(curvature))], dtype=np.float32)
    y = np.zeros(2, dtype=np.float32)
    return Dataset(x, y, x[:0], y[:0], kind="regression")
