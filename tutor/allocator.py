"""What the C library does with memory that is free: glibc keeps it in pieces, for each thread its own.

Of a session of hours a tenth of the memory was such pieces, and they grew.
"""

from __future__ import annotations

import contextlib
import ctypes

_M_ARENA_MAX = -8  # malloc.h


def share_one_arena() -> None:
    """Let all threads that begin after this take from, and give back to, the same stock of memory."""
    with contextlib.suppress(AttributeError):  # other C libraries have no such function
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Hand the system the memory that is free."""
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
