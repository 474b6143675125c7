"""Keys that come faster than the screen follows: they do what they do when typed slowly."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input

from tests.ui.pack import GAP, NUMERIC, SINGLE, TRUEFALSE, lesson
from tests.ui.quizzes import asking
from tests.ui.seen import settle, shown
from tests.ui.terminal import Terminal
from tutor.content.catalog import Catalog
from tutor.content.pack import Pack
from tutor.ui.app import TutorApp
from tutor.ui.inturn import KeysInTurn
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


class Hanging(Widget, can_focus=True):
    """Shows the keys it took; the first one has the app wait for ``release``."""

    def __init__(self) -> None:
        super().__init__()
        self.release = asyncio.Event()
        self.taken = ""

    def render(self) -> str:
        return self.taken

    def on_key(self, event: Key) -> None:
        if not self.taken:
            self.app.call_later(self.release.wait)
        self.taken += event.key
        self.refresh()


class HangingApp(KeysInTurn):
    def compose(self) -> ComposeResult:
        yield Hanging()


async def test_keys_that_waited_too_long_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor.ui.inturn._PATIENCE", 0.02)
    async with (app := HangingApp()).run_test() as pilot:
        for key in "abcd":
            app.post_message(Key(key, key))
        await asyncio.sleep(0.3)  # the patience with each of them is over
        app.query_one(Hanging).release.set()
        await settle(pilot, "abcd")


class Slow(Vertical):
    """Takes its time over what was changed in its field."""

    def __init__(self) -> None:
        super().__init__(Input())
        self.release = asyncio.Event()

    async def on_input_changed(self) -> None:
        await self.release.wait()


class SlowApp(KeysInTurn):
    def compose(self) -> ComposeResult:
        yield Slow()


async def test_letters_in_a_field_do_not_wait_for_what_comes_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor.ui.inturn._PATIENCE", 60.0)
    async with (app := SlowApp()).run_test():
        for key in "abcd":
            app.post_message(Key(key, key))
        for _ in range(250):
            await asyncio.sleep(0.02)
            if app.query_one(Input).value == "abcd":
                break
        app.query_one(Slow).release.set()
        assert app.query_one(Input).value == "abcd"


def test_what_is_typed_before_the_app_is_there_waits_for_it(tmp_path: Path) -> None:
    with Terminal(tmp_path) as terminal:
        terminal.press("\rq")  # the terminal is the shell's yet, which makes a line feed of enter
        terminal.wait_for("Question 1 of", 60)
