"""What becomes of free memory: Python looks for garbage seldom, and glibc keeps pieces for each thread.

Of a session of hours a tenth of the memory was such pieces, and they grew.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc

_M_ARENA_MAX = -8  # malloc.h


def share_one_arena() -> None:
    """Let all threads that begin after this take from, and give back to, the same stock of memory."""
    with contextlib.suppress(AttributeError):  # other C libraries have no such function
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def settle() -> None:
    """Look for no garbage among what is there now: modules, lessons and the like stay to the end."""
    gc.freeze()


def give_back() -> None:
    """Look for garbage, and hand the system the memory that is free."""
    gc.collect()
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
