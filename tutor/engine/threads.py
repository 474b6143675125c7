"""How many threads train one network, and the threads that help.

A helper is a daemon thread that sleeps until a launch has work for it. It calls the same compiled function as
the launching thread, which needs no helper to finish (``kernels.cpu.team``): with one thread or with many a
run gives the same bytes.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TypeVar

from tutor import limits, machine
from tutor.engine import checks

VARIABLE = "DLTUTOR_THREADS"
"""Environment variable: how many threads train one network, whatever the machine seems to allow."""

Work = Callable[[int], object]
Result = TypeVar("Result")


class _State(threading.local):
    """Of each thread: whether it must train without help, and in how many at most (0: any number)."""

    alone = False
    most = 0


class _Helpers:
    """The helping threads of this process, and who uses them at present."""

    def __init__(self) -> None:
        self.chosen = 0
        self.forget()

    def forget(self) -> None:
        """Begin with no helpers, as a forked process must: threads are not forked."""
        self.in_use = threading.Lock()
        self.queues: list[SimpleQueue[Work]] = []

    def call(self, count: int, work: Work) -> None:
        """Let so many helpers do ``work(number)``, with numbers from 1 on; does not wait for them."""
        while len(self.queues) < count:
            queue: SimpleQueue[Work] = SimpleQueue()
            number = len(self.queues) + 1
            threading.Thread(
                target=_serve, args=(queue, number), name=f"helper-{number}", daemon=True
            ).start()
            self.queues.append(queue)
        for queue in self.queues[:count]:
            queue.put(work)


class Pace:
    """Whether help pays at present: measured, because the other cores may have other work.

    A chunk of work done with help that took longer than the latest one done alone is followed by some chunks
    alone, by twice as many each time that this happens again. What is computed does not depend on it.
    """

    def __init__(self) -> None:
        self._alone = 0.0
        self._rest = 1
        self._longest = _SHORTEST_REST
        self._helped = 0

    def wants_help(self) -> bool:
        """Whether the next chunk should have help."""
        return self._rest == 0

    def note(self, helped: bool, seconds: float) -> None:
        """Learn how long a unit of work took."""
        if not helped:
            self._alone = seconds
            self._rest = max(self._rest - 1, 0)
        elif seconds > self._alone:
            self._rest = self._longest
            self._longest = min(2 * self._longest, _LONGEST_REST)
        else:
            self._longest = _SHORTEST_REST
            self._helped += 1
            self._rest = int(self._helped % _LONGEST_REST == 0)  # now and then see how it goes alone


_SHORTEST_REST, _LONGEST_REST = 4, 64  # chunks

_state = _State()
_helpers = _Helpers()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_helpers.forget)


def _serve(queue: SimpleQueue[Work], number: int) -> None:
    while True:
        queue.get()(number)


def usable_cores() -> int:
    """Processor cores that this process may use: its share of the machine, and no more than was allowed."""
    return min(machine.share().cores, limits.max_threads() or sys.maxsize)


def set_threads(count: int | None) -> None:
    """Let ``count`` threads train a large network; None: as the variable says, else one for each core."""
    _helpers.chosen = 0 if count is None else checks.whole_number("the number of threads", count, least=1)


def threads() -> int:
    """How many threads train a large network; EngineError if an environment variable is no such number."""
    if _helpers.chosen:
        return _helpers.chosen
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return usable_cores()
    asked = checks.whole_number(VARIABLE, int(text) if text.isdecimal() else text, least=1)
    return min(asked, limits.max_threads() or sys.maxsize)


def stay_alone() -> None:
    """From now on this thread trains without help: the cores have other work."""
    _state.alone = True


@contextmanager
def at_most(count: int) -> Iterator[None]:
    """Meanwhile this thread trains with the help of at most ``count`` - 1 others; 0 limits nothing."""
    before = _state.most
    _state.most = checks.whole_number("the number of threads", count, least=0)
    try:
        yield
    finally:
        _state.most = before


def share(most: int, work: Callable[[int], Result]) -> tuple[Result, bool]:
    """``work(0)``, while at most ``most`` - 1 helpers do ``work(1)`` and so on; and whether there are any.

    Does not wait for the helpers. One launch has them at a time; another that begins meanwhile has none.
    """
    count = min(most, threads(), _state.most or most) - 1
    if _state.alone or count < 1 or not _helpers.in_use.acquire(blocking=False):
        return work(0), False
    try:
        _helpers.call(count, work)
        return work(0), True
    finally:
        _helpers.in_use.release()
