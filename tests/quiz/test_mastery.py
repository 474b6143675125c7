"""Mastery is the mean chance to recall, unseen questions counting as none."""

from __future__ import annotations

import pytest

from tests.progress.samples import lesson
from tests.quiz.logs import DAY, MAY, Log, row
from tutor.quiz.deck import Deck
from tutor.quiz.mastery import POINTS, mastery, over_time, questions_of, topics_of
from tutor.quiz.schedule import retrievability

KEYS = questions_of([lesson(questions=4)])


def test_at_once_everything_answered_is_known_and_the_rest_is_not() -> None:
    cards = Deck(Log([row(1, MAY), row(2, MAY, False, question="question-1")])).refresh(MAY)
    now = mastery(cards, KEYS, MAY)
    assert (now.share, now.answered, now.questions) == (0.5, 2, 4)
    assert mastery(cards, [], MAY).share == 0
    assert mastery({}, KEYS, MAY).share == 0


def test_it_falls_with_the_days_as_the_forgetting_curve_does() -> None:
    cards = Deck(Log([row(1, MAY)])).refresh(MAY)
    [card] = cards.values()
    for days in (0, 1, 7, 400):
        known = retrievability(card.memory.stability, days)
        assert mastery(cards, KEYS[:1], MAY + days * DAY).share == known
    assert retrievability(card.memory.stability, card.memory.stability) == pytest.approx(0.9, abs=0.02)


def test_the_curve_shows_each_moment_as_it_was_then() -> None:
    rows = [row(1, MAY), row(2, MAY + 8 * DAY, False), row(3, MAY + 8 * DAY, question="question-1")]
    now = MAY + 16 * DAY
    curve = over_time(Deck(Log(rows)).refresh(now), KEYS, now)
    assert (curve.x[0], curve.x[-1], len(curve.x)) == (-16, 0, POINTS + 1)
    early = Deck(Log(rows[:1])).refresh(MAY + 4 * DAY)
    assert curve.y[POINTS // 4] == pytest.approx(100 * mastery(early, KEYS, MAY + 4 * DAY).share)
    late = Deck(Log(rows)).refresh(now)
    assert curve.y[-1] == 100 * mastery(late, KEYS, now).share
    assert all(0 <= y <= 100 for y in curve.y)


def test_without_an_answer_there_is_no_curve() -> None:
    assert over_time({}, KEYS, MAY).x == []


def test_a_topic_is_a_page_that_explains_questions() -> None:
    assert topics_of(lesson(pages=3, questions=2)) == {
        "page-0": [("xor", "question-0"), ("xor", "question-1")]
    }
