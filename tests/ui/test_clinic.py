"""The clinic: the list, the names to choose from, the knobs that wait for the right one, the cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.seen import settle
from tutor.content.catalog import Catalog
from tutor.content.pack import Case
from tutor.errors import UsageError
from tutor.paths import bundled_lessons
from tutor.progress.store import Store, utc_now
from tutor.progress.writer import Writer
from tutor.report import Result
from tutor.ui.app import TutorApp
from tutor.ui.clinic.patient import Patient, remember, remembered, standing_of
from tutor.ui.messages import OpenCase, OpenClinic
from tutor.ui.services import Services
from tutor.ui.start import at_clinic
from tutor.worker.client import WorkerClient

CATALOG = Catalog.open(bundled_lessons())


@pytest.fixture
def case() -> Case:
    return CATALOG.find_case("shot-away")


def ended(case: Case, reached: bool, **knobs: float) -> Result:
    values = {"learning_rate": 2.0, "hidden_units": 16, "momentum": 0.0, **knobs}
    goal: dict[str, bool | int | str | None] = {"reached": reached, "target": case.goal.text, "at_step": None}
    stopped = "goal" if reached else "diverged"
    return Result(
        "clinic", case.id, 0, "cpu", values, 9, 1, 0.1, 9.0, {}, {}, {}, goal, stopped, "It ended."
    )  # fmt: skip


def test_the_knobs_wait_for_the_right_name(case: Case) -> None:
    patient = Patient(case)
    wrong = next(k for k, one in enumerate(case.diagnoses) if not one.correct)
    assert patient.locked
    assert patient.name(wrong) == case.diagnoses[wrong].feedback and patient.locked
    assert patient.name(patient.right) == case.diagnoses[patient.right].feedback and not patient.locked
    assert patient.first == wrong, "the first try is what is remembered"


def test_a_run_as_it_came_is_looked_at_and_neither_cured_nor_mistreated(case: Case) -> None:
    patient = Patient(case)
    assert patient.treated(ended(case, reached=False)) == ""
    assert patient.looked and not patient.cured and patient.standing == "looked at"


def test_a_wrong_cure_is_told_why_and_the_right_one_cures(case: Case) -> None:
    patient = Patient(case, looked=True, named=True)
    said = patient.treated(ended(case, reached=False, momentum=0.9))
    assert said == "Not cured. Momentum makes long steps longer." and not patient.cured
    assert patient.treated(ended(case, reached=False, hidden_units=4, momentum=0.9)).startswith("Not cured.")
    said = patient.treated(ended(case, reached=True, learning_rate=0.1))
    assert said.startswith("Cured. Short steps") and patient.standing == "cured"


def test_hints_come_one_after_the_other(case: Case) -> None:
    patient = Patient(case)
    said = [patient.hint() for _ in range(4)]
    assert [hint in line for hint, line in zip(case.hints, said, strict=False)] == [True] * 3
    assert said[3] == said[2]


def test_the_right_name_is_not_always_at_the_same_place() -> None:
    places = {Patient(case).order.index(Patient(case).right) for case in CATALOG.clinic}
    assert len(places) >= 3


def test_what_was_cured_stays_cured(tmp_path: Path, case: Case) -> None:
    store = Store.open(tmp_path / "progress.sqlite3")
    assert not remembered(store, case).named
    remember(store, case.id, "named")
    assert remembered(store, case).named and remembered(store, case).looked
    remember(store, case.id, "cured")
    remember(store, case.id, "looked at")
    assert standing_of(store, case.id) == "cured"
    store.close()


def test_the_command_opens_the_clinic_or_a_case(services: Services) -> None:
    whole = Services(CATALOG, services.store, services.writer, services.worker, utc_now)
    assert at_clinic("")(whole) == OpenClinic()
    assert at_clinic("3")(whole) == OpenCase("all-alike")
    with pytest.raises(UsageError, match="no case is called 'xyz'"):
        at_clinic("xyz")(whole)
    with pytest.raises(UsageError, match="no clinic"):
        at_clinic("3")(services)


async def test_a_case_is_looked_at_named_and_cured(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "progress.sqlite3")
    writer = Writer(store)
    with WorkerClient() as worker:
        services = Services(CATALOG, store, writer, worker, utc_now)
        app = TutorApp(services, OpenClinic())
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("enter")
            await settle(pilot, "loss 1.", seconds=90)
            await pilot.press("left")
            assert "First name the illness" in await settle(pilot, "First name")
            await pilot.press("f", "space")
            shown = await settle(pilot, "What ails it?", seconds=20)
            assert "smaller learning rate" not in shown, "the cure is for the learner to find"
            await pilot.press("h", "i")
            await settle(pilot, "What ails this run?")
            patient = app.screen._patient  # type: ignore[attr-defined]
            wrong = next(row for row, index in enumerate(patient.order) if index != patient.right)
            await pilot.press("abcd"[wrong])
            await settle(pilot, "✗ Not so.")
            await pilot.press("abcd"[patient.order.index(patient.right)])
            await settle(pilot, "✓ Right.")
            await pilot.press("enter", "left", "left")
            await settle(pilot, "learning rate is 0.1 now")
            await pilot.press("space")
            await settle(pilot, "Cured. Short steps stay on the slope", seconds=20)
            await pilot.press("escape")
            await settle(pilot, "cured")
    assert writer.close()
    assert standing_of(store, "shot-away") == "cured"
    store.close()
