"""What the commands ask of the terminal they run in. (Not a command itself.)"""

from __future__ import annotations

import io
import os
import sys


def has_screen() -> bool:
    """Whether the app can be drawn: a terminal at both ends that understands more than lines."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def tolerate_any_text() -> None:
    """Bytes that are no text, and letters that the output cannot show, become question marks, not errors."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
