"""Turns are handed on in order, and nobody waits for ever for one."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from tutor.progress import turns
from tutor.progress.turns import Turns


def test_whoever_writes_without_a_pause_lets_others_in(tmp_path: Path) -> None:
    order: list[str] = []

    def write(name: str) -> None:
        with closing(Turns(tmp_path)) as mine:
            for _ in range(20):
                with mine.turn():
                    order.append(name)
                    time.sleep(0.002)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    last_first = max(order.index(name) for name in "abc")
    assert last_first < 40, "the last one waited until another had finished"
    assert sum(one != two for one, two in pairwise(order)) > 20


def test_an_owner_that_stands_still_is_passed_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "WAIT_SECONDS", 0.05)
    with (
        closing(Turns(tmp_path)) as still,
        closing(Turns(tmp_path)) as mine,
        closing(Turns(tmp_path)) as other,
    ):
        with still.turn():
            for _ in range(3):
                with mine.turn():
                    pass
            assert threading.active_count() < 10
        monkeypatch.setattr(turns, "WAIT_SECONDS", 10.0)
        with other.turn():  # not kept by the one that had given up waiting
            pass
        with mine.turn():
            pass
        assert _is_free(tmp_path)


def _is_free(folder: Path) -> bool:
    with closing(Turns(folder)) as third, third.turn():
        return third._came is None


def test_a_folder_that_knows_no_locks_is_written_to_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(turns.fcntl, "flock", refuse)
    entered = []
    with closing(Turns(tmp_path)) as mine, mine.turn():
        entered.append(True)
    assert entered
