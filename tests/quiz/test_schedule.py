"""FSRS as it is published, and the few rules that are put around it."""

from __future__ import annotations

from datetime import UTC, datetime

import fsrs
import pytest

from tests.quiz.logs import DAY, MAY
from tutor.quiz.rating import USUAL_SECONDS, Rating, rate
from tutor.quiz.schedule import LONGEST, Memory, counts, retrievability, review

AGAIN, HARD, GOOD, EASY = Rating


def intervals(ratings: list[Rating], scheduler: fsrs.Scheduler | None = None) -> list[int]:
    """Whole days to the next review after each of ``ratings``, every one given when it was due."""
    memory, at, days = None, MAY, []
    for rating in ratings:
        memory = review(memory, rating, at, scheduler) if scheduler else review(memory, rating, at)
        days.append(int((memory.due - memory.at) // DAY))
        at = memory.due
    return days


def test_the_librarys_published_schedule() -> None:
    # py-fsrs 6.3.2, tests/test_basic.py, test_review_card: learning steps of 1 and 10 minutes, no fuzzing.
    ratings = [GOOD] * 6 + [AGAIN] * 2 + [GOOD] * 5
    published = [0, 2, 11, 46, 163, 498, 0, 0, 2, 4, 7, 12, 21]
    assert intervals(ratings, fsrs.Scheduler(enable_fuzzing=False)) == published


def test_the_librarys_published_memory_state() -> None:
    # py-fsrs 6.3.2, tests/test_basic.py, test_memo_state.
    scheduler = fsrs.Scheduler(enable_fuzzing=False)
    memory, at = None, MAY
    for rating, days in zip([AGAIN, *[GOOD] * 5], [0, 0, 1, 3, 8, 21], strict=True):
        at += days * DAY
        memory = review(memory, rating, at, scheduler)
    assert memory is not None
    assert memory.stability == pytest.approx(53.62691, abs=1e-4)
    assert memory.card.difficulty == pytest.approx(6.3574867, abs=1e-4)


def test_every_step_is_the_librarys_own() -> None:
    """Without the detour over days of our own, by the library alone."""
    scheduler = fsrs.Scheduler(
        learning_steps=(), relearning_steps=(), maximum_interval=LONGEST, enable_fuzzing=False
    )
    card, memory, at = fsrs.Card(card_id=1), None, MAY
    for rating, days in [(GOOD, 0), (GOOD, 3), (EASY, 11), (AGAIN, 200), (HARD, 1), (GOOD, 1), (EASY, 900)]:
        at += days * DAY
        moment = datetime.fromtimestamp(at, UTC)
        card, _ = scheduler.review_card(card, fsrs.Rating(rating), moment)
        memory = review(memory, rating, at)
        assert (memory.stability, memory.due) == (card.stability, card.due.timestamp())
        for later in (0, 1, 30, 4000):
            shown = scheduler.get_card_retrievability(card, datetime.fromtimestamp(at + later * DAY, UTC))
            assert retrievability(memory.stability, later) == shown


def test_a_first_answer_comes_back_after_days_not_minutes() -> None:
    assert [intervals([rating]) for rating in Rating] == [[1], [1], [2], [8]]
    assert max(intervals([EASY] * 30)) == LONGEST


def test_a_day_is_a_day_although_one_came_an_hour_earlier() -> None:
    first = review(None, AGAIN, MAY)
    assert review(first, GOOD, MAY + 23 * 3600).stability == review(first, GOOD, MAY + DAY).stability
    assert review(first, GOOD, MAY + 23 * 3600).due > MAY + 23 * 3600 + DAY / 2


def test_within_one_sitting_only_a_slip_counts() -> None:
    def after(rating: Rating) -> Memory:
        return review(None, rating, MAY)

    assert not counts(after(GOOD), EASY, MAY + 3600)
    assert counts(after(GOOD), AGAIN, MAY + 3600)
    assert not counts(after(AGAIN), AGAIN, MAY + 3600)
    assert not counts(after(AGAIN), GOOD, MAY + 3600)
    assert counts(after(AGAIN), GOOD, MAY + 14 * 3600)


def test_the_last_day_of_february() -> None:
    leap = datetime(2028, 2, 29, 9, tzinfo=UTC).timestamp()
    memory = review(None, EASY, leap)
    assert datetime.fromtimestamp(memory.due, UTC) == datetime(2028, 3, 8, 9, tzinfo=UTC)
    a_year_on = review(memory, GOOD, datetime(2029, 2, 28, 9, tzinfo=UTC).timestamp())
    assert a_year_on.due > a_year_on.at


@pytest.mark.parametrize("at", [0.0, -1e18, 1e18])
def test_no_clock_is_too_wrong(at: float) -> None:
    memory = review(review(None, GOOD, MAY), GOOD, at)
    assert 1 <= (memory.due - memory.at) / DAY <= LONGEST


@pytest.mark.parametrize("kind", [*USUAL_SECONDS, "unheard-of"])
def test_the_rating_follows_from_answer_confidence_hints_and_time(kind: str) -> None:
    usual = USUAL_SECONDS.get(kind, 40.0)

    def rated(correct: bool = True, sure: bool = True, hints: int = 0, seconds: float = usual) -> Rating:
        return rate(kind=kind, correct=correct, sure=sure, hints=hints, seconds=seconds)

    assert rated() is GOOD
    assert rated(seconds=0.4 * usual) is EASY
    assert rated(seconds=3.1 * usual) is HARD
    assert rated(sure=False, seconds=0.4 * usual) is HARD
    assert rated(hints=1, seconds=0.4 * usual) is HARD
    assert {rated(False), rated(False, sure=False), rated(False, seconds=1)} == {AGAIN}
