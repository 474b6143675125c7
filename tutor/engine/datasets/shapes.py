"""Two classes of points in the plane. Every set is balanced and drawn anew for each seed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tutor.engine.datasets.dataset import Array, Dataset, Part, plane, same, within

HELD_OUT = 1000
"""Held-out points of each set: enough for a share that is good to about one per cent."""

Points = NDArray[np.float64]


def margin(rng: np.random.Generator, *, gamma: float = 0.5, examples: int = 100) -> Dataset:
    """Points uniform in [-2, 2] x [-2, 2] that stay ``gamma`` away from a random line through the origin.

    The line's unit normal w* is drawn first; a point counts only if abs(w* . x) >= gamma, and its label
    is the side on which it lies. So a line separates the classes with a margin of at least ``gamma``.
    """
    within("gamma", gamma, 0, 1.5)
    within("examples", examples, 4, 10_000)
    angle = rng.uniform(0, 2 * np.pi)
    normal = np.array((np.cos(angle), np.sin(angle)))

    def draw(count: int) -> Part:
        kept = np.empty((0, 2))
        while len(kept) < count:
            points = rng.uniform(-2, 2, (2 * count, 2))
            kept = np.vstack((kept, points[np.abs(points @ normal) >= gamma]))
        points = kept[:count]
        return points.astype(np.float32), (points @ normal > 0).astype(np.int64)

    return plane(draw(examples), draw(HELD_OUT))


def blobs(
    rng: np.random.Generator, *, overlap: float = 1.0, examples: int = 100, outliers: int = 0
) -> Dataset:
    """Two normal clouds around (-1, 0) and (+1, 0); ``overlap`` is the standard deviation of each.

    At 1.0 even the best line, x1 = 0, gets 16 % wrong; at 0.2 the clouds are well apart. So many ``outliers``
    among the training points of the second cloud lie 10 further out, on the side where the cloud is.
    """
    within("overlap", overlap, 0.05, 5)
    within("examples", examples, 4, 10_000)
    within("outliers", outliers, 0, examples // 2)

    def draw(count: int, far: int) -> Part:
        labels = np.arange(count) % 2
        centres = np.column_stack((2.0 * labels - 1, np.zeros(count)))
        centres[labels == 1, 0] += np.where(np.arange(count // 2) < far, 10.0, 0.0)
        return _shuffled(rng, centres + rng.normal(0, overlap, (count, 2)), labels)

    return plane(draw(examples, outliers), draw(HELD_OUT, 0))


def rings(
    rng: np.random.Generator, *, features: Literal["plain", "radius"] = "plain", examples: int = 200
) -> Dataset:
    """Class 0 fills the disc of radius 1 evenly; class 1 lies around it, at radius 1.5 to 2.5.

    With ``features = "radius"`` each input is (x1, x2, x1² + x2²): a plane separates the classes.
    """
    within("examples", examples, 4, 10_000)

    def draw(count: int) -> Part:
        labels = np.arange(count) % 2
        inner = np.sqrt(rng.uniform(0, 1, count))  # the square root makes it even in area
        outer = rng.uniform(1.5, 2.5, count)
        points = _polar(np.where(labels, outer, inner), rng.uniform(0, 2 * np.pi, count))
        return _shuffled(rng, points, labels)

    return plane(draw(examples), draw(HELD_OUT), with_radius if features == "radius" else same)


def with_radius(points: Array) -> Array:
    """(n, 2) -> (n, 3): the squared distance from the origin becomes a third input."""
    return np.column_stack((points, np.sum(points**2, axis=1))).astype(np.float32)


def circles(rng: np.random.Generator, *, noise: float = 0.1, examples: int = 200) -> Dataset:
    """Two circles about the origin, class 0 of radius 1 and class 1 of radius 2, plus normal noise."""
    within("noise", noise, 0, 2)

    def draw(count: int) -> Part:
        labels = np.arange(count) % 2
        points = _polar(labels + np.float64(1), rng.uniform(0, 2 * np.pi, count))
        return _shuffled(rng, points + rng.normal(0, noise, (count, 2)), labels)

    return _train_and_held_out(draw, examples)


def moons(rng: np.random.Generator, *, noise: float = 0.1, examples: int = 200) -> Dataset:
    """Two half circles of radius 1 that reach into each other, plus normal noise."""
    within("noise", noise, 0, 2)

    def draw(count: int) -> Part:
        labels = np.arange(count) % 2
        upper = _polar(np.ones(count), rng.uniform(0, np.pi, count))
        lower = np.array((1.0, 0.5)) - upper
        points = np.where(labels[:, None] == 1, lower, upper) - np.array((0.5, 0.25))
        return _shuffled(rng, points + rng.normal(0, noise, (count, 2)), labels)

    return _train_and_held_out(draw, examples)


def spiral(
    rng: np.random.Generator, *, turns: float = 1.5, noise: float = 0.05, examples: int = 200
) -> Dataset:
    """Two arms that wind ``turns`` times around each other out to radius 2, plus normal noise."""
    within("turns", turns, 0.25, 3)
    within("noise", noise, 0, 1)

    def draw(count: int) -> Part:
        labels = np.arange(count) % 2
        along = np.sqrt(rng.uniform(0.01, 1, count))
        points = _polar(2 * along, 2 * np.pi * turns * along + np.pi * labels)
        return _shuffled(rng, points + rng.normal(0, noise, (count, 2)), labels)

    return _train_and_held_out(draw, examples)


def _train_and_held_out(draw: Callable[[int], Part], examples: int) -> Dataset:
    within("examples", examples, 4, 10_000)
    return plane(draw(examples), draw(HELD_OUT))


def _polar(radius: Points, angle: Points) -> Points:
    return np.column_stack((radius * np.cos(angle), radius * np.sin(angle)))


def _shuffled(rng: np.random.Generator, points: Points, labels: NDArray[np.int64]) -> Part:
    order = rng.permutation(len(points))
    return points[order].astype(np.float32), labels[order]
