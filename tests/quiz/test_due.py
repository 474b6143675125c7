"""What is asked first, what is left alone, and how the waiting is told."""

from __future__ import annotations

import random

import pytest

from tests.progress.samples import lesson
from tests.quiz.logs import DAY, MAY, Log, row
from tutor.progress.state import FirstTry
from tutor.quiz.deck import Deck
from tutor.quiz.due import LEAD, Due, due_words, waiting_words, what_is_due

NOW = MAY + 100 * DAY


def due(*rows: FirstTry, now: float = NOW, seed: int = 0) -> Due:
    return what_is_due(Deck(Log(rows)).refresh(now), [lesson()], now, random.Random(seed))


def names(found: Due) -> list[str]:
    return [question.id for _, question in found.questions]


def test_sure_and_wrong_comes_first_then_what_is_most_likely_forgotten() -> None:
    found = due(
        row(1, MAY, question="question-0", seconds=1),  # quick and sure: known for long
        row(2, MAY, question="question-1"),
        row(3, MAY, False, question="question-2", sure=False),
        row(4, NOW - 2 * DAY, False, question="question-3"),
    )
    assert names(found) == ["question-3", "question-2", "question-1", "question-0"]
    assert found.next_at is None


def test_equals_stand_in_another_order_each_time() -> None:
    rows = [row(n + 1, MAY, question=f"question-{n}") for n in range(4)]
    assert len({tuple(names(due(*rows, seed=seed))) for seed in range(200)}) == 24


def test_what_is_not_due_yet_is_told_when() -> None:
    found = due(row(1, NOW, question="question-0"), row(2, NOW, question="question-1", seconds=1))
    assert found.questions == []
    assert found.next_at == NOW + 2 * DAY - LEAD
    assert names(due(row(1, NOW), now=NOW + 2 * DAY - LEAD)) == ["question-0"]


def test_questions_that_are_gone_or_never_answered_are_left_alone() -> None:
    found = due(row(1, MAY, question="of-old"), row(2, MAY, lesson="gone"), row(3, MAY))
    assert names(found) == ["question-0"]
    assert due() == Due([], None)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "1 question due, about 1 minute"),
        (12, "12 questions due, about 4 minutes"),
        (40, "40 questions due, the first 15 take about 5 minutes"),
    ],
)
def test_how_much_is_due_in_words(count: int, words: str) -> None:
    assert due_words(count) == words
    assert due_words(7, 6) == "7 questions due, the first 6 take about 2 minutes"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5, "1 minute"), (2400, "40 minutes"), (6 * 3600, "6 hours"), (DAY, "24 hours"), (3 * DAY, "3 days")],
)
def test_a_wait_in_words(seconds: float, words: str) -> None:
    assert waiting_words(MAY + seconds, MAY).endswith(f"comes up in {words}.")
    assert "once its lesson is read" in waiting_words(None, MAY)
