"""How the kernels are compiled: without the interpreter lock, with IEEE arithmetic, the large ones cached."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
from numba.core.caching import FunctionCache

from tutor.engine import cache

Function = TypeVar("Function", bound=Callable[..., Any])

_INNER: dict[str, Any] = {
    "nogil": True,
    "error_model": "numpy",
    "no_cpython_wrapper": True,  # nothing but compiled code calls it: that saves a third of the compilation
    "no_cfunc_wrapper": True,
}


def kernel(function: Function) -> Function:
    """Decorator of a function that only other kernels call."""
    return cast(Function, numba.njit(**_INNER)(function))


def inlined(function: Function) -> Function:
    """Decorator of a function whose code goes into each kernel that calls it: for single lane groups."""
    return cast(Function, numba.njit(**_INNER, forceinline=True)(function))


def spliced(function: Function) -> Function:
    """Decorator of a function that becomes a part of the kernel that calls it.

    Numba optimizes whatever a kernel calls anew with each kernel, so that near the top of the tree, where all
    of the engine is called, each function fewer saves seconds of compilation.
    """
    return cast(Function, numba.njit(**_INNER, inline="always")(function))


def entry(function: Function) -> Function:
    """Decorator of a function that Python calls; kept in the cache, too."""
    return _kept(function, numba.njit(nogil=True, error_model="numpy")(function))


def kept(function: Function) -> Function:
    """A function that only other kernels call, kept in the cache, too."""
    return _kept(function, numba.njit(**_INNER)(function))


def _kept(function: Function, compiled: Any) -> Function:
    """With what is compiled of it kept in the cache directory, if there is one with room."""
    if cache.enabled():
        compiled._cache = _Keeper(function)  # type: ignore[no-untyped-call]
    return cast(Function, compiled)


class _Keeper(FunctionCache):
    """Numba's, which would have training fail where the disk is full."""

    def save_overload(self, sig: object, data: object) -> None:
        """Keep what was compiled, if it can be kept."""
        with contextlib.suppress(OSError):
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]
