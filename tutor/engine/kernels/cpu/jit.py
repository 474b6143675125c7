"""How the kernels are compiled: without the interpreter lock, with IEEE arithmetic, entry points cached."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

from tutor.engine import cache

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(function: Function) -> Function:
    """Decorator of a function that other kernels call."""
    return cast(Function, numba.njit(nogil=True, error_model="numpy")(function))


def inlined(function: Function) -> Function:
    """Decorator of a function whose code goes into each kernel that calls it: for single lane groups."""
    return cast(Function, numba.njit(nogil=True, error_model="numpy", forceinline=True)(function))


def entry(function: Function) -> Function:
    """Decorator of a function that Python calls; kept in the cache directory if there is one."""
    return cast(Function, numba.njit(nogil=True, error_model="numpy", cache=cache.enabled())(function))
