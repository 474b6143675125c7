"""Reading a pack's files: small, regular, UTF-8, and really inside the pack's folder."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from tutor.content.fault import Fault, PackError

MAX_BYTES = 1 << 18
"""The largest file of the bundled lessons has a sixth of that; TOML of a megabyte takes seconds to read."""


def read_text(root: Path, name: str, most: int = MAX_BYTES) -> str:
    """Return the text of the file ``name`` of the pack at ``root``, without BOM, lines ending in ``\\n``.

    Raises :class:`PackError` if the file is missing, no regular file, larger than ``most`` bytes, not
    UTF-8, or a link that leads out of the pack.
    """
    try:
        place = (root / name).resolve()
        problem = _refusal(root, place)
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, no permission, a name with NUL
        problem = f"cannot be read: {error}"
    if problem:
        raise PackError(root, [Fault(name, 1, "", problem)])
    try:
        with open(place, "rb", opener=_open_regular) as file:
            raw = file.read(most + 1)
    except OSError as error:
        raise PackError(root, [Fault(name, 1, "", f"cannot be read: {error.strerror}")]) from None
    if len(raw) > most:
        raise PackError(root, [Fault(name, 1, "", f"larger than {most // 1024} KiB")])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise PackError(root, [Fault(name, line, "", "not UTF-8: save the file in that encoding")]) from None
    return text.replace("\r\n", "\n")


def _open_regular(path: str, flags: int) -> int:
    """Since it was looked at, it may have been exchanged for a link, or for a pipe that nobody writes to."""
    descriptor = os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file any more")
    return descriptor


def _refusal(root: Path, place: Path) -> str:
    if not place.is_relative_to(root.resolve()):
        return "a link that leads out of the pack's folder"
    if not place.exists():
        return "missing"
    # A pipe or a device would be waited for without end.
    return "" if place.is_file() else "not a regular file"
