"""Whether two computations agree up to rounding, each array measured by its own length."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Again = Callable[[np.random.Generator], Sequence[Array]]
TOLERANCE = {"float32": 1e-5, "float64": 1e-10}
VANISHING = 1e-12
"""An array so short beside the whole gradient, in float64, is 0 and what rounding has left of it."""
_SLACK = 16.0
"""An error that is rounding, against one of PyTorch's or NumPy's: the kernels' float32 tanh is within 4 units
of rounding, and often off in the same direction; theirs is within half a unit."""
_NUDGES = 12
"""Tries to stray as far: where a loss has a kink, only some of them end on the other side of it."""


def unit(dtype: str) -> float:
    """The greatest relative error of a number that is rounded."""
    return float(np.finfo(dtype).eps) / 2


def nudged(array: Array, rng: np.random.Generator | None, dtype: str) -> Array:
    """In that number type, each number moved by no more than rounding does; with no generator, by nothing."""
    if rng is not None:
        array = array * (1 + rng.uniform(-unit(dtype), unit(dtype), array.shape))
    return array.astype(dtype)


def bounds(expected: Sequence[Array], tolerance: float) -> list[float]:
    """How far from each array of a gradient in float64 another may lie: ``tolerance`` times its length.

    Of a bias before a normalization the gradient is 0: it adds up what cancels, and only the rounding stays,
    whose size is told by the terms and not by the sum. Such an array is measured by the whole gradient.
    """
    lengths = [float(np.linalg.norm(array)) for array in expected]
    whole = float(np.linalg.norm(lengths))
    return [tolerance * (length if length > VANISHING * whole else whole) for length in lengths]


def bounds_after(steps: int, start: Sequence[Array], end: Sequence[Array], dtype: str) -> list[float]:
    """The same for weights after some steps: the tolerance times what the steps have moved them.

    A gradient that is wrong by its own length would hide behind weights that are a million times longer. To
    that comes what each step loses when it rounds the weights, which no computation can do without.
    """
    return [
        TOLERANCE[dtype] * float(np.linalg.norm(after - before))
        + steps * unit(dtype) * float(np.linalg.norm(after))
        for before, after in zip(start, end, strict=True)
    ]


def beyond(found: Sequence[Array], expected: Sequence[Array], allowed: Sequence[float]) -> dict[int, float]:
    """The arrays further from ``expected`` than they may be, and how far; all found numbers are finite."""
    errors = [float(np.linalg.norm(one - other)) for one, other in zip(found, expected, strict=True)]
    assert np.isfinite(errors).all()
    return {
        place: error for place, (error, most) in enumerate(zip(errors, allowed, strict=True)) if error > most
    }


def rounded_apart(
    found: Sequence[Array], expected: Sequence[Array], allowed: Sequence[float], again: Again
) -> int:
    """How many arrays lie beyond their bounds; AssertionError unless rounding explains it for each of them.

    It does if the other computation itself, in the number type of ``found`` and on numbers that are nudged by
    their rounding, strays as far from ``expected``: ``again`` does that.
    """
    far = unexplained = beyond(found, expected, allowed)
    for number in range(_NUDGES):
        if not unexplained:
            break
        run = again(np.random.default_rng(number))
        strays = {place: float(np.linalg.norm(run[place] - expected[place])) for place in unexplained}
        unexplained = {p: error for p, error in unexplained.items() if not error <= _SLACK * strays[p]}
    assert not unexplained, unexplained
    return len(far)
