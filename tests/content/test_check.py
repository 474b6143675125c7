"""Each way to break a sound pack gives exactly the fault that names it, where it stands."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.content.mutations import ALL, LAB, MD, QUIZ, Break
from tests.content.pack import files, write
from tutor.content import files as content_files
from tutor.content.check import check_pack, inspect
from tutor.content.fault import Fault
from tutor.content.files import MAX_BYTES
from tutor.content.model import Experiment
from tutor.errors import EngineError, InputError


def test_the_sound_pack_and_each_of_its_lessons_have_no_faults(pack: Path) -> None:
    assert check_pack(pack) == []
    assert check_pack(pack / "first") == []
    assert check_pack(pack / "second") == []


@pytest.mark.parametrize("broken", ALL, ids=lambda one: f"{one.file} {one.key} {one.message}"[:70])
def test_one_break_gives_one_fault(pack: Path, broken: Break) -> None:
    before = files()[broken.file]
    assert broken.old in before
    after = before.replace(broken.old, broken.new, 1)
    write(pack, {broken.file: after})
    assert check_pack(pack) == [broken.expected(after)]


def test_several_faults_are_all_named_in_the_order_of_the_files(pack: Path) -> None:
    quiz = (
        files()[QUIZ]
        .replace('page = "a-sum"', 'page = "nowhere"')
        .replace("tolerance = 0.5", "tolerance = []")
    )
    write(pack, {QUIZ: quiz, LAB: files()[LAB].replace("epochs = 50", "epochs = 0")})
    keys = [fault.key for fault in check_pack(pack)]
    assert keys == [
        "experiment[0].training.epochs",
        "question[0].page",
        "question[1].page",
        "question[2].tolerance",
        "question[4].page",
        "question[5].page",
        "question[7].page",
    ]


def test_a_prerequisite_must_come_before(pack: Path) -> None:
    write(pack, {"pack.toml": files()["pack.toml"].replace('["first", "second"]', '["second", "first"]')})
    assert check_pack(pack) == [
        Fault("second/lesson.md", 17, "prerequisites[0]", "'first' comes later in the pack")
    ]


def test_prerequisites_must_not_run_in_a_circle(pack: Path) -> None:
    write(pack, {MD: files()[MD].replace("prerequisites = []", 'prerequisites = ["second"]')})
    circular = [(fault.file, fault.line, fault.message) for fault in check_pack(pack)]
    assert circular == [
        (MD, 17, "circular: first needs second needs first"),
        ("second/lesson.md", 17, "circular: second needs first needs second"),
    ]


def test_folders_and_files_that_belong_to_nothing_are_named(pack: Path) -> None:
    write(
        pack, {"third/lesson.md": "", "notes.txt": "", "first/lesson.md~": "", ".hidden": "", "README.md": ""}
    )
    assert [(fault.file, fault.message) for fault in check_pack(pack)] == [
        ("first/lesson.md~", "a stray file: a lesson is lesson.md, lab.toml and quiz.toml"),
        ("notes.txt", "a stray file"),
        ("third", "a folder without an entry in pack.toml"),
    ]


@pytest.mark.parametrize("name", ["..", "../pack", "first/", "/etc", ""])
def test_a_lesson_is_named_by_its_folder_alone(pack: Path, name: str) -> None:
    write(pack, {"pack.toml": files()["pack.toml"].replace('"second"', f'"{name}", "second"')})
    assert {fault.key for fault in check_pack(pack)} == {"lessons[1]"}


NO_FRONT_MATTER = "must begin with a line +++, the front matter in TOML and again +++"
SHAPES = [
    ("", 1, "", NO_FRONT_MATTER),
    ("\n" + files()[MD], 1, "", NO_FRONT_MATTER),
    (files()[MD].replace("+++\n\n", "\n"), 1, "", NO_FRONT_MATTER),
    (files()[MD].split("\n## ")[0], 1, "", "no pages: write sections that begin with a line '## Title'"),
    (files()[MD] + "\n## −−\n\nText.\n", 63, "", "a page's title needs letters or digits"),
    (
        files()[MD] + "\n## Many words\n" + "word " * 2100,
        63,
        "many-words",
        "a page of more than 10000 characters",
    ),
    (files()[MD] + "\n## Page\n\nText.\n" * 99, 455, "", "more than 100 pages"),
]


@pytest.mark.parametrize(("text", "line", "key", "message"), SHAPES, ids=lambda value: str(value)[-40:])
def test_a_lesson_is_front_matter_and_pages(pack: Path, text: str, line: int, key: str, message: str) -> None:
    write(pack, {MD: text})
    assert Fault(MD, line, key, message) in check_pack(pack)


def test_without_front_matter_nothing_else_is_blamed(pack: Path) -> None:
    write(pack, {MD: "Hello\n"})
    assert check_pack(pack) == [Fault(MD, 1, "", NO_FRONT_MATTER)]


@pytest.mark.parametrize("name", ["first/lesson.md", "first/lab.toml", "first/quiz.toml"])
def test_a_missing_file_is_named(pack: Path, name: str) -> None:
    (pack / name).unlink()
    faults = check_pack(pack)
    assert Fault(name, 1, "", "missing") in faults


def test_a_file_that_is_not_utf8_is_named_with_its_line(pack: Path) -> None:
    write(pack, {LAB: files()[LAB].replace("Downhill.", "Bergab für", 1).encode("latin-1")})
    line = files()[LAB].split("\n").index('feedback = "Downhill."') + 1
    assert check_pack(pack) == [Fault(LAB, line, "", "not UTF-8: save the file in that encoding")]


def test_windows_line_ends_and_a_byte_order_mark_are_welcome(pack: Path) -> None:
    windows = {name: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode() for name, text in files().items()}
    assert check_pack(write(pack, windows)) == []


def test_lines_are_right_with_windows_line_ends(pack: Path) -> None:
    text = files()[QUIZ].replace('page = "an-answer"', 'page = "x"', 1)
    write(pack, {QUIZ: text.replace("\n", "\r\n").encode()})
    (fault,) = check_pack(pack)
    assert fault.line == text.split("\n").index('page = "x"') + 1


def test_a_lesson_reads_no_table_of_the_machine(pack: Path) -> None:
    gate = '"gate", options = { gate = "and" }'
    write(pack, {LAB: files()[LAB].replace(gate, '"csv", options = { file = "mine.csv", target = "y" }', 1)})
    (fault,) = check_pack(pack)
    assert (fault.key, fault.message) == (
        "experiment[0].data.name",
        "a lesson reads no files: csv is for the bench",
    )


def test_a_file_too_large_is_refused(pack: Path) -> None:
    write(pack, {QUIZ: files()[QUIZ] + "#" * MAX_BYTES})
    assert check_pack(pack) == [Fault(QUIZ, 1, "", "larger than 256 KiB")]


def test_links_out_of_the_pack_are_not_followed(pack: Path, tmp_path: Path) -> None:
    outside = tmp_path / "quiz.toml"
    outside.write_text(files()[QUIZ])
    (pack / QUIZ).unlink()
    (pack / QUIZ).symlink_to(outside)
    assert check_pack(pack) == [Fault(QUIZ, 1, "", "a link that leads out of the pack's folder")]


def test_links_within_the_pack_are_followed(pack: Path) -> None:
    (pack / QUIZ).unlink()
    (pack / QUIZ).symlink_to(pack / "second/quiz.toml")
    assert check_pack(pack) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_waited_for(pack: Path) -> None:
    (pack / QUIZ).unlink()
    os.mkfifo(pack / QUIZ)
    assert check_pack(pack) == [Fault(QUIZ, 1, "", "not a regular file")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("kind", ["pipe", "link"])
def test_what_is_exchanged_between_a_look_and_the_reading_is_refused(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    look = content_files._refusal

    def exchange(root: Path, place: Path) -> str:
        said = look(root, place)
        if place.name == Path(QUIZ).name:
            place.unlink()
            os.mkfifo(place) if kind == "pipe" else place.symlink_to(tmp_path / "secret")
        return said

    monkeypatch.setattr(content_files, "_refusal", exchange)
    (tmp_path / "secret").write_text(files()[QUIZ])
    fault = check_pack(pack)[0]
    assert fault.file == QUIZ and fault.message.startswith("cannot be read: ")


def test_an_experiment_that_cannot_be_built_is_named(pack: Path) -> None:
    def validate(experiment: Experiment) -> None:
        if experiment.kind == "network":
            raise EngineError("no data set is called 'gate'")

    line = files()[LAB].split("\n").index('id = "net"')
    message = "cannot be built: no data set is called 'gate'"
    assert check_pack(pack, validate) == [
        Fault(name, line, "experiment[1]", message) for name in ("first/lab.toml", "second/lab.toml")
    ]


@pytest.mark.parametrize("name", ["nowhere", "pack.toml", ""])
def test_what_is_no_pack_is_bad_input(pack: Path, name: str) -> None:
    with pytest.raises(InputError):
        check_pack(pack / name if name else pack.parent)


def test_a_single_lesson_may_be_named_from_within(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(pack / "first")
    inspection = inspect(Path())
    assert inspection.root == pack.resolve()
    assert inspection.faults == []
