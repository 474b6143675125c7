"""``dltutor exam`` as a process of its own, through real pipes: answers, report, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from tutor.cli import main

COMMAND = [sys.executable, "-m", "tutor", "exam"]


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DLTUTOR_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def sit(words: Sequence[str], typed: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *words], input=typed, capture_output=True, check=False)


def rows(data: Path) -> list[tuple[str, str, int]]:
    with closing(sqlite3.connect(data / "progress.sqlite3")) as connection:
        return connection.execute("SELECT lesson, mode, first_try FROM answer ORDER BY id").fetchall()


def test_a_whole_exam_through_a_pipe(data: Path) -> None:
    """Whatever the kind, one of these lines is an answer: the others are refused, and it is asked again."""
    typed = b"a\nt\n0\nabc\nabcd\nabcde\n" * 40
    done = sit(["perceptron", "--count", "4", "--minutes", "9", "--seed", "1"], typed)
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode()
    assert "4 questions, 9:00." in text
    assert "Question 4 of 4, 9:00 left" in text or "Question 4 of 4, 8:5" in text
    assert all(character == "\n" or character.isprintable() for character in text)
    assert rows(data) == [("perceptron", "exam", 1)] * 4
    markdown, report = sorted((data / "reports").iterdir(), key=lambda path: path.suffix, reverse=True)
    assert f"The report is {markdown}, and {report.name} beside it." in text
    assert json.loads(report.read_text())["tally"]["answered"] == 4
    assert markdown.read_text().startswith("# Exam, ")


def test_the_end_of_input_ends_politely_with_everything_saved(data: Path, tmp_path: Path) -> None:
    report, raw = tmp_path / "r.md", tmp_path / "r.json"
    done = sit(["perceptron", "--count", "3", "-o", str(report), "--json", str(raw)], b"\n\n")
    assert (done.returncode, done.stderr) == (0, b"")
    assert f"The report is {report}, and r.json beside it.\n" in done.stdout.decode()
    assert json.loads(raw.read_text())["ending"] == "handed in"
    assert not (data / "reports").exists()


def test_an_answer_is_saved_however_the_exam_ends(data: Path) -> None:
    pipe = subprocess.PIPE
    words = ["perceptron", "--count", "30", "--seed", "3"]
    with subprocess.Popen([*COMMAND, *words], stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"a\nt\n0\nabc\nabcd\nabcde\n" * 5)
        process.stdin.flush()
        while b"Noted." not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=20)
    assert rows(data)[0] == ("perceptron", "exam", 1)


def test_a_report_that_cannot_be_written_is_shown_and_named(data: Path) -> None:
    data.mkdir()
    (data / "reports").touch()
    done = sit(["perceptron", "--count", "1"], b"")
    assert done.returncode == 1
    assert b"0 of 1 right, 0 % of the points. 1 left out." in done.stdout
    assert done.stderr.decode().splitlines() == [
        "error: the report could not be written: file exists",
        "hint: name a file: -o REPORT.md",
    ]


def test_before_anything_was_read_the_first_lesson_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exam", "--plain"]) == 2
    assert "hint: name one, as in: dltutor exam " in capsys.readouterr().err


def test_a_report_is_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "r.md").write_text("mine")
    with pytest.raises(SystemExit, match="2"):
        main(["exam", "perceptron", "-o", str(tmp_path / "r.md")])
    assert "there is a file" in capsys.readouterr().err
    assert (tmp_path / "r.md").read_text() == "mine"


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_reports_are_for_their_owner(data: Path) -> None:
    sit(["perceptron", "--count", "1"], b"")
    assert (data / "reports").stat().st_mode & 0o077 == 0
