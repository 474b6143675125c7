"""A small pack of model objects, progress in a temporary folder, a training process that only notes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ui.pack import PACK
from tutor.content.catalog import Catalog
from tutor.progress.store import Store, utc_now
from tutor.progress.writer import Writer
from tutor.ui.app import TutorApp
from tutor.ui.messages import OpenLesson, OpenQuiz
from tutor.ui.services import Services
from tutor.worker.protocol import AnyCommand, AnyEvent


class IdleWorker:
    """Stands in for the training process: notes what it is told, says nothing."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.sent: list[AnyCommand] = []
        self.alive = False
        self.exit_reason = ""

    def start(self) -> None:
        self.calls.append("start")
        self.alive = True

    def send(self, command: AnyCommand) -> None:
        self.sent.append(command)

    def poll(self) -> list[AnyEvent]:
        return []

    def restart(self) -> None:
        self.calls.append("restart")

    def close(self) -> None:
        self.calls.append("close")
        self.alive = False


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "progress.sqlite3")
    yield store
    store.close()


@pytest.fixture
def services(store: Store) -> Iterator[Services]:
    writer = Writer(store)
    yield Services(Catalog(PACK), store, writer, IdleWorker(), utc_now, seed=7)
    writer.close()


@pytest.fixture
def app(services: Services) -> Callable[..., TutorApp]:
    def build(start: OpenLesson | OpenQuiz | None = None) -> TutorApp:
        return TutorApp(services, start)

    return build
