"""Images changed a little, differently in each epoch, so that the network learns what does not matter."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.engine.checks import listed, number, numbers, whole_number
from tutor.errors import EngineError

Array = NDArray[Any]

_BLOCK = 256
"""Images changed at once, so that a large set needs little memory beside itself."""


@dataclass(frozen=True)
class Augmentation:
    """Changes training images at random; each epoch sees others, and always the same for one ``seed``.

    ``shift``: moved by a whole number of pixels, drawn from -shift to +shift in each direction.
    ``rotate``: turned around the middle by an angle from -rotate to +rotate degrees, then moved; values
    between the pixels are interpolated bilinearly, and 0 comes in from outside.
    ``noise``: to every number a normal one with this standard deviation is added; nothing is clipped.

    Images are (n, h, w) or (n, h, w, channels); flat ones (n, numbers) have the ``image_shape`` (h, w) or
    (h, w, channels), or are square with one channel if that is left out.
    """

    shift: int = 0
    rotate: float = 0.0
    noise: float = 0.0
    seed: int = 0
    image_shape: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        whole_number("shift", self.shift, least=0)
        number("rotate", self.rotate, least=0.0)
        number("noise", self.noise, least=0.0)
        whole_number("the seed", self.seed, least=0)
        if self.image_shape is not None:
            sizes = listed("the image shape", self.image_shape, "write it like (8, 8)")
            shape = tuple(whole_number("each size in image_shape", size, least=1) for size in sizes)
            if len(shape) not in (2, 3):
                raise EngineError(f"an image has 2 or 3 sizes, not {len(shape)}", "write it like (8, 8)")
            object.__setattr__(self, "image_shape", shape)

    def shape_of(self, example_shape: tuple[int, ...]) -> tuple[int, int, int]:
        """(h, w, channels) of an example of that shape; EngineError if it is no image."""
        shape = example_shape
        if len(shape) == 1:
            side = math.isqrt(shape[0])
            shape = self.image_shape or (side, side)
            if math.prod(shape) != example_shape[0]:
                raise EngineError(
                    f"{example_shape[0]} numbers are no image of shape {shape}",
                    "say which image_shape they have",
                )
        if len(shape) not in (2, 3):
            raise EngineError(
                f"examples of shape {example_shape} are no images", "images are (h, w) or (h, w, channels)"
            )
        height, width, *channels = shape
        return height, width, channels[0] if channels else 1

    def apply(self, images: Array, epoch: int) -> Array:
        """The images as epoch ``epoch`` sees them, a new array of the same shape and type."""
        if not isinstance(images, np.ndarray):
            images = numbers("the images", images, np.float64)
        shape = self.shape_of(images.shape[1:])
        rng = np.random.default_rng((self.seed, whole_number("the epoch", epoch, least=0)))
        count = len(images)
        shifts = rng.integers(-self.shift, self.shift + 1, (count, 2))
        angles = np.deg2rad(rng.uniform(-self.rotate, self.rotate, count))
        rows = images.reshape(count, *shape)
        changed = np.empty_like(rows)
        for first in range(0, count, _BLOCK):
            block = slice(first, first + _BLOCK)
            part = rows[block]
            if self.shift or self.rotate:
                part = moved(part, shifts[block], angles[block])
            if self.noise:
                part = part + self.noise * rng.standard_normal(part.shape)
            changed[block] = part
        return changed.reshape(images.shape)


def moved(images: Array, shifts: Array, angles: Array) -> Array:
    """Images (n, h, w, channels), turned by ``angles`` (n,; counter-clockwise, radians) and then moved.

    ``shifts`` (n, 2) are pixels down and to the right.
    """
    count, height, width, _ = images.shape
    middle_y, middle_x = (height - 1) / 2, (width - 1) / 2
    # Where each pixel's value comes from: back by the shift, back by the turn.
    y = np.arange(height)[None, :, None] - shifts[:, 0, None, None] - middle_y
    x = np.arange(width)[None, None, :] - shifts[:, 1, None, None] - middle_x
    cos, sin = np.cos(angles)[:, None, None], np.sin(angles)[:, None, None]
    from_y, from_x = cos * y + sin * x + middle_y, cos * x - sin * y + middle_x
    top, left = np.floor(from_y), np.floor(from_x)
    down, right = from_y - top, from_x - left
    result = np.zeros(images.shape)
    number_of = np.arange(count)[:, None, None]
    for step_y, weight_y in ((0, 1 - down), (1, down)):
        for step_x, weight_x in ((0, 1 - right), (1, right)):
            at_y, at_x = (top + step_y).astype(np.int64), (left + step_x).astype(np.int64)
            inside = (at_y >= 0) & (at_y < height) & (at_x >= 0) & (at_x < width)
            values = images[number_of, at_y.clip(0, height - 1), at_x.clip(0, width - 1)]
            result += values * (inside * weight_y * weight_x)[..., None]
    return result
