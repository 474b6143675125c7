"""Home: what it says of each lesson, what comes next, and what the learner is warned of."""

from __future__ import annotations

import gc
import sqlite3
import weakref
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import pytest

from tests.ui.pack import PACK, lesson
from tests.ui.seen import shown
from tutor.content.catalog import Catalog
from tutor.content.pack import Pack
from tutor.progress.state import LessonState, Place
from tutor.progress.store import Store
from tutor.ui.app import TutorApp
from tutor.ui.screens import home
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.services import Services
from tutor.ui.standing import next_step, score_words, status_words

SIZE = (80, 24)
NEW = {one.id: LessonState(one.id, 3, 0, 1) for one in PACK.lessons}


async def test_lessons_stand_with_number_years_and_state(app: Callable[..., TutorApp], store: Store) -> None:
    store.mark_page("winter", "first")
    async with (tutor := app()).run_test(size=SIZE) as pilot:
        await pilot.pause()
        text = shown(tutor)
    assert " 1  The perceptron" in text
    assert "1957-1962" in text
    assert "◐ reading 1 of 3" in text
    assert "Next: begin “The perceptron”, about 20 minutes" in text
    assert text.count("○ new") == 2


async def test_enter_opens_the_chosen_lesson_and_escape_comes_back(
    app: Callable[..., TutorApp], services: Services
) -> None:
    async with (tutor := app()).run_test(size=SIZE) as pilot:
        await pilot.press("down", "enter")
        await pilot.pause()
        assert isinstance(tutor.screen, LessonScreen)
        assert tutor.screen.lesson.id == "winter"
        await pilot.press("space", "escape")
        await pilot.pause()
        services.writer.flush()
        await pilot.pause()
        assert "◐ reading 1 of 3" in shown(tutor), "Home is read anew behind what was just written"


async def test_many_lessons_scroll(services: Services) -> None:
    lessons = [lesson(n, f"lesson-{n}", f"Lesson {n}", []) for n in range(1, 24)]
    many = replace(services, catalog=Catalog(Pack("many", "Many", lessons)))
    async with (tutor := TutorApp(many)).run_test(size=SIZE) as pilot:
        await pilot.press("end")
        await pilot.pause()
        assert "23  Lesson 23" in shown(tutor)


async def test_problems_stand_in_a_banner(services: Services) -> None:
    warned = replace(services, problems=("Progress is kept in memory only [not markup].",))
    async with (tutor := TutorApp(warned)).run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert "! Warning: Progress is kept in memory only [not markup]." in shown(tutor)
        await pilot.press("enter")
        await pilot.pause()
        assert "! Warning: Progress" in shown(tutor), "in the lesson too"


async def test_no_lessons_is_said(services: Services) -> None:
    async with (tutor := TutorApp(replace(services, catalog=Catalog(Pack("", "", []))))).run_test() as pilot:
        await pilot.press("enter", "down", "q")
        await pilot.pause()
        assert tutor.return_code is None


def test_next_is_where_the_learner_left_off() -> None:
    states = NEW | {"winter": LessonState("winter", 3, 0, 1, pages_seen=2)}
    step = next_step(PACK.lessons, states, Place("winter", "read", "second"))
    assert (step.lesson, step.part, step.page) == ("winter", "read", "second")
    assert "page 2 of 3" in step.text


def test_next_after_the_last_page_is_the_quiz() -> None:
    states = NEW | {"winter": LessonState("winter", 3, 0, 1, pages_seen=3)}
    step = next_step(PACK.lessons, states, Place("winter", "read", "third"))
    assert (step.lesson, step.part) == ("winter", "quiz")


def test_next_is_the_first_lesson_that_is_not_done() -> None:
    done = LessonState("perceptron", 3, 0, 1, pages_seen=3, answered=1, correct=1, last_at=1.0)
    step = next_step(PACK.lessons, NEW | {"perceptron": done}, Place("perceptron", "quiz"))
    assert step.lesson == "winter"


def test_a_state_is_told_by_sign_and_word() -> None:
    assert status_words(LessonState("x", 9, 0, 1, pages_seen=3)) == "◐ reading 3 of 9"
    assert status_words(LessonState("x", 9, 1, 1, runs=1)) == "◆ practised"
    assert score_words(LessonState("x", 9, 1, 1, quiz_best=0.8)) == "quiz 80 %"


async def test_a_list_that_another_session_keeps_locked_is_read_again(
    app: Callable[..., TutorApp], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "READ_AGAIN", 0.05)
    store.mark_page("winter", "first")
    store.wait_at_most(0.01)
    assert store.path is not None
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        async with (tutor := app()).run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            assert "another program keeps it locked" in shown(tutor)
            other.execute("ROLLBACK")
            for _ in range(100):
                await pilot.pause(0.1)
                if "keeps it locked" not in shown(tutor):
                    break
            assert "reading" in shown(tutor)


class Closed:
    """As a screen that was closed: garbage that holds itself."""

    def __init__(self) -> None:
        self.itself = self


async def test_coming_back_looks_for_garbage(app: Callable[..., TutorApp], services: Services) -> None:
    gc.disable()  # seldom looks by itself, too
    try:
        async with (app()).run_test(size=SIZE) as pilot:
            await pilot.press("enter")
            await pilot.pause()
            garbage = weakref.ref(Closed())
            await pilot.press("escape")
            services.writer.flush()
            for _ in range(100):
                await pilot.pause(0.05)
                if garbage() is None:
                    break
            assert garbage() is None
    finally:
        gc.enable()
