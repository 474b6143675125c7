"""What all readers of data files share: a regular file of bearable size, and one clear line if it is none."""

from __future__ import annotations

import contextlib
import math
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from tutor.engine.checks import path as checked_path
from tutor.engine.checks import whole_number
from tutor.errors import EngineError
from tutor.text import clean_line

MAX_BYTES = 2**30
"""What a file may hold, packed or unpacked, unless the caller says otherwise: 1 GiB."""


def shown(path: Path | str) -> str:
    """A file's name, short and harmless enough for a message."""
    name = clean_line(checked_path(path).name)
    return repr(name if len(name) <= 40 else name[:39] + "…")


@contextlib.contextmanager
def opened(path: Path | str, max_bytes: int) -> Iterator[tuple[BinaryIO, int]]:
    """The file and its size in bytes. EngineError for no file, another kind of file, or one too large."""
    name = shown(path)
    whole_number("max_bytes", max_bytes, least=1)
    try:
        # A pipe would block in open() for ever: O_NONBLOCK lets it pass, and the check below refuses it.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise EngineError(f"{name} is not a regular file", "give the path of a data file")
            if status.st_size == 0:
                raise EngineError(f"the file {name} is empty", "get or save it again")
            check_bytes(name, status.st_size, max_bytes)
            yield file, status.st_size
    except FileNotFoundError:
        raise EngineError(f"there is no file {name}", "give the path of a data file") from None
    except IsADirectoryError:
        raise EngineError(f"{name} is not a regular file", "give the path of a data file") from None
    except (OSError, ValueError) as error:  # ValueError: a null byte in the path
        reason = clean_line(str(getattr(error, "strerror", None) or error))
        raise EngineError(
            f"{name} cannot be read: {reason}", "is it damaged, or without permission?"
        ) from None


def check_bytes(name: str, size: int, max_bytes: int) -> None:
    """Refuse ``size`` bytes if that is more than allowed."""
    if size > max_bytes:
        raise EngineError(
            f"{name} would take {readable(size)}, more than the {readable(max_bytes)} allowed",
            "take a part of the data",
        )


def checked_count(name: str, shape: Sequence[int], item_bytes: int, max_bytes: int) -> int:
    """The number of items of an array that a header promises, if it may be made; before memory is taken."""
    if any(size < 0 for size in shape):
        raise EngineError(f"{name} promises a negative size", "it is damaged, or not what its name says")
    count = math.prod(shape)
    if count == 0:
        raise EngineError(f"there are no examples in {name}", "give at least one")
    check_bytes(name, count * item_bytes, max_bytes)
    return count


def readable(size: int) -> str:
    """A number of bytes for people."""
    if size >= 2**50:
        return "more than 1,000 TiB"
    for unit, name in ((2**40, "TiB"), (2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}" if size < 1000 * unit else f"{size // unit:,} {name}"
    return f"{size} bytes"
