"""``dltutor quiz`` as a process of its own, through real pipes and terminals."""

from __future__ import annotations

import os
import pty
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from string import ascii_lowercase
from types import SimpleNamespace

import pytest

from tests.quiz.samples import right_answer
from tutor.cli import main
from tutor.content.catalog import Catalog
from tutor.content.questions import Posed, Trace
from tutor.lab.trace import pose
from tutor.paths import bundled_lessons
from tutor.progress.store import Store
from tutor.quiz.session import QuizSession, mix
from tutor.ui.messages import OpenQuiz

COMMAND = [sys.executable, "-m", "tutor", "quiz"]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DLTUTOR_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def ask(words: Sequence[str], typed: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *words], input=typed, capture_output=True, check=False)


def rows(data: Path) -> list[tuple[str, int, str]]:
    with closing(sqlite3.connect(data / "progress.sqlite3")) as connection:
        return connection.execute("SELECT lesson, correct, mode FROM answer ORDER BY id").fetchall()


def typed_for(question: Posed, shown: Sequence[int]) -> str:
    """What to type for the right answer."""
    answer = right_answer(question)
    if isinstance(answer, bool):
        return "t" if answer else "f"
    if isinstance(answer, frozenset | tuple):
        return "".join(ascii_lowercase[shown.index(index)] for index in answer)
    return ascii_lowercase[shown.index(int(answer))] if shown else str(answer)


def script(lesson: str, seed: int, count: int) -> bytes:
    """All right answers to the quiz that the seed gives."""
    rng = random.Random(seed)
    session = QuizSession(mix([Catalog.open().find(lesson)], rng, count), rng, lambda: 0.0)
    lines = []
    while not session.finished:
        if isinstance(session.current, Trace) and session.drawn is not None:
            session.pose(pose(session.current, session.drawn))
        posed = session.posed
        assert posed is not None
        lines.append(typed_for(posed, session.shown_options))
        session.answer(right_answer(posed))
        session.advance()
    return "\n".join(lines).encode()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_whole_quiz_through_a_pipe(data: Path, seed: int) -> None:
    done = ask(["perceptron", "--count", "6", "--seed", str(seed)], script("perceptron", seed, 6))
    assert done.returncode == 0
    assert done.stderr == b""
    assert b"6 of 6 right at the first try." in done.stdout
    assert rows(data) == [("perceptron", 1, "plain")] * 6


def test_no_escape_byte_and_no_long_line(data: Path) -> None:
    done = ask(["--plain", "1", "2", "3", "--seed", "5"], b"?\nzz\n\x1b[2J\n\xff\xfe\n" * 5)
    assert done.returncode == 0
    text = done.stdout.decode()
    assert all(character == "\n" or character.isprintable() for character in text)
    assert "expected" in text or "none of the letters" in text or "not a number" in text
    prose = [line for line in text.splitlines() if ": ?" not in line]
    assert max(map(len, prose)) <= 80


def test_the_end_of_input_ends_politely_with_everything_saved(data: Path) -> None:
    first, second, _ = script("perceptron", 3, 3).split(b"\n")
    done = ask(["perceptron", "--count", "3", "--seed", "3"], first + b"\n" + second)
    assert done.returncode == 0
    assert b"2 of 2 right at the first try.\n1 question is still open.\n" in done.stdout
    assert len(rows(data)) == 2


def test_without_standard_input_it_ends_at_once(data: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", '"$0" -m tutor quiz perceptron <&-', sys.executable], capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_letters_that_the_output_cannot_show_are_replaced(data: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [*COMMAND, "perceptron", "--count", "1"], input=b"", capture_output=True, env=environment, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def first_verdict(process: subprocess.Popen[bytes], answer: bytes) -> None:
    """Give the first answer and read until its feedback has been shown."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(answer + b"\n")
    process.stdin.flush()
    while b"Question 2" not in process.stdout.readline():
        pass


@pytest.mark.parametrize(("blow", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_an_answer_whose_feedback_was_shown_is_saved_however_the_quiz_ends(
    data: Path, blow: signal.Signals, status: int
) -> None:
    words = ["perceptron", "--count", "3", "--seed", "3"]
    pipe = subprocess.PIPE
    with subprocess.Popen([*COMMAND, *words], stdin=pipe, stdout=pipe, stderr=pipe) as process:
        first_verdict(process, script("perceptron", 3, 3).split(b"\n")[0])
        process.send_signal(blow)
        _, complaint = process.communicate(timeout=20)
    assert process.returncode == status
    assert b"Traceback" not in complaint
    assert rows(data) == [("perceptron", 1, "plain")]


def test_a_dumb_terminal_gets_the_quiz_line_by_line(data: Path) -> None:
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "perceptron", "--count", "1"],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env={**os.environ, "TERM": "dumb"},
    )
    os.write(controller, b"q\n")
    assert process.wait(timeout=20) == 0
    time.sleep(0.05)
    text = os.read(controller, 65536)
    os.close(terminal)
    os.close(controller)
    assert b"Question 1 of 1" in text
    assert b"\x1b" not in text


def test_before_anything_was_read_the_first_lesson_is_named(data: Path) -> None:
    done = ask([], b"")
    assert done.returncode == 2
    first = Catalog.open(bundled_lessons()).lessons[0].id
    assert done.stderr.decode() == (
        f"error: no lesson has been read to its end yet\nhint: name one, as in: dltutor quiz {first}\n"
    )


def test_without_a_name_it_asks_about_what_was_read(data: Path) -> None:
    lesson = Catalog.open().lessons[1]
    with closing(Store.open()) as store:
        for page in lesson.pages:
            store.mark_page(lesson.id, page.id)
    done = ask(["--seed", "1"], b"")
    assert f"{len(lesson.questions)} questions." in done.stdout.decode()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["no-such-lesson"], "no lesson is called 'no-such-lesson'"),
        (["--count", "0"], "whole number"),
        (["--count", "many"], "whole number"),
        (["--seed", "x"], "whole number"),
    ],
)
def test_bad_words_are_one_error_line_with_a_hint(data: Path, words: list[str], complaint: str) -> None:
    done = ask(words, b"")
    assert done.returncode == 2
    error, hint = done.stderr.decode().splitlines()
    assert error.startswith("error: ")
    assert complaint in error
    assert hint.startswith("hint: ")


def test_progress_that_cannot_be_kept_is_said_and_the_quiz_goes_on(data: Path) -> None:
    data.touch()  # a file where the directory should be
    done = ask(["perceptron", "--count", "1", "--seed", "3"], script("perceptron", 3, 1))
    assert done.returncode == 0
    assert done.stderr.startswith(b"note: Progress will be lost when you leave: ")
    assert b"1 of 1 right" in done.stdout


def test_with_a_screen_the_app_is_opened(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    monkeypatch.setattr("tutor.commands.quiz.has_screen", lambda: True)
    services = SimpleNamespace(catalog=Catalog.open(bundled_lessons()))
    monkeypatch.setattr("tutor.ui.run.run", lambda start: opened.append(start(services)) or 0)
    assert main(["quiz", "2", "backprop", "2", "--count", "5"]) == 0
    assert opened == [OpenQuiz((services.catalog.lessons[1].id, "backprop"), 5)]
    assert main(["quiz"]) == 2
