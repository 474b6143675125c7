"""Progress as a file: all of it, read in once however often, and nothing else let in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tests.progress.samples import answered, result
from tutor import kiosk
from tutor.errors import InputError, StoreError
from tutor.progress.exchange import read_document, write_document
from tutor.progress.rescue import places, rescue, save_elsewhere
from tutor.progress.store import MAX_NOTE, Store
from tutor.progress.writer import Writer

BEGIN = datetime(2026, 5, 1, 9, tzinfo=UTC)


class Clock:
    """A second later at each look."""

    def __init__(self, begin: datetime = BEGIN) -> None:
        self.at = begin

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


def used(path: Path, rows: range, begin: datetime = BEGIN) -> Store:
    store = Store.open(path, Clock(begin))
    for row in rows:
        store.record_answer(answered(row, given=frozenset({0, 2}), sure=row % 2 == 0, hints=row), "quiz")
        store.mark_page("xor", f"page-{row}")
    store.record_run(result(reached=True), 1, 2)
    store.write_note("xor", f"from {rows.start}\nĳ[red]")
    return store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(used(tmp_path / "one" / "progress.sqlite3", range(3))) as store:
        yield store


def there_and_back(store: Store, file: Path) -> None:
    write_document(store.document(), file)
    file_again = read_document(file)
    assert msgspec.json.encode(file_again) == msgspec.json.encode(store.document())


def test_everything_comes_back_and_twice_is_once(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "progress.json"
    there_and_back(store, file)
    assert file.stat().st_mode & 0o777 == 0o600
    with closing(Store.open(tmp_path / "two" / "progress.sqlite3")) as other:
        assert str(other.merge(read_document(file))) == "3 answers, 1 run, 3 pages, 1 note"
        assert str(other.merge(read_document(file))) == "0 answers, 0 runs, 0 pages, 0 notes"
        assert other.summary() == store.summary()
        assert other.notes() == store.notes()
        assert other.runs("xor") == store.runs("xor")
        first, second = store.first_tries(0, 9), other.first_tries(0, 9)
        assert [row[1:] for row in first] == [row[1:] for row in second]
        assert other.latest_quiz("xor") == store.latest_quiz("xor")
    assert str(store.merge(read_document(file))) == "0 answers, 0 runs, 0 pages, 0 notes"


def test_two_learners_files_become_one(store: Store, tmp_path: Path) -> None:
    with closing(used(tmp_path / "two" / "p.sqlite3", range(2, 4), BEGIN + timedelta(days=1))) as other:
        merged = store.merge(other.document())
    assert str(merged) == "2 answers, 1 run, 2 pages, 1 note"
    text = store.notes()["xor"].text
    assert "from 0" in text and "from 2" in text
    assert store.summary().pages_seen == 4


def test_a_long_note_keeps_to_the_limit(store: Store, tmp_path: Path) -> None:
    document = store.document()
    document.notes[0].text = "ü" * 49_000
    store.write_note("xor", "x" * 60_000)
    store.merge(document)
    assert len(store.notes()["xor"].text.encode()) <= MAX_NOTE
    assert str(store.merge(document)).endswith("0 notes")


HOSTILE = [
    b"",
    b"[]",
    b'{"format": "dltutor progress", "version": 2, "answers": [], "runs": [], "pages": [], "notes": []}',
    b'{"format": "dltutor progress", "version": 1, "answers": {}, "runs": [], "pages": [], "notes": []}',
    b"[" * 100_000,
    b"\xff\xfe{}",
    bytes(5000),
]


@pytest.mark.parametrize("content", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_such_file_is_refused_in_a_line(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file.json"
    file.write_bytes(content)
    with pytest.raises(InputError) as told:
        read_document(file)
    assert "holds no progress of dltutor" in told.value.message
    assert told.value.message.isprintable() and told.value.hint


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("score", 1.5),
        ("at", 1e300),
        ("hints", -1),
        ("hints", 10**30),
        ("correct", "yes"),
        ("lesson", 5),
        ("lesson", "x" * 5000),
        ("seconds", None),
    ],
)
def test_values_that_cannot_be_are_refused_by_name(
    store: Store, tmp_path: Path, field: str, value: object
) -> None:
    content = json.loads(msgspec.json.encode(store.document()))
    content["answers"][1][field] = value
    file = tmp_path / "file.json"
    file.write_text(json.dumps(content))
    with pytest.raises(InputError) as told:
        read_document(file)
    assert f"[1].{field}`" in told.value.message or "out of range" in told.value.message


def test_a_file_cannot_steer_the_terminal(store: Store) -> None:
    document = store.document()
    document.answers[0].lesson = "xor\x1b]52;c;\x07"
    document.notes[0].text = "new \x1b[31mred"
    store.merge(document)
    rows = store._connection.cursor()
    rows.row_factory = None
    assert "\x1b" not in "".join(lesson for (lesson,) in rows.execute("SELECT lesson FROM answer"))
    assert store.notes()["xor"].text.endswith("new [31mred")


def test_damaged_rows_are_counted_and_the_others_written(store: Store) -> None:
    store._connection.execute("UPDATE answer SET given = '{' WHERE id = 1")
    store._connection.execute("UPDATE run SET at = x'00ff'")
    document = store.document()
    assert (len(document.answers), len(document.runs), document.left_out) == (2, 0, 2)


def test_what_waits_for_the_disk_is_in_the_file_with_its_time(store: Store, tmp_path: Path) -> None:
    writer = Writer(store, retry_seconds=60)
    writer.flush()

    def refused(on: Store) -> None:
        if not on.in_memory:
            raise StoreError("the disk is full")

    writer.submit(refused)
    writer.submit(lambda store: store.record_answer(answered(7), "quiz"))
    assert not writer.flush()
    file = tmp_path / "progress.json"
    assert save_elsewhere(writer, file) == 0
    document = read_document(file)
    assert len(document.answers) == 4
    assert store.summary().answers == 3
    refused.__code__ = (lambda on: None).__code__
    assert writer.close()
    assert str(store.merge(document)) == "0 answers, 0 runs, 0 pages, 0 notes", (
        "saved since, at the same time"
    )


def test_a_file_that_is_there_or_a_full_disk_is_left_alone(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(FileExistsError):
        write_document(store.document(), file)
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError):
        write_document(store.document(), tmp_path / "link")
    with pytest.raises(OSError):
        write_document(store.document(), Path("/dev/full/x"))
    assert file.read_text() == "mine"


def test_the_first_place_that_takes_it(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(here)
    assert [place.parent for place in places(BEGIN)][:2] == [home, here]
    writer = Writer(store)
    now = datetime(2026, 5, 1, 10, 30, tzinfo=UTC)
    assert rescue(writer, now) == home / "dltutor-progress-2026-05-01-103000.json"
    assert rescue(writer, now) == here / "dltutor-progress-2026-05-01-103000.json"
    monkeypatch.setenv("HOME", str(tmp_path / "gone"))
    assert next(place.parent for place in places(BEGIN)) == here
    writer.close()


def test_a_kiosk_writes_to_its_data_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(kiosk.VARIABLE, "1")
    monkeypatch.setenv("DLTUTOR_DATA_DIR", str(tmp_path))
    assert [place.parent for place in places(BEGIN)] == [tmp_path]
