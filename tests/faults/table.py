"""What is promised when something goes wrong, and how often it was tried: the rows of ``make faults``.

A module of this package that has faults to inject lists them in ``FAULTS``; nothing else need be registered.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import tests.faults


@dataclass
class Result:
    """How a number of tries went. ``limit`` are the seconds promised for each, None: no time was promised."""

    limit: float | None = None
    seconds: list[float] = field(default_factory=list)
    """The time that each try took in which nothing was broken."""
    broken: list[str] = field(default_factory=list)
    """What was broken in the others."""

    @property
    def tried(self) -> int:
        return len(self.seconds) + len(self.broken)

    @property
    def kept(self) -> int:
        """Tries that kept the promise, and its time too."""
        return sum(self.limit is None or taken <= self.limit for taken in self.seconds)

    @property
    def worst(self) -> float:
        return max(self.seconds, default=0.0)


class Fault(Protocol):
    """One row. ``count`` tries make the row whole, ``short`` of them are enough for a quick look.

    Where ``short`` is 0 the fault takes too long for a quick look.
    """

    @property
    def name(self) -> str: ...

    @property
    def promise(self) -> str: ...

    @property
    def count(self) -> int: ...

    @property
    def short(self) -> int: ...

    @property
    def unable(self) -> Callable[[], str]: ...

    def run(self, count: int) -> Result: ...


@dataclass(frozen=True)
class Injected:
    """A fault that ``attempt`` injects once: given the try's number and an empty folder of its own.

    It returns the seconds that the promise is about, or raises AssertionError where it was broken. It waits
    much longer than ``limit`` before it calls something broken: a busy machine breaks no promise but that of
    the time, which :class:`Result` judges.
    """

    name: str
    promise: str
    count: int
    short: int
    attempt: Callable[[int, Path], float]
    limit: float | None = None
    unable: Callable[[], str] = str
    """Says why it cannot be injected on this machine; "" where it can."""

    def run(self, count: int) -> Result:
        result = Result(self.limit)
        for number in range(count):
            with tempfile.TemporaryDirectory(prefix="dltutor-fault-", ignore_cleanup_errors=True) as folder:
                try:
                    result.seconds.append(self.attempt(number, Path(folder)))
                except AssertionError as error:
                    result.broken.append(f"try {number}: {error}")
        return result


Subject = TypeVar("Subject")


@dataclass(frozen=True)
class Shared(Generic[Subject]):
    """Like :class:`Injected`, for tries that follow each other in one program: what ``begin`` gives.

    After a broken one the next try gets a program of its own.
    """

    name: str
    promise: str
    count: int
    short: int
    begin: Callable[[Path], AbstractContextManager[Subject]]
    attempt: Callable[[int, Subject], float]
    limit: float | None = None
    unable: Callable[[], str] = str

    def run(self, count: int) -> Result:
        result = Result(self.limit)
        while result.tried < count:
            with tempfile.TemporaryDirectory(prefix="dltutor-fault-", ignore_cleanup_errors=True) as folder:
                try:
                    with self.begin(Path(folder)) as subject:
                        while result.tried < count:
                            result.seconds.append(self.attempt(result.tried, subject))
                except AssertionError as error:
                    result.broken.append(f"try {result.tried}: {error}")
        return result


def faults() -> Iterator[Fault]:
    """All faults, by module in the order of their names."""
    for module in sorted(pkgutil.iter_modules(tests.faults.__path__), key=lambda one: one.name):
        if not module.name.startswith(("test_", "__")):
            yield from getattr(importlib.import_module(f"tests.faults.{module.name}"), "FAULTS", ())


def named(fault: Fault, words: str) -> bool:
    """Whether the fault has these words in its name, whole: TERM is none of SIGTERM's."""
    return not words or re.search(rf"(?<!\w){re.escape(words)}(?!\w)", fault.name) is not None


HEAD = (
    "| fault | promise | tried | kept | worst |",
    "|---|---|---:|---:|---:|",
)


def row(fault: Fault, result: Result) -> str:
    """The fault as a row of a Markdown table."""
    worst = f"{result.worst:.2f} s" if result.limit is not None else ""
    return f"| {fault.name} | {fault.promise} | {result.tried:,} | {result.kept:,} | {worst} |"


def stopwatch() -> Callable[[], float]:
    """Gives the seconds since it was made."""
    begun = time.monotonic()
    return lambda: time.monotonic() - begun
