"""Looking up a word from anywhere, and the history in years."""

from __future__ import annotations

import pytest

from tests.ui import seen
from tests.ui.seen import settle
from tutor.content.catalog import Catalog
from tutor.content.glossary import glossary, on_page, search
from tutor.paths import bundled_lessons
from tutor.progress.store import utc_now
from tutor.ui.app import TutorApp
from tutor.ui.messages import OpenLesson
from tutor.ui.screens.glossary import GlossaryScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.services import Services

CATALOG = Catalog.open(bundled_lessons())
WORDS = glossary(CATALOG.pack)


@pytest.fixture
def app(services: Services) -> TutorApp:
    whole = Services(CATALOG, services.store, services.writer, services.worker, utc_now)
    return TutorApp(whole, OpenLesson("backprop"))


def test_every_word_once_in_the_words_of_the_lesson_that_introduces_it() -> None:
    terms = [entry.term.casefold() for entry in WORDS]
    assert len(terms) >= 60 and terms == sorted(set(terms))
    by_term = {entry.term: entry for entry in WORDS}
    for lesson in CATALOG.lessons:
        for term in lesson.head.terms:
            assert by_term[term.term].lesson, term.term
    assert by_term["dropout"].lesson == "" or by_term["dropout"].lesson in {one.id for one in CATALOG.lessons}


def test_a_search_shows_beginnings_first_and_then_meanings() -> None:
    found = [entry.term for entry in search(WORDS, "GRAD")]
    assert found[0].startswith("gradient") and "exploding gradient" in found
    assert found.index("exploding gradient") > found.index("gradient descent")
    assert search(WORDS, "zzz") == []


def test_the_words_of_a_page_are_those_marked_on_it() -> None:
    page = next(page for page in CATALOG.find("backprop").pages if "[[" in page.body)
    marked = on_page(WORDS, page)
    assert marked and all(f"[[{entry.term}" in page.body for entry in marked)


async def test_a_word_is_looked_up_while_reading_and_leads_to_its_lesson(app: TutorApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, "Backpropagation")
        pages = CATALOG.find("backprop").pages
        marked = next(number for number, page in enumerate(pages, start=1) if "[[" in page.body)
        await pilot.press(*["n"] * marked, "g")
        shown = await settle(pilot, "type a few letters")
        assert "• " in shown, "the page's own words come first"
        await pilot.press(*"xor")
        await settle(pilot, "exactly one of its two inputs")
        await pilot.press(*["backspace"] * 3, *"margin")
        shown = await settle(pilot, "Lesson: ")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, LessonScreen) and app.screen.lesson.id == "perceptron"
        assert len(app.screen_stack) == 2, "the lesson that was open has made room"


@pytest.mark.parametrize("part", ["l", "q", "question_mark"])
async def test_the_glossary_is_one_key_away_everywhere(app: TutorApp, part: str) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, "Backpropagation")
        await pilot.press(part)
        await pilot.pause()
        before = app.screen
        await pilot.press("ctrl+g")
        await settle(pilot, "type a few letters")
        await pilot.press("ctrl+g", "escape")
        await pilot.pause()
        assert app.screen is before and not isinstance(app.screen, GlossaryScreen)


async def test_the_years_open_their_lessons(app: TutorApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, "Backpropagation")
        await pilot.press("escape", "t")
        assert "1943 │● A neuron on paper" in await settle(pilot, "Timeline")
        for milestone in CATALOG.timeline:
            if milestone.lesson:
                break
            await pilot.press("down")
        await settle(pilot, "Lesson: ")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, LessonScreen) and app.screen.lesson.id == milestone.lesson
        await pilot.press("escape")
        await settle(pilot, "Timeline")
        assert "Traceback" not in seen.shown(app)
