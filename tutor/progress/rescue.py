"""Saving progress elsewhere when the database takes nothing more: where, and what."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from tutor import kiosk, paths
from tutor.progress.exchange import write_document
from tutor.progress.writer import Writer

_ROOM = 1_000_000


def places(now: datetime) -> Iterator[Path]:
    """Files that may be written, the best first: at home, in the present folder, among temporary files.

    The first that looks so is not sure to take it: a quota shows only when one writes.
    """
    name = f"dltutor-progress-{now:%Y-%m-%d-%H%M%S}.json"
    for folder in _folders():
        with suppress(OSError):
            room = os.statvfs(folder)
            if os.access(folder, os.W_OK | os.X_OK) and room.f_bavail * room.f_frsize > _ROOM:
                yield folder / name


def save_elsewhere(writer: Writer, path: Path) -> int:
    """Write all progress, also what waits to be saved, to a new file; how many damaged rows it lacks.

    Takes as long as the disk does. Raises OSError and :class:`StoreError`.
    """
    with closing(writer.copy_with_waiting()) as together:
        document = together.document()
    write_document(document, path)
    return document.left_out


def rescue(writer: Writer, now: datetime) -> Path | None:
    """Write all progress to the first of :func:`places` that takes it; None if none does."""
    for path in places(now):
        with suppress(OSError):
            save_elsewhere(writer, path)
            return path
    return None


def _folders() -> Iterator[Path]:
    if kiosk.enabled():  # nothing is written elsewhere
        with suppress(FileNotFoundError):
            yield paths.data_dir()
        return
    with suppress(RuntimeError):  # there is no home
        yield Path.home()
    with suppress(FileNotFoundError):  # the present folder was removed
        yield Path.cwd()
    with suppress(FileNotFoundError):
        yield Path(tempfile.gettempdir())
