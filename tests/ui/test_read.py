"""Reading: every page comes, none is clipped, and each page seen is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.ui.pack import PACK
from tests.ui.seen import shown
from tutor import paths
from tutor.content.catalog import Catalog
from tutor.content.page import PAGE_LINES, PAGE_WIDTH
from tutor.progress.store import Store
from tutor.ui.app import TutorApp
from tutor.ui.messages import OpenLesson
from tutor.ui.reading import sheets
from tutor.ui.services import Services
from tutor.ui.widgets.page import ReadView

LESSON = PACK.lessons[0]


def test_every_sheet_fits_the_page() -> None:
    lessons = [LESSON, *Catalog.open(paths.bundled_lessons()).lessons]
    for sheet in (sheet for lesson in lessons for sheet in sheets(lesson)):
        lines = sheet.lines(PAGE_WIDTH)
        assert len(lines) <= PAGE_LINES, sheet.title
        assert all(sum(len(span.text) for span in line) <= PAGE_WIDTH for line in lines)


def test_everything_of_the_head_is_on_some_sheet() -> None:
    text = "".join(span.text for sheet in sheets(LESSON) for line in sheet.lines(PAGE_WIDTH) for span in line)
    head = LESSON.head
    for wanted in (*head.objectives, *(term.term for term in head.terms), "[Ros58]", "Learnable weights."):
        assert wanted in text


def test_what_a_lesson_adds_at_the_end_is_spread_evenly() -> None:
    for lesson in Catalog.open(paths.bundled_lessons()).lessons:
        spread: dict[str, list[int]] = {}
        for sheet in sheets(lesson):
            if sheet.id.startswith(("@terms", "@sources", "@slides")):
                spread.setdefault(sheet.id.partition("-")[0], []).append(len(sheet.lines(PAGE_WIDTH)))
        for name, lengths in spread.items():
            assert min(lengths) > max(lengths) / 4, (lesson.id, name, lengths)


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.slow)])
async def test_the_hint_after_the_last_page_is_whole(services: Services, width: int, every: bool) -> None:
    services = replace(services, catalog=Catalog.open(paths.bundled_lessons()))
    ordered = sorted(services.catalog.lessons, key=lambda lesson: len(sheets(lesson)))
    for lesson in ordered if every else (ordered[0], ordered[-1]):  # a dot for each sheet stands beside it
        last = lesson.pages[-1].id
        async with (tutor := TutorApp(services, OpenLesson(lesson.id, "read", last))).run_test(
            size=(width, 40)
        ) as pilot:
            await pilot.pause()
            line = shown(tutor).splitlines()[-2]
            assert "l: lab" in line and "q: quiz" in line and "…" not in line
            assert ("space: key terms" in line) == (width == 80)


async def test_a_prerequisite_is_called_by_its_title(services: Services) -> None:
    services = replace(services, catalog=Catalog.open(paths.bundled_lessons()))
    async with (tutor := TutorApp(services, OpenLesson("xor-winter", "read"))).run_test(
        size=(80, 24)
    ) as pilot:
        await pilot.pause()
        assert "Read before: The perceptron." in shown(tutor)
        above = services.catalog.find("xor-winter").number - 1
        await pilot.press("escape", "home", *["down"] * above)
        await pilot.pause()
        assert "Read before: The perceptron." in " ".join(shown(tutor).split())


async def test_space_reads_from_the_objectives_to_the_slides(
    app: Callable[..., TutorApp], services: Services, store: Store
) -> None:
    async with (tutor := app(OpenLesson("perceptron"))).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "Compute a sum by hand." in shown(tutor)
        view = tutor.screen.query_one(ReadView)
        titles = [view.sheet.title]
        for _ in range(len(view.sheets) - 1):
            await pilot.press("space")
            await pilot.pause()
            assert "more below" not in shown(tutor), "at 80x24 every page fits"
            titles.append(view.sheet.title)
        assert titles[0] == "The perceptron"
        assert titles[1:4] == ["The first page", "The second page", "The third page"]
        assert titles[4].startswith("Key terms")
        assert titles[-1] == "What the slides say"
        assert "Learnable weights." in shown(tutor)
    services.writer.flush()
    assert store.lesson_states(PACK.lessons)["perceptron"].pages_seen == 3


async def test_text_is_never_markup(app: Callable[..., TutorApp]) -> None:
    async with (tutor := app(OpenLesson("perceptron", "read", "first"))).run_test() as pilot:
        await pilot.pause()
        assert "A first paragraph with code and [square] brackets." in shown(tutor)


async def test_the_last_page_says_what_comes_next(app: Callable[..., TutorApp]) -> None:
    async with (tutor := app(OpenLesson("perceptron", "read", "third"))).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "last page.  q: take the quiz   space: key terms" in shown(tutor)
        assert "in the lab" not in shown(tutor), "this lesson has none"
        assert "page 3 of 3" in shown(tutor)


async def test_in_a_low_terminal_space_shows_the_rest_before_it_turns(app: Callable[..., TutorApp]) -> None:
    async with (tutor := app(OpenLesson("perceptron", "read", "second"))).run_test(size=(60, 16)) as pilot:
        await pilot.pause()
        assert "more below" in shown(tutor)
        assert "Line 8" not in shown(tutor)
        await pilot.press("space")
        await pilot.pause()
        assert "Line 8" in shown(tutor)
        assert "more below" not in shown(tutor)
        await pilot.press("space")
        await pilot.pause()
        assert "The third page" in shown(tutor)


@pytest.mark.parametrize(("onward", "back"), [("right", "left"), ("n", "p"), ("pagedown", "pageup")])
async def test_keys_turn_both_ways(app: Callable[..., TutorApp], onward: str, back: str) -> None:
    async with (tutor := app(OpenLesson("perceptron", "read", "first"))).run_test(size=(80, 24)) as pilot:
        await pilot.press(onward)
        view = tutor.screen.query_one(ReadView)
        assert view.sheet.id == "second"
        await pilot.press(back)
        assert view.sheet.id == "first"


async def test_the_app_and_the_lesson_open_where_they_were_left(
    app: Callable[..., TutorApp], services: Services, store: Store
) -> None:
    async with (tutor := app(OpenLesson("perceptron"))).run_test() as pilot:
        await pilot.press("space", "space")
        await pilot.pause()
    services.writer.flush()
    place = store.place
    assert place is not None
    assert (place.lesson, place.part, place.page) == ("perceptron", "read", "second")
    async with (tutor := app()).run_test() as pilot:
        await pilot.press("down", "enter", "escape", "up", "enter")  # another lesson in between
        await pilot.pause()
        assert tutor.screen.query_one(ReadView).sheet.id == "second"
