"""The command line's own input, output and errors, and Ctrl+C, whatever the program was started with."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

from tutor.text import clean, clean_line

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_AGAIN = 0.02
"""Seconds after which a Ctrl+C that was lost is repeated."""


def open_streams() -> None:
    """See that there is an input, an output and a place for errors.

    A file opened later would take the number of a closed stream, and get what is printed to it. Bytes that
    are no text, and letters that the output cannot show, become question marks, not errors.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free, which is this one
            setattr(sys, name, os.fdopen(number, mode, closefd=False))
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def let_go(stream: TextIO) -> None:
    """Give up what ``stream`` did not take: the interpreter would try once more at its end, and complain."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def say(line: str) -> None:
    """Print a line that may hold a file's name or what the environment says: neither steers the terminal."""
    print(clean(line))  # noqa: T201


def complain(message: str, hint: str) -> None:
    """The two lines that every error of the program has."""
    try:
        print(f"error: {clean_line(message)}", file=sys.stderr)  # noqa: T201
        if hint:
            print(f"hint: {clean_line(hint)}", file=sys.stderr)  # noqa: T201
    except OSError:
        let_go(sys.stderr)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl+C interrupt the block wherever it strikes.

    Inside a callback of an import, a garbage collection or the compiler nothing can be raised: Python would
    print a traceback and go on. There it strikes again a moment later.
    """
    before = sys.unraisablehook

    def hook(lost: UnraisableHookArgs) -> None:
        if lost.exc_type is KeyboardInterrupt:
            signal.setitimer(signal.ITIMER_REAL, _AGAIN)
        else:
            before(lost)

    if threading.current_thread() is not threading.main_thread():
        yield  # signals are for the main thread
        return
    alarm = signal.signal(signal.SIGALRM, signal.default_int_handler)
    sys.unraisablehook = hook
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, alarm)
        sys.unraisablehook = before
