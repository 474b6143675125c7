"""Arrays on the GPU and back, and launches, with errors told in one clear line."""

from __future__ import annotations

import sys
import warnings
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
from numba import cuda

from tutor.engine import cache
from tutor.engine.kernels.cuda.errors import explained
from tutor.engine.kernels.cuda.jit import SIMULATED

Arrays = TypeVar("Arrays", bound=tuple[Any, ...])

_SUM_BYTES = 8


def to_device(array: Any) -> Any:
    """A copy on the GPU; of an empty array nothing is copied."""
    return cuda.to_device(array) if array.size else cuda.device_array(array.shape, array.dtype)


def packed(arrays: Sequence[Any]) -> tuple[Any, list[Any]]:
    """One array on the GPU with copies of flat arrays side by side, and its parts, one for each.

    Numba takes some 8 µs for each array that it hands to a kernel: that sums up where many are launched.
    """
    whole, parts, end = to_device(np.concatenate(arrays)), [], 0
    for array in arrays:
        end += array.size
        parts.append(whole[end - array.size : end] if array.size else to_device(array))
    return whole, parts


def to_host(far: Any, target: Any) -> None:
    """Copy what is on the GPU into ``target``; waits for what was launched before."""
    if target.size:
        far.copy_to_host(target)


def number(far: Any) -> float:
    """The number in an array of one."""
    return float(far.copy_to_host()[0])


def alone(arrays: Arrays) -> Arrays:
    """The same tuple with its arrays as those of one network: with a first axis of length 1."""
    kind: Any = type(arrays)
    return kind(*(each.reshape(1, *each.shape) if hasattr(each, "shape") else each for each in arrays))  # type: ignore[no-any-return]


def launch(entry: Any, blocks: int, threads: int, *args: Any) -> None:
    """Start a kernel in the default stream, with shared memory for a sum over each block's threads."""
    known = len(entry.overloads)
    entry[blocks, threads, 0, threads * _SUM_BYTES](*args)
    if not SIMULATED and len(entry.overloads) > known:
        cache.seal()


class Copies:
    """The GPU's own versions of arrays that do not change, told from each other by identity."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[weakref.ref[Any], Any]] = {}

    def of(self, array: Any, purpose: str = "", make: Callable[[Any], Any] = to_device) -> Any:
        """That of ``array``, made at first sight and freed when ``array`` is."""
        key = hash((id(array), purpose))
        known = self._known.get(key)
        if known is None or known[0]() is not array:
            copies = self._known
            gone = weakref.ref(array, lambda _: copies.pop(key, None))
            known = copies[key] = (gone, make(array))
        return known[1]

    def forget(self) -> None:
        """Have none."""
        self._known.clear()


@contextmanager
def ready() -> Iterator[None]:
    """Errors explained; in the simulator also NumPy's warnings silenced and threads exchanged quickly."""
    if not SIMULATED:
        with explained():
            yield
        return
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with explained(), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            yield
    finally:
        sys.setswitchinterval(interval)
