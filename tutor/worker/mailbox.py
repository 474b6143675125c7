"""A queue between two threads that cannot grow: what is out of date gives way to what is new."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """First in, first out; a new item of a ``replaceable`` type removes the waiting one of its type.

    So a hundred requests for a report are one request, and of a hundred reports the newest is kept.
    Beyond ``limit`` the oldest item goes: by then nobody has read for a very long time.
    """

    def __init__(self, replaceable: tuple[type, ...] = (), limit: int = 1000) -> None:
        self._items: deque[T] = deque(maxlen=limit)
        self._replaceable = replaceable
        self._changed = threading.Condition()
        self._closed = False

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: T) -> None:
        """Add an item; never blocks."""
        with self._changed:
            if isinstance(item, self._replaceable):
                stale = [one for one in self._items if type(one) is type(item)]
                for one in stale:
                    self._items.remove(one)
            self._items.append(item)
            self._changed.notify()

    def take(self, wait: bool = True) -> T | None:
        """The oldest item, waiting for one if need be.

        None if the box is empty and closed, or empty and ``wait`` is False.
        """
        with self._changed:
            while wait and not self._items and not self._closed:
                self._changed.wait()
            return self._items.popleft() if self._items else None

    def drain(self) -> list[T]:
        """Everything that is there now, oldest first; never blocks."""
        with self._changed:
            items = list(self._items)
            self._items.clear()
            return items

    def close(self) -> None:
        """Nothing more will come: a waiting :meth:`take` returns."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
