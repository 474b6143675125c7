"""How the app is built, run and left."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tutor.allocator import settle, share_one_arena
from tutor.console import complain
from tutor.crash import crash_error
from tutor.errors import StoreError
from tutor.progress.rescue import rescue
from tutor.ui.app import TutorApp
from tutor.ui.guard import Guard, stuck_seconds
from tutor.ui.output import watched_output
from tutor.ui.start import Start, build, where_left
from tutor.ui.terminal import require_terminal

READ_WITHIN = 0.05
"""Seconds for which the event loop waits, at most, for another program's lock on the database."""
_PATIENTLY, _SHORTLY = 5.0, 0.5
"""Seconds for which the disk is waited for at the end."""


def run(start: Start = where_left) -> int:
    """Run the app, ``start`` opened first, until the learner leaves; returns the exit status.

    Raises :class:`UsageError` without a terminal, or for something to open that there is not, before the
    screen changes.
    """
    require_terminal()
    share_one_arena()
    services = build()
    kept: Path | None = None
    try:
        app = TutorApp(services, start(services))
        services.store.wait_at_most(READ_WITHIN)  # from here on the event loop reads
        with (
            watched_output() as output,
            Guard(
                app.leave,
                lambda: app.leaving,
                partial(services.close, 0.4),
                lambda: output.waiting,
                stuck_seconds(),
            ) as guard,
        ):
            settle()
            app.run()
            services.writer.flush(0.5)
            kept = app.kept.path if app.kept else None
            if app.would_lose and not app.forsaken:  # nobody could be asked where
                kept = rescue(services.writer, services.now()) or kept
            # what lies in a file, or was given up, need not wait for the disk any more
            saved = services.close(_SHORTLY if kept or app.forsaken else _PATIENTLY) or kept is not None
    finally:
        services.close()
    if kept is not None:
        complain(
            f"your progress could not be saved in its place; it is in {kept}",
            f"later: dltutor progress --import {kept}",
        )
    if app.failure is not None:
        raise crash_error(*app.failure)
    if not saved:
        raise StoreError("not everything could be saved", "dltutor doctor says what is wrong")
    return guard.status
