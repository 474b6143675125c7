"""When a question comes up again: FSRS, with no clock and no random numbers of its own.

FSRS (Free Spaced Repetition Scheduler, https://github.com/open-spaced-repetition/py-fsrs) models what is
known by a stability S, the days after which the chance to recall falls to 90 %, and a difficulty. A review
that succeeds lengthens S, the more so the closer the question was to being forgotten.

All times here are seconds since 1970, UTC. The library is given only how many days went by since the last
review, counted from a date of its own: so no clock, however wrong, takes its dates out of range.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import fsrs

from tutor.quiz.rating import Rating

DAY = 86_400.0

SITTING = DAY / 2
"""Reviews nearer together than this are one sitting: they cannot show what is kept from day to day."""

LONGEST = 365
"""Days after which a question comes up again at the latest."""

SCHEDULER = fsrs.Scheduler(
    learning_steps=(),  # missed questions come again within the quiz itself
    relearning_steps=(),
    maximum_interval=LONGEST,
    enable_fuzzing=False,  # it draws from the global random: one log would give many schedules
)

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MOST_DAYS = 36_500


@dataclass(frozen=True)
class Memory:
    """How well one question is known: ``at`` its last review that counted, ``due`` at the next one."""

    at: float
    due: float
    rating: Rating
    card: fsrs.Card
    """The library's card; its last review lies at the library's date 0."""

    @property
    def stability(self) -> float:
        """Days after which the chance to recall has fallen to 90 %."""
        return self.card.stability or 0.0


def review(memory: Memory | None, rating: Rating, at: float, scheduler: fsrs.Scheduler = SCHEDULER) -> Memory:
    """What a review at ``at`` makes of ``memory`` (None: the first one). The interval to ``due`` is > 0.

    Whole days count, rounded: who reviews at nine one day and at eight the next has let a day go by.
    """
    card = fsrs.Card(card_id=0, due=_EPOCH) if memory is None else memory.card
    days = 0 if memory is None else round(_days(at - memory.at))
    after, _ = scheduler.review_card(card, fsrs.Rating(rating), _EPOCH + timedelta(days=days))
    assert after.last_review is not None
    interval = after.due - after.last_review
    after.last_review, after.due = _EPOCH, _EPOCH + interval
    return Memory(at, at + interval.total_seconds(), rating, after)


def counts(memory: Memory, rating: Rating, at: float) -> bool:
    """Whether a review at ``at`` says anything new about what is kept from day to day.

    Within one sitting only the first does, and a wrong answer after a right one: ten repeats on an
    evening neither push a question months away nor bury it.
    """
    if at - memory.at >= SITTING:
        return True
    return rating is Rating.AGAIN and memory.rating is not Rating.AGAIN


def retrievability(stability: float, days: float) -> float:
    """The chance, 0 to 1, to recall a question ``days`` after its last review: FSRS's forgetting curve."""
    card = fsrs.Card(card_id=0, stability=stability, due=_EPOCH, last_review=_EPOCH)
    return SCHEDULER.get_card_retrievability(card, _EPOCH + timedelta(days=_days(days * DAY)))


def _days(seconds: float) -> float:
    return min(max(seconds / DAY, 0.0), _MOST_DAYS)
