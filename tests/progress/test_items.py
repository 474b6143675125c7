"""Item statistics: counts, choices, times, and how a question tells good learners from weak ones."""

from __future__ import annotations

import json
import math
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from tests.progress.samples import answered
from tests.ui.pack import (
    GAP,
    MATCHING,
    MULTIPLE,
    NUMERIC,
    ORDERING,
    PREDICT,
    QUESTIONS,
    SINGLE,
    TRACE,
    lesson,
)
from tutor.errors import InputError
from tutor.progress.choices import chosen_in
from tutor.progress.items import MIN_LEARNERS, Item, discrimination, items
from tutor.progress.log import LoggedAnswer, read_log
from tutor.progress.store import Store


def row(
    question: str,
    given: object = True,
    *,
    correct: bool = True,
    kind: str = "single",
    seconds: float = 5.0,
    first_try: bool = True,
) -> LoggedAnswer:
    return LoggedAnswer("perceptron", question, kind, given, correct, float(correct), seconds, first_try)


LESSONS = [lesson(1, "perceptron", "The perceptron", [*QUESTIONS, MATCHING, GAP, TRACE, PREDICT])]


def only(*log: LoggedAnswer) -> Item:
    (item,) = items([log], LESSONS)
    return item


def told(item: Item) -> list[tuple[str, bool, int]]:
    return [(choice.text, choice.right, choice.count) for choice in item.choices]


def test_only_first_tries_count_and_every_option_is_listed() -> None:
    item = only(
        row(SINGLE.id, 1, correct=False, seconds=10),
        row(SINGLE.id, 0, first_try=False, seconds=99),
        row(SINGLE.id, 0, seconds=20),
        row(SINGLE.id, 1, correct=False, seconds=40),
    )
    assert (item.asked, item.right, item.learners, item.median_seconds) == (3, 1, 1, 20)
    assert item.right_share == pytest.approx(1 / 3)
    assert told(item) == [("AND", True, 1), ("OR", False, 2), ("NAND", False, 0)]
    assert item.distractor is not None
    assert item.distractor.text == "OR"
    assert (item.prompt, item.page) == (SINGLE.prompt, SINGLE.page)


def test_each_mark_of_a_multiple_choice_counts() -> None:
    item = only(
        row(MULTIPLE.id, [0, 1], kind="multiple"),
        row(MULTIPLE.id, [1, 2], correct=False, kind="multiple"),
    )
    assert told(item) == [("AND", True, 1), ("OR", True, 2), ("XOR", False, 1)]


def test_truths_numbers_and_orders_are_told_in_words() -> None:
    truth = only(row("always", False, kind="truefalse"))
    assert told(truth) == [("true", False, 0), ("false", True, 1)]
    numbers = [row(NUMERIC.id, value, correct=value == -1, kind="numeric") for value in (2.0, -1, 2.0, 0.5)]
    assert told(only(*numbers)) == [("2", False, 2), ("-1", True, 1), ("0.5", False, 1)]
    assert only(*numbers).distractor == items([numbers], LESSONS)[0].choices[0]
    orders = only(row(ORDERING.id, [1, 0, 2], correct=False, kind="ordering"))
    assert told(orders) == [("2 1 3", False, 1)]
    assert orders.kind == "ordering"


def test_pairs_and_words_are_told_as_they_were_given() -> None:
    pairs = only(row(MATCHING.id, [0, 2, 1], correct=False, kind="matching"))
    lefts, rights = [pair.left for pair in MATCHING.pairs], MATCHING.rights
    right = [
        (f"{left} → {own}", True, int(n == 0))
        for n, (left, own) in enumerate(zip(lefts, rights, strict=False))
    ]
    wrong = [(f"{lefts[n]} → {rights[3 - n]}", False, 1) for n in (1, 2)]
    assert told(pairs) == [*right, *wrong]
    words = [row(GAP.id, word, correct=False, kind="gap") for word in ("bias", "rule", "bias")]
    assert told(only(*words)) == [("bias", False, 2), ("rule", False, 1)]


def test_a_prediction_is_told_by_its_option_and_right_as_the_run_said() -> None:
    first, second = (option.text for option in PREDICT.options[:2])
    log = [row(PREDICT.id, place, correct=place == 1, kind="predict") for place in (0, 1, 1)]
    assert told(only(*log)) == [(second, True, 2), (first, False, 1)]


def test_of_a_trace_no_numbers_are_told() -> None:
    item = only(row(TRACE.id, [1234, 0.5], correct=False, kind="trace"))
    assert (item.asked, item.right, item.choices, item.distractor) == (1, 0, (), None)


def test_answers_that_no_longer_fit_the_question_are_kept_as_they_were() -> None:
    item = only(row(SINGLE.id, 7, correct=False), row(SINGLE.id, "AND", correct=False))
    assert told(item)[3:] == [("7", False, 1), ("AND", False, 1)]
    gone = only(row("gone", {"a": 1}, kind="essay"))
    assert (gone.prompt, gone.page, told(gone)) == ("", "", [('{"a": 1}', True, 1)])


def test_items_come_in_the_order_of_the_lessons() -> None:
    log = [row("gone"), row(NUMERIC.id, 1.0, kind="numeric"), row(SINGLE.id, 0)]
    assert [item.question for item in items([log], LESSONS)] == [SINGLE.id, NUMERIC.id, "gone"]


def test_discrimination_is_the_correlation_with_the_other_questions() -> None:
    a, b, c = ("x", "a"), ("x", "b"), ("x", "c")
    scores = [{a: 1.0, b: 1.0, c: 1.0}, {a: 1.0, b: 1.0, c: 0.5}, {a: 1.0, b: 0.0, c: 1.0}]
    scores += [{a: 0.0, b: 0.0, c: 0.5}, {a: 0.0, b: 0.0, c: 0.0}]
    # By hand: a = 1 1 1 0 0, rest = 1, 0.75, 0.5, 0.25, 0; means 0.6 and 0.5.
    expected = 0.75 / math.sqrt(1.2 * 0.625)
    assert discrimination(a, scores) == pytest.approx(expected)
    assert discrimination(a, scores[1:]) is None
    assert len(scores) == MIN_LEARNERS
    assert discrimination(a, [{**score, a: 1.0} for score in scores]) is None
    assert discrimination(("x", "d"), scores) is None


def test_a_learner_counts_by_the_first_answer() -> None:
    def log(*answers: tuple[str, bool]) -> list[LoggedAnswer]:
        return [row(question, correct=correct) for question, correct in answers]

    good, weak = [("p", True), ("q", True)], [("p", False), ("q", False)]
    logs = [log(*good), log(*good), log(*good), log(*weak), log(*weak, ("p", True), ("p", True))]
    by_name = {item.question: item for item in items(logs, LESSONS)}
    assert by_name["p"].discrimination == pytest.approx(1.0)
    assert (by_name["p"].learners, by_name["p"].asked, by_name["p"].right) == (5, 7, 5)


def test_a_log_that_somebody_handed_in_steers_no_terminal(tmp_path: Path) -> None:
    path = tmp_path / "learner.sqlite3"
    with closing(Store.open(path)) as store:
        store.record_answer(answered(), "plain")
    with closing(sqlite3.connect(path)) as other, other:
        other.execute(
            "UPDATE answer SET lesson = ?, given = ?", ("a\x1b[2J\u202e", json.dumps("b\x1b]0;c\x07"))
        )
    [row] = read_log(path)
    assert row.lesson == "a[2J"
    assert [chosen.text for chosen in chosen_in(None, row)] == ["b]0;c"]


def test_a_log_is_read_without_touching_the_file(tmp_path: Path) -> None:
    path = tmp_path / "learner.sqlite3"
    with closing(Store.open(path)) as store:
        store.record_answer(answered(correct=False, given=frozenset({2, 0})), "plain")
        store.record_answer(answered(given=(1, 0), first_try=False), "plain")
    before = path.read_bytes()
    path.chmod(stat.S_IRUSR)
    first, second = read_log(path)
    assert (first.given, first.correct, first.first_try, first.seconds) == ([0, 2], False, True, 2.5)
    assert (second.given, second.correct, second.first_try) == ([1, 0], True, False)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["learner.sqlite3"]


def _other(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE thing (x)")


def _newer(path: Path) -> None:
    with closing(Store.open(path)), closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 999")


def _nonsense(path: Path) -> None:
    with closing(Store.open(path)) as store, closing(sqlite3.connect(path)) as connection:
        store.record_answer(answered(), "plain")
        connection.execute("UPDATE answer SET given = 'no json'")
        connection.commit()


def _wrong_type(path: Path) -> None:
    with closing(Store.open(path)) as store, closing(sqlite3.connect(path)) as connection:
        store.record_answer(answered(), "plain")
        connection.execute("UPDATE answer SET seconds = 'soon'")
        connection.commit()


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda path: None, "there is no such file"),
        (
            lambda path: path.write_text("not a database, but long enough to be looked at " * 50),
            "it is damaged",
        ),
        (lambda path: path.mkdir(), "it is a folder"),
        (_other, "it holds no log of answers"),
        (_newer, "written by a newer dltutor"),
        (_nonsense, "its log of answers is damaged"),
        (_wrong_type, "its log of answers is damaged"),
    ],
)
def test_a_bad_file_is_one_clear_line(make: object, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "learner.sqlite3"
    make(path)  # type: ignore[operator]
    with pytest.raises(InputError, match=complaint) as error:
        read_log(path)
    assert str(path) in error.value.message
    assert error.value.hint
