"""What the commands that train have in common: numbers in options, JSON, progress. (Not a command itself.)"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TextIO


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A type for argparse: a whole number from ``low`` to ``high``."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) <= 12 and low <= int(text) <= high):
            raise argparse.ArgumentTypeError(f"must be a whole number from {low} to {high}, not {text!r}")
        return int(text)

    return read


def positive(text: str) -> float:
    """A type for argparse: a number above 0."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"must be a number above 0, not {text!r}")
    return number


def new_file(text: str) -> Path:
    """A type for argparse: a file to be written that is not there yet, in a folder that is."""
    path = Path(text)
    if path.exists() or path.is_symlink():
        raise argparse.ArgumentTypeError(f"there is a file {text} already: name another one, or move it away")
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {path.parent}")
    return path


def to_json(value: object) -> str:
    """``value`` as strict JSON in ASCII: a number that is not finite becomes null."""
    return json.dumps(_finite(value), indent=2, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of columns that begin under each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


class ProgressLine:
    """One line on the terminal that is written over and finally wiped away; nothing where there is none."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._shown = self._stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self._width = 0
        self._next = 0.0

    def show(self, text: str) -> None:
        """Write ``text`` over the line, at most ten times a second."""
        if self._shown and time.monotonic() >= self._next:
            self._next = time.monotonic() + 0.1
            self._write(text)

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown and self._width:
            self._write("")
            self._stream.write("\r")
            self._stream.flush()

    def _write(self, text: str) -> None:
        # Blanks and a carriage return do on every terminal what escape codes do on some.
        self._stream.write("\r" + text.ljust(self._width))
        self._stream.flush()
        self._width = len(text)


def bar(fraction: float, width: int = 30) -> str:
    """A bar of so many characters, of which ``fraction`` is filled."""
    filled = round(width * fraction)
    return "[" + "#" * filled + "." * (width - filled) + "]"
