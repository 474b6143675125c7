"""``dltutor notes``: the learner's own words, lesson by lesson."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tutor.cli import main
from tutor.content.catalog import Catalog
from tutor.progress.store import Store


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLTUTOR_DATA_DIR", str(tmp_path / "data"))
    lessons = Catalog.open().lessons
    with closing(Store.open(now=lambda: datetime(2026, 5, 1, 12, tzinfo=UTC))) as store:
        store.write_note("gone-lesson", "old")
        store.write_note(lessons[1].id, "\nsecond\x1b[2J\n\n- a list\n\n")
        store.write_note(lessons[0].id, "first")


@pytest.mark.usefixtures("written")
def test_notes_stand_in_the_order_of_the_lessons(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = Catalog.open().lessons[:2]
    assert main(["notes"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out == (
        f"# 1. {first.title}\n\n*2026-05-01*\n\nfirst\n\n"
        f"# 2. {second.title}\n\n*2026-05-01*\n\nsecond[2J\n\n- a list\n\n"
        "# gone-lesson\n\n*2026-05-01*\n\nold\n"
    )


@pytest.mark.usefixtures("written")
def test_chosen_notes_go_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.md"
    assert main(["notes", "1", "-o", str(path)]) == 0
    assert path.read_text().count("# ") == 1 and "first" in path.read_text()
    assert str(path) in capsys.readouterr().out


def test_no_notes_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DLTUTOR_DATA_DIR", str(tmp_path))
    assert main(["notes"]) == 0
    captured = capsys.readouterr()
    assert captured.out == "" and "press m in a lesson" in captured.err


def test_an_unknown_lesson_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["notes", "nonsense"]) == 2
    assert "nonsense" in capsys.readouterr().err
