"""``dltutor review`` as a process of its own, through a pipe."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.test_quiz import typed_for
from tests.progress.samples import answered
from tests.quiz.samples import right_answer
from tutor.content.catalog import Catalog
from tutor.progress.store import Store
from tutor.quiz.deck import Deck
from tutor.quiz.due import what_is_due
from tutor.quiz.session import QuizSession

LONG_AGO = datetime.now(UTC) - timedelta(days=400)
COUNT = 4


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner who read the first lesson over a year ago and answered some of its questions."""
    monkeypatch.setenv("DLTUTOR_DATA_DIR", str(tmp_path / "data"))
    lesson = Catalog.open().lessons[0]
    with closing(Store.open(now=lambda: LONG_AGO)) as store:
        for page in lesson.pages:
            store.mark_page(lesson.id, page.id)
        for question in lesson.questions[:COUNT]:
            store.record_answer(answered(lesson=lesson.id, id=question.id), "lesson")
    return tmp_path / "data"


def review(typed: bytes, *words: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "tutor", "review", "--plain", "--seed", "3", *words]
    return subprocess.run(command, input=typed, capture_output=True, check=False)


def right_answers() -> list[bytes]:
    """What to type: the questions as the seed orders them, all answered right."""
    rng, now = random.Random(3), datetime.now(UTC).timestamp()
    with closing(Store.open()) as store:
        due = what_is_due(Deck(store).refresh(now), Catalog.open().lessons, now, rng)
    session = QuizSession(due.questions, rng, lambda: 0.0)
    lines = []
    while not session.finished:
        lines.append(typed_for(session.current, session.shown_options).encode())
        session.answer(right_answer(session.current))
        session.advance()
    return lines


def rows(data: Path) -> list[tuple[int, int]]:
    with closing(sqlite3.connect(data / "progress.sqlite3")) as connection:
        columns = "SELECT correct, sure FROM answer WHERE mode = 'review' ORDER BY id"
        return connection.execute(columns).fetchall()


def test_a_whole_review_through_a_pipe_and_then_nothing_is_due(data: Path) -> None:
    done = review(b"\n".join(right_answers()))
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"4 questions due, about 1 minute." in done.stdout
    assert b"4 of 4 right at the first try." in done.stdout
    assert b"\x1b" not in done.stdout
    assert rows(data) == [(1, 1)] * COUNT
    again = review(b"")
    assert again.returncode == 0
    assert b"Nothing is due. The next question comes up in" in again.stdout


def test_the_end_of_input_ends_politely_with_everything_saved(data: Path) -> None:
    first, second, *_ = right_answers()
    done = review(first + b"?\n" + second, "--count", "3")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"4 questions due, the first 3 take about 1 minute." in done.stdout
    assert b"You knew it, though you were not sure." in done.stdout
    assert b"2 of 2 right at the first try.\n1 question is still open.\n" in done.stdout
    assert rows(data) == [(1, 0), (1, 1)]


def test_before_the_first_quiz_nothing_is_due(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLTUTOR_DATA_DIR", str(tmp_path / "data"))
    done = review(b"")
    assert done.returncode == 0
    assert done.stdout.startswith(b"Nothing is due. A question comes up for review some days after")
