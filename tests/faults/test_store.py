"""What the disk, other programs and sudden death do to the progress database, and what is left afterwards.

An answer that was acknowledged is never lost; a database that cannot be used never stops the learner.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.progress.samples import answered, lesson
from tutor.errors import StoreError
from tutor.progress import opening
from tutor.progress.backups import keep_backup
from tutor.progress.store import Store
from tutor.progress.writer import Writer

WRITE_ROWS = """
import sys
from pathlib import Path
from tests.progress.samples import answered
from tutor.progress.store import Store
from tutor.progress.writer import Writer
path, prefix, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
store = Store.open(path)
assert not store.in_memory, store.problem
writer = Writer(store, retry_seconds=0.05)
for number in range(count):
    row = answered(f"{prefix}-{number}")
    writer.submit(lambda store: store.record_answer(row, "plain")).result()
    print(row.question, flush=True)
"""
"""A process that prints the name of each row after its commit has been acknowledged."""


def spawn(path: Path, prefix: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITE_ROWS, str(path), prefix, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def names_kept(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [name for (name,) in connection.execute("SELECT question FROM answer ORDER BY id")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "progress.sqlite3"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "BUSY_SECONDS", 0.05)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program in the middle of a long write."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def works(store: Store) -> bool:
    store.mark_page("xor", "page-0")
    store.record_answer(answered(), "lesson")
    state = store.lesson_states([lesson()])["xor"]
    return (state.pages_seen, state.answered) == (1, 1)


# --------------------------------------------------------------------------- sudden death, and company


@pytest.mark.parametrize("deaths", [10, pytest.param(200, marks=pytest.mark.slow)])
def test_a_kill_in_the_middle_of_writing_loses_no_acknowledged_row(path: Path, deaths: int) -> None:
    rng = random.Random(deaths)
    acknowledged: list[str] = []
    for death in range(deaths):
        child = spawn(path, f"death{death}", 10_000)
        assert child.stdout is not None
        for _ in range(rng.randint(1, 30)):
            acknowledged.append(child.stdout.readline().strip())
        time.sleep(rng.uniform(0, 0.01))
        child.kill()
        rest, _ = child.communicate()
        acknowledged += [line.strip() for line in rest.splitlines(keepends=True) if line.endswith("\n")]
        assert child.returncode == -9
        kept = names_kept(path)
        assert set(acknowledged) <= set(kept)
        assert len(kept) == len(set(kept))
        assert len(kept) <= len(acknowledged) + death + 1  # at most one each was written and not yet told
    assert "" not in acknowledged


def test_a_database_locked_by_another_program_is_written_to_later(path: Path, impatient: None) -> None:
    with closing(Store.open(path)) as store:
        writer = Writer(store, retry_seconds=60)
        with locked(path):
            done = writer.submit(lambda store: store.mark_page("xor", "page-0"))
            assert not writer.flush()
            assert "another program keeps it locked" in writer.problem
            with pytest.raises(StoreError, match="locked"):
                store.set_place("xor", "read")
        assert writer.flush()
        assert done.done()
        writer.close()
        assert store.lesson_states([lesson()])["xor"].pages_seen == 1


def test_a_database_locked_at_the_start_is_done_without(path: Path, impatient: None) -> None:
    Store.open(path).close()
    with locked(path), closing(Store.open(path)) as store:
        assert store.in_memory
        assert "another program keeps it locked" in store.problem
        assert works(store)


# --------------------------------------------------------------------------- no place to write


def test_a_directory_that_cannot_be_made_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with closing(Store.open(tmp_path / "file" / "data" / "progress.sqlite3")) as store:
        assert store.in_memory
        assert store.problem.startswith("Progress will be lost when you leave: ")
        assert "a file stands where its directory should be" in store.problem
        assert works(store)


def test_a_directory_in_the_files_place_is_done_without(path: Path) -> None:
    path.mkdir(parents=True)
    with closing(Store.open(path)) as store:
        assert store.in_memory
        assert works(store)


def test_a_link_to_itself_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with closing(Store.open(tmp_path / "loop" / "progress.sqlite3")) as store:
        assert store.in_memory
        assert works(store)


NOBODY = 65534


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter; pytest's own are for root alone when root runs the tests."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    yield folder
    shutil.rmtree(folder)


@contextmanager
def as_ordinary_user() -> Iterator[None]:
    """Root may write to everything; permissions mean something only to others."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_read_only_database_is_still_shown_and_never_changed(open_folder: Path) -> None:
    path = open_folder / "data" / "progress.sqlite3"
    with as_ordinary_user():
        with closing(Store.open(path)) as store:
            store.mark_page("xor", "page-1")
        before = path.read_bytes()
        path.chmod(0o400)
        path.parent.chmod(0o500)
        with closing(Store.open(path)) as store:
            assert store.in_memory
            assert "permission denied" in store.problem
            store.mark_page("xor", "page-0")
            assert store.lesson_states([lesson()])["xor"].pages_seen == 2  # the old one, and the new one
        assert path.read_bytes() == before


def test_a_read_only_directory_is_done_without(open_folder: Path) -> None:
    with as_ordinary_user():
        inner = open_folder / "inner"
        inner.mkdir(mode=0o500)
        with closing(Store.open(inner / "data" / "progress.sqlite3")) as store:
            assert store.in_memory
            assert "permission denied" in store.problem
            assert works(store)


def test_a_disk_full_from_the_start_is_done_without(path: Path) -> None:
    script = """
import resource, sys
from pathlib import Path
from tests.faults.test_store import works
from tutor.progress.store import Store
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
store = Store.open(Path(sys.argv[1]))
assert works(store)
print(store.in_memory, store.problem)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith("True Progress will be lost when you leave: "), done.stderr


def test_a_disk_that_fills_up_loses_nothing_while_the_program_runs(path: Path) -> None:
    with closing(Store.open(path)) as store:
        writer = Writer(store, retry_seconds=60)
        writer.submit(lambda store: store._connection.execute("PRAGMA max_page_count = 1").fetchone())
        for number in range(300):
            row = answered(number)
            writer.submit(lambda store, row=row: store.record_answer(row, "quiz"))
        assert not writer.flush(timeout=30)
        assert "the disk is full" in writer.problem
        fitted = len(names_kept(path))
        assert 0 < fitted < 300
        writer._thread.submit(
            lambda: writer._store._connection.execute("PRAGMA max_page_count = 99999").fetchone()
        )
        assert writer.close(timeout=30)
        assert names_kept(path) == [f"question-{number}" for number in range(300)]


# --------------------------------------------------------------------------- files gone bad


def test_a_database_of_a_newer_version_is_not_touched(path: Path) -> None:
    with closing(Store.open(path)) as store:
        store.mark_page("xor", "page-1")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE answer ADD COLUMN mood TEXT")
        connection.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with closing(Store.open(path)) as store:
        assert store.in_memory
        assert "written by a newer dltutor (version 99" in store.problem
        assert store.summary().pages_seen == 1  # what this version understands is shown
        store.reset_lesson("xor")
        assert works(store)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def garbage(data: bytes) -> bytes:
    return random.Random(0).randbytes(20_000)


def truncated(data: bytes) -> bytes:
    return data[: len(data) // 2]


def overwritten(data: bytes) -> bytes:
    return data[:4096] + b"\xaa" * (len(data) - 4096)


@pytest.mark.parametrize("damage", [garbage, truncated, overwritten])
def test_a_damaged_file_is_kept_aside_and_a_new_one_begun(path: Path, damage: object) -> None:
    with closing(Store.open(path)) as store:
        store.mark_page("xor", "page-1")
    damaged = damage(path.read_bytes())
    path.write_bytes(damaged)
    journal = path.with_name(path.name + "-journal")
    journal.write_bytes(b"left over")
    with closing(Store.open(path)) as store:
        assert not store.in_memory
        assert "was damaged" in store.problem
        assert works(store)
    [kept] = [
        entry for entry in path.parent.iterdir() if ".damaged-" in entry.name and "journal" not in entry.name
    ]
    assert str(kept) in store.problem
    assert kept.read_bytes() == damaged
    assert not journal.exists()
    with closing(Store.open(path)) as store:
        assert store.problem == ""
        assert store.summary().answers == 1


def test_the_journal_goes_aside_with_its_database_unless_that_was_replaced(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"old")
    journal = path.with_name(path.name + "-journal")
    journal.write_bytes(b"of the old")
    now = datetime(2026, 5, 1, tzinfo=UTC)
    assert opening.replace_damaged(path, path.stat().st_ino + 1, now) == ""
    assert path.read_bytes() == b"old"
    assert str(path) in opening.replace_damaged(path, path.stat().st_ino, now)
    assert path.read_bytes() == b""
    kept = sorted(path.parent.glob("*.damaged-*"))
    assert [entry.read_bytes() for entry in kept] == [b"old", b"of the old"]
    assert kept[1].name == kept[0].name + "-journal"


def test_an_empty_file_is_a_new_database(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with closing(Store.open(path)) as store:
        assert store.problem == ""
        assert works(store)


def test_a_session_whose_database_another_one_replaced_goes_on_in_the_new_one(path: Path) -> None:
    with closing(Store.open(path)) as store:
        writer = Writer(store, retry_seconds=60)
        writer.submit(lambda store: store.record_answer(answered(1), "quiz")).result(10)
        opening.replace_damaged(path, path.stat().st_ino, datetime(2026, 5, 1, tzinfo=UTC))
        Store.open(path).close()
        writer.submit(lambda store: store.record_answer(answered(2), "quiz"))
        writer.flush()
        assert writer.flush() and writer.problem == ""
        assert writer.close()
        assert names_kept(path) == ["question-2"]


def test_whoever_only_reads_sees_the_backup_that_took_a_damaged_databases_place(path: Path) -> None:
    """Without starting anew, by every view of the store; and it waits for locks no longer than before."""
    with closing(Store.open(path)) as store:
        store.record_answer(answered(1), "quiz")
        keep_backup(path, datetime(2026, 5, 1, tzinfo=UTC).date())
        store.record_answer(answered(2), "quiz")
        store.wait_at_most(0.05)
        view = store.as_of(datetime(2026, 5, 1, tzinfo=UTC))
        assert (store.summary().answers, view.summary().answers) == (2, 2)
        damaged = path.stat().st_ino
        path.write_bytes(overwritten(path.read_bytes()))
        assert "took its place" in opening.replace_damaged(path, damaged, datetime(2026, 5, 1, tzinfo=UTC))
        assert (view.summary().answers, store.summary().answers) == (1, 1)
        assert store._connection.execute("PRAGMA busy_timeout").fetchone() == (50,)
        view.record_answer(answered(3), "quiz")
        assert names_kept(path) == ["question-1", "question-3"]
