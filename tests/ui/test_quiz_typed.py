"""Questions that are answered by typing: a number, a missing word."""

from __future__ import annotations

from textual.events import Key

from tests.ui.pack import GAP, NUMERIC, TRUEFALSE
from tests.ui.quizzes import asking
from tests.ui.seen import shown
from tutor.progress.store import Store
from tutor.ui.services import Services
from tutor.ui.widgets.page import ReadView
from tutor.ui.widgets.quiz import QuizView


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


async def test_a_number_can_be_edited(services: Services) -> None:
    async with (app := asking(services, NUMERIC)).run_test(size=(80, 24)) as pilot:
        await pilot.press(
            *"99", "ctrl+u", *"15", "left", "backspace", "delete", "1", "home", "minus", "enter"
        )
        await pilot.pause()
        assert "✓ Right" in shown(app)


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


async def test_keys_that_come_in_one_piece_with_an_answer_are_for_what_follows(services: Services) -> None:
    async with (app := asking(services, NUMERIC, TRUEFALSE)).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("x", "enter")
        await pilot.pause()
        for key in ("ctrl+u", "minus", "1", "enter", "enter"):
            app.post_message(Key(key, {"minus": "-", "ctrl+u": None, "enter": "\r"}.get(key, key)))
        await pilot.pause()
        await pilot.pause()
        assert "Question 2 of 2" in shown(app), "the second enter went on"
        [answer] = app.screen.query_one(QuizView).session.answers
        assert answer.correct
