"""Cards follow from the log alone, whatever the log holds."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.progress.samples import answered
from tests.quiz.logs import DAY, MAY, Log, random_history, row
from tutor.progress.state import FirstTry
from tutor.progress.store import Store
from tutor.quiz.deck import PIECE, Card, Deck, Stopped
from tutor.quiz.schedule import LONGEST

Cards = dict[tuple[str, str], Card]


def cards(rows: Iterable[FirstTry], now: float = MAY + 9000 * DAY) -> Cards:
    return Deck(Log(rows)).refresh(now)


def check(rows: list[FirstTry], now: float) -> None:
    found = cards(rows, now)
    assert set(found) == {(one.lesson, one.question) for one in rows}, "every question answered has its card"
    for key, card in found.items():
        memory = card.memory
        assert 1 <= round((memory.due - memory.at) / DAY, 6) <= LONGEST
        assert 0 <= memory.at <= now
        assert math.isfinite(memory.stability) and memory.stability > 0
        times = [at for at, _ in card.history]
        assert times == sorted(times) and times[-1] == memory.at
        latest = [one for one in rows if (one.lesson, one.question) == key][-1]
        assert card.sure_and_wrong == (latest.sure and not latest.correct)


def check_many(seeds: Iterable[int]) -> None:
    for seed in seeds:
        rng = random.Random(seed)
        rows = random_history(rng, rng.randrange(1, 25))
        now = rng.choice([rows[-1].at, MAY, 10.0, MAY + 9000 * DAY])
        check(rows, now if math.isfinite(now) and now > 0 else MAY)


def test_random_histories_leave_no_negative_interval_and_no_question_without_a_card() -> None:
    check_many(range(300))


@pytest.mark.slow
def test_ten_thousand_random_histories() -> None:
    check_many(range(10_000))


@pytest.mark.parametrize("seed", range(60))
def test_grown_row_by_row_it_is_the_same_as_rebuilt(seed: int) -> None:
    rng = random.Random(seed)
    rows = random_history(rng, 30)
    log, now = Log(), MAY - 2000 * DAY
    grown = Deck(log)
    while rows:
        for _ in range(rng.randrange(1, 8)):
            log.rows += [rows.pop(0)] if rows else []
        now += 400 * DAY
        assert grown.refresh(now) == Deck(log).refresh(now)


def test_what_was_read_is_not_read_again() -> None:
    class Watched(Log):
        asked: list[int]

        def first_tries(self, after: int, most: int) -> list[FirstTry]:
            self.asked.append(after)
            return super().first_tries(after, most)

    log = Watched([row(1, MAY), row(5, MAY + DAY)])
    log.asked = []
    deck = Deck(log)
    before = deck.refresh(MAY + 2 * DAY)
    log.rows.append(row(6, MAY + 2 * DAY))
    after = deck.refresh(MAY + 3 * DAY)
    assert log.asked == [0, 5]
    [key] = before
    assert len(before[key].history) == 2, "what was handed out does not change"
    assert len(after[key].history) == 3


def test_an_answer_from_a_moment_ahead_is_set_right_when_that_moment_has_come() -> None:
    log = Log([row(1, MAY), row(2, MAY + 3 * DAY)])
    deck = Deck(log)
    [early] = deck.refresh(MAY + DAY).values()
    assert early.memory.at == MAY
    [card] = deck.refresh(MAY + 4 * DAY).values()
    assert card.memory.at == MAY + 3 * DAY
    log.rows.append(row(3, MAY + 20 * DAY))
    assert deck.refresh(MAY + 30 * DAY) == Deck(log).refresh(MAY + 30 * DAY)
    assert deck._straight, "from then on only what is new is read again"


def test_it_can_be_stopped_and_goes_on_later() -> None:
    log = Log(row(n, MAY + n, question=f"question-{n}") for n in range(1, 3 * PIECE))
    deck, asked = Deck(log), iter([False] * 5 + [True])
    with pytest.raises(Stopped):
        deck.refresh(MAY + DAY, lambda: next(asked))
    with pytest.raises(Stopped):
        deck.refresh(MAY + DAY, lambda: True)
    assert deck.refresh(MAY + DAY) == Deck(log).refresh(MAY + DAY)


def test_a_lesson_that_was_reset_is_forgotten() -> None:
    log = Log([row(1, MAY), row(2, MAY, lesson="other")])
    deck = Deck(log)
    assert len(deck.refresh(MAY + DAY)) == 2
    log.rows = [one for one in log.rows if one.lesson == "other"]
    log.rows.append(row(3, MAY + DAY, lesson="third"))
    assert set(deck.refresh(MAY + DAY)) == {("other", "question-0"), ("third", "question-0")}


def test_ten_quizzes_on_one_evening_are_one_review() -> None:
    [once] = cards([row(1, MAY)]).values()
    [often] = cards([row(n, MAY + n * 600) for n in range(1, 11)]).values()
    assert often.memory.stability == once.memory.stability
    [buried] = cards([row(n, MAY + n * 600, correct=False) for n in range(1, 11)]).values()
    [missed] = cards([row(1, MAY, correct=False)]).values()
    assert buried.memory.stability == missed.memory.stability


def test_an_evening_ten_years_ahead_is_put_where_it_belongs() -> None:
    days = [row(n, MAY + n * 7 * DAY) for n in range(1, 9)]
    ahead = [one._replace(at=one.at + 3653 * DAY) if one.id == 4 else one for one in days]
    now = MAY + 60 * DAY
    [card], [right] = cards(ahead, now).values(), cards(days, now).values()
    assert card.memory.at == right.memory.at
    assert card.memory.due == pytest.approx(right.memory.due, abs=60 * DAY)


def test_the_database_is_such_a_log(tmp_path: Path) -> None:
    moments = iter(datetime(2026, 5, 1, tzinfo=UTC) + n * timedelta(days=3) for n in range(9))
    with closing(Store.open(tmp_path / "progress.sqlite3", now=lambda: next(moments))) as store:
        deck = Deck(store)
        assert deck.refresh(MAY) == {}
        store.record_answer(answered(0, correct=False), "quiz")
        store.record_answer(answered(0, first_try=False), "quiz")
        store.record_answer(answered(1, correct=False, sure=False), "review")
        store.record_answer(answered(2, lesson="other"), "lesson")
        found = deck.refresh(MAY + 30 * DAY)
        assert {key: card.sure_and_wrong for key, card in found.items()} == {
            ("xor", "question-0"): True,
            ("xor", "question-1"): False,
            ("other", "question-2"): False,
        }
        assert len(found["xor", "question-0"].history) == 1, "a repeat within the quiz is no review"
        store.reset_lesson("xor")
        assert set(deck.refresh(MAY + 30 * DAY)) == {("other", "question-2")}


def test_no_clock_loses_a_row_of_the_database(tmp_path: Path) -> None:
    rng, years = random.Random(5), [1, 1969, 2026, 2028, 2036, 9999]
    clock = [datetime(rng.choice(years), 2, 28, 23, tzinfo=UTC) for _ in range(120)]
    moments = iter([clock[0], *clock])  # opening the file looks at the clock, too
    with closing(Store.open(tmp_path / "progress.sqlite3", now=lambda: next(moments))) as store:
        for number in range(len(clock)):
            store.record_answer(answered(number % 7, correct=rng.random() < 0.7), "quiz")
        rows = store.first_tries(0, 1000)
        assert [one.at for one in rows] == [moment.timestamp() for moment in clock]
        for year in years:
            now = datetime(year, 12, 31, tzinfo=UTC).timestamp()
            if now > 0:
                check(rows, now)
                assert Deck(store).refresh(now) == cards(rows, now)
