"""``dltutor progress``: table, JSON, CSV, and forgetting a lesson."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.progress.samples import answered, result
from tutor.cli import main
from tutor.content.catalog import Catalog
from tutor.progress.store import Store


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner who has read the first lesson, run an experiment twice, and answered two questions."""
    monkeypatch.setenv("DLTUTOR_DATA_DIR", str(tmp_path / "data"))
    lesson = Catalog.open().lessons[0]
    with closing(Store.open()) as store:
        for page in lesson.pages:
            store.mark_page(lesson.id, page.id)
        store.record_run(result(lesson.id, lesson.experiments[0].id, reached=True), 1, 1)
        store.record_run(result(lesson.id, lesson.experiments[0].id), 0, 1)
        for question, correct in zip(lesson.questions, (True, False), strict=False):
            row = answered(correct=correct, lesson=lesson.id, id=question.id)
            store.record_answer(row, "lesson")
    return tmp_path / "data"


def dltutor(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tutor", "progress", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_table_shows_each_lesson_on_a_line_that_fits(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["progress"]) == 0
    lines = capsys.readouterr().out.splitlines()
    lessons = Catalog.open().lessons
    assert lines[0].split() == ["lesson", "state", "pages", "runs", "predicted", "quiz", "mastery", "due"]
    first = lessons[0]
    share = f"{100 / len(first.questions):.0f}"
    pages = f"{len(first.pages)}/{len(first.pages)}"
    assert lines[1].split()[:8] == ["1", first.id, "practised", pages, "2", "1/2", share, "%"]
    known = f"{200 / len(first.questions):.0f}"
    assert lines[1].split()[8:] == [known, "%", "-"], "two were answered just now: both would be recalled"
    assert lines[2].split()[1:3] == [lessons[1].id, "new"]
    assert lines[-2] == f"0 of {len(lessons)} lessons done."
    assert max(map(len, lines)) <= 80


def test_json_and_csv_say_the_same(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["progress", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert main(["progress", "--csv"]) == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    as_text = [
        {key: "" if value is None else str(value) for key, value in row.items()} for row in report["lessons"]
    ]
    assert table == as_text
    first = report["lessons"][0]
    assert (first["state"], first["runs"], first["goals_reached"]) == ("practised", 2, 1)
    assert (first["predictions_right"], first["predictions"]) == (1, 2)
    assert (first["questions_right"], first["questions_answered"]) == (1, 2)
    assert first["last_visit"].endswith("+00:00")
    assert report["summary"]["answers"] == 2
    assert first["mastery"] == round(2 / first["questions"], 4)
    assert (first["due"], report["summary"]["due"]) == (0, 0)
    assert first["next_due"] > first["last_visit"]
    topics = [topic for topic in report["topics"] if topic["lesson"] == first["lesson"]]
    assert sum(topic["questions"] for topic in topics) == first["questions"]
    assert sum(topic["questions_answered"] for topic in topics) == 2
    assert report["summary"]["mastery_over_time"][-1]["mastery"] == report["summary"]["mastery"] > 0
    assert report["lessons"][1]["quiz_best"] is None


def test_output_through_a_pipe_has_no_escape_byte(data: Path) -> None:
    for words in ([], ["--json"], ["--csv"]):
        done = dltutor(*words)
        assert (done.returncode, done.stderr) == (0, "")
        assert "\x1b" not in done.stdout


def test_a_reset_without_a_terminal_needs_a_yes(data: Path) -> None:
    first = Catalog.open().lessons[0].id
    done = dltutor("--reset", "1")
    assert done.returncode == 2
    assert done.stderr == f"error: resetting needs a yes\nhint: dltutor progress --reset {first} --yes\n"
    with closing(Store.open()) as store:
        assert store.summary().runs == 2
        assert dltutor("--reset", "1", "--yes").returncode == 0
        assert (store.summary().runs, store.summary().answers, store.summary().pages_seen) == (0, 0, 0)


@pytest.mark.parametrize(("typed", "left"), [("y\n", 0), ("yes\n", 0), ("\n", 2), ("n\n", 2), ("\x04", 2)])
def test_on_a_terminal_it_asks(data: Path, typed: str, left: int) -> None:
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "tutor", "progress", "--reset", "1"],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    )
    os.write(controller, typed.encode())
    assert process.wait(timeout=20) == 0
    text = os.read(controller, 65536).decode()
    os.close(terminal)
    os.close(controller)
    assert "This cannot be undone." in text
    assert ("Nothing was changed." in text) == (left > 0)
    with closing(Store.open()) as store:
        assert store.summary().runs == left


def test_an_unknown_lesson_is_not_forgotten(data: Path) -> None:
    done = dltutor("--reset", "no-such-lesson", "--yes")
    assert done.returncode == 2
    assert done.stderr.startswith("error: no lesson is called 'no-such-lesson'\nhint: ")


def test_where_progress_cannot_be_kept_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").touch()
    monkeypatch.setenv("DLTUTOR_DATA_DIR", str(tmp_path / "data"))
    done = dltutor("--json")
    assert done.returncode == 0
    assert done.stderr.startswith("note: Progress will be lost when you leave: ")
    assert {row["state"] for row in json.loads(done.stdout)["lessons"]} == {"new"}
    refused = dltutor("--reset", "1", "--yes")
    assert refused.returncode == 1
    assert refused.stderr.startswith("error: nothing can be forgotten")


def test_exported_and_imported_elsewhere(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    done = dltutor("--export", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 answers, 2 runs" in done.stdout
    again = dltutor("--export", str(file))
    assert again.returncode == 2 and "there is a file" in again.stderr
    elsewhere = dict(os.environ, DLTUTOR_DATA_DIR=str(tmp_path / "other"))
    for added in ("2 answers, 2 runs", "0 answers, 0 runs"):
        done = subprocess.run(
            [sys.executable, "-m", "tutor", "progress", "--import", str(file)],
            capture_output=True,
            text=True,
            check=False,
            env=elsewhere,
        )
        assert done.returncode == 0 and f"New from {file}: {added}" in done.stdout


def test_importing_what_is_no_progress(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("{}")
    assert main(["progress", "--import", str(tmp_path / "file")]) == 2
    assert "holds no progress of dltutor" in capsys.readouterr().err
    assert main(["progress", "--import", str(tmp_path / "none")]) == 1
    assert "no such file" in capsys.readouterr().err
    assert main(["progress", "--items", "--import", "x"]) == 2
