"""Every question is asked, the missed ones come again, and only first tries count."""

from __future__ import annotations

import random
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.quiz.samples import (
    RESULT,
    chart,
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
    wrong_answer,
)
from tutor.content.questions import Question
from tutor.quiz.posing import decided
from tutor.quiz.session import Progress, QuizSession, Score


def session(*asked: Question, seed: int = 0) -> QuizSession:
    ticks = count()
    return QuizSession(
        [("a-lesson", question) for question in asked], random.Random(seed), lambda: next(ticks)
    )


def take(quiz: QuizSession, right: bool) -> Question:
    question = quiz.current
    quiz.answer(right_answer(question) if right else wrong_answer(question))
    quiz.advance()
    return question


@given(st.lists(questions, max_size=6), st.lists(st.booleans(), max_size=30), st.integers(0, 99))
def test_a_quiz_asks_everything_and_repeats_exactly_what_was_missed(
    asked: list[Question], luck: list[bool], seed: int
) -> None:
    quiz = session(*asked, seed=seed)
    order, misses, settled_before = [], 0, 0
    outcomes = iter(luck)
    while not quiz.finished:
        right = next(outcomes, True)  # in the end everything is answered right
        misses += not right
        order.append(take(quiz, right))
        assert quiz.progress.done >= settled_before
        settled_before = quiz.progress.done
    assert len(order) == len(asked) + misses
    assert order[: len(asked)] == asked
    first_tries = (luck + [True] * len(asked))[: len(asked)]
    assert quiz.score == Score(sum(first_tries), len(asked))
    assert quiz.progress == Progress(len(asked), len(asked))
    assert [answered.first_try for answered in quiz.answers] == [i < len(asked) for i in range(len(order))]


@given(st.lists(questions, min_size=2, max_size=6), st.integers(0, 99))
def test_missed_questions_come_after_all_others(asked: list[Question], seed: int) -> None:
    quiz = session(*asked, seed=seed)
    assert not quiz.again
    for _ in asked:
        take(quiz, right=False)
    assert quiz.again
    again = [take(quiz, right=True) for _ in asked]
    assert quiz.finished
    assert sorted(map(id, again)) == sorted(map(id, asked))


def test_missed_questions_come_again_in_another_order() -> None:
    def second_round(seed: int) -> tuple[str, ...]:
        quiz = session(*(truefalse(id=name) for name in "abc"), seed=seed)
        for _ in range(3):
            take(quiz, right=False)
        return tuple(take(quiz, right=True).id for _ in range(3))

    assert len({second_round(seed) for seed in range(100)}) == 6


def test_the_same_question_of_two_lessons_counts_twice() -> None:
    quiz = QuizSession([("a", single()), ("b", single())], random.Random(0), lambda: 0.0)
    take(quiz, right=False)
    assert quiz.current_lesson == "b"
    assert not quiz.again
    take(quiz, right=True)
    assert (quiz.current_lesson, quiz.again) == ("a", True)


@given(st.integers(0, 9999), st.integers(2, 5))
def test_an_ordering_never_begins_in_the_right_order(seed: int, items: int) -> None:
    shown = session(ordering(items), seed=seed).shown_options
    assert sorted(shown) == list(range(items))
    assert list(shown) != sorted(shown)


@given(st.integers(0, 9999), st.integers(2, 5), st.integers(0, 2))
def test_right_sides_are_shuffled_extras_among_them(seed: int, pairs: int, extras: int) -> None:
    shown = session(matching(pairs, extras), seed=seed).shown_options
    assert sorted(shown) == list(range(pairs + extras))
    assert list(shown) != sorted(shown)


def test_options_are_shuffled_and_other_kinds_are_not() -> None:
    orders = {session(single(count=4), seed=seed).shown_options for seed in range(200)}
    assert len(orders) == 24
    assert sorted(session(multiple()).shown_options) == [0, 1, 2, 3]
    assert session(numeric()).shown_options == ()
    assert session(truefalse()).shown_options == ()
    assert session(ordering(1)).shown_options == (0,)


def test_the_same_seed_gives_the_same_quiz() -> None:
    def course(seed: int) -> list[tuple[int, ...]]:
        quiz = session(single(), ordering(), multiple(), seed=seed)
        seen = []
        for right in (False, False, False, True, True, True):
            seen.append(quiz.shown_options)
            take(quiz, right)
        return seen

    assert course(1) == course(1)
    assert course(1) != course(2)


def test_seconds_run_from_the_questions_appearance_to_its_answer() -> None:
    clock = iter([100.0, 101.0, 104.5, 200.0, 203.0, 300.0])
    quiz = QuizSession([("a", truefalse()), ("a", numeric())], random.Random(0), lambda: next(clock))
    take(quiz, right=True)
    take(quiz, right=True)
    assert [answered.seconds for answered in quiz.answers] == [3.5, 3.0]
    assert {answered.session for answered in quiz.answers} == {100.0}


def test_a_question_is_answered_once_and_then_left() -> None:
    quiz = session(truefalse())
    with pytest.raises(RuntimeError, match="not been answered"):
        quiz.advance()
    quiz.answer(True)
    with pytest.raises(RuntimeError, match="no open question"):
        quiz.answer(False)
    quiz.advance()
    assert quiz.finished
    with pytest.raises(RuntimeError, match="no open question"):
        quiz.answer(True)


def test_hints_come_one_by_one_and_end_with_the_answer() -> None:
    quiz = session(numeric(hints=("look", "add")), truefalse())
    assert (quiz.hints, quiz.hints_left) == ([], 2)
    assert [quiz.hint(), quiz.hint()] == ["look", "add"]
    with pytest.raises(RuntimeError, match="no hint"):
        quiz.hint()
    assert quiz.answer(12.0).score == 0.5
    assert quiz.answers[0].correct
    assert (quiz.answers[0].hints, quiz.answers[0].score) == (2, 0.5)
    assert quiz.grades == [quiz.grade]
    quiz.advance()
    assert (quiz.hints, quiz.hints_left) == ([], 0)
    assert quiz.answer(True).score == 1


def test_no_hint_after_the_answer() -> None:
    quiz = session(numeric(hints=("look",)))
    quiz.answer(1.0)
    with pytest.raises(RuntimeError, match="no hint"):
        quiz.hint()


def test_a_trace_waits_for_its_numbers_and_its_seed_is_logged() -> None:
    clock = iter([0.0, 1.0, 5.0, 7.5, 9.0])
    quiz = QuizSession([("a", trace())], random.Random(0), lambda: next(clock))
    assert quiz.posed is None
    with pytest.raises(RuntimeError, match="no open question"):
        quiz.answer(3.0)
    quiz.pose(numeric(3, id="trace"))
    assert quiz.answer(3.0).correct
    (answered,) = quiz.answers
    assert (answered.kind, answered.given) == ("trace", (quiz.drawn, 3.0))
    assert answered.seconds == 2.5, "the wait for the numbers does not count"


def test_a_trace_has_other_numbers_at_each_try() -> None:
    quiz = session(trace())
    seeds = []
    for _ in range(5):
        seeds.append(quiz.drawn)
        quiz.pose(numeric(3))
        quiz.answer(4.0)
        quiz.advance()
    assert len(set(seeds)) == 5


def test_a_question_that_cannot_be_put_is_left_out() -> None:
    quiz = session(trace(), truefalse())
    quiz.skip()
    assert quiz.current.id == "truefalse"
    assert quiz.progress == Progress(0, 1)
    take(quiz, right=True)
    assert quiz.finished
    assert (quiz.progress, quiz.score) == (Progress(1, 1), Score(1, 1))


def test_a_prediction_is_graded_only_when_its_run_has_decided() -> None:
    quiz = session(predict())
    assert sorted(quiz.shown_options) == [0, 1, 2]
    with pytest.raises(RuntimeError, match="not decided"):
        quiz.answer(1)
    quiz.pose(decided(predict(), 1, RESULT))
    grade = quiz.answer(1)
    assert grade.correct
    assert grade.explanation == (
        "Because it is. The run: 91.2 % of the held-out examples right, "
        "100.0 % of the training examples right, loss 0.123. The budget was used up."
    )
    assert (quiz.answers[0].kind, quiz.answers[0].given) == ("predict", 1)


def test_a_chart_shows_any_of_its_runs_and_which_one_is_logged() -> None:
    shown = set()
    for seed in range(30):
        quiz = session(chart(), seed=seed)
        assert quiz.drawn is not None
        grade = quiz.answer(quiz.drawn)
        assert grade.correct
        assert grade.remarks[0].text == f"looks like {quiz.drawn}"
        assert quiz.answers[0].given == (quiz.drawn, quiz.drawn)
        shown.add(quiz.drawn)
    assert shown == {0, 1, 2}
    quiz = session(chart())
    assert not quiz.answer((quiz.drawn + 1) % 3).correct


def test_a_quiz_without_questions_is_finished() -> None:
    assert session().finished
    assert session().score == Score(0, 0)


@given(st.integers(0, 99))
def test_what_was_taken_for_certain_and_wrong_comes_back_first(seed: int) -> None:
    asked = [truefalse(id=f"q{i}") for i in range(6)]
    quiz = session(*asked, seed=seed)
    for question in asked:
        quiz.answer(wrong_answer(question), sure=question.id in {"q1", "q4"})
        quiz.advance()
    again = [take(quiz, right=True).id for _ in asked]
    assert set(again[:2]) == {"q1", "q4"}


def test_confidence_and_hints_are_kept_with_the_answer() -> None:
    quiz = session(numeric(hints=("look", "add")), truefalse(id="other"))
    quiz.hint()
    quiz.hint()
    quiz.answer(1.0, sure=False)
    quiz.advance()
    quiz.answer(False)
    assert [(one.sure, one.hints) for one in quiz.answers] == [(False, 2), (True, 0)]
    assert [one.sure_and_wrong for one in quiz.answers] == [False, True]


def test_a_clock_set_back_while_a_question_is_open_gives_no_negative_time() -> None:
    clock = iter([100.0, 100.0, 40.0, 40.0])
    quiz = QuizSession([("a", truefalse())], random.Random(0), lambda: next(clock))
    take(quiz, right=True)
    assert quiz.answers[0].seconds == 0.0


@given(st.integers(0, 60), st.integers(0, 99), st.lists(st.booleans(), max_size=60))
def test_a_quiz_that_was_cut_goes_on_as_if_it_had_not_been(cut: int, seed: int, luck: list[bool]) -> None:
    asked = [truefalse(id=f"q{i}") for i in range(5)]
    whole = session(*asked, seed=seed)
    for right in luck[:cut]:
        if whole.finished:
            break
        take(whole, right)
    rest = session(*asked, seed=seed + 1)
    rest.resume(whole.answers)
    assert (rest.finished, rest.score, rest.progress) == (whole.finished, whole.score, whole.progress)
    assert len(rest.grades) == len(rest.answers)
    if not rest.finished:
        untried = [question.id for question in asked[whole.score.asked :]]
        assert not untried or rest.current.id == untried[0]
        assert rest.again == (not untried)
    while not rest.finished:
        take(rest, right=True)
    assert {one.session for one in rest.answers} == {whole.answers[0].session if whole.answers else 0}
    assert sum(one.first_try for one in rest.answers) == len(asked)


def test_answers_to_questions_that_are_gone_are_not_gone_on_from() -> None:
    whole = session(truefalse(id="old"), truefalse(id="kept"))
    take(whole, right=True)
    rest = session(truefalse(id="kept"), truefalse(id="new"))
    rest.resume(whole.answers)
    assert rest.answers == []
    assert (rest.current.id, rest.score) == ("kept", Score(0, 0))
