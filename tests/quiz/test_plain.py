"""The quiz line by line, through real streams of text."""

from __future__ import annotations

import io
import random
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.quiz.samples import (
    Doubles,
    chart,
    gap,
    matching,
    multiple,
    numeric,
    ordering,
    predict,
    questions,
    right_answer,
    single,
    trace,
    truefalse,
)
from tutor.content.questions import Numeric, Option, Predict, Question, SingleChoice, Trace
from tutor.errors import InputError
from tutor.quiz.grading import Answer, Kind
from tutor.quiz.plain import run_plain
from tutor.quiz.session import Answered, QuizSession
from tutor.quiz.typed import read_answer
from tutor.quiz.wrap import WIDTH


def quiz(typed: str, *asked: Question, seed: int = 0) -> tuple[str, list[Answered]]:
    """What is printed, and what is recorded, when ``typed`` comes in."""
    session = QuizSession([("a-lesson", question) for question in asked], random.Random(seed), lambda: 0.0)
    sink, recorded = io.StringIO(), []
    run_plain(session, io.StringIO(typed), sink, recorded.append, Doubles())
    return sink.getvalue(), recorded


@pytest.mark.parametrize(
    ("question", "shown", "line", "answer"),
    [
        (single(), (2, 0, 1, 3), "a\n", 2),
        (single(), (2, 0, 1, 3), " D ", 3),
        (multiple(), (2, 0, 1, 3), "ac", frozenset({2, 1})),
        (multiple(), (2, 0, 1, 3), "c, A", frozenset({2, 1})),
        (truefalse(), (), "t", True),
        (truefalse(), (), "False", False),
        (numeric(unit="%"), (), "50 %", 50.0),
        (ordering(), (2, 0, 1, 3), "bdac", (0, 3, 2, 1)),
        (ordering(), (2, 0, 1, 3), "b > d > a > c", (0, 3, 2, 1)),
        (matching(3, 1), (2, 0, 1, 3), "bda", (0, 3, 2)),
        (gap(), (), "  Back  Propagation \n", "Back Propagation"),
        (gap(), (), "word" * 99, ("word" * 99)[:80]),
    ],
)
def test_answers_are_read(question: Question, shown: tuple[int, ...], line: str, answer: object) -> None:
    assert read_answer(question, shown, line) == answer


@pytest.mark.parametrize(
    ("question", "line", "complaint"),
    [
        (single(), "ab", "one letter is expected"),
        (single(), "e", "none of the letters a-d"),
        (single(), "", "nothing was entered"),
        (multiple(), "aa", "twice"),
        (ordering(), "abc", "all 4 letters"),
        (truefalse(), "maybe", "true or false"),
        (truefalse(), "", "true or false"),
        (numeric(), "1,5", "comma"),
        (matching(3, 1), "ab", "3 letters are expected"),
        (matching(3, 1), "aab", "twice"),
        (matching(3, 1), "abe", "none of the letters a-d"),
        (gap(), " ", "nothing was entered"),
    ],
)
def test_what_is_no_answer_is_refused(question: Question, line: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        read_answer(question, (0, 1, 2, 3), line)


def test_a_right_answer_is_recorded_and_explained() -> None:
    text, recorded = quiz("12\n", numeric())
    assert [answered.correct for answered in recorded] == [True]
    assert "Right.\n- 12 (right): the way\nBecause it is.\n" in text
    assert text.endswith("1 of 1 right at the first try.\n")


def test_hints_are_shown_one_by_one_and_cost() -> None:
    text, recorded = quiz("h\nh\nh\n12\n", numeric(hints=("Look.", "Add.")))
    assert "number: h\nHint 1 of 2: Look.\n" in text
    assert "Hint 2 of 2: Add.\nnumber: h\nThat was the last hint.\n" in text
    assert "Right. It counts 50 %.\n" in text
    assert [(answered.hints, answered.score) for answered in recorded] == [(2, 0.5)]


def test_without_a_hint_h_says_so() -> None:
    text, _ = quiz("h\nt\n", truefalse())
    assert "There is no hint to this question.\n" in text
    assert "Type h" not in quiz("?\n", truefalse())[0]
    assert "Type h for a hint" in " ".join(quiz("?\n", numeric(hints=("Look.",)))[0].split())


def test_a_trace_is_asked_with_its_numbers() -> None:
    drawn = QuizSession([("x", trace())], random.Random(3), lambda: 0.0).drawn
    assert drawn is not None
    text, recorded = quiz(f"{2 * (drawn % 10)}\n", trace(), seed=3)
    assert f"Twice {drawn % 10}?\n\nnumber: " in text
    assert [(answered.given, answered.correct) for answered in recorded] == [
        ((drawn, 2 * (drawn % 10)), True)
    ]


def test_a_question_that_cannot_be_put_is_left_out_by_name_of_the_reason() -> None:
    text, recorded = quiz("t\n", trace("broken"), truefalse())
    assert "A question had to be left out: no numbers were found" in text
    assert text.endswith("1 of 1 right at the first try.\n")
    assert len(recorded) == 1


def test_a_prediction_is_trained_and_then_graded() -> None:
    shown = QuizSession([("x", predict())], random.Random(0), lambda: 0.0).shown_options
    letter = "abc"[shown.index(1)]
    text, recorded = quiz(f"{letter}\n", predict())
    assert "Training, to see what comes true ...\n" in text
    assert "Right.\n- end 1 (right): why end 1\nBecause it is. The run: 91.2 %" in text
    assert [(answered.given, answered.correct) for answered in recorded] == [(1, True)]


def test_a_run_that_fails_leaves_the_question_out() -> None:
    text, recorded = quiz("a\nt\n", predict("broken"), truefalse())
    assert "left out: no run came of it" in text
    assert [answered.question for answered in recorded] == ["truefalse"]


def test_a_chart_is_a_table_of_numbers() -> None:
    drawn = QuizSession([("x", chart())], random.Random(2), lambda: 0.0).drawn
    text, _ = quiz("", chart(), seed=2)
    assert f"A run, in numbers:\n\nloss [{1.0 + drawn}, 0.5, {drawn / 10}]\n\nWhat is so?\n" in text


def test_one_session_of_every_kind_all_answered_right() -> None:
    direct = [single(), multiple(), truefalse(), numeric(), ordering(), matching(), gap()]
    asked = [*direct, trace(), chart(), predict()]
    session, doubles = course(asked), Doubles()
    typed = []
    while not session.finished:
        current = session.current
        if isinstance(current, Trace):
            session.pose(doubles.trace(current, session.drawn or 0))
        elif isinstance(current, Predict):
            session.pose(doubles.run("x", current))
        assert session.posed is not None
        answer = right_answer(session.posed)
        typed.append(as_typed(answer, session.shown_options))
        session.answer(answer)
        session.advance()
    text, recorded = quiz("\n".join(typed) + "\n", *asked)
    assert [answered.correct for answered in recorded] == [True] * len(asked)
    assert {answered.kind for answered in recorded} == set(get_args(Kind))
    assert text.endswith("10 of 10 right at the first try.\n")


def course(asked: list[Question]) -> QuizSession:
    """The same course as in :func:`quiz`."""
    return QuizSession([("a-lesson", question) for question in asked], random.Random(0), lambda: 0.0)


def as_typed(answer: Answer, shown: tuple[int, ...]) -> str:
    """What to type for an answer."""
    if isinstance(answer, bool):
        return "t" if answer else "f"
    if isinstance(answer, frozenset | tuple):
        return "".join("abcdefg"[shown.index(index)] for index in answer)
    return "abcdefg"[shown.index(int(answer))] if shown else str(answer)


def test_pairs_are_listed_by_number_and_letter() -> None:
    text, recorded = quiz("abc\n", matching(3, 1), seed=1)
    assert "  1. left 0\n  2. left 1\n  3. left 2\n\n  a) " in text
    assert "letters for 1 to 3, e.g. bda: abc\n" in text
    assert len(recorded[0].given) == 3


def test_a_missed_question_comes_again_and_only_the_first_try_counts() -> None:
    text, recorded = quiz("f\n12\nt\n", truefalse(), numeric())
    assert [answered.question for answered in recorded] == ["truefalse", "numeric", "truefalse"]
    assert "Once more, 1 of 2 questions to go" in text
    assert "1 of 2 right at the first try." in text


def test_letters_mean_the_options_as_they_stand_on_the_screen() -> None:
    for seed in range(8):
        shown = QuizSession([("x", single())], random.Random(seed), lambda: 0.0).shown_options
        text, recorded = quiz("c\n", single(), seed=seed)
        assert recorded[0].given == shown[2]
        assert f"  c) option {shown[2]}\n" in text


@pytest.mark.parametrize("typed", ["", "q\n", "Q", "?\nnonsense\n"])
def test_leaving_or_the_end_of_input_ends_politely(typed: str) -> None:
    text, recorded = quiz(typed, single())
    assert recorded == []
    assert text.endswith("Nothing was answered.\n")


def test_what_was_answered_before_leaving_is_recorded() -> None:
    text, recorded = quiz("t\nq\n", truefalse(), numeric())
    assert len(recorded) == 1
    assert text.endswith("1 of 1 right at the first try.\n1 question is still open.\n")


def test_invalid_input_says_what_is_expected_and_asks_again() -> None:
    text, recorded = quiz("x\nt\n", truefalse())
    assert "True or false is expected. Type t for true or f for false." in text
    assert text.count("true or false (t/f): ") == 2
    assert len(recorded) == 1


@pytest.mark.parametrize(
    "question", [single(), multiple(), truefalse(), numeric(unit="%"), ordering(), matching(), gap()]
)
def test_a_question_mark_explains_the_input(question: Question) -> None:
    text, recorded = quiz("?\n", question)
    assert "Type q to end the quiz." in " ".join(text.split())
    assert recorded == []


@given(st.lists(questions, min_size=1, max_size=3), st.text(max_size=200), st.integers(0, 99))
def test_nothing_that_is_typed_breaks_it_or_comes_back_raw(
    asked: list[Question], typed: str, seed: int
) -> None:
    text, _ = quiz(typed, *asked, seed=seed)
    assert all(character == "\n" or character.isprintable() for character in text)


def test_lines_fit_and_hostile_text_is_harmless() -> None:
    long = "A very long sentence about gradients and what they do. " * 5
    options = [
        Option(text=long + "\x1b[2J", feedback=long, correct=True),
        Option(text="\x9b31m", feedback="no"),
    ]
    question = SingleChoice(
        id="x", prompt=long + "\x1b]52;c;x\x07", explanation=long, page="p", options=options
    )
    text, _ = quiz("a\nb\na\nb\n", question)
    assert max(map(len, text.splitlines())) <= WIDTH
    assert not set(text) & {"\x1b", "\x9b", "\x07"}


def test_marks_of_code_go_and_formulas_stay() -> None:
    prompt = "With `w1 = 2`, what is 2*1 + 1*0 - x**2 and **not** y**2?"
    question = Numeric(
        id="x",
        prompt=prompt,
        explanation="e",
        page="p",
        answer=1,
        tolerance=0,
        feedback="f",
        unit="",
        slips=[],
    )
    text, _ = quiz("", question)
    assert "With w1 = 2, what is 2*1 + 1*0 - x**2 and not y**2?" in text


def test_a_question_mark_behind_an_answer_says_that_one_is_not_sure() -> None:
    text, recorded = quiz("t ?\n12?\n11\n", truefalse(), numeric(), numeric(id="other"))
    assert [(one.correct, one.sure) for one in recorded] == [(True, False), (True, False), (False, True)]
    assert "Put ? behind it" in text
    assert "You were sure of it: that comes back first." in text
    assert text.count("You knew it, though you were not sure.") == 2
