"""The exam line by line, through streams of text."""

from __future__ import annotations

import io
import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.quiz.samples import numeric, questions, single, truefalse
from tutor.content.questions import Question
from tutor.quiz.exam import Exam
from tutor.quiz.exam_plain import run_exam_plain
from tutor.quiz.session import Answered


def sit(
    typed: str, *asked: Question, minutes: float = 10, tick: float = 0.0
) -> tuple[str, list[Answered], Exam]:
    """What is printed and recorded when ``typed`` comes in; each look at the clock takes ``tick`` seconds."""
    looks = itertools.count()
    questions = [("a-lesson", question) for question in asked]
    exam = Exam(questions, 60 * minutes, random.Random(0), lambda: tick * next(looks))
    sink, recorded = io.StringIO(), []
    run_exam_plain(exam, io.StringIO(typed), sink, recorded.append)
    return sink.getvalue(), recorded, exam


def test_nothing_is_said_about_an_answer() -> None:
    text, recorded, exam = sit("f\n13\n", truefalse(), numeric())
    assert [answered.correct for answered in recorded] == [False, False]
    assert "Question 1 of 2, 10:00 left" in text
    assert text.count("Noted.") == 2
    assert "ight" not in text.replace("What is right is told at the end.", "")
    assert exam.ending == "handed in"


def test_an_empty_line_leaves_out_until_the_end_and_once_only() -> None:
    text, recorded, exam = sit("\nt\n\n", numeric(), truefalse())
    assert [answered.question for answered in recorded] == ["truefalse"]
    assert "1 question is left out. Here they are once more." in text
    assert text.count("Left out.") == 2
    assert exam.ending == "handed in"


def test_what_was_left_out_can_be_answered_in_the_second_round() -> None:
    _, recorded, exam = sit("\nt\n12\n", numeric(), truefalse())
    assert [answered.question for answered in recorded] == ["truefalse", "numeric"]
    assert exam.open_questions == []


@pytest.mark.parametrize("typed", ["q\ny\n", "q\n", "", "?\nnonsense\n"])
def test_leaving_or_the_end_of_input_hands_in(typed: str) -> None:
    text, recorded, exam = sit(typed, truefalse(), numeric())
    assert (recorded, exam.ending) == ([], "handed in")
    assert ("2 questions are not answered yet." in text) == typed.startswith("q")


def test_who_does_not_want_to_leave_after_all_goes_on() -> None:
    _, recorded, _ = sit("q\nn\nt\n12\n", truefalse(), numeric())
    assert len(recorded) == 2


def test_what_was_answered_before_the_end_of_input_is_recorded() -> None:
    _, recorded, exam = sit("t\n", truefalse(), numeric())
    assert len(recorded) == len(exam.answers) == 1


def test_what_comes_after_the_time_does_not_count() -> None:
    text, recorded, exam = sit("t\n" * 50, *[truefalse(id=f"q{n}") for n in range(50)], minutes=1, tick=1.0)
    assert 0 < len(recorded) < 50
    assert len(recorded) == len(exam.answers)
    assert exam.ending == "time up"
    assert "The time is up." in text


def test_a_bad_entry_is_explained_and_asked_again() -> None:
    text, recorded, _ = sit("x\n?\nt\n", truefalse())
    assert "True or false is expected. Type t for true or f for false." in text
    assert "An empty line leaves the question out for now; q ends the exam." in " ".join(text.split())
    assert len(recorded) == 1


@settings(deadline=None)
@given(st.lists(questions, min_size=1, max_size=3), st.text(max_size=200))
def test_nothing_that_is_typed_breaks_it_or_comes_back_raw(asked: list[Question], typed: str) -> None:
    text, recorded, exam = sit(typed, *asked)
    assert all(character == "\n" or character.isprintable() for character in text)
    assert len(recorded) == len(exam.answers)
    assert exam.over


def test_options_stand_in_another_order_for_another_seed() -> None:
    asked = [("x", single())]
    orders = {Exam(asked, 60, random.Random(seed), lambda: 0.0).shown_options for seed in range(20)}
    assert len(orders) > 5
