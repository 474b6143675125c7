"""Runs the program and writes how long its event loop waited for the database at most, in seconds.

As in ``python watched.py FILE ARGUMENTS``. Only calls of the store that the main thread makes are timed, and
only once the first screen stands: what the terminal and other people's load cost is no matter of the disk.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tutor.cli import main
from tutor.progress.store import Store
from tutor.ui.app import TutorApp


def timed(method: Callable[..., Any], waits: list[float]) -> Callable[..., Any]:
    """``method``, with the time it took noted where the event loop waited for it."""

    def run(*arguments: Any, **more: Any) -> Any:
        begun = time.perf_counter()
        try:
            return method(*arguments, **more)
        finally:
            if threading.current_thread() is threading.main_thread() and _app_runs:
                waits.append(time.perf_counter() - begun)

    return run


_app_runs: list[bool] = []


def watch() -> list[float]:
    """Time all reads and writes of the store from now on."""
    waits = [0.0]
    for name in ("_read", "record_answer", "mark_page", "set_place", "set_meta", "write_note"):
        setattr(Store, name, timed(getattr(Store, name), waits))
    mounted = TutorApp.on_mount

    async def on_mount(app: TutorApp) -> None:
        _app_runs.append(True)
        await mounted(app)

    TutorApp.on_mount = on_mount  # type: ignore[method-assign]
    return waits


if __name__ == "__main__":
    told = Path(sys.argv[1])
    waited = watch()
    try:
        status = main(sys.argv[2:])
    finally:
        told.write_text(str(max(waited)))
    sys.exit(status)
