"""The exam by keyboard: against the clock, in any order, handed in, reported."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.ui.pack import NUMERIC, SINGLE, TRUEFALSE, lesson
from tests.ui.seen import settle, shown
from tutor.content.catalog import Catalog
from tutor.content.pack import Pack
from tutor.content.questions import Question
from tutor.progress.store import Store
from tutor.ui.app import TutorApp
from tutor.ui.messages import OpenExam
from tutor.ui.services import Services
from tutor.ui.widgets.exam import ExamView
from tutor.ui.widgets.page import ReadView


class Clock:
    """Tells the time that a test sets."""

    def __init__(self) -> None:
        self.at = 50.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DLTUTOR_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def examined(
    services: Services, *questions: Question, now: Clock | None = None, opening: OpenExam | None = None
) -> TutorApp:
    """The app, before an exam with just these questions."""
    pack = Pack("tests", "Tests", [lesson(1, "perceptron", "The perceptron", list(questions))])
    built = replace(services, catalog=Catalog(pack), clock=now or Clock())
    return TutorApp(built, opening or OpenExam(("perceptron",)))


def view(app: TutorApp) -> ExamView:
    return app.screen.query_one(ExamView)


def keys(app: TutorApp, right: bool = True) -> Sequence[str]:
    """What to press for the open question's answer."""
    sitting = view(app).exam
    if sitting.current == NUMERIC:
        return ["minus", "1", "enter"] if right else ["9", "enter"]
    if sitting.current == TRUEFALSE:
        return ["b"] if right else ["a"]
    return ["abc"[sitting.shown_options[sitting.at].index(0 if right else 1)]]


async def test_an_exam_from_its_beginning_to_its_report(services: Services, store: Store, data: Path) -> None:
    app = examined(services, SINGLE, TRUEFALSE, NUMERIC)
    async with app.run_test(size=(80, 24)) as pilot:
        text = await settle(pilot, "enter: begin")
        assert "3 questions, 3 minutes, on: The perceptron" in text
        await pilot.press("enter")
        text = await settle(pilot, "3:00 left")
        assert "question 1 of 3, 0 answered" in text
        first = view(app).exam.current
        await pilot.press(*keys(app, right=False))
        text = await settle(pilot, "question 2 of 3, 1 answered")
        assert not any(sign in text for sign in ("✗", "✓", "right", "Why:")), "nothing is said about it"
        await pilot.press(*keys(app))
        await settle(pilot, "question 3 of 3, 2 answered")
        await pilot.press(*keys(app))
        text = await settle(pilot, "All 3 questions are answered.")
        await pilot.press("y")
        text = await settle(pilot, "The report is")
        assert "2 of 3 right, 67 % of the points." in text
        assert "To look at again" in text
        assert first.prompt[:40] in text
        await pilot.press("1")
        await pilot.pause()
        assert app.screen.query_one(ReadView).sheet.id == first.page
        await pilot.press("escape")
        await settle(pilot, "To look at again")
        await pilot.press("escape")
        await settle(pilot, "dltutor")
    services.writer.flush()
    assert (store.summary().answers, store.summary().answers_right) == (3, 2)
    (report,) = (data / "reports").glob("*.json")
    assert json.loads(report.read_text())["tally"]["right"] == 2


async def test_a_question_is_left_out_and_gone_back_to(services: Services) -> None:
    app = examined(services, SINGLE, TRUEFALSE, NUMERIC)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter", "pagedown")
        await settle(pilot, "question 2 of 3, 0 answered")
        await pilot.press(*keys(app))
        await settle(pilot, "question 3 of 3, 1 answered")
        await pilot.press("pagedown")
        await settle(pilot, "question 1 of 3")
        await pilot.press("escape")
        text = await settle(pilot, "2 of 3 questions are not answered: 1, 3.")
        assert "y: hand in" in text
        await pilot.press("escape")
        await settle(pilot, "question 1 of 3")
        await pilot.press(*keys(app))
        await settle(pilot, "question 3 of 3, 2 answered")
        await pilot.press("pageup")
        text = await settle(pilot, "question 2 of 3")
        assert "You answered: " in text
        await pilot.press(*keys(app, right=False))
        await settle(pilot, "question 3 of 3, 2 answered")
        assert not view(app).exam.answers[1].correct
        assert not view(app).exam.answers[1].first_try


async def test_what_was_entered_is_there_and_can_be_changed_after_the_page_before_the_end(
    services: Services,
) -> None:
    app = examined(services, NUMERIC)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter", "4", "2", "escape")
        await settle(pilot, "1 of 1 questions are not answered: 1.")
        await pilot.press("escape")
        await settle(pilot, "42")
        await pilot.press("enter")
        await settle(pilot, "All 1 questions are answered.")
        await pilot.press("escape")
        await settle(pilot, "You answered: 42")
        await pilot.press("0", "enter")
        await settle(pilot, "All 1 questions are answered.")
        assert view(app).exam.given == {0: 420.0}


async def test_the_time_runs_out(services: Services, store: Store) -> None:
    now = Clock()
    app = examined(services, SINGLE, TRUEFALSE, now=now, opening=OpenExam(("perceptron",), minutes=2))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await settle(pilot, "2:00 left")
        await pilot.press(*keys(app))
        now.at += 90.5
        await settle(pilot, "0:30 left")
        now.at += 29.5
        text = " ".join((await settle(pilot, "The exam is over")).split())
        assert "1 left out. 2:00 of 2:00 used. The time was up." in text
    services.writer.flush()
    assert store.summary().answers == 1


async def test_an_answer_in_the_moment_after_the_end_does_not_count(services: Services, store: Store) -> None:
    now = Clock()
    app = examined(services, TRUEFALSE, now=now)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        now.at += 61
        await pilot.press("b")
        await settle(pilot, "0 of 1 right")
    services.writer.flush()
    assert store.summary().answers == 0


async def test_the_report_goes_where_it_was_wished(services: Services, tmp_path: Path) -> None:
    opening = OpenExam(("perceptron",), markdown=tmp_path / "a.md", json=tmp_path / "a.json")
    app = examined(services, TRUEFALSE, opening=opening)
    async with app.run_test(size=(140, 40)) as pilot:
        await pilot.press("enter", "escape", "y")
        await settle(pilot, "a.json beside it.")
    assert (tmp_path / "a.md").read_text().startswith("# Exam")


async def test_a_report_that_cannot_be_written_is_named(services: Services, data: Path) -> None:
    data.touch()
    app = examined(services, TRUEFALSE)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter", "escape", "y")
        await settle(pilot, "! The report could not be written:")


async def test_home_opens_it_and_without_lessons_it_says_why_not(services: Services) -> None:
    async with (app := TutorApp(services)).run_test(size=(80, 24)) as pilot:
        await pilot.press("e")
        text = await settle(pilot, "You have not read a lesson to its end yet")
        await pilot.press("enter")
        await pilot.pause()
        assert not app.screen.query(ExamView)
        assert "begin" not in text


async def test_the_help_names_the_keys(services: Services) -> None:
    app = examined(services, TRUEFALSE)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter", "question_mark")
        text = shown(app)
        await pilot.pause()
        text = shown(app)
        for words in ("Leave this question out", "End the exam; you are asked first", "against the clock"):
            assert words in text
