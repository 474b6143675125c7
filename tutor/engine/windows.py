"""Windows that move over an image: the filters of a convolution, the pools of a pooling layer.

With step S a window of size K finds, on an image of size N,

    valid   floor((N - K) / S) + 1 places, all inside the image
    same    ceil(N / S) places; what is missing, max((places - 1) S + K - N, 0) lines, is thought around the
            image as zeros, half of it (rounded down) before, as in Keras
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutor.engine.checks import choice, whole_number
from tutor.errors import EngineError

Pair = tuple[int, int]
PADDINGS = ("valid", "same")


@dataclass(frozen=True)
class Window:
    """Height and width, how far it moves down and across, and what happens at the edges."""

    size: Pair
    step: Pair
    padding: str


def pair(what: str, value: int | Sequence[int]) -> Pair:
    """One whole number for both directions, or two; EngineError if it is neither."""
    if isinstance(value, list | tuple):
        if len(value) != 2:
            raise EngineError(f"{what} must be one number or two, not {len(value)}", "write it like (3, 3)")
        return whole_number(what, value[0], least=1), whole_number(what, value[1], least=1)
    return (whole_number(what, value, least=1),) * 2


def check_padding(name: object) -> str:
    """``name`` if it is a way to treat the edges."""
    return choice("padding", name, PADDINGS)


def fit(window: Window, shape: Sequence[int], layer: str) -> tuple[Pair, Pair]:
    """(places, zeros before) downwards and across; EngineError if the window is larger than the image."""
    height, width = window.size
    if window.padding == "valid" and (height > shape[0] or width > shape[1]):
        raise EngineError(
            f"the window of {layer} ({height} x {width}) is larger than its image ({shape[0]} x {shape[1]})",
            'take a smaller window, larger images, or padding="same"',
        )
    down, across = (
        _places(shape[i], window.size[i], window.step[i], window.padding == "same") for i in (0, 1)
    )
    return down, across


def _places(size: int, length: int, step: int, same: bool) -> Pair:
    if not same:
        return (size - length) // step + 1, 0
    places = -(-size // step)
    return places, max((places - 1) * step + length - size, 0) // 2
