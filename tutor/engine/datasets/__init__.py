"""Small data sets for the lessons, all drawn from a seed: ``load("rings", seed=0)``.

Each generator is a function whose keyword-only parameters are the set's options, with their defaults.
"""

from __future__ import annotations

import inspect
import numbers
import typing
import zlib
from collections.abc import Callable, Mapping

import numpy as np

from tutor.engine.checks import shown, whole_number
from tutor.engine.datasets import bowl as landscape
from tutor.engine.datasets import curves, gates, shapes, strokes
from tutor.engine.datasets import digits as handwriting
from tutor.engine.datasets.dataset import Dataset
from tutor.errors import EngineError

Option = int | float | str

GENERATORS: Mapping[str, Callable[..., Dataset]] = {
    "gate": gates.gate,
    "margin": shapes.margin,
    "blobs": shapes.blobs,
    "rings": shapes.rings,
    "circles": shapes.circles,
    "moons": shapes.moons,
    "spiral": shapes.spiral,
    "sine": curves.sine,
    "step": curves.step,
    "bowl": landscape.bowl,
    "digits": handwriting.digits,
    "strokes": strokes.strokes,
}

_KINDS: Mapping[type, tuple[type, str]] = {
    float: (numbers.Real, "a number"),
    int: (numbers.Integral, "a whole number"),
    str: (str, "a text"),
}
"""What an option takes, by the type of its default, and how that is called."""

__all__ = ["GENERATORS", "Dataset", "Option", "choices", "load", "options"]


def load(name: str, seed: int, **given: Option) -> Dataset:
    """Draw the data set ``name``; the same seed and options give the same arrays, bit for bit.

    Raises :class:`EngineError` for an unknown name or option and for a value that makes no sense.
    """
    generator = _generator(name)
    seed = whole_number("the seed", seed, least=0)
    for option, value in given.items():
        _check_option(name, option, value)
    # The name goes into the seed, so that a network of the same seed does not start from the same draws.
    return generator(np.random.default_rng((zlib.crc32(name.encode()), seed)), **given)


def options(name: str) -> dict[str, Option]:
    """The options of a data set with their defaults."""
    parameters = inspect.signature(_generator(name)).parameters.values()
    return {p.name: p.default for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY}


def choices(name: str, option: str) -> tuple[Option, ...]:
    """The values that an option can take, where they are a fixed few; otherwise an empty tuple."""
    _default(name, option)
    hint = typing.get_type_hints(_generator(name))[option]
    return typing.get_args(hint) if typing.get_origin(hint) is typing.Literal else ()


def _generator(name: str) -> Callable[..., Dataset]:
    if not isinstance(name, str) or name not in GENERATORS:
        raise EngineError(f"there is no data set {shown(name)}", "there are: " + ", ".join(GENERATORS))
    return GENERATORS[name]


def _check_option(name: str, option: str, value: Option) -> None:
    default = _default(name, option)
    kind, wanted = _KINDS[type(default)]
    if isinstance(value, bool) or not isinstance(value, kind):
        message = f"the option {option} of {name} must be {wanted}, not {shown(value)}"
        raise EngineError(message, f"its default is {default!r}")
    allowed = choices(name, option)
    if allowed and value not in allowed:
        raise EngineError(
            f"the option {option} of {name} cannot be {shown(value)}",
            "it can be: " + ", ".join(map(str, allowed)),
        )


def _default(name: str, option: str) -> Option:
    """EngineError where the data set has no such option."""
    known = options(name)
    if not isinstance(option, str) or option not in known:
        raise EngineError(
            f"the data set {name} has no option {shown(option)}", f"it knows: {', '.join(known) or 'none'}"
        )
    return known[option]
