"""What is right, what it counts, and which feedback the learner sees."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.quiz.samples import (
    gap,
    matching,
    multiple,
    numeric,
    ordering,
    questions,
    right_answer,
    single,
    truefalse,
    wrong_answer,
)
from tutor.content.questions import Question, Slip, WrongWord
from tutor.quiz.grading import grade, kind_of, with_hints


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


@given(questions, st.booleans(), st.integers(0, 9))
def test_hints_lower_the_score_and_right_stays_right(question: Question, right: bool, hints: int) -> None:
    plain = grade(question, right_answer(question) if right else wrong_answer(question))
    helped = with_hints(plain, hints)
    assert (helped.correct, helped.remarks) == (plain.correct, plain.remarks)
    assert helped.score == pytest.approx(plain.score * {0: 1, 1: 0.75, 2: 0.5}.get(hints, 0.25))


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


@given(st.integers(2, 5), st.integers(0, 3), st.data())
def test_matching_counts_the_rows_that_got_their_own(count: int, extras: int, data: st.DataObject) -> None:
    question = matching(count, extras)
    chosen = tuple(data.draw(st.permutations(range(count + extras)))[:count])
    result = grade(question, chosen)
    own = sum(right == place for place, right in enumerate(chosen))
    assert result.score == pytest.approx(own / count)
    assert result.correct == (own == count)
    verdicts = [remark.verdict for remark in result.remarks]
    assert (verdicts.count("right"), verdicts.count("wrong")) == (own, count - own)
    assert verdicts.count("missed") == count - own


def test_a_wrong_pair_says_where_its_right_side_belongs_and_what_is_right() -> None:
    remarks = grade(matching(3, 1), (0, 3, 1)).remarks
    assert [(r.verdict, r.subject, r.text) for r in remarks] == [
        ("wrong", "left 1 → extra 0", "no 0"),
        ("missed", "left 1 → right 1", "why 1"),
        ("wrong", "left 2 → right 1", "That goes with: left 1."),
        ("missed", "left 2 → right 2", "why 2"),
        ("right", "left 0 → right 0", "why 0"),
    ]


WORDS = st.text("abcXYZäß", min_size=1, max_size=6)


@given(st.lists(WORDS, min_size=1, max_size=3), st.sampled_from(["", " ", "-", "  ", " - "]))
def test_a_gap_forgives_case_blanks_and_hyphens(words: list[str], between: str) -> None:
    typed = between.join(word.swapcase() for word in words)
    assert grade(gap((" ".join(words),)), f"  {typed} ").correct


@given(WORDS, WORDS)
def test_another_word_is_not_right(accepted: str, typed: str) -> None:
    result = grade(gap((accepted,)), typed)
    assert result.correct == (accepted.casefold() == typed.casefold())
    assert result.score == result.correct


def test_a_minus_is_no_hyphen() -> None:
    assert not grade(gap(("1",)), "-1").correct
    assert grade(gap(("-1",)), "- 1").correct


def test_a_usual_wrong_word_is_named() -> None:
    question = gap(slips=(WrongWord("Forward pass", "The other way."),))
    assert [(r.verdict, r.subject, r.text) for r in grade(question, "forward-PASS").remarks] == [
        ("wrong", "forward-PASS", "The other way."),
        ("missed", "back-propagation", "the word"),
    ]
    assert grade(question, "adam").remarks[0].text == "That is another word."


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
        (matching(), "abc"),
        (gap(), 1),
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
        (matching(3, 1), (0, 1)),
        (matching(3, 1), (0, 1, 1)),
        (matching(3, 1), (0, 1, 4)),
    ],
)
def test_an_index_beyond_the_options_is_a_value_error(question: Question, answer: object) -> None:
    with pytest.raises(ValueError, match=r"options|items"):
        grade(question, answer)
