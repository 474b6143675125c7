"""Whose turn it is to write: sessions on one database go in the order in which they came.

SQLite's own lock keeps the file whole, but who waits for it asks again and again, ever more seldom, and a
session that writes without a pause lets nobody in. So writers first queue for a lock on the folder, which the
kernel hands on in order. It is for fairness alone: where there is no such lock (NFS), or its owner stands
still, one goes on without it.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

WAIT_SECONDS = 5.0
"""How long to queue at most before trying without a turn: longer than a slow disk takes for some commits."""


class Turns:
    """The queue of those who write to a database in ``folder``; for one thread at a time."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError where the folder cannot be opened."""
        self._descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._guard = threading.Lock()
        self._came: threading.Event | None = None  # there while a thread queues for us
        self._wanted = False

    def close(self) -> None:
        """Leave the queue for good. A second call does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn, have it, and hand it on."""
        mine = self._take()
        try:
            yield
        finally:
            if mine:
                self._hand_on()

    def _take(self) -> bool:
        with self._guard:
            if self._came is None:
                try:
                    fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return True
                except BlockingIOError:
                    self._came = threading.Event()
                    threading.Thread(target=self._queue, name="progress-turn", daemon=True).start()
                except OSError:
                    return False
            came, self._wanted = self._came, True
        came.wait(WAIT_SECONDS)
        with self._guard:
            self._wanted = False
            if came.is_set():
                self._came = None
        return came.is_set()

    def _queue(self) -> None:
        # In a thread of its own: only a lock that is waited for without a limit is handed on in order.
        with suppress(OSError):
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        with self._guard:
            if self._wanted and self._came is not None:
                self._came.set()
            else:  # whoever wanted it has gone on without
                self._came = None
                self._hand_on()

    def _hand_on(self) -> None:
        with suppress(OSError):
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
