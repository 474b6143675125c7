"""How the kernels are compiled: without the interpreter lock, IEEE arithmetic, the entry points cached on disk."""

from __future__ import annotations

import functools

import numba

from tutor.engine import cache

kernel = functools.partial(numba.njit, nogil=True, error_model="numpy")
"""Decorator of a function that other kernels call."""

entry = functools.partial(kernel, cache=cache.enabled())
"""Decorator of a function that Python calls."""
