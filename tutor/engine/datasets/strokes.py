"""Simple strokes on a larger canvas: what a network makes of a shape that it meets in another place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tutor.engine.datasets.dataset import Array, Dataset, within

SIZE = 5
"""Height and width of a shape, in pixels."""

DRAWINGS: dict[str, tuple[str, ...]] = {
    "bar": ("..#..", "..#..", "..#..", "..#..", "..#.."),
    "dash": (".....", ".....", "#####", ".....", "....."),
    "plus": ("..#..", "..#..", "#####", "..#..", "..#.."),
    "cross": ("#...#", ".#.#.", "..#..", ".#.#.", "#...#"),
    "box": ("#####", "#...#", "#...#", "#...#", "#####"),
    "corner": ("#....", "#....", "#....", "#....", "#####"),
}
"""The classes, in the order of their ids."""

HELD_OUT = 600


def strokes(
    rng: np.random.Generator,
    *,
    canvas: int = 12,
    train_shift: int = 0,
    test_shift: int = 0,
    noise: float = 0.1,
    examples: int = 300,
) -> Dataset:
    """Images of six shapes of 5 x 5 pixels on a ``canvas`` x ``canvas`` field, plus normal noise.

    A shape stands in the middle, moved by up to ``train_shift`` pixels up or down and as many left or right,
    all equally likely; in the 600 held-out images by up to ``test_shift``. Pixels are 0 to 1 before the
    noise, whose standard deviation is ``noise``, and are cut off there after it.
    """
    within("canvas", canvas, 8, 28)
    room = (canvas - SIZE) // 2
    within("train_shift", train_shift, 0, room)
    within("test_shift", test_shift, 0, room)
    within("noise", noise, 0, 1)
    within("examples", examples, 6, 10_000)
    x, y = _draw(rng, examples, canvas, train_shift, noise)
    x_val, y_val = _draw(rng, HELD_OUT, canvas, test_shift, noise)
    return Dataset(x, y, x_val, y_val, "classes", tuple(DRAWINGS), image_shape=(canvas, canvas))


def _draw(
    rng: np.random.Generator, count: int, canvas: int, shift: int, noise: float
) -> tuple[Array, NDArray[np.int64]]:
    """``count`` images (count, canvas^2) and their classes (count,), as even in number as can be."""
    shapes = np.array([[[c == "#" for c in row] for row in rows] for rows in DRAWINGS.values()], np.float32)
    labels = rng.permutation(np.arange(count) % len(shapes))
    places = (canvas - SIZE) // 2 + rng.integers(-shift, shift + 1, (count, 2))
    images = np.zeros((count, canvas, canvas), np.float32)
    for image, label, (row, column) in zip(images, labels, places, strict=True):
        image[row : row + SIZE, column : column + SIZE] = shapes[label]
    noisy = images + rng.normal(0, noise, images.shape).astype(np.float32)
    return np.clip(noisy, 0, 1).reshape(count, -1), labels
