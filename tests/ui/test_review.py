"""What is due, on Home and in its own screen, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from textual.worker import WorkerCancelled

from tests.progress.samples import answered
from tests.ui.conftest import IdleWorker, shown
from tests.ui.pack import PACK
from tutor.content.catalog import Catalog
from tutor.progress.store import Store
from tutor.progress.writer import Writer
from tutor.ui.app import TutorApp
from tutor.ui.messages import OpenReview
from tutor.ui.screens.home import HomeScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.quiz import QuizScreen
from tutor.ui.screens.review import ReviewScreen
from tutor.ui.services import Services
from tutor.ui.widgets.quiz import QuizView

MONDAY = datetime(2026, 5, 4, 9, tzinfo=UTC)


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.at = MONDAY

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def later(tmp_path: Path, clock: Clock) -> Iterator[Services]:
    """Two lessons read on a Monday, one of them quizzed with two slips; a third one quizzed, but not read."""
    with_clock = Store.open(tmp_path / "progress.sqlite3", now=clock)
    for lesson in PACK.lessons[:2]:
        for page in lesson.pages:
            with_clock.mark_page(lesson.id, page.id)
    for id, correct, sure in [("gate", True, True), ("always", False, True), ("linear", False, False)]:
        with_clock.record_answer(answered(lesson="perceptron", id=id, correct=correct, sure=sure), "quiz")
    with_clock.record_answer(answered(lesson="perceptron", id="of-old"), "quiz")
    writer = Writer(with_clock)
    yield Services(Catalog(PACK), with_clock, writer, IdleWorker(), clock, seed=7)
    writer.close()
    with_clock.close()


async def looked(app: TutorApp) -> None:
    with suppress(WorkerCancelled):  # a look that a newer one took the place of
        await app.workers.wait_for_complete()


async def test_home_says_what_is_due_and_one_key_opens_it(later: Services, clock: Clock) -> None:
    clock.at = MONDAY + timedelta(days=9)
    async with (app := TutorApp(later)).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await looked(app)
        await pilot.pause()
        assert "Review: 3 questions due, about 1 minute: v" in shown(app)
        await pilot.press("v")
        await pilot.pause()
        await looked(app)
        await pilot.pause()
        text = shown(app)
        assert "Question 1 of 3" in text
        assert "The rule always settles." in text, "what one was sure of and had wrong comes first"


async def test_a_whole_review(later: Services, clock: Clock) -> None:
    clock.at = MONDAY + timedelta(days=9)
    async with (app := TutorApp(later, OpenReview())).run_test(size=(80, 24)) as pilot:
        await looked(app)
        await pilot.pause()
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
        await pilot.pause()
        await looked(app)
        await pilot.pause()
        assert "Nothing is due. The next question comes up in" in shown(app)
        await pilot.press("q")
        await pilot.pause()
        assert isinstance(app.screen, QuizScreen)
        await pilot.press("escape", "escape")
        await pilot.pause()
        await looked(app)
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen)
        assert "due" not in shown(app)
    rows = later.store._connection.execute(
        "SELECT question, mode FROM answer WHERE mode = 'review'"
    ).fetchall()
    assert sorted(rows) == [("always", "review"), ("gate", "review"), ("linear", "review")]


async def test_a_review_left_in_the_middle_has_kept_its_answers(later: Services, clock: Clock) -> None:
    clock.at = MONDAY + timedelta(days=9)
    async with (app := TutorApp(later, OpenReview(2))).run_test(size=(80, 24)) as pilot:
        await looked(app)
        await pilot.pause()
        assert "3 questions due, the first 2 take about 1 minute" in shown(app)
        await pilot.press("b", "e")
        await pilot.pause()
        assert isinstance(app.screen, LessonScreen)
        await pilot.press("escape", "escape")
        await pilot.pause()
        await looked(app)
        await pilot.pause()
        assert "Review: 2 questions due" in shown(app)


async def test_nothing_due_on_the_day_itself(later: Services) -> None:
    async with (app := TutorApp(later, OpenReview())).run_test(size=(80, 24)) as pilot:
        await looked(app)
        await pilot.pause()
        assert isinstance(app.screen, ReviewScreen)
        assert "Nothing is due. The next question comes up in 20 hours." in shown(app)


async def test_lessons_that_were_not_read_ask_nothing(services: Services) -> None:
    services.store.record_answer(answered(lesson="winter", id="old", correct=False), "quiz")
    much_later = replace(services, now=lambda: datetime(2090, 1, 1, tzinfo=UTC))
    async with (app := TutorApp(much_later, OpenReview())).run_test(size=(80, 24)) as pilot:
        await looked(app)
        await pilot.pause()
        assert "A question comes up for review some days after" in shown(app)
