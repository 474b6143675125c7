"""What the commands ask of the terminal they run in. (Not a command itself.)"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from tutor.errors import UsageError
from tutor.text import clean_line
from tutor.ui.terminal import require_terminal


def has_screen() -> bool:
    """Whether the app would open here; where it would not, text goes line by line."""
    try:
        require_terminal()
    except UsageError:
        return False
    return True


def note(sentences: Iterable[str]) -> None:
    """Say beside the output what the learner should know; empty sentences are passed over."""
    for sentence in filter(None, sentences):
        print(f"note: {clean_line(sentence)}", file=sys.stderr)
