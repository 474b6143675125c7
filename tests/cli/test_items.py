"""``dltutor progress --items``: a table, CSV and JSON over one log or a class's."""

from __future__ import annotations

import csv
import io
import json
from contextlib import closing
from pathlib import Path

import pytest

from tests.progress.samples import answered
from tutor.cli import main
from tutor.content.catalog import Catalog
from tutor.progress.store import Store

LESSON = "perceptron"


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DLTUTOR_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def learner(path: Path | None, *right: bool) -> Path:
    """A database in which one question of the lesson after the other was answered."""
    questions = Catalog.open().find(LESSON).questions
    with closing(Store.open(path)) as store:
        for question, correct in zip(questions, right, strict=False):
            store.record_answer(answered(correct=correct, lesson=LESSON, id=question.id, given=3.5), "exam")
        assert store.path is not None
        return store.path


def test_before_any_answer_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["progress", "--items"]) == 0
    assert capsys.readouterr().out == "No question has been answered yet.\n"
    assert main(["progress", "--items", "--csv"]) == 0
    assert capsys.readouterr().out.startswith("lesson,question,kind,page,prompt,learners,asked,")


def test_the_own_log_is_a_table_that_fits(capsys: pytest.CaptureFixture[str]) -> None:
    learner(None, True, False)
    assert main(["progress", "--items"]) == 0
    lines = capsys.readouterr().out.splitlines()
    first, second = Catalog.open().find(LESSON).questions[:2]
    assert lines[0] == LESSON
    assert lines[2].split()[:5] == [first.id, "1", "100", "%", "2"]
    assert lines[3].split()[:4] == [second.id, "1", "0", "%"]
    assert "First tries of 1 learner; median time to the answer." in lines
    assert max(map(len, lines)) <= 80


def test_a_class_is_merged_and_csv_and_json_say_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    patterns = [(True, True, True), (True, True, False), (True, False, True), (False, False, False)]
    files = [learner(tmp_path / f"{n}.sqlite3", *right) for n, right in enumerate([*patterns, (False, True)])]
    words = [
        "progress",
        "--items",
        "--from",
        *map(str, [*files, files[0]]),
    ]  # the same file twice counts once
    assert main([*words, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)["items"]
    assert main([*words, "--csv"]) == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["question"], row["asked"], row["right"]) for row in table] == [
        (item["question"], str(item["asked"]), str(item["right"])) for item in report
    ]
    first = report[0]
    assert (first["learners"], first["asked"], first["right"], first["right_share"]) == (5, 5, 3, 0.6)
    assert first["discrimination"] == pytest.approx(float(table[0]["discrimination"]))
    assert {"text": "3.5", "right": True, "count": 3} in first["choices"]
    assert "3 x 3.5 (right)" in table[0]["choices"]
    assert main(words) == 0
    assert "discr.: " in capsys.readouterr().out


def test_a_formula_in_an_answer_is_no_formula_in_a_spreadsheet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.sqlite3"
    with closing(Store.open(path)) as store:
        store.record_answer(answered(correct=False, lesson=LESSON, id="gone", given="=1+1"), "quiz")  # type: ignore[arg-type]
    assert main(["progress", "--items", "--csv", "--from", str(path)]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (row["distractor"], row["choices"]) == ("'=1+1", "1 x =1+1")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--from", "x"], "error: --from goes with --items"),
        (["--items", "--reset", "1"], "error: --items and --reset do not go together"),
        (["--items", "--from", "no-such-file"], "error: no-such-file: there is no such file"),
    ],
)
def test_what_makes_no_sense_is_one_clear_line(
    words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["progress", *words]) == 2
    assert capsys.readouterr().err.splitlines()[0] == complaint
