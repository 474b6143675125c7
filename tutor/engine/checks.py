"""Checks of what the user hands in; each raises one clear EngineError."""

from __future__ import annotations

import difflib
import math
import operator
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tutor.engine import memory
from tutor.errors import EngineError
from tutor.text import clean_line

LARGEST = 2**63 - 1
"""The largest whole number that the kernels hold."""
MAX_INPUTS = 20_000_000
"""Of a single unit: 160 MB of weights."""


def choice(what: str, name: object, names: Sequence[str]) -> str:
    """``name`` if it is one of ``names``."""
    if isinstance(name, str) and name in names:
        return name
    near = difflib.get_close_matches(str(name), names, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known are: {', '.join(names)}"
    raise EngineError(f"unknown {what} {shown(name)}", hint)


def whole_number(what: str, value: object, least: int, most: int = LARGEST) -> int:
    """``value`` as an int from ``least`` to ``most``."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise EngineError(f"{what} must be a whole number, not {shown(value)}") from None
    if isinstance(value, bool) or number < least:
        raise EngineError(f"{what} must be {least} or more, not {value}")
    if number > most:
        raise EngineError(f"{what} is too large", f"it can be {most:,} at most")
    return number


def switch(what: str, value: object) -> bool:
    """``value`` if it is True or False."""
    if not isinstance(value, bool | np.bool_):
        raise EngineError(f"{what} must be True or False, not {shown(value)}")
    return bool(value)


def number(
    what: str, value: object, *, least: float = -math.inf, above: float = -math.inf, below: float = math.inf
) -> float:
    """``value`` as a finite float with least <= value, above < value < below."""
    try:
        if isinstance(value, bool | np.bool_ | str | bytes) or getattr(value, "ndim", None):
            raise TypeError
        result = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise EngineError(f"{what} must be a number, not {shown(value)}") from None
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        raise EngineError(f"{what} must be a finite number, not {result}")
    if result <= above:
        raise EngineError(f"{what} must be greater than {above:g}, not {result:g}")
    if result < least:
        raise EngineError(f"{what} must be {least:g} or more, not {result:g}")
    if result >= below:
        raise EngineError(f"{what} must be less than {below:g}, not {result:g}")
    return result


def spelled_number(what: str, word: str, *, least: float = -math.inf) -> float:
    """The number that a text spells, as :func:`number`."""
    try:
        return number(what, float(word), least=least)
    except ValueError:
        raise EngineError(f"{what} must be a number, not {shown(word)}") from None


def listed(what: str, values: object, hint: str) -> list[Any]:
    """``values`` as a list; a text is none."""
    try:
        if isinstance(values, str | bytes):
            raise TypeError
        return list(values)  # type: ignore[call-overload, no-any-return]
    except TypeError:
        raise EngineError(f"{what} must be a list, not {shown(values)}", hint) from None


def pair(what: str, values: object, example: str) -> tuple[Any, Any]:
    """The two parts of ``values``."""
    found = listed(what, values, f"write it like {example}")
    if len(found) != 2:
        raise EngineError(f"{what} must have two parts, not {len(found)}", f"write it like {example}")
    return found[0], found[1]


def path(value: str | Path) -> Path:
    """``value`` as the path of a file."""
    try:
        return Path(value)
    except TypeError:
        raise EngineError(f"a path must be a text, not {shown(value)}", "give the name of a file") from None


def function(what: str, value: object) -> None:
    """EngineError unless ``value`` can be called, or is None."""
    if value is not None and not callable(value):
        raise EngineError(f"{what} must be a function, not {shown(value)}")


def numbers(what: str, values: ArrayLike, dtype: Any) -> NDArray[Any]:
    """``values`` as an array of ``dtype`` with at least one example and no NaN or infinity."""
    try:
        array = np.asarray(values)
        if array.dtype.kind in "cmM":  # complex numbers and times would be cast
            raise TypeError
        if array.dtype.kind not in "buif":
            array = array.astype(np.float64)
        memory.check(what, array.size * (np.dtype(dtype).itemsize + 1), dtype, "take less data")
        with np.errstate(over="ignore"):
            array = array.astype(dtype)
    except (TypeError, ValueError):
        raise EngineError(f"{what} must be numbers in rows of equal length") from None
    except OverflowError:
        raise EngineError(f"{what} hold a number that is too large", "scale large ones down") from None
    if array.ndim == 0 or array.shape[0] == 0:
        raise EngineError(f"there are no examples in {what}", "give at least one row")
    if not np.isfinite(array).all():
        place = [int(i) for i in np.argwhere(~np.isfinite(array))[0]]
        raise EngineError(
            f"{what} hold a value that is not finite in {array.dtype} (row {place[0]})",
            "remove missing values and scale large ones down",
        )
    return array


def rows(what: str, x: ArrayLike, width: int | None = None) -> NDArray[np.float64]:
    """``x`` as (n, d) float64, with d = ``width`` if that is known."""
    array: NDArray[np.float64] = numbers(what, x, np.float64)
    if array.ndim != 2 or array.shape[1] == 0 or (width is not None and array.shape[1] != width):
        wanted = "(n, inputs)" if width is None else f"(n, {width})"
        raise EngineError(f"{what} have shape {array.shape}, not {wanted}", "give one row per example")
    return array


def signs(y: ArrayLike, examples: int) -> NDArray[np.float64]:
    """``y`` as (examples,) float64; each must be -1 or +1."""
    array: NDArray[np.float64] = numbers("the labels", y, np.float64)
    if array.shape != (examples,) or not (np.abs(array) == 1).all():
        raise EngineError("the labels must be -1 or +1, one per input", "write classes 0 and 1 so: 2 * y - 1")
    return array


def row_numbers(places: ArrayLike, examples: int) -> NDArray[np.intp]:
    """``places`` if they are row numbers (any number of them) of so many examples."""
    try:
        array = np.asarray(places)
        fits = array.ndim == 1 and array.dtype.kind in "iu" and ((array >= 0) & (array < examples)).all()
    except ValueError:
        fits = False
    if not fits:
        raise EngineError(
            f"the order must be a list of row numbers from 0 to {examples - 1}",
            "write for example np.arange(len(y))",
        )
    return array


def inputs(x: ArrayLike, input_shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
    """``x`` as (n, numbers per example); it must be (n, *input_shape), without the last axis if that is 1."""
    array = numbers("the inputs", x, dtype)
    if (*array.shape[1:], 1) == input_shape:
        array = array[..., None]
    if array.shape[1:] != input_shape:
        raise EngineError(
            f"the inputs have shape {_shape(array.shape)}, "
            f"but the network takes {_shape(('n', *input_shape))}",
            "give one row per example, or build the network with another input_shape",
        )
    return array.reshape(array.shape[0], -1)


def targets(y: ArrayLike, examples: int, outputs: int, loss: str, dtype: Any) -> NDArray[Any]:
    """``y``, (n, *output shape), as (n, outputs) in the form that the loss wants.

    What is accepted is told in ``losses``.
    """
    array = numbers("the targets", y, dtype)
    if array.shape[0] != examples:
        raise EngineError(
            f"there are {examples} inputs but {array.shape[0]} targets", "give one target per input"
        )
    if loss == "categorical_crossentropy" and (array.ndim == 1 or array.shape[1:] == (1,)):
        return _one_hot(array.reshape(-1), outputs, dtype)
    if array.ndim == 1 or math.prod(array.shape[1:]) == outputs:
        array = array.reshape(examples, -1)
    if array.shape[1:] != (outputs,):
        raise EngineError(
            f"the targets have shape {_shape(array.shape)}, but the network has {outputs} "
            f"output{'s' if outputs > 1 else ''}",
            f"give targets of shape {_shape(('n', outputs))}, or change the last layer's units",
        )
    return _checked_for(loss, array)


def _checked_for(loss: str, array: NDArray[Any]) -> NDArray[Any]:
    if loss == "hinge":
        if np.isin(array, (0, 1)).all():  # as in Keras: classes 0 and 1 mean -1 and +1
            return 2 * array - 1
        if not np.isin(array, (-1, 1)).all():
            raise EngineError(
                "hinge needs targets -1 and +1", "write the two classes as -1 and +1, or as 0 and 1"
            )
    elif loss == "binary_crossentropy" and not ((array >= 0) & (array <= 1)).all():
        raise EngineError("binary_crossentropy needs targets from 0 to 1", "write the two classes as 0 and 1")
    elif loss == "categorical_crossentropy" and not (
        (array >= 0).all() and np.allclose(array.sum(axis=1), 1, atol=1e-3)
    ):
        raise EngineError(
            "categorical_crossentropy needs rows that are not negative and add up to 1",
            "give class numbers 0, 1, 2, ..., or rows with a single 1",
        )
    return array


def _one_hot(classes: NDArray[Any], outputs: int, dtype: Any) -> NDArray[Any]:
    wrong = (classes != np.floor(classes)) | (classes < 0) | (classes >= outputs)
    if wrong.any():
        raise EngineError(
            f"class number {classes[wrong][0]:g} is not one of 0 to {outputs - 1}",
            f"the network has {outputs} outputs, one per class",
        )
    rows = np.zeros((classes.size, outputs), dtype)
    rows[np.arange(classes.size), classes.astype(np.int64)] = 1
    return rows


def shown(value: object) -> str:
    """``value`` in one short line."""
    return repr(clean_line(str(value))[:40])


def _shape(shape: Sequence[object]) -> str:
    return "(" + ", ".join(str(size) for size in shape) + ("," if len(shape) == 1 else "") + ")"
