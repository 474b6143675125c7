"""Turns are handed on in order, and nobody waits for ever for one."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from tutor.progress import turns
from tutor.progress.turns import Turns


def test_whoever_writes_without_a_pause_lets_others_in(tmp_path: Path) -> None:
    served = [threading.Event(), threading.Event()]

    def write_once(done: threading.Event) -> None:
        with closing(Turns(tmp_path)) as mine, mine.turn():
            done.set()

    threads = [threading.Thread(target=write_once, args=(done,)) for done in served]
    with closing(Turns(tmp_path)) as busy:
        with busy.turn():
            for thread in threads:
                thread.start()
        taken = 0
        while not all(done.is_set() for done in served):
            with busy.turn():
                taken += 1
                time.sleep(0.001)
            assert taken < 10_000, "the others never had their turn"
    for thread in threads:
        thread.join()


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
