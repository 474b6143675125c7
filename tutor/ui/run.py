"""How the app is built, run and left."""

from __future__ import annotations

from functools import partial

from tutor.crash import crash_error
from tutor.errors import StoreError
from tutor.ui.app import TutorApp
from tutor.ui.guard import Guard
from tutor.ui.start import Start, build, where_left
from tutor.ui.terminal import require_terminal


def run(start: Start = where_left) -> int:
    """Run the app, ``start`` opened first, until the learner leaves; returns the exit status.

    Raises :class:`UsageError` without a terminal, or for something to open that there is not, before the
    screen changes.
    """
    require_terminal()
    services = build()
    try:
        app = TutorApp(services, start(services))
        with Guard(leave=app.leave, save=partial(services.close, 0.4)) as guard:
            app.run()
            saved = services.close()
    finally:
        services.close()
    if app.failure is not None:
        raise crash_error(*app.failure)
    if not saved:
        raise StoreError("not everything could be saved", "dltutor doctor says what is wrong")
    return guard.status
