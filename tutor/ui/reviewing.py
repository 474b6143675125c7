"""What is due, looked up for the screens."""

from __future__ import annotations

import random

from tutor.errors import StoreError
from tutor.quiz.due import Due, what_is_due
from tutor.ui.services import Services


def look_up(services: Services) -> Due | None:
    """What is due now of the lessons that were read; None when the database cannot be read.

    Waits for answers that are still being written, and reads the log: not for the event loop.
    """
    services.writer.flush()
    now = services.now().timestamp()
    rng = random.Random(f"{services.seed} {now}")
    try:
        read = services.store.lessons_read(services.catalog.lessons)
        return what_is_due(services.deck.refresh(now), read, now, rng)
    except StoreError:
        return None
