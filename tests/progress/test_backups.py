"""One backup for each day of use, and the way back from it."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import tutor.progress.store
from tests.progress.samples import answered
from tutor.progress.backups import KEPT, backups_of, folder_of, keep_backup, restore_backup
from tutor.progress.store import Store
from tutor.progress.writer import Writer

FIRST = datetime(2026, 2, 27, 9, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "progress.sqlite3"


def use(path: Path, day: datetime, row: int) -> None:
    """A session on ``day`` in which one question is answered."""
    with closing(Store.open(path, lambda: day)) as store:
        writer = Writer(store)
        writer.submit(lambda store: store.record_answer(answered(row), "quiz"))
        assert writer.close()


def names(path: Path, today: datetime) -> list[str]:
    return [file.stem.removeprefix("progress-") for file in backups_of(path, today.date())]


def answers(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM answer").fetchone()[0])


def test_one_for_each_day_of_use_and_the_oldest_go(path: Path) -> None:
    days = [FIRST + timedelta(days) for days in range(KEPT + 3)]
    for row, day in enumerate(days):
        use(path, day, row)
    kept = backups_of(path, days[-1].date())
    assert names(path, days[-1]) == [f"{day:%Y-%m-%d}" for day in reversed(days[3:])]
    assert [answers(file) for file in kept] == list(range(KEPT + 2, 2, -1))  # as that day began
    assert {file.stat().st_mode & 0o777 for file in kept} == {0o600}
    assert folder_of(path).stat().st_mode & 0o777 == 0o700
    assert sorted(folder_of(path).iterdir()) == sorted(kept)


def test_a_second_session_of_the_day_adds_what_the_first_one_wrote(path: Path) -> None:
    use(path, FIRST, 0)
    use(path, FIRST + timedelta(hours=1), 1)
    [kept] = backups_of(path, FIRST.date())
    assert answers(kept) == 1
    use(path, FIRST + timedelta(hours=2), 2)
    assert answers(kept) == 2
    assert keep_backup(path, FIRST.date()) == kept
    assert keep_backup(path, FIRST.date()) is None


def test_a_day_that_a_wrong_clock_made_up_comes_last(path: Path) -> None:
    ahead = FIRST + timedelta(3650)
    for row, day in enumerate([FIRST, ahead, FIRST + timedelta(1)]):
        use(path, day, row)
    assert names(path, FIRST + timedelta(2)) == ["2026-02-28", "2026-02-27", f"{ahead:%Y-%m-%d}"]
    path.unlink()
    assert restore_backup(path, date(2026, 3, 1)) == date(2026, 2, 28)
    assert answers(path) == 2


def test_a_damaged_database_gives_way_to_the_newest_sound_backup(path: Path) -> None:
    for row in range(3):
        use(path, FIRST + timedelta(row), row)
    newest, second, _ = backups_of(path, FIRST.date() + timedelta(2))
    newest.write_bytes(newest.read_bytes()[:5000])
    path.write_bytes(b"rubbish" * 4000)
    with closing(Store.open(path, lambda: FIRST + timedelta(3))) as store:
        assert not store.in_memory
        assert "the backup of 2026-02-28 took its place" in store.problem
        assert store.summary().answers == answers(second) == 1
    assert path.stat().st_mode & 0o777 == 0o600
    [aside] = path.parent.glob("*.damaged-*")
    assert aside.read_bytes() == b"rubbish" * 4000


def test_a_database_cut_to_nothing_gives_way_too(path: Path) -> None:
    use(path, FIRST, 0)
    use(path, FIRST, 1)
    path.write_bytes(b"")
    with closing(Store.open(path, lambda: FIRST)) as store:
        assert "the backup of 2026-02-27 took its place" in store.problem
        assert store.summary().answers == 1


@pytest.mark.parametrize("statement", ["DROP TABLE note", "PRAGMA user_version = 1"])
def test_tables_that_are_not_those_of_the_version_are_damage(path: Path, statement: str) -> None:
    use(path, FIRST, 0)
    use(path, FIRST, 1)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
    with closing(Store.open(path, lambda: FIRST)) as store:
        assert "took its place" in store.problem
        assert store.notes() == {}


def test_a_backup_waits_for_nobody_and_leaves_nothing_behind(path: Path) -> None:
    use(path, FIRST, 0)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            keep_backup(path, FIRST.date() + timedelta(1))
    assert names(path, FIRST) == ["2026-02-27"]
    assert len(list(folder_of(path).iterdir())) == 1


def test_a_backup_that_another_session_was_in_the_way_of_is_made_after_the_next_change(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(path, FIRST, 0)
    tomorrow, tried = FIRST + timedelta(1), []

    def while_another_one_writes(path: Path, today: date) -> Path | None:
        tried.append(today)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            if len(tried) == 1:
                other.execute("BEGIN EXCLUSIVE")
            return keep_backup(path, today)

    monkeypatch.setattr(tutor.progress.store, "keep_backup", while_another_one_writes)
    with closing(Store.open(path, lambda: tomorrow)) as store:
        writer = Writer(store)
        for row in (1, 2):
            writer.submit(lambda store, row=row: store.record_answer(answered(row), "quiz"))
            assert writer.flush(30)
        assert writer.close()
    [newest, _] = backups_of(path, tomorrow.date())
    assert len(tried) == 2 and answers(newest) == 2, "after the first of the two changes, and once"


def test_another_sessions_unfinished_backup_may_vanish_meanwhile(path: Path) -> None:
    with closing(Store.open(path)):
        folder = path.parent / "backups"
        folder.mkdir(exist_ok=True)
        (folder / ".gone.new").symlink_to(folder / "nowhere")  # found, and then not there
        assert keep_backup(path, date(2026, 5, 1)) is not None


def test_a_backup_is_whole_though_others_write(path: Path) -> None:
    with closing(Store.open(path)) as store:
        writer = Writer(store)
        for row in range(40):
            writer.submit(lambda store, row=row: store.record_answer(answered(row), "quiz"))
        copy = None
        while copy is None:
            with suppress(sqlite3.OperationalError):  # the writer held it for longer than a backup waits
                copy = keep_backup(path, date(2026, 5, 1))
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            rows = [row for (row,) in connection.execute("SELECT id FROM answer ORDER BY id")]
        assert rows == list(range(1, len(rows) + 1))
        assert writer.close(30)
