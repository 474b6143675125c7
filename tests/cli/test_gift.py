"""``dltutor gift``: GIFT files in, GIFT files out, and what is said about them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.content.pack import files, write
from tutor.cli import main
from tutor.content.catalog import Catalog
from tutor.content.gift import read_gift

GIFT = "// a quiz\n\n" + "\n\n".join(
    f"::q{n}::Is {n} even?{{{'TF'[n % 2]}#No.#Yes.####Halve it.}}" for n in range(8)
)


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLTUTOR_DATA_DIR", str(tmp_path / "data"))


def test_an_imported_quiz_passes_the_checker_and_opens(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = write(tmp_path / "pack", files())
    lesson = Catalog.open(pack).lessons[0]
    quiz = pack / lesson.id / "quiz.toml"
    quiz.unlink()
    gift = tmp_path / "my.gift"
    gift.write_text(GIFT, encoding="utf-8")
    assert main(["gift", "import", str(gift), "-o", str(quiz), "--page", lesson.pages[0].id]) == 0
    out, err = capsys.readouterr()
    assert (out, err) == (f"Wrote {quiz}: 8 questions, 0 left out.\n", "")
    assert main(["check", str(pack / lesson.id)]) == 0
    assert [question.id for question in Catalog.open(pack).lessons[0].questions] == [
        f"q{n}" for n in range(8)
    ]


def test_what_is_left_to_do_is_said_line_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gift, quiz = tmp_path / "my.gift", tmp_path / "quiz.toml"
    gift.write_text("Essay{}\n\nChoose{=a ~b}\n", encoding="utf-8")
    assert main(["gift", "import", str(gift), "-o", str(quiz)]) == 0
    out, err = capsys.readouterr()
    assert out == f"Wrote {quiz}: 1 question, 1 left out.\n"
    assert err.splitlines() == [
        f"note: {gift}:1: left out: an essay, which no program can grade",
        "note: 2 answers had no feedback: what stands there now only says whether it is right",
        "note: 1 question with page = FILL-IN: write the id of the page that explains it, or take --page ID",
        f"note: {quiz}:3: question: 1 questions, and a lesson needs at least 8",
        f"note: {quiz}:10: question[0].options: needs at least 3 options",
    ]
    assert 'page = "FILL-IN"   # write the id of the page that explains it\n' in quiz.read_text()


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gift, quiz = tmp_path / "my.gift", tmp_path / "quiz.toml"
    gift.write_text(GIFT, encoding="utf-8")
    quiz.write_text("mine", encoding="utf-8")
    with pytest.raises(SystemExit, match="2"):
        main(["gift", "import", str(gift), "-o", str(quiz)])
    assert "there is a file" in capsys.readouterr().err
    assert quiz.read_text() == "mine"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "my.gift:1: missing"),
        (b"caf\xe9{T}", "my.gift:1: not UTF-8: save the file in that encoding"),
        (b"Just a text.\n", "holds no question that can be taken over"),
        (b"", "holds no question that can be taken over"),
    ],
)
def test_a_file_that_gives_nothing_is_one_clear_line(
    content: bytes | None, complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gift = tmp_path / "my.gift"
    if content is not None:
        gift.write_bytes(content)
    assert main(["gift", "import", str(gift), "-o", str(tmp_path / "q.toml")]) == 2
    errors = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert complaint in errors[0]
    assert not (tmp_path / "q.toml").exists()


def test_lessons_are_exported_to_a_file_or_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lessons = Catalog.open().lessons
    file = tmp_path / "all.gift"
    assert main(["gift", "export", "-o", str(file)]) == 0
    out, err = capsys.readouterr()
    assert out == f"Wrote {file}.\n"
    left_out = err.count("note: left out: ")
    read = read_gift(file.read_text(encoding="utf-8"))
    assert len(read.questions) + left_out == sum(len(lesson.questions) for lesson in lessons)
    assert {taken.category for taken in read.taken} == {f"dltutor/{lesson.id}" for lesson in lessons}
    assert main(["gift", "export", "3", lessons[2].id]) == 0
    printed = capsys.readouterr().out
    assert printed.count("$CATEGORY") == 1
    assert "\x1b" not in printed
