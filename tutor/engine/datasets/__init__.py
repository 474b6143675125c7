"""Small data sets for the lessons, all drawn from a seed: ``load("rings", seed=0)``.

Each generator is a function whose keyword-only parameters are the set's options, with their defaults.
"""

from __future__ import annotations

import inspect
import typing
import zlib
from collections.abc import Callable, Mapping

import numpy as np

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

__all__ = ["GENERATORS", "Dataset", "Option", "choices", "load", "options"]


def load(name: str, seed: int, **given: Option) -> Dataset:
    """Draw the data set ``name``; the same seed and options give the same arrays, bit for bit.

    Raises :class:`EngineError` for an unknown name or option and for a value that makes no sense.
    """
    generator = _generator(name)
    defaults = options(name)
    for option, value in given.items():
        if option not in defaults:
            known = ", ".join(defaults) or "none"
            raise EngineError(f"the data set {name} has no option {option!r}", f"it knows: {known}")
        _check_option(name, option, value, defaults[option])
    # The name goes into the seed, so that a network of the same seed does not start from the same draws.
    return generator(np.random.default_rng((zlib.crc32(name.encode()), seed)), **given)


def options(name: str) -> dict[str, Option]:
    """The options of a data set with their defaults."""
    parameters = inspect.signature(_generator(name)).parameters.values()
    return {p.name: p.default for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY}


def choices(name: str, option: str) -> tuple[Option, ...]:
    """The values that an option can take, where they are a fixed few; otherwise an empty tuple."""
    hint = typing.get_type_hints(_generator(name))[option]
    return typing.get_args(hint) if typing.get_origin(hint) is typing.Literal else ()


def _generator(name: str) -> Callable[..., Dataset]:
    try:
        return GENERATORS[name]
    except KeyError:
        raise EngineError(f"there is no data set {name!r}", "there are: " + ", ".join(GENERATORS)) from None


def _check_option(name: str, option: str, value: Option, default: Option) -> None:
    allowed = choices(name, option)
    if allowed and value not in allowed:
        raise EngineError(
            f"the option {option} of {name} cannot be {value!r}", "it can be: " + ", ".join(map(str, allowed))
        )
    wanted = (int, float) if isinstance(default, float) else (type(default),)
    if isinstance(value, bool) or not isinstance(value, wanted):
        kind = {float: "a number", int: "a whole number", str: "a text"}[type(default)]
        message = f"the option {option} of {name} must be {kind}, not {value!r}"
        raise EngineError(message, f"its default is {default!r}")
