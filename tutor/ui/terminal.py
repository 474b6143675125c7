"""Whether there is a terminal that the app can be shown on."""

from __future__ import annotations

import os
import sys

from tutor import kiosk
from tutor.errors import UsageError

LEAST_COLUMNS, LEAST_ROWS = 60, 16
"""The smallest terminal that shows every screen whole."""

_SIGNS = "─▀⣿→α"
"""Some of what the screens are drawn with."""
_HINT = "without the app there are: dltutor quiz --plain, dltutor lab ID, dltutor progress"
_KIOSK_HINT = "this account runs dltutor alone: log in from a terminal, and name no command"


def require_terminal() -> None:
    """Raise :class:`UsageError` unless input, output and errors go to a terminal that can place text.

    The app reads standard input and draws on standard error, as Textual does; standard output counts
    too, because whoever redirects it wants text.
    """
    instead = _KIOSK_HINT if kiosk.enabled() else _HINT
    streams = (sys.__stdin__, sys.__stdout__, sys.__stderr__)
    if not all(stream is not None and stream.isatty() for stream in streams):
        raise UsageError("the app needs a terminal, and input or output is none", instead)
    if os.environ.get("TERM", "dumb") in ("", "dumb", "unknown"):
        raise UsageError("this terminal (TERM=dumb) cannot place text on the screen", instead)
    encoding = sys.__stderr__.encoding if sys.__stderr__ else "ascii"
    try:
        _SIGNS.encode(encoding)
    except UnicodeEncodeError:
        hint = f"if your terminal shows UTF-8, set LC_ALL=C.UTF-8; {instead}"
        raise UsageError(f"the character set {encoding} has no signs to draw charts with", hint) from None


def has_few_colours() -> bool:
    """Whether the terminal has 16 colours, as Textual sees it when it draws there."""
    from rich.console import Console  # Textual has loaded it when the app is built

    return Console(force_terminal=True).color_system == "standard"
