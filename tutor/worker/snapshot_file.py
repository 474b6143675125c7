"""The file in which a training process keeps its run, so that the next one goes on from there if it dies.

The training process writes it, the app removes it: nothing large crosses the socket between them. It is not
synced to the disk, since only a process is to be outlived, not the machine.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from pathlib import Path

from tutor import paths

_STALE_SECONDS = 7 * 86_400.0
"""So old are files of apps that were killed, too."""
_MOST_BYTES = 2**25


class SnapshotFile:
    """A file for its owner's eyes, in a directory that is; each call may raise OSError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._unfinished = path.with_suffix(".new")

    @classmethod
    def new(cls) -> SnapshotFile | None:
        """One for this app alone, not there yet; None where there is no home for it."""
        try:
            folder = paths.data_dir() / "training"
        except FileNotFoundError:
            return None
        return cls(folder / f"{os.getpid()}-{secrets.token_hex(4)}.snapshot")

    def write(self, contents: bytes) -> None:
        """Put these contents in the place of the ones before, in one step."""
        paths.private_directory(self.path.parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            with os.fdopen(os.open(self._unfinished, flags, 0o600), "wb") as file:
                file.write(contents)
            self._unfinished.replace(self.path)
        except OSError:
            self._unfinished.unlink(missing_ok=True)  # of a disk that is full
            raise

    def read(self) -> bytes:
        """What is in it, at most 32 MiB; FileNotFoundError if nothing was ever kept."""
        with os.fdopen(os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            return file.read(_MOST_BYTES)

    def remove(self) -> None:
        """Forget the run; nothing to be said where that fails or there is none."""
        for path in (self.path, self._unfinished):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def remove_stale(self) -> None:
        """Remove what apps left here that were killed long ago."""
        with contextlib.suppress(OSError):
            for path in self.path.parent.glob("*-*.*"):
                if time.time() - path.lstat().st_mtime > _STALE_SECONDS:
                    path.unlink(missing_ok=True)
