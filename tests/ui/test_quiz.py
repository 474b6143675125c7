"""The quiz by keyboard: each kind of question, missed ones again, the summary, and what is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from msgspec.structs import replace as changed
from msgspec.structs import replace as replace_struct
from textual.pilot import Pilot

from tests.ui.conftest import shown
from tests.ui.core import CoreWorker
from tests.ui.lab_fakes import experiment as lab_experiment
from tests.ui.pack import (
    CHART,
    GAP,
    MATCHING,
    MULTIPLE,
    NUMERIC,
    ORDERING,
    PACK,
    PREDICT,
    SINGLE,
    TRACE,
    TRUEFALSE,
    lesson,
)
from tests.ui.seen import settle
from tutor.content.catalog import Catalog
from tutor.content.model import DataSpec, TrainingSpec
from tutor.content.pack import Pack
from tutor.content.questions import Question
from tutor.progress.store import Store, utc_now
from tutor.ui.app import TutorApp
from tutor.ui.lab.view import LabView
from tutor.ui.messages import OpenLesson, OpenQuiz
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.quiz import QuizScreen
from tutor.ui.services import Services
from tutor.ui.widgets.page import ReadView
from tutor.ui.widgets.quiz import QuizView


def asking(services: Services, *questions: Question) -> TutorApp:
    """The app, in the quiz of a lesson with just these questions."""
    pack = Pack("tests", "Tests", [lesson(1, "perceptron", "The perceptron", list(questions))])
    return TutorApp(replace(services, catalog=Catalog(pack)), OpenLesson("perceptron", "quiz"))


def letters(app: TutorApp, wanted: Sequence[int]) -> list[str]:
    """The keys of these options (indices in the file), as they stand on the screen."""
    order = app.screen.query_one(QuizView).session.shown_options
    return ["abcdefgh"[order.index(index)] for index in wanted]


async def test_single_choice_right(services: Services, store: Store) -> None:
    async with (app := asking(services, SINGLE)).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "[not markup] [/]" in shown(app)
        await pilot.press(*letters(app, [0]))
        await pilot.pause()
        text = shown(app)
        assert "✓ Right" in text
        assert "Your answer. Both inputs are needed." in text
        assert "Why: Only 1 + 1" in text
        await pilot.press("enter")
        await pilot.pause()
        assert "1 of 1 right at the first try." in shown(app)
    services.writer.flush()
    assert store.summary().answers == 1


async def test_a_missed_question_comes_again_and_stands_in_the_summary(
    services: Services, store: Store
) -> None:
    async with (app := asking(services, SINGLE)).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press(*letters(app, [1]))
        await pilot.pause()
        text = shown(app)
        assert "✗ Not right" in text
        assert "Your answer, not right. One input gives -0.5" in text
        assert "The answer. Both inputs" in text
        await pilot.press("enter")
        await pilot.pause()
        assert "↻ Again" in shown(app)
        await pilot.press(*letters(app, [0]))
        await pilot.press("enter")
        await pilot.pause()
        text = shown(app)
        assert "0 of 1 right at the first try." in text
        assert "✗ OR (not right): One input gives -0.5" in text, "what was chosen, and why it is not right"
        assert "→ The second page" in text
        await pilot.press("1")
        await pilot.pause()
        assert app.screen.query_one(ReadView).sheet.id == "second"
        await pilot.press("q", "enter")
        await pilot.pause()
        assert "Question 1 of 1" in shown(app), "enter begins anew"
    services.writer.flush()
    assert (store.summary().answers, store.summary().answers_right) == (2, 1)


async def test_arrows_and_enter_answer_too(services: Services) -> None:
    async with (app := asking(services, TRUEFALSE)).run_test() as pilot:
        await pilot.press("down", "enter")
        await pilot.pause()
        assert "✓ Right" in shown(app)
        assert "It goes round for ever on XOR." in shown(app)


async def test_multiple_choice_needs_all_and_no_other(services: Services) -> None:
    async with (app := asking(services, MULTIPLE)).run_test() as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert "Nothing is marked yet" in shown(app)
        await pilot.press(*letters(app, [0, 1, 2]))
        await pilot.press(*letters(app, [2]))  # taken back
        await pilot.press("enter")
        await pilot.pause()
        assert "✓ Right" in shown(app)


async def test_space_marks_at_the_cursor(services: Services) -> None:
    async with (app := asking(services, MULTIPLE)).run_test() as pilot:
        await pilot.press("space", "down", "space", "down", "space", "enter")
        await pilot.pause()
        text = shown(app)
        assert "✗ Partly right" in text
        assert "Your answer, not right. No line separates" in text


async def test_a_bad_number_is_answered_in_place(services: Services, store: Store) -> None:
    async with (app := asking(services, NUMERIC)).run_test(size=(80, 24)) as pilot:
        await pilot.press(*"0,5", "enter")
        await pilot.pause()
        assert "! '0,5' has a comma in it" in shown(app)
        await pilot.press("backspace", "backspace", "backspace", "2", "enter")
        await pilot.pause()
        text = shown(app)
        assert "The bias is missing." in text
        assert "-1 steps" in text
    services.writer.flush()
    assert store.summary().answers == 1, "what was no number is no answer"


async def test_a_number_with_its_unit_is_taken_and_screen_keys_still_work(services: Services) -> None:
    async with (app := asking(services, NUMERIC)).run_test() as pilot:
        await pilot.press("r")
        await pilot.pause()
        assert app.screen.query_one(ReadView).display
        await pilot.press("q", "minus", "1", "space", *"steps", "enter")
        await pilot.pause()
        assert "✓ Right" in shown(app)


async def test_the_help_names_each_key_once_and_fits_the_screen(services: Services) -> None:
    for question in (SINGLE, MULTIPLE, ORDERING, NUMERIC, MATCHING, GAP):
        async with (app := asking(services, question)).run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            await pilot.press("question_mark")
            await pilot.pause()
            keys = re.findall(r"^   (\S.*?)  ", shown(app), re.MULTILINE)
            assert "enter" in keys and len(keys) == len(set(keys)), keys
            await pilot.press("space")
            await pilot.pause()
            assert "This help" in shown(app), "no key is below the edge of the second screenful"


async def test_a_number_can_be_edited(services: Services) -> None:
    async with (app := asking(services, NUMERIC)).run_test(size=(80, 24)) as pilot:
        await pilot.press(
            *"99", "ctrl+u", *"15", "left", "backspace", "delete", "1", "home", "minus", "enter"
        )
        await pilot.pause()
        assert "✓ Right" in shown(app)


async def test_ordering_by_letters(services: Services) -> None:
    async with (app := asking(services, ORDERING)).run_test() as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert "3 items have no place yet" in shown(app)
        wrong, *_ = letters(app, [2])
        await pilot.press(wrong, "backspace")
        await pilot.press(*letters(app, [0, 1]))  # the last one has only one place left
        await pilot.press("enter")
        await pilot.pause()
        assert "✓ Right" in shown(app)


async def test_ordering_by_moving(services: Services) -> None:
    async with (app := asking(services, ORDERING)).run_test() as pilot:
        await pilot.pause()
        order = list(app.screen.query_one(QuizView).session.shown_options)
        await pilot.press("shift+down")
        order[0], order[1] = order[1], order[0]
        await pilot.press("enter")
        await pilot.pause()
        given = app.screen.query_one(QuizView).session.answers[0].given
        assert given == tuple(order)


async def test_matching_by_letters(services: Services, store: Store) -> None:
    async with (app := asking(services, MATCHING)).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        first, second, third = letters(app, [0, 1, 2])
        await pilot.press(second, "enter")
        await pilot.pause()
        text = shown(app)
        assert "! 2 rows have no letter yet" in text
        assert "McCulloch and Pitts → a unit that learns from mistakes" in text
        await pilot.press("up", first)  # replaces what the first row had
        await pilot.press(third, second, third, "enter")  # the third letter moves to the last row
        await pilot.pause()
        assert "! 1 row has no letter yet" in shown(app)
        await pilot.press(second, "enter")
        await pilot.pause()
        text = shown(app)
        assert "✓ Right" in text
        assert "Your answer. In 1957." in text
    services.writer.flush()
    assert store.summary().answers_right == 1


async def test_a_wrong_pair_says_where_it_belongs(services: Services) -> None:
    async with (app := asking(services, MATCHING)).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        first, second, extra = letters(app, [0, 1, 3])
        await pilot.press(second, "backspace", second, "backspace", "up", first)
        await pilot.press(extra, second, "enter")
        await pilot.pause()
        text = shown(app)
        assert "✗ Partly right" in text
        assert "Rosenblatt → a unit without weights" in text
        assert "not right. Nobody did." in text
        assert "not right. That goes with: Rosenblatt." in text


async def test_a_gap_takes_every_letter_and_forgives_case(services: Services) -> None:
    async with (app := asking(services, GAP)).run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert "! nothing was entered" in shown(app)
        await pilot.press(*"Least", "space", *"MEAN", "space", *"squares", "enter")
        await pilot.pause()
        assert "✓ Right" in shown(app)
        assert "Your answer. It makes the mean" in shown(app)


async def test_a_wrong_word_is_named_in_its_place(services: Services) -> None:
    async with (app := asking(services, GAP)).run_test(size=(80, 24)) as pilot:
        await pilot.press(*"sgd", "enter")
        await pilot.pause()
        text = shown(app)
        assert "not right. That is the family." in text
        assert "LMS" in text


HINTED = changed(SINGLE, hints=["Count."])


async def test_an_experiment_that_shows_it_is_one_key_away(services: Services) -> None:
    question = changed(SINGLE, experiment="second")
    shows = [lab_experiment("first"), lab_experiment("second")]
    whole = changed(lesson(1, "perceptron", "The perceptron", [question]), experiments=shows)
    catalog = Catalog(Pack("tests", "Tests", [whole]))
    app = TutorApp(replace(services, catalog=catalog), OpenLesson("perceptron", "quiz"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press(*letters(app, [1]), "l")
        await pilot.pause()
        assert app.screen.query_one(LabView).controller.experiment.id == "second"
        await pilot.press("q", "enter", *letters(app, [0]), "l")
        await pilot.pause()
        assert app.screen.query_one(LabView).display


async def test_hints_cost_score_and_right_stays_right(services: Services, store: Store) -> None:
    async with (app := asking(services, HINTED, GAP)).run_test() as pilot:
        await pilot.pause()
        assert "h Hint" in shown(app)
        await pilot.press("h", *letters(app, [0]))
        await pilot.pause()
        text = shown(app)
        assert "Hint 1 of 1: Count." in text
        assert "✓ Right, with hints it counts 75%" in text
        assert "h Hint" not in text
        await pilot.press("enter", "shift+tab", "h", "shift+tab")
        await pilot.pause()
        text = shown(app)
        assert "Hint 1 of 2: Three letters." in text
        assert "Hint 2 of 2: The first one" in text
        assert "shift+tab Hint" not in text, "there is no third one"
        await pilot.press("backspace", *"lms", "enter")
        await pilot.pause()
        assert "✓ Right, with hints it counts 50%" in shown(app)
        answers = app.screen.query_one(QuizView).session.answers
    assert [(answer.hints, answer.score) for answer in answers] == [(1, 0.75), (2, 0.5)]


async def test_a_trace_gets_its_numbers_from_the_core(services: Services) -> None:
    services = replace(services, examiner=CoreWorker())
    async with (app := asking(services, TRACE)).run_test(size=(80, 24)) as pilot:
        text = await settle(pilot, "› a number")
        session = app.screen.query_one(QuizView).session
        assert session.posed is not None
        assert "The unit (sigmoid): weights" in text
        typed = f"{session.posed.answer:.3f}"
        await pilot.press(*("minus" if sign == "-" else sign for sign in typed), "enter")
        await pilot.pause()
        text = shown(app)
        assert "✓ Right" in text
        assert "The unit's delta is" in text
        assert session.answers[0].given[0] == session.drawn


def with_xor(services: Services, *questions: Question, epochs: int = 300) -> TutorApp:
    """The quiz of a lesson that has the experiment XOR, and a training core."""
    xor = changed(lab_experiment("gate"), id="xor", data=DataSpec("gate", {"gate": "xor"}), goal=None)
    xor = changed(xor, training=TrainingSpec(epochs=epochs, batch_size=0))
    whole = changed(lesson(1, "perceptron", "The perceptron", list(questions)), experiments=[xor])
    catalog = Catalog(Pack("tests", "Tests", [whole]))
    return TutorApp(
        replace(services, catalog=catalog, examiner=CoreWorker()), OpenLesson("perceptron", "quiz")
    )


async def test_a_prediction_is_trained_there_and_then(services: Services, store: Store) -> None:
    async with (app := with_xor(services, PREDICT)).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press(*letters(app, [1]))
        text = " ".join((await settle(pilot, "The run: ")).split())
        assert "errors on the training examples" in text
        assert "after 300 epochs (300 steps)" in text
        assert "✓ Right" in text and "Your answer. It is on the plateau still." in text
    services.writer.flush()
    assert store.summary().answers == 1


async def test_a_prediction_can_be_called_back_while_it_trains(services: Services, store: Store) -> None:
    app = with_xor(services, PREDICT, epochs=5_000_000)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press(*letters(app, [0]))
        text = await settle(pilot, "of 5,000,000 epochs")
        assert "x Choose again" in text
        await pilot.press("x")
        await pilot.pause()
        text = shown(app)
        assert "Press the letter of what you expect" in text and "Training" not in text
        await pilot.press(*letters(app, [1]))
        await settle(pilot, "of 5,000,000 epochs")
    services.writer.flush()
    assert store.summary().answers == 0, "nothing was decided"


async def test_a_chart_is_drawn_and_each_setting_says_what_it_looks_like(services: Services) -> None:
    async with (app := asking(services, CHART, TRUEFALSE)).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        session = app.screen.query_one(QuizView).session
        assert session.drawn is not None
        last = CHART.drawn[session.drawn][0].y[-1]
        text = shown(app)
        assert f"loss {last:g}" in text and "epoch" in text and "┤" in text
        assert "rate 50" in text, "chart and options fit a small screen"
        await pilot.press(*letters(app, [session.drawn]))
        await pilot.pause()
        assert "✓ Right" in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        assert "┤" not in shown(app), "the chart goes with its question"


async def test_a_trace_without_a_training_process_is_left_out(services: Services) -> None:
    async with (app := asking(services, TRACE, TRUEFALSE)).run_test(size=(80, 24)) as pilot:
        text = await settle(pilot, "there is none")
        assert "! this question needs the training process" in text
        await pilot.press("enter")
        await pilot.pause()
        assert "Question 1 of 1" in shown(app)
        await pilot.press("b", "enter")
        await pilot.pause()
        assert "1 of 1 right at the first try." in shown(app)


async def test_explain_opens_the_page_and_the_quiz_waits(services: Services) -> None:
    async with (app := asking(services, SINGLE, TRUEFALSE)).run_test() as pilot:
        await pilot.pause()
        await pilot.press("a", "e")
        await pilot.pause()
        assert app.screen.query_one(ReadView).sheet.id == "second"
        await pilot.press("q", "enter")
        await pilot.pause()
        assert "Question 2 of 2" in shown(app)


async def test_a_long_answer_can_be_scrolled_and_says_so(services: Services) -> None:
    async with (app := asking(services, MULTIPLE)).run_test(size=(60, 16)) as pilot:
        await pilot.press("a", "b", "c", "enter")
        await pilot.pause()
        assert "more below: space" in shown(app)
        await pilot.press("space")
        await pilot.pause()
        assert "Why: XOR" in shown(app)


async def finish(pilot: Pilot[Any], app: TutorApp) -> None:
    for _ in range(50):
        if app.screen.query_one(QuizView).session.finished:
            return
        session = app.screen.query_one(QuizView).session
        match session.current:
            case q if q is NUMERIC:
                await pilot.press("minus", "1", "enter")
            case q if q is ORDERING:
                await pilot.press(*letters(app, [0, 1]), "enter")
            case q if q is MULTIPLE:
                await pilot.press(*letters(app, [0, 1]), "enter")
            case q if q is TRUEFALSE:
                await pilot.press("b")
            case _:
                await pilot.press(*letters(app, [0]))
        await pilot.press("enter")
        await pilot.pause()


async def test_quiz_mode_mixes_what_was_read(services: Services, store: Store) -> None:
    for page in PACK.lessons[0].pages:
        store.mark_page("perceptron", page.id)
    async with (app := TutorApp(services)).run_test(size=(80, 24)) as pilot:
        await pilot.press("q")
        await pilot.pause()
        assert isinstance(app.screen, QuizScreen)
        assert "of 5" in shown(app)
        await finish(pilot, app)
        assert "5 of 5 right at the first try." in shown(app)
        await pilot.press("escape")
        await pilot.pause()
        services.writer.flush()
        await pilot.pause()
        assert "quiz 100 %" in shown(app)


async def test_quiz_mode_explains_in_the_lesson_and_comes_back(services: Services) -> None:
    async with (app := TutorApp(services, OpenQuiz(("winter",)))).run_test(size=(80, 24)) as pilot:
        await pilot.press("a", "e")
        await pilot.pause()
        assert isinstance(app.screen, LessonScreen)
        assert app.screen.query_one(ReadView).sheet.id == "second"
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, QuizScreen)


async def test_quiz_mode_without_a_lesson_read_says_so(services: Services) -> None:
    async with (app := TutorApp(services)).run_test(size=(80, 24)) as pilot:
        await pilot.press("q")
        await pilot.pause()
        assert "You have not read a lesson" in shown(app)


async def test_tab_says_that_one_is_not_sure(services: Services, store: Store) -> None:
    async with (app := asking(services, SINGLE, NUMERIC)).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "tab: not sure" in shown(app)
        await pilot.press("tab", "tab", "tab")
        await pilot.pause()
        assert "? not sure (tab)" in shown(app)
        await pilot.press(*letters(app, [0]))
        await pilot.pause()
        assert "✓ Right  question 1 of 2; you knew it, though you were not sure" in shown(app)
        await pilot.press("tab", "enter")
        await pilot.pause()
        assert "? not sure" not in shown(app), "each question begins anew"
        await pilot.press("5", "enter")
        await pilot.pause()
        assert "you were sure, so it comes back first" in shown(app)
    services.writer.flush()
    rows = store._connection.execute("SELECT question, sure, correct FROM answer").fetchall()
    assert rows == [("gate", 0, 1), ("sum", 1, 0)]


async def test_the_summary_begins_with_what_one_was_sure_of(services: Services) -> None:
    async with (app := asking(services, SINGLE, TRUEFALSE)).run_test(size=(80, 24)) as pilot:
        await pilot.press("tab", *letters(app, [1]), "enter", "a", "enter")
        await pilot.pause()
        assert "The rule always settles." in shown(app), "what one was sure of comes again first"
        await pilot.press("b", "enter")
        await pilot.press(*letters(app, [0]), "enter")
        await pilot.pause()
        assert "1 you were sure: The rule always settles." in shown(app)
        assert "2 Weights 1 and 1" in shown(app)


async def test_a_lessons_quiz_that_was_cut_goes_on_where_it_was(services: Services) -> None:
    async with (app := asking(services, SINGLE, TRUEFALSE, NUMERIC)).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press(*letters(app, [1]), "enter", "b")
        await pilot.pause()
    services.writer.flush()
    async with (app := asking(services, SINGLE, TRUEFALSE, NUMERIC)).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "Question 3 of 3  going on where you left off" in shown(app)
        await pilot.press("minus", "1", "enter", "enter")
        await pilot.pause()
        assert "you missed this one; 1 to go" in shown(app)
        await pilot.press(*letters(app, [0]), "enter")
        await pilot.pause()
        assert "2 of 3 right at the first try." in shown(app)
    services.writer.flush()
    [state] = services.store.lesson_states(PACK.lessons[:1]).values()
    assert state.quiz_best == 2 / 5, "both parts are one quiz"
    async with (app := asking(services, SINGLE, TRUEFALSE, NUMERIC)).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "Question 1 of 3" in shown(app), "a quiz that was finished begins anew"


async def test_a_quiz_cut_yesterday_begins_anew(services: Services) -> None:
    async with (app := asking(services, SINGLE, TRUEFALSE)).run_test() as pilot:
        await pilot.pause()
        await pilot.press(*letters(app, [0]))
        await pilot.pause()
    services.writer.flush()
    tomorrow = replace(services, now=lambda: utc_now() + timedelta(hours=25))
    async with (app := asking(tomorrow, SINGLE, TRUEFALSE)).run_test() as pilot:
        await pilot.pause()
        assert "Question 1 of 2" in shown(app)
        assert "left off" not in shown(app)


async def test_the_second_quiz_of_a_lesson_has_another_order(services: Services) -> None:
    many = [replace_struct(TRUEFALSE, id=f"q{n}") for n in range(8)]
    async with (app := asking(services, *many)).run_test() as pilot:
        await pilot.pause()
        orders = []
        for _ in range(2):
            asked = []
            while not app.screen.query_one(QuizView).session.finished:
                asked.append(app.screen.query_one(QuizView).session.current.id)
                await pilot.press("b", "enter")
                await pilot.pause()
            orders.append(asked)
            await pilot.press("enter")
            await pilot.pause()
        first, second = orders
        assert first == [question.id for question in many]
        assert second != first and sorted(second) == first
