"""The ends of a session that nobody chose: a signal, a connection that breaks, a terminal that is stuck.

Textual handles none of them: unhandled, a signal leaves the terminal in the alternate screen, and a
process whose terminal is gone reads end-of-file for ever at full speed. An end that the learner chose is
watched, too: none may last for ever.
"""

from __future__ import annotations

import math
import os
import select
import signal
import sys
import termios
import threading
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Self

GRACE = 1.0
"""Seconds that an orderly exit may take before the process is ended from here."""
PATIENCE = 10.0
"""The same where the learner chose to leave: a slow disk is waited for."""
LOOK_EVERY = 0.2
STUCK = "DLTUTOR_STUCK_SECONDS"
"""Environment variable: so long may the terminal take nothing before the app is left."""
_STUCK_SECONDS = 600.0
"""Ctrl+s stops a terminal, too, and a break may be long."""

_RESET = b"\x1b[?1049l\x1b[?25h\x1b[?1000;1002;1003;1006;1015;2004;1004l\x1b[<u\x1b[0m\r\n"
"""Leave the alternate screen, show the cursor, switch mouse, paste, focus and key reports off."""


def stuck_seconds() -> float:
    """How long a terminal may take nothing: what the environment says, if it is a positive number."""
    try:
        asked = float(os.environ.get(STUCK, ""))
    except ValueError:
        return _STUCK_SECONDS
    return asked if asked > 0 else _STUCK_SECONDS


class Guard:
    """Watches over one run of the app, as a context manager.

    ``leave`` asks the app to exit; it is called from the main thread or the watcher's and must not block.
    ``leaving`` says whether it exits already. ``save`` writes what is unsaved and ends the training process,
    within about half a second; it is called only when the app did not exit by itself in time. ``status`` is
    the exit status of an end that nobody chose, else 0. A terminal that has kept output ``waiting()`` for
    more than ``stuck_seconds`` counts as lost.
    """

    def __init__(
        self,
        leave: Callable[[], None],
        leaving: Callable[[], bool],
        save: Callable[[], object],
        waiting: Callable[[], float],
        stuck_seconds: float,
    ) -> None:
        self.status = 0
        self._leave = leave
        self._leaving = leaving
        self._save = save
        self._deadline = math.inf
        self._ending = False
        self._waiting = waiting
        self._stuck_seconds = stuck_seconds
        self._over = threading.Event()
        self._input = sys.__stdin__.fileno() if sys.__stdin__ else 0
        self._before = termios.tcgetattr(self._input)
        self._handlers: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup means it
                self._handlers[number] = signal.signal(number, self._on_signal)
        threading.Thread(target=self._watch, name="terminal-watch", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._ending:
            time.sleep(2 * GRACE)  # the process is ended from the other thread, with what was saved there
        self._end_at_last(GRACE if self.status else PATIENCE)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        # Not the event loop's own kind of handler: this one runs even while the loop waits on the terminal.
        self._begin_to_leave(128 + number)

    def _begin_to_leave(self, status: int) -> None:
        if not self.status:
            self.status = status
            self._deadline = time.monotonic() + GRACE
            self._leave()

    def _watch(self) -> None:
        poller = select.poll()
        poller.register(self._input, 0)  # hang-up and error are reported unasked
        while not self._over.is_set():
            if time.monotonic() > self._deadline:
                self._end()
            elif self.status:
                self._over.wait(0.05)
            elif poller.poll(LOOK_EVERY * 1000) or self._waiting() > self._stuck_seconds:
                self._begin_to_leave(128 + signal.SIGHUP)
            elif self._deadline == math.inf and self._leaving():
                self._deadline = time.monotonic() + PATIENCE

    def _end_at_last(self, seconds: float) -> None:
        """End it in any case: the interpreter waits for every thread, and one of them may be stuck."""
        last = threading.Timer(seconds, os._exit, (self.status or 1,))
        last.daemon = True
        last.start()

    def _end(self) -> None:
        """End the process although the event loop is stuck."""
        self._ending = True
        self._end_at_last(GRACE)
        self._save()
        try:
            os.set_blocking(self._input, False)
            termios.tcsetattr(self._input, termios.TCSANOW, self._before)
            os.write(self._input, _RESET)
        except OSError:
            pass  # the terminal is gone: there is nothing left to restore
        except termios.error:
            pass
        os._exit(self.status or 1)
