"""Training rests while nobody is there: the app says so, and any key goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.ui.lab_fakes import FakeWorker, lesson
from tests.ui.seen import settle
from tutor.content.catalog import Catalog
from tutor.content.pack import Pack
from tutor.ui.app import TutorApp
from tutor.ui.attendance import Attendance
from tutor.ui.messages import OpenLesson
from tutor.ui.services import Services
from tutor.worker import protocol


class Clock:
    """Runs only when told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def worker() -> FakeWorker:
    return FakeWorker(steps_per_pull=1, goal_at=100_000)


@pytest.fixture
def app(services: Services, worker: FakeWorker, clock: Clock) -> Iterator[TutorApp]:
    catalog = Catalog(Pack("Test", "", [lesson()]))
    yield TutorApp(
        replace(services, catalog=catalog, worker=worker, attendance=Attendance(clock=clock)),
        OpenLesson("backprop", "lab"),
    )


def rests(worker: FakeWorker) -> list[bool]:
    return [command.on for command in worker.sent(protocol.Rest) if isinstance(command, protocol.Rest)]


async def test_training_rests_after_ten_minutes_and_any_key_goes_on(
    app: TutorApp, worker: FakeWorker, clock: Clock
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, "READY")
        await pilot.press("b", "space")
        await settle(pilot, "RUNNING")
        clock.now = 599.0
        await pilot.pause(0.15)
        assert rests(worker) == []
        clock.now = 600.0
        shown = await settle(pilot, "RESTING")
        assert "Nobody pressed a key for 10 minutes" in " ".join(shown.split())
        pulls = len(worker.sent(protocol.Pull))
        await pilot.pause(0.5)
        assert len(worker.sent(protocol.Pull)) <= pulls + 1, "nothing is drawn for nobody"
        await pilot.press("x")
        await settle(pilot, "training goes on")
        await settle(pilot, "RUNNING")
        assert worker.sent(protocol.Reset) == [], "the key did nothing else"
        assert rests(worker) == [True, False]
        await pilot.press("x")
        await settle(pilot, "Back at the start")


async def test_what_does_not_train_does_not_rest(app: TutorApp, worker: FakeWorker, clock: Clock) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, "READY")
        clock.now = 1e6
        await pilot.pause(0.15)
        await pilot.press("b")
        await settle(pilot, "You predict b")
        assert rests(worker) == []


async def test_lots_rest_and_a_key_on_another_page_does_its_own_work_too(
    app: TutorApp, worker: FakeWorker, clock: Clock
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, "READY")
        await pilot.press("b", "o")
        await settle(pilot, "seeds made it")
        await pilot.press("r")
        await pilot.pause()
        worker.lots = 10_000
        clock.now = 1e4
        while rests(worker) != [True]:
            await pilot.pause(0.02)
        await pilot.press("l")
        await settle(pilot, "READY")
        assert rests(worker) == [True, False]


async def test_a_lab_that_is_left_while_it_rests_lets_the_next_one_train(
    app: TutorApp, worker: FakeWorker, clock: Clock
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, "READY")
        await pilot.press("b", "space")
        await settle(pilot, "RUNNING")
        clock.now = 1e4
        await settle(pilot, "RESTING")
        await app.screen.dismiss()
        await pilot.pause()
        assert rests(worker) == [True, False]
