"""A pack that was read and quizzed on a Monday, and a clock that tests set to a later day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.progress.samples import answered
from tests.ui.conftest import IdleWorker
from tests.ui.pack import PACK
from tutor.content.catalog import Catalog
from tutor.progress.store import Store
from tutor.progress.writer import Writer
from tutor.ui.services import Services

MONDAY = datetime(2026, 5, 4, 9, tzinfo=UTC)


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.at = MONDAY

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def later(tmp_path: Path, clock: Clock) -> Iterator[Services]:
    """Two lessons read on a Monday, one of them quizzed with two slips; a third one quizzed, but not read."""
    with_clock = Store.open(tmp_path / "progress.sqlite3", now=clock)
    for lesson in PACK.lessons[:2]:
        for page in lesson.pages:
            with_clock.mark_page(lesson.id, page.id)
    for id, correct, sure in [("gate", True, True), ("always", False, True), ("linear", False, False)]:
        with_clock.record_answer(answered(lesson="perceptron", id=id, correct=correct, sure=sure), "quiz")
    with_clock.record_answer(answered(lesson="perceptron", id="of-old"), "quiz")
    writer = Writer(with_clock)
    yield Services(Catalog(PACK), with_clock, writer, IdleWorker(), clock, seed=7)
    writer.close()
    with_clock.close()
