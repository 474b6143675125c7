"""How the GPU's functions are compiled, and how the threads divide the work.

A function that does a part of the work is handed a :class:`Span` and never waits for other threads; only the
entry points in ``train`` (one block) and ``wide`` (many) say where all must have arrived. So the same
functions serve both.

Floating-point constants are written ``real(0.5)``, with ``real`` the number type of the buffers: a bare 0.5
is float64 and would drag the whole expression along, at a small part of a GPU's speed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

from numba import cuda
from numba.core import config

from tutor.engine import cache

Function = TypeVar("Function", bound=Callable[..., Any])

Array = Any
"""A flat array in the GPU's memory."""

Real = Any
"""``numpy.float32`` or ``numpy.float64``."""

SIMULATED = bool(config.ENABLE_CUDASIM)  # type: ignore[attr-defined]
"""Whether numba's simulator stands in for a GPU, one Python thread for each of its threads."""


class Workspace(NamedTuple):
    """As ``description.Workspace``, with ``partials`` for the pieces of sums: see ``sums``."""

    capacity: int
    values: Array
    deltas: Array
    transposed: Array
    scratch: Array
    partials: Array


class Span(NamedTuple):
    """One thread's share: ``first``, ``first + step``, ``first + 2 step``, ... of the things to be done."""

    first: int
    step: int


def device(function: Function) -> Function:
    """Decorator of a function that runs on the GPU and is called there.

    In the simulator it stays a Python function: the simulator's own wrapper exchanges module globals at every
    call, and threads that do so at once undo each other's exchange.
    """
    return function if SIMULATED else cast(Function, cuda.jit(device=True)(function))


def entry(function: Function) -> Any:
    """Decorator of a function that Python launches; kept in the cache directory if there is one."""
    return cuda.jit(cache=cache.enabled())(function)
