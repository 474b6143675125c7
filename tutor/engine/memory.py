"""Whether there is room for what is about to be allocated, and one clear error where there is not."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numpy as np

from tutor import limits
from tutor.errors import OutOfMemoryError

P = ParamSpec("P")
Result = TypeVar("Result")

_TRIFLE = 8 << 20
"""Bytes. For less the machine is not asked: that takes some 0.3 ms, and small networks are built by the
thousand."""


def check(what: str, size: float, dtype: Any, do: str) -> None:
    """OutOfMemoryError if so many bytes for ``what`` cannot be had; ``do`` says what would take less.

    All that is going to be written to counts, though the system hands it out page by page as that is done.
    """
    if size < _TRIFLE:
        return
    if np.dtype(dtype).itemsize == 8:
        do = f"{do}, or float32"
    told = limits.shortage(what, int(size), do)
    if told is not None:
        raise OutOfMemoryError(*told)


def clear(call: Callable[P, Result]) -> Callable[P, Result]:
    """A call in which running out of memory all the same (others took it meanwhile) is a clear error, too."""

    @functools.wraps(call)
    def cleared(*args: P.args, **kwargs: P.kwargs) -> Result:
        try:
            return call(*args, **kwargs)
        except MemoryError:
            raise OutOfMemoryError("there is not enough memory for that", limits.memory_advice()) from None

    return cleared
