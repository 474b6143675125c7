"""Finding lessons: by how people name them, and in the packs of the user and of the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.content.pack import files, write
from tutor.content.catalog import Catalog
from tutor.content.fault import PackError
from tutor.errors import InputError, UsageError


@pytest.mark.parametrize("text", ["second", "2", "s", "SECOND", " sec "])
def test_a_lesson_is_found_by_id_number_or_beginning(pack: Path, text: str) -> None:
    lesson = Catalog.open(pack).find(text)
    assert (lesson.id, lesson.number) == ("second", 2)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("secnd", "no lesson is called 'secnd'", "did you mean second?"),
        ("0", "no lesson is called '0'", "there are: first, second"),
        ("3", "no lesson is called '3'", "there are: first, second"),
        ("9" * 5000, f"no lesson is called '{'9' * 60}'", "there are: first, second"),
        ("²", "no lesson is called '²'", "there are: first, second"),
        ("", "no lesson is called ''", "there are: first, second"),
        ("\x1b[2Jzzz", "no lesson is called '[2Jzzz'", "there are: first, second"),
    ],
)
def test_an_unknown_lesson_is_answered_with_near_ones(pack: Path, text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        Catalog.open(pack).find(text)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_an_ambiguous_beginning_names_the_choice(pack: Path) -> None:
    texts = files(second="fir-tree")
    catalog = Catalog.open(write(pack.parent / "trees", texts))
    with pytest.raises(UsageError) as caught:
        catalog.find("fi")
    assert caught.value.message == "more than one lesson begins with 'fi'"
    assert caught.value.hint == "choose: first, fir-tree"
    assert catalog.find("fir-").id == "fir-tree"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("first", "gate"), ("1/net", "net"), ("first/2", "net"), ("f/n", "net"), ("second/gate", "gate")],
)
def test_an_experiment_is_found_within_its_lesson(pack: Path, text: str, expected: str) -> None:
    lesson, experiment = Catalog.open(pack).find_experiment(text)
    assert experiment.id == expected
    assert experiment in lesson.experiments


@pytest.mark.parametrize("text", ["first/nett", "first/", "first/gate/net", "third/gate", "/"])
def test_an_unknown_experiment_is_a_usage_error(pack: Path, text: str) -> None:
    with pytest.raises(UsageError):
        Catalog.open(pack).find_experiment(text)


def test_a_lesson_holds_what_its_files_say(pack: Path) -> None:
    lesson = Catalog.open(pack).find("first")
    assert [page.id for page in lesson.pages] == ["a-sum", "an-answer"]
    assert [page.line for page in lesson.pages] == [28, 42]
    assert [experiment.id for experiment in lesson.experiments] == ["gate", "net"]
    assert len(lesson.questions) == 9
    assert lesson.head.covers[0].sources == ["Ros58"]


def test_control_characters_do_not_pass_into_a_lesson(pack: Path) -> None:
    lesson = files()["first/lesson.md"].replace("What is above", "What \x9b31mis above")
    lab = files()["first/lab.toml"].replace("A unit learns AND.", "A \\u001b[31munit.")
    write(pack, {"first/lesson.md": lesson, "first/lab.toml": lab})
    read = Catalog.open(pack).find("first")
    assert read.experiments[0].about == "A [31munit."
    assert "> What 31mis above" in read.pages[1].body


def test_a_broken_pack_is_one_clear_line(pack: Path) -> None:
    write(pack, {"second/lab.toml": files()["second/lab.toml"].replace("epochs = 100", 'epochs = "x"')})
    with pytest.raises(PackError) as caught:
        Catalog.open(pack)
    line = files()["second/lab.toml"].split("\n").index("training = { epochs = 100, batch_size = 0 }") + 1
    key = "experiment[1].training.epochs"
    assert caught.value.message == f"{pack}/second/lab.toml:{line}: {key}: expected a whole number, got text"
    assert caught.value.hint == f"all faults of the pack: dltutor check {pack}"


@pytest.mark.parametrize("name", ["nowhere", "first"])
def test_a_path_without_a_pack_is_bad_input(pack: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"pack\.toml:1: missing"):
        Catalog.open(pack / name)


@pytest.fixture
def own(pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own pack of the lessons "mine" and "first"; the bundled one is the sound pack."""
    texts = files(second="mine")
    texts["first/lesson.md"] = texts["first/lesson.md"].replace("The first lesson", "My own first")
    monkeypatch.setattr("tutor.paths.bundled_lessons", lambda: pack)
    monkeypatch.setenv("DLTUTOR_DATA_DIR", str(tmp_path / "data"))
    return write(tmp_path / "data" / "lessons", texts)


def test_own_lessons_replace_the_bundled_ones_or_follow_them(own: Path) -> None:
    catalog = Catalog.open()
    assert [(lesson.number, lesson.title) for lesson in catalog.lessons] == [
        (1, "My own first"),
        (2, "The first lesson"),
        (3, "The first lesson"),
    ]
    assert [lesson.id for lesson in catalog.lessons] == ["first", "second", "mine"]
    assert catalog.problems == []


def test_a_broken_own_lesson_leaves_the_others_standing(own: Path) -> None:
    write(own, {"first/quiz.toml": "format_version = "})
    catalog = Catalog.open()
    assert [lesson.title for lesson in catalog.lessons] == ["The first lesson"] * 3
    assert catalog.problems == [f"{own}/first/quiz.toml:1: not TOML: Invalid value"]


@pytest.mark.parametrize(
    "text", ["x = [", 'format_version = 1\nid = "a"\ntitle = "b"\nlessons = ["../etc"]\n']
)
def test_a_broken_own_pack_leaves_the_bundled_lessons(own: Path, text: str) -> None:
    write(own, {"pack.toml": text})
    catalog = Catalog.open()
    assert [lesson.id for lesson in catalog.lessons] == ["first", "second"]
    assert len(catalog.problems) == 1


def test_no_pack_at_all_is_bad_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor.paths.bundled_lessons", lambda: tmp_path)
    monkeypatch.setenv("DLTUTOR_DATA_DIR", str(tmp_path))
    with pytest.raises(InputError, match="no lessons were found"):
        Catalog.open()
