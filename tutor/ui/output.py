"""The app's output, written in small pieces, so that a slow terminal can be told from a stuck one."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_PIECE = 512
"""Bytes of one write: a terminal that takes so many now and then is slow, not stuck."""


class Output(io.FileIO):
    """The file descriptor that is drawn on; knows since when it waits for the terminal."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self._since: float | None = None

    @property
    def waiting(self) -> float:
        """Seconds that the present piece has been waiting; 0 if none is."""
        since = self._since  # the writing thread may come back in between
        return 0.0 if since is None else time.monotonic() - since

    def write(self, data: ReadableBuffer, /) -> int:
        """Write a piece of ``data``; whoever buffers it writes the rest.

        What nobody can see any more is dropped: an error would end the thread that writes, and the event
        loop would wait for it.
        """
        self._since = time.monotonic()
        try:
            return super().write(memoryview(data)[:_PIECE])
        except OSError:  # the guard sees it, too, and leaves
            return memoryview(data).nbytes
        finally:
            self._since = None


@contextmanager
def watched_output() -> Iterator[Output]:
    """Have Textual, which draws on the interpreter's standard error, draw on an :class:`Output` instead."""
    drawn_on = sys.__stderr__
    if drawn_on is None:
        raise RuntimeError("there is no standard error to draw on")
    output = Output(drawn_on.fileno())
    buffered = io.BufferedWriter(output)
    text = io.TextIOWrapper(buffered, drawn_on.encoding, drawn_on.errors)
    sys.__stderr__ = text  # type: ignore[misc]
    try:
        yield output
    finally:
        sys.__stderr__ = drawn_on  # type: ignore[misc]
