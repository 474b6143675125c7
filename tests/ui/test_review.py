"""What is due, on Home and in its own screen, by keyboard."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.progress.samples import answered
from tests.ui.later import MONDAY, Clock, clock, later
from tests.ui.seen import looked, shown
from tutor.ui.app import TutorApp
from tutor.ui.messages import OpenReview
from tutor.ui.screens.home import HomeScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.quiz import QuizScreen
from tutor.ui.screens.review import ReviewScreen
from tutor.ui.services import Services
from tutor.ui.widgets.quiz import QuizView

__all__ = ["clock", "later"]  # fixtures


async def test_home_says_what_is_due_and_one_key_opens_it(later: Services, clock: Clock) -> None:
    clock.at = MONDAY + timedelta(days=9)
    async with TutorApp(later).run_test(size=(80, 24)) as pilot:
        assert "Review: 3 questions due, about 1 minute: v" in await looked(pilot)
        await pilot.press("v")
        text = await looked(pilot)
        assert "Question 1 of 3" in text
        assert "The rule always settles." in text, "what one was sure of and had wrong comes first"


async def test_a_whole_review(later: Services, clock: Clock) -> None:
    clock.at = MONDAY + timedelta(days=9)
    async with (app := TutorApp(later, OpenReview())).run_test(size=(80, 24)) as pilot:
        await looked(pilot)
        session = app.screen.query_one(QuizView).session
        while not session.finished:
            right = {"always": [1], "linear": [0, 1], "gate": [0]}[session.current.id]
            order = session.shown_options or (0, 1)
            keys = ["abc"[order.index(index)] for index in right]
            await pilot.press(*keys, *["enter"] * len(right))  # several marked: one more enter answers
            await pilot.pause()
        assert "3 of 3 right at the first try." in shown(app)
        assert "enter: what else is due" in shown(app)
        await pilot.press("enter")
        assert "Nothing is due. The next question comes up in" in await looked(pilot)
        await pilot.press("q")
        await pilot.pause()
        assert isinstance(app.screen, QuizScreen)
        await pilot.press("escape", "escape")
        await looked(pilot)
        assert isinstance(app.screen, HomeScreen)
        assert "due" not in shown(app)
    rows = later.store._connection.execute(
        "SELECT question, mode FROM answer WHERE mode = 'review'"
    ).fetchall()
    assert sorted(rows) == [("always", "review"), ("gate", "review"), ("linear", "review")]


async def test_a_review_left_in_the_middle_has_kept_its_answers(later: Services, clock: Clock) -> None:
    clock.at = MONDAY + timedelta(days=9)
    async with (app := TutorApp(later, OpenReview(2))).run_test(size=(80, 24)) as pilot:
        assert "3 questions due, the first 2 take about 1 minute" in await looked(pilot)
        await pilot.press("b", "e")
        await pilot.pause()
        assert isinstance(app.screen, LessonScreen)
        await pilot.press("escape", "escape")
        assert "Review: 2 questions due" in await looked(pilot)


async def test_nothing_due_on_the_day_itself(later: Services) -> None:
    async with (app := TutorApp(later, OpenReview())).run_test(size=(80, 24)) as pilot:
        await looked(pilot)
        assert isinstance(app.screen, ReviewScreen)
        assert "Nothing is due. The next question comes up in 20 hours." in shown(app)


async def test_lessons_that_were_not_read_ask_nothing(services: Services) -> None:
    services.store.record_answer(answered(lesson="winter", id="old", correct=False), "quiz")
    much_later = replace(services, now=lambda: datetime(2090, 1, 1, tzinfo=UTC))
    async with TutorApp(much_later, OpenReview()).run_test(size=(80, 24)) as pilot:
        assert "A question comes up for review some days after" in await looked(pilot)
