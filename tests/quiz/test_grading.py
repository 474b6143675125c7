"""What is right, what it counts, and which feedback the learner sees."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.quiz.samples import (
    multiple,
    numeric,
    ordering,
    questions,
    right_answer,
    single,
    truefalse,
    wrong_answer,
)
from tutor.content.questions import Question, Slip
from tutor.quiz.grading import grade, kind_of


@given(questions)
def test_the_right_answer_is_right_and_counts_in_full(question: Question) -> None:
    result = grade(question, right_answer(question))
    assert result.correct
    assert result.score == 1
    assert {remark.verdict for remark in result.remarks} <= {"right"}
    assert result.explanation == question.explanation


@given(questions)
def test_a_wrong_answer_is_not_right_and_says_what_would_be(question: Question) -> None:
    result = grade(question, wrong_answer(question))
    assert not result.correct
    assert 0 <= result.score < 1
    assert {remark.verdict for remark in result.remarks} & {"wrong", "missed", "misplaced"}


def test_single_choice_explains_the_choice_first_and_then_the_right_one() -> None:
    result = grade(single(right=1), 3)
    assert [(remark.verdict, remark.subject) for remark in result.remarks] == [
        ("wrong", "option 3"),
        ("missed", "option 1"),
    ]
    assert result.feedback[0] == "option 3 (not right): why option 3"


@given(st.lists(st.booleans(), min_size=1, max_size=6), st.data())
def test_multiple_choice_counts_the_options_judged_right(correct: list[bool], data: st.DataObject) -> None:
    chosen = data.draw(st.frozensets(st.integers(0, len(correct) - 1)))
    result = grade(multiple(tuple(correct)), chosen)
    judged_right = sum((i in chosen) == is_right for i, is_right in enumerate(correct))
    assert result.score == pytest.approx(judged_right / len(correct))
    assert result.correct == (judged_right == len(correct))


def test_multiple_choice_says_nothing_of_what_was_rightly_left_out() -> None:
    result = grade(multiple((True, False, True, False)), frozenset({0, 1}))
    assert [(remark.verdict, remark.subject) for remark in result.remarks] == [
        ("wrong", "option 1"),
        ("missed", "option 2"),
        ("right", "option 0"),
    ]


def test_true_or_false_gives_the_feedback_of_each_answer() -> None:
    assert [r.text for r in grade(truefalse(True), True).remarks] == ["on true"]
    assert [r.text for r in grade(truefalse(True), False).remarks] == ["on false", "on true"]


def test_a_slip_is_named_within_the_tolerance_the_nearest_first() -> None:
    slips = (Slip(value=5, feedback="forgot the bias"), Slip(value=5.6, feedback="added it"))
    question = numeric(12, 0.5, slips)
    assert grade(question, 5.0).remarks[0].text == "forgot the bias"
    assert grade(question, 5.4).remarks[0].text == "added it"
    assert grade(question, 6.2).remarks[0].text == "That is too small."
    assert grade(question, 99.0).remarks[0].text == "That is too large."


def test_a_slip_within_the_answers_tolerance_does_not_make_it_wrong() -> None:
    assert grade(numeric(12, 0.5, (Slip(value=12.4, feedback="nearly"),)), 12.4).correct


def test_the_right_number_is_shown_with_its_unit() -> None:
    assert grade(numeric(30, unit="%"), 50.0).remarks[1].subject == "30 %"


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_ordering_counts_pairs_the_right_way_round(count: int) -> None:
    question = ordering(count)
    for order in permutations(range(count)):
        result = grade(question, order)
        inversions = sum(order.index(j) < order.index(i) for i in range(count) for j in range(i + 1, count))
        pairs = count * (count - 1) / 2
        assert result.score == pytest.approx(1 - inversions / pairs if pairs else 1)
        assert result.correct == (inversions == 0)
        assert len(result.remarks) == count


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (single(), True),
        (single(), 1.0),
        (multiple(), 1),
        (truefalse(), 1),
        (numeric(), True),
        (numeric(), (1,)),
        (ordering(), frozenset({0, 1, 2, 3})),
    ],
)
def test_an_answer_of_another_kind_is_a_type_error(question: Question, answer: object) -> None:
    with pytest.raises(TypeError, match=kind_of(question)):
        grade(question, answer)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (single(), 4),
        (single(), -1),
        (multiple(), frozenset({0, 9})),
        (ordering(), (0, 1, 2)),
        (ordering(), (0, 0, 1, 2)),
    ],
)
def test_an_index_beyond_the_options_is_a_value_error(question: Question, answer: object) -> None:
    with pytest.raises(ValueError, match=r"options|items"):
        grade(question, answer)
