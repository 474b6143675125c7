"""Handwritten digits: 1,797 images of 8 x 8 pixels from the UCI repository (``engine/data/README.md``)."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tutor.engine.augmentation import moved
from tutor.engine.datasets.dataset import Array, Dataset, Kind, within
from tutor.errors import EngineError, InputError

FILE = Path(__file__).resolve().parent.parent / "data" / "digits.npz"
TRAIN = 1297
"""Images to train on; the other 500 are held out."""
FIRST = 1000
"""How many of them are the first part, for one task; the rest is for another."""
WITH_A_LOOP = (0, 6, 8, 9)
"""The digits that enclose an area."""


@functools.cache
def raw() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """All images (1797, 8, 8) with pixels 0 to 16, and their labels (1797,)."""
    try:
        with np.load(FILE, allow_pickle=False) as archive:
            return archive["images"], archive["labels"]
    except (OSError, KeyError, ValueError) as error:
        raise InputError(f"the digits cannot be read from {FILE}", "install dltutor again") from error


def digits(
    rng: np.random.Generator,
    *,
    pair: str = "",
    classes: str = "",
    numbering: Literal["anew", "kept"] = "anew",
    question: Literal["which", "loop"] = "which",
    features: Literal["pixels", "hand"] = "pixels",
    pixel_order: Literal["kept", "scrambled"] = "kept",
    test_shift: int = 0,
    part: Literal["all", "first", "rest"] = "all",
    examples: int = TRAIN,
) -> Dataset:
    """A random split into 1,297 images for training and 500 held out; pixels are divided by 16.

    ``pair = "5 6"`` keeps those two digits only and makes a binary task of them: 0 for the first, 1 for
    the second. ``classes = "56789"`` keeps those digits, numbered anew from 0 in that order; with
    ``numbering = "kept"`` there remain ten classes, some of them without an image. ``question = "loop"`` asks
    instead of the digit whether it has a closed loop, as 0, 6, 8 and 9 have. ``features = "hand"`` gives
    :func:`measured` in place of the pixels. ``pixel_order = "scrambled"`` shuffles the pixels, and those of
    all images alike. Held-out images are moved by ``test_shift`` pixels up, down, left or right. ``part`` is
    the first 1,000 of the training images or the rest, before any digits are chosen, so that two tasks need
    not share one; ``examples`` below 1,297 trains on the first so many of what is left.
    """
    within("examples", examples, 20, TRAIN)
    within("test_shift", test_shift, 0, 3)
    images, labels = raw()
    order = rng.permutation(len(images))
    train, held_out = order[:TRAIN], order[TRAIN:]
    if test_shift:
        images = images.copy()
        images[held_out] = _aside(images[held_out], test_shift, rng)
    if pixel_order == "scrambled":
        places = rng.permutation(images[0].size)
        images = images.reshape(len(images), -1)[:, places].reshape(images.shape)
    task = _task(labels, pair, classes, numbering == "kept", question == "loop")
    train = {"all": train, "first": train[:FIRST], "rest": train[FIRST:]}[part]
    held_out = held_out[task.wanted[held_out]]
    train = train[task.wanted[train]][:examples]
    x = measured(images) if features == "hand" else (images.reshape(len(images), -1) / 16).astype(np.float32)
    return Dataset(
        x=x[train],
        y=task.targets[train],
        x_val=x[held_out],
        y_val=task.targets[held_out],
        kind=task.kind,
        names=task.names,
        image_shape=None if features == "hand" else (8, 8),
    )


class _Task(NamedTuple):
    """What is asked of the images: of which (n,), with which answers (n,)."""

    wanted: NDArray[np.bool_]
    targets: NDArray[np.generic]
    kind: Kind
    names: tuple[str, ...]


def _task(labels: NDArray[np.uint8], pair: str, classes: str, numbers_stay: bool, loop: bool) -> _Task:
    """The task of these options, for images with the digits ``labels`` (n,)."""
    if bool(pair) + bool(classes) + loop > 1:
        raise EngineError(
            "of the options pair, classes and question only one can be set", "leave the other two out"
        )
    if loop:
        has_loop = np.isin(labels, WITH_A_LOOP).astype(np.float32)
        return _Task(np.ones(len(labels), bool), has_loop, "binary", ("no loop", "loop"))
    if pair:
        first, second = _parse_pair(pair)
        wanted = (labels == int(first)) | (labels == int(second))
        return _Task(wanted, (labels == int(second)).astype(np.float32), "binary", (first, second))
    chosen = _parse_classes(classes)
    wanted = np.isin(labels, chosen)
    if numbers_stay:
        return _Task(wanted, labels.astype(np.int64), "classes", tuple("0123456789"))
    place = np.zeros(10, np.int64)
    place[chosen] = np.arange(len(chosen))
    return _Task(wanted, place[labels], "classes", tuple(map(str, chosen)))


def measured(images: NDArray[np.uint8]) -> Array:
    """Six numbers made by hand (n, 6) for images (n, 8, 8), each between 0 and 1.

    They are the mean ink; how like the image is to its mirror image, left to right and top to bottom; and the
    parts of the ink that lie in the top half, in the left half and in the middle 4 x 4 pixels.
    """
    ink = images / 16
    pixels = (1, 2)
    total = ink.sum(pixels)
    columns = (
        ink.mean(pixels),
        1 - np.abs(ink - ink[:, :, ::-1]).mean(pixels),
        1 - np.abs(ink - ink[:, ::-1]).mean(pixels),
        ink[:, :4].sum(pixels) / total,
        ink[:, :, :4].sum(pixels) / total,
        ink[:, 2:6, 2:6].sum(pixels) / total,
    )
    return np.column_stack(columns).astype(np.float32)


def _aside(images: NDArray[np.uint8], pixels: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Images (n, 8, 8), each moved up, down, left or right at random; 0 comes in from outside."""
    directions = np.array([(-1, 0), (1, 0), (0, -1), (0, 1)])
    shifts = pixels * directions[rng.integers(len(directions), size=len(images))]
    return moved(images[..., None], shifts, np.zeros(len(images)))[..., 0].astype(np.uint8)


def _parse_pair(pair: str) -> tuple[str, str]:
    words = pair.split()
    if len(words) != 2 or words[0] == words[1] or any(word not in set("0123456789") for word in words):
        raise EngineError(
            f"the option pair must name two different digits, not {pair!r}", 'write it like "5 6"'
        )
    return words[0], words[1]


def _parse_classes(classes: str) -> list[int]:
    """The digits of "56789" in order; all ten for an empty text."""
    chosen = classes or "0123456789"
    if len(chosen) < 2 or len(set(chosen)) < len(chosen) or not set(chosen) <= set("0123456789"):
        raise EngineError(
            f"the option classes must name at least two different digits, not {classes!r}",
            'write it like "56789"',
        )
    return [int(digit) for digit in chosen]
