"""The quiz by keyboard, whatever the kind of question: help, hints, the summary, and what is kept."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from msgspec.structs import replace as changed
from textual.pilot import Pilot

from tests.ui.lab_fakes import experiment as lab_experiment
from tests.ui.pack import GAP, MATCHING, MULTIPLE, NUMERIC, ORDERING, PACK, SINGLE, TRUEFALSE, lesson
from tests.ui.quizzes import asking, letters
from tests.ui.seen import shown
from tutor.content.catalog import Catalog
from tutor.content.pack import Pack
from tutor.progress.store import Store, utc_now
from tutor.ui.app import TutorApp
from tutor.ui.lab.view import LabView
from tutor.ui.messages import OpenLesson, OpenQuiz
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.quiz import QuizScreen
from tutor.ui.services import Services
from tutor.ui.widgets.page import ReadView
from tutor.ui.widgets.quiz import QuizView


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


async def test_explain_opens_the_page_and_the_quiz_waits(services: Services) -> None:
    async with (app := asking(services, SINGLE, TRUEFALSE)).run_test() as pilot:
        await pilot.pause()
        await pilot.press("a", "e")
        await pilot.pause()
        assert app.screen.query_one(ReadView).sheet.id == "second"
        await pilot.press("q", "enter")
        await pilot.pause()
        assert "Question 2 of 2" in shown(app)


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
    many = [changed(TRUEFALSE, id=f"q{n}") for n in range(8)]
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
