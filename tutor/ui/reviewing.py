"""What is due, looked up for the screens."""

from __future__ import annotations

import random

from textual.worker import get_current_worker

from tutor.errors import StoreError
from tutor.quiz.deck import Stopped
from tutor.quiz.due import Cards, Due, what_is_due
from tutor.ui.services import Services


def cards_now(services: Services) -> tuple[Cards, float]:
    """The cards, with every answer in them that was given so far, and the time, in seconds since 1970.

    Waits for answers that are still being written, and reads the log: for a worker in a thread, which stops
    when it is cancelled. Raises :class:`StoreError` and :class:`Stopped`.
    """
    worker = get_current_worker()
    services.writer.flush()
    now = services.now().timestamp()  # only now: no answer is from the future then
    return services.deck.refresh(now, lambda: worker.is_cancelled), now


def look_up(services: Services) -> Due | None:
    """What is due now of the lessons that were read; None when the database cannot be read. As above."""
    try:
        cards, now = cards_now(services)
        rng = random.Random(f"{services.seed} {now}")
        return what_is_due(cards, services.store.lessons_read(services.catalog.lessons), now, rng)
    except (StoreError, Stopped):
        return None
