"""How well it is known: a curve, the lessons, the topics of one, by keyboard."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tests.ui.later import MONDAY, Clock, clock, later
from tests.ui.seen import looked, shown
from tutor.errors import StoreError
from tutor.ui.app import TutorApp
from tutor.ui.messages import OpenMastery
from tutor.ui.screens.home import HomeScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.mastery import MasteryScreen
from tutor.ui.screens.review import ReviewScreen
from tutor.ui.services import Services
from tutor.ui.widgets.page import ReadView

__all__ = ["clock", "later"]  # fixtures


async def test_lessons_topics_and_the_page_of_a_topic(later: Services, clock: Clock) -> None:
    clock.at = MONDAY + timedelta(days=9)
    async with (app := TutorApp(later)).run_test(size=(80, 24)) as pilot:
        await pilot.press("p")
        text = await looked(pilot)
        assert isinstance(app.screen, MasteryScreen)
        assert "unanswered ones count as 0" in text
        assert "All lessons" in text.split("│")[0], "the curve is of all lessons"
        assert "3 of   7 asked    3 due" in text
        assert "3 of   5 asked    3 due" in text
        assert re.search(r"2  The first winter +░{10} +-    0 of   1 asked", text)
        await pilot.press("down", "enter")
        await pilot.pause()
        text = shown(app)
        assert "Progress  The perceptron" in text
        assert "The first page                     " in text
        assert "2 of   2 asked    2 due" in text, "always and linear are explained there"
        await pilot.press("down", "enter")
        await pilot.pause()
        assert isinstance(app.screen, LessonScreen)
        assert app.screen.query_one(ReadView).sheet.id == "second"
        await pilot.press("escape")
        assert "Progress  The perceptron" in await looked(pilot)
        await pilot.press("escape", "v")
        await pilot.pause()
        assert isinstance(app.screen, ReviewScreen)
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen)


async def test_before_any_answer_the_curve_says_so(services: Services) -> None:
    async with (app := TutorApp(services, OpenMastery())).run_test(size=(60, 16)) as pilot:
        assert "no question answered yet" in await looked(pilot)
        assert "All lessons" in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, MasteryScreen)


async def test_a_database_that_cannot_be_read_is_named(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise StoreError(
            "the progress database cannot be used: it is damaged", "dltutor doctor says where it is"
        )

    monkeypatch.setattr(services.store, "first_tries_mark", refuse)
    async with TutorApp(services, OpenMastery()).run_test(size=(80, 24)) as pilot:
        assert "it is damaged; dltutor" in await looked(pilot)
        await pilot.press("v")
        assert "What is due cannot be looked up" in await looked(pilot)


async def test_a_row_that_has_gone_meanwhile_is_not_entered(later: Services, clock: Clock) -> None:
    clock.at = MONDAY + timedelta(days=9)
    async with (app := TutorApp(later)).run_test(size=(80, 24)) as pilot:
        await pilot.press("p")
        await looked(pilot)
        rows = app.screen.query_one(OptionList)
        before = shown(app)
        for message in (OptionList.OptionSelected, OptionList.OptionHighlighted):
            rows.post_message(message(rows, Option("gone"), len(rows.options) + 3))
            rows.post_message(message(rows, Option("gone"), 1))
        await pilot.pause()
        assert shown(app) == before
