"""What the learner allows training to use (``--max-threads``, ``--max-memory``), and what is polite.

Both travel in the environment, so the training process has them, too.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
from typing import Any, cast

from tutor import machine
from tutor.errors import UsageError

MAX_THREADS = "DLTUTOR_MAX_THREADS"
"""Environment variable: at most so many threads train."""
MAX_MEMORY = "DLTUTOR_MAX_MEMORY"
"""Environment variable: training takes at most so much memory, as in 2G or 500M."""

ALONE = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)
"""Environment of a process that trains: else numpy's libraries start a thread for every core that they see,
whatever was allowed. The lessons' matrices are too small to gain from it; the kernels have their own threads.
"""

LEAST_MEMORY = 400 << 20
"""Bytes: the compiler that makes the training kernels takes 371 MB."""

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


def leave_out_scipy() -> None:
    """Keep numba from loading SciPy's matrix library, before it does; for a process of the program's own.

    No kernel calls that. It is a third of a start, and where memory is limited its loading asks for more
    again and again instead of failing.
    """
    sys.modules.setdefault("scipy", cast(Any, None))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The two options, as the program itself and the commands that train have them."""
    add = parser.add_argument
    add(
        "--max-threads",
        metavar="N",
        default=argparse.SUPPRESS,
        help=f"train in at most N threads (also {MAX_THREADS})",
    )
    add(
        "--max-memory",
        metavar="SIZE",
        default=argparse.SUPPRESS,
        help=f"let training take at most SIZE of memory, as in 2G or 500M (also {MAX_MEMORY})",
    )


def take(args: argparse.Namespace) -> None:
    """Put what was asked for into the environment; UsageError for what is no number or size."""
    for name, variable in (("max_threads", MAX_THREADS), ("max_memory", MAX_MEMORY)):
        if (value := getattr(args, name, None)) is not None:
            os.environ[variable] = value
    max_threads()
    max_memory()


def max_threads() -> int | None:
    """At most so many threads train; None: nothing was said. UsageError for what is no such number."""
    text = os.environ.get(MAX_THREADS, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 6 and int(text)):
        raise UsageError(f"--max-threads must be a whole number of 1 or more, not {text[:40]!r}")
    return int(text)


def max_memory() -> int | None:
    """Training takes at most so many bytes; None: nothing was said. UsageError for what is no such size."""
    text = os.environ.get(MAX_MEMORY, "").strip()
    if not text:
        return None
    match = re.fullmatch(r"(\d{1,15})([KMGT]?)(?:i?B)?", text, re.ASCII | re.IGNORECASE)
    if match is None:
        raise UsageError(f"--max-memory must be a size such as 2G or 500M, not {text[:40]!r}")
    size = int(match[1]) * _UNITS[match[2].upper()]
    if size < LEAST_MEMORY:
        raise UsageError(f"--max-memory must be at least {in_words(LEAST_MEMORY)}, not {text}")
    return size


def in_words(size: int) -> str:
    """A number of bytes as people write it."""
    return f"{round(size / _UNITS['G'], 2):g} GB" if size >= _UNITS["G"] else f"{size / _UNITS['M']:.0f} MB"


def keep() -> None:
    """Hold this process, which is going to train, to what is allowed; on a login node let others go first.

    What counts against the limit is memory that can be written (RLIMIT_DATA), not address space: a GPU's
    libraries reserve more of that than any machine has. Beyond the limit numpy and Python raise MemoryError.
    """
    size = max_memory()
    if size is not None and sys.platform.startswith("linux"):
        import resource

        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        allowed = size if hard == resource.RLIM_INFINITY else min(size, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (allowed, hard))
    if machine.share().shared and hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):
            if os.getpriority(os.PRIO_PROCESS, 0) < machine.NICE:
                os.setpriority(os.PRIO_PROCESS, 0, machine.NICE)


def shortage(what: str, size: int, do: str) -> tuple[str, str] | None:
    """Where ``size`` bytes for ``what`` cannot be had: the sentence that says so, and a hint; else None.

    ``do`` is what can be done about it. What the learner allowed counts here on every system. The lab has two
    lines of 76 columns for all of it.
    """
    memory = machine.memory()
    allowed, left, why, hint = max_memory(), memory.left, memory.why, do
    if allowed is not None and allowed - memory.used <= left:
        left, why, hint = max(0, allowed - memory.used), "", memory_advice(do)
    if size <= left:
        return None
    numbers = f"{in_words(size)} of memory are needed for {what}, {in_words(left)} are left {why}"
    return numbers.rstrip(), hint


def memory_advice(do: str = "take less data or a smaller network") -> str:
    """What to do when training got no more memory: a hint that names the limit, if there is one."""
    size = max_memory()
    return do if size is None else f"{do}, or raise the limit of {in_words(size)} (--max-memory)"
