"""The writer's thread: in order, off the caller's thread, and patient with the disk."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.progress.samples import answered, lesson
from tutor.errors import StoreError
from tutor.progress.store import Store
from tutor.progress.writer import Writer


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store.open(tmp_path / "progress.sqlite3")) as opened:
        yield opened


class Disk:
    """A change that fails as a full disk does, until there is room."""

    def __init__(self) -> None:
        self.full = True
        self.tries = 0

    def __call__(self, store: Store) -> None:
        self.tries += 1
        if self.full:
            raise StoreError("the disk is full")
        store.mark_page("xor", "page-0")


def test_what_is_submitted_is_written_in_order_by_another_thread(store: Store) -> None:
    writer, threads = Writer(store), set()
    for number in range(50):

        def change(store: Store, number: int = number) -> None:
            threads.add(threading.get_ident())
            store.set_meta("last", str(number))

        done = writer.submit(change)
    done.result(timeout=5)
    assert store.meta("last") == "49"
    assert len(threads) == 1
    assert threads != {threading.get_ident()}
    assert writer.close()


def test_submitting_does_not_wait(store: Store) -> None:
    writer, gate = Writer(store), threading.Event()
    writer.submit(lambda _: gate.wait(10))
    done = writer.submit(lambda store: store.mark_page("xor", "page-0"))
    assert not done.done()
    assert not writer.flush(timeout=0.05)
    gate.set()
    assert writer.flush(timeout=5)
    assert done.done()
    writer.close()


def test_closing_drains_the_queue(store: Store) -> None:
    writer = Writer(store)
    for number in range(20):
        row = answered(number)
        writer.submit(lambda store, row=row: store.record_answer(row, "quiz"))
    assert writer.close()
    assert writer.close()
    assert store.summary().answers == 20
    with pytest.raises(RuntimeError):
        writer.submit(lambda store: None)


def test_what_the_disk_refuses_is_kept_named_and_written_when_it_can_be(store: Store) -> None:
    writer, disk = Writer(store, retry_seconds=60), Disk()
    first = writer.submit(disk)
    second = writer.submit(lambda store: store.set_meta("after", "yes"))
    assert not writer.flush()
    assert writer.problem == "Not saved yet: the disk is full; 2 changes are kept in memory and tried again."
    assert store.meta("after") == ""  # nothing overtakes
    assert not first.done()
    disk.full = False
    assert writer.flush()
    assert writer.problem == ""
    assert first.done()
    assert second.done()
    assert store.meta("after") == "yes"
    assert set(writer.errors) == {"the disk is full"}
    writer.close()


def test_the_writer_tries_again_by_itself(store: Store) -> None:
    writer, disk = Writer(store, retry_seconds=0.02), Disk()
    done = writer.submit(disk)
    while disk.tries < 3:
        time.sleep(0.005)
    disk.full = False
    done.result(timeout=5)
    assert store.lesson_states([lesson()])["xor"].pages_seen == 1
    writer.close()


def test_closing_on_a_full_disk_says_so_and_fails_the_futures(store: Store) -> None:
    writer = Writer(store, retry_seconds=60)
    done = writer.submit(Disk())
    assert not writer.close()
    assert "Not saved yet" in writer.problem
    with pytest.raises(StoreError, match="the disk is full"):
        done.result(timeout=5)


def test_a_mistake_in_a_change_holds_up_no_other(store: Store) -> None:
    writer = Writer(store)
    bad = writer.submit(lambda store: {}["no such key"])
    good = writer.submit(lambda store: store.set_meta("after", "yes"))
    good.result(timeout=5)
    assert isinstance(bad.exception(timeout=5), KeyError)
    assert writer.errors == ["KeyError: 'no such key'"]
    assert writer.close()


def test_giving_up_waiting_does_not_take_the_change_back(store: Store) -> None:
    writer, gate = Writer(store), threading.Event()
    writer.submit(lambda _: gate.wait(10))
    done = writer.submit(lambda store: store.set_meta("kept", "yes"))
    assert not done.cancel()
    gate.set()
    assert writer.close()
    assert store.meta("kept") == "yes"


def test_a_database_in_memory_is_written_to_as_well(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = Store.open(tmp_path / "file" / "progress.sqlite3")
    assert store.in_memory
    writer = Writer(store)
    writer.submit(lambda store: store.mark_page("xor", "page-0"))
    assert writer.close()
    assert store.summary().pages_seen == 1


def test_rows_that_had_to_wait_bear_the_time_at_which_they_were_handed_over(tmp_path: Path) -> None:
    clock = [datetime(2026, 5, 1, 9, tzinfo=UTC)]
    with closing(Store.open(tmp_path / "progress.sqlite3", lambda: clock[0])) as store:
        writer, disk = Writer(store, retry_seconds=60), Disk()
        writer.submit(disk)
        assert not writer.flush()
        clock[0] += timedelta(hours=3)
        disk.full = False
        assert writer.close()
        assert store.summary().last_at == datetime(2026, 5, 1, 9, tzinfo=UTC)


def test_a_disk_that_takes_its_time_to_refuse_is_not_asked_again_once_the_writer_is_closed(
    store: Store,
) -> None:
    writer, asked, gate = Writer(store, retry_seconds=60), threading.Event(), threading.Event()
    tries = []

    def refused_slowly(_: Store) -> None:
        tries.append(asked.set())
        gate.wait(10)
        raise StoreError("no locks available")

    first, *_ = (writer.submit(refused_slowly) for _ in range(4))
    assert asked.wait(5)
    assert not writer.close(0.01)
    gate.set()
    assert isinstance(first.exception(timeout=5), StoreError)
    assert len(tries) == 1
