"""Keys that come faster than the screen follows: they do what they do when typed slowly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from textual.events import Key
from textual.pilot import Pilot

from tests.ui.pack import GAP, NUMERIC, SINGLE, TRUEFALSE, lesson
from tests.ui.quizzes import asking
from tests.ui.seen import shown
from tests.ui.terminal import Terminal
from tutor.content.catalog import Catalog
from tutor.content.pack import Pack
from tutor.ui.app import TutorApp
from tutor.ui.messages import OpenExam
from tutor.ui.services import Services
from tutor.ui.widgets.exam import ExamView
from tutor.ui.widgets.quiz import QuizView


async def typed(pilot: Pilot[Any], keys: str) -> None:
    """All keys at once, ``⏎`` for enter."""
    for key in keys:
        pilot.app.post_message(Key("enter", "\r") if key == "⏎" else Key({"-": "minus"}.get(key, key), key))
    await pilot.pause()
    await pilot.pause()


async def test_keys_typed_at_once_answer_question_after_question(services: Services) -> None:
    async with (app := asking(services, TRUEFALSE, GAP, NUMERIC)).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await typed(pilot, "b⏎lms⏎⏎-1⏎")
        answers = app.screen.query_one(QuizView).session.answers
        assert [(answer.question, answer.correct) for answer in answers] == [
            (TRUEFALSE.id, True),
            (GAP.id, True),
            (NUMERIC.id, True),
        ]


async def test_enter_pressed_again_does_not_answer_what_nobody_has_seen(services: Services) -> None:
    async with (app := asking(services, TRUEFALSE, SINGLE)).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await typed(pilot, "b⏎⏎⏎")
        assert "Question 2 of 2" in shown(app)
        assert len(app.screen.query_one(QuizView).session.answers) == 1
        await pilot.press("enter")
        await pilot.pause()
        assert len(app.screen.query_one(QuizView).session.answers) == 2, "now it was to be seen"


async def test_a_letter_pressed_twice_answers_one_question_of_an_exam(services: Services) -> None:
    pack = Pack("tests", "Tests", [lesson(1, "perceptron", "The perceptron", [TRUEFALSE, SINGLE])])
    app = TutorApp(replace(services, catalog=Catalog(pack)), OpenExam(("perceptron",)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        exam = app.screen.query_one(ExamView).exam
        await typed(pilot, "bb")
        assert len(exam.given) == 1
        await pilot.press("b")
        await pilot.pause()
        assert len(exam.given) == 2, "now it was to be seen"


def test_what_is_typed_before_the_app_is_there_waits_for_it(tmp_path: Path) -> None:
    with Terminal(tmp_path) as terminal:
        terminal.press("\rq")  # the terminal is the shell's yet, which makes a line feed of enter
        terminal.wait_for("Question 1 of", 60)
