"""``dltutor check``: what it prints and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.content.pack import files, write
from tutor.cli import main

BUNDLED = Path(__file__).resolve().parents[2] / "lessons"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A sound pack whose experiments the engine can build."""
    return write(tmp_path / "pack", files())


def test_a_sound_pack(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(pack)]) == 0
    assert capsys.readouterr().out == "2 lessons, 0 faults\n"


def test_a_single_lesson(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(pack / "second")]) == 0
    assert capsys.readouterr().out == "1 lesson, 0 faults\n"


def test_each_fault_is_a_line_with_file_line_and_key(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lab = files()["first/lab.toml"].replace('name = "gate", options = { gate = "xor" }', 'name = "gaet"')
    write(pack, {"first/lab.toml": lab, "notes.txt": ""})
    assert main(["check", str(pack)]) == 1
    first, second, end = capsys.readouterr().out.splitlines()
    line = lab.split("\n").index('id = "net"')
    assert first.startswith(f"{pack}/first/lab.toml:{line}: experiment[1]: cannot be built: ")
    assert "gaet" in first
    assert second == f"{pack}/notes.txt:1: a stray file"
    assert end == "2 lessons, 2 faults"


def test_a_stop_that_cannot_be_built_is_named(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lab = files()["first/lab.toml"].replace('values = ["and", "or"]', 'values = ["and", "or", "maybe"]')
    write(pack, {"first/lab.toml": lab})
    assert main(["check", str(pack)]) == 1
    out = capsys.readouterr().out
    assert "experiment[0]: cannot be built: with data.gate = maybe: " in out
    assert out.endswith("2 lessons, 1 fault\n")


def test_a_fault_cannot_steer_the_terminal(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lab = files()["first/lab.toml"].replace('id = "net"', 'id = "\\u001b]52;c;x\\u0007\\u202e"')
    write(pack, {"first/lab.toml": lab, "\x1b[2J.txt": ""})
    assert main(["check", str(pack)]) == 1
    assert capsys.readouterr().out.replace("\n", "").isprintable()


def test_the_trace_lists_each_row_with_its_lesson(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--trace", str(pack)]) == 0
    assert capsys.readouterr().out == (
        " row  lesson  what the slides say -> what is so [sources]\n"
        "   1  first   It learns. -> From mistakes. [Ros58]\n"
        "   2  first   It is new. -> It was.\n"
        "  11  second  It learns. -> From mistakes. [Ros58]\n"
        "  12  second  It is new. -> It was.\n"
        "2 lessons, 0 faults\n"
    )


def with_rows(pack: Path, rows: int) -> Path:
    return write(pack, {"pack.toml": f"{files()['pack.toml']}trace_rows = {rows}\n"})


def test_each_row_that_no_lesson_teaches_is_named(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--trace", str(with_rows(pack, 12))]) == 1
    *untaught, end = [line for line in capsys.readouterr().out.splitlines() if "->" not in line]
    assert [line.split(": ")[-1] for line in untaught] == [
        f"row {row} of the trace table is in no lesson's covers" for row in range(3, 11)
    ]
    assert untaught[0].startswith(f"{pack}/pack.toml:5: trace_rows: ")
    assert end == "2 lessons, 8 faults"
    assert main(["check", str(pack)]) == 0, "only who asks for the table is told"


@pytest.mark.parametrize("rows", [11, 1])
def test_a_row_beyond_the_table_is_a_fault(pack: Path, rows: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(with_rows(pack, rows))]) == 1
    last = capsys.readouterr().out.splitlines()[-2]
    message = f"covers[1].row: the trace table has the rows 1 to {rows}, and no 12"
    assert last == f"{pack}/second/lesson.md:15: {message}"


@pytest.mark.parametrize("rows", [-1, 10**15])
def test_a_table_of_impossible_length(pack: Path, rows: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--trace", str(with_rows(pack, rows))]) == 1
    assert "pack.toml:5: trace_rows: must lie between 0 (no table) and 10,000" in capsys.readouterr().out


def test_a_single_lesson_answers_for_no_table(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--trace", str(with_rows(pack, 12) / "second")]) == 0


@pytest.mark.parametrize("name", ["", "pack/pack.toml", "pack/nowhere"])
def test_what_is_no_pack_is_bad_input(pack: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(pack.parent / name)]) == 2
    error, hint = capsys.readouterr().err.splitlines()
    assert error.startswith(f"error: {pack.parent / name} ")
    assert hint == "hint: give the folder of a lesson pack or of one lesson"


def test_the_bundled_lessons_are_sound_and_teach_every_row(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--trace", str(BUNDLED)]) == 0
    assert capsys.readouterr().out.endswith(" lessons, 0 faults\n")


CHART = """
[[question]]
kind = "chart"
id = "which-run"
prompt = "Which net is it?"
explanation = "More units, more ways down."
page = "a-sum"
experiment = "net"
curves = ["loss"]
options = [
  { text = "two units", feedback = "Slow.", set = { hidden_units = 2 } },
  { text = "four units", feedback = "Faster.", set = { hidden_units = 4 } },
  { text = "as it comes", feedback = "Four.", set = {} },
]
"""


def test_record_trains_what_the_charts_show(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quiz = pack / "first" / "quiz.toml"
    quiz.write_text(quiz.read_text() + CHART)
    assert main(["check", str(pack)]) == 1
    missing = "its curves are not recorded, or not those: run dltutor check --record on the lesson"
    assert missing in capsys.readouterr().out
    assert main(["check", str(pack), "--record"]) == 0
    assert capsys.readouterr().out == "2 lessons, 0 faults\n"
    assert (pack / "first" / "charts.toml").read_text().count("[[chart]]") == 3
    quiz.write_text(quiz.read_text().replace("which-run", "another"))
    assert main(["check", str(pack)]) == 1
    assert "chart[0].question: no chart question is 'which-run'" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('experiment = "net"\ncurves', "curves", "experiment: missing: which experiment was run?"),
        ("hidden_units = 2 }", "hidden_units = 3 }", "options[0].set.hidden_units: the knob has no value 3"),
        ('curves = ["loss"]', "curves = []", "curves: needs at least one"),
    ],
)
def test_what_is_wrong_with_a_chart_question_is_named(
    pack: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, fault: str
) -> None:
    quiz = pack / "first" / "quiz.toml"
    quiz.write_text(quiz.read_text() + CHART.replace(old, new))
    assert main(["check", str(pack)]) == 1
    assert f"question[9].{fault}" in capsys.readouterr().out
