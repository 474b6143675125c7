"""Each sick run is sick, each named cure cures it, and no offered wrong cure does, over five seeds."""

from __future__ import annotations

import pytest

from tutor.content.catalog import Catalog
from tutor.content.condition import Condition
from tutor.content.pack import Case, Treatment
from tutor.lab import Run
from tutor.paths import bundled_lessons

SEEDS = range(5)
CASES = Catalog.open(bundled_lessons()).clinic


def treated(kind: str) -> list[object]:
    return [
        pytest.param(case, treatment, id=f"{case.id} {treatment.set}")
        for case in CASES
        for treatment in getattr(case, kind)
    ]


def run(case: Case, knobs: dict[str, int | float | str], seed: int) -> dict[str, float]:
    return Run(case.experiment, "clinic", knobs, seed).run_to_end().quantities


def reached(quantities: dict[str, float]) -> bool:
    return quantities["goal_step"] < float("inf")


def test_there_are_at_least_twelve_cases() -> None:
    assert len(CASES) >= 12


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_sick_run_is_sick(case: Case) -> None:
    sick = Condition.parse(case.sick)
    for seed in SEEDS:
        quantities = run(case, {}, seed)
        assert sick.holds(quantities), (seed, quantities)
        assert not reached(quantities), (seed, quantities)


@pytest.mark.parametrize(("case", "cure"), treated("cures"))
def test_the_cure_cures(case: Case, cure: Treatment) -> None:
    for seed in SEEDS:
        assert reached(quantities := run(case, cure.set, seed)), (seed, quantities)


@pytest.mark.parametrize(("case", "treatment"), treated("wrong"))
def test_the_wrong_cure_does_not(case: Case, treatment: Treatment) -> None:
    for seed in SEEDS:
        assert not reached(quantities := run(case, treatment.set, seed)), (seed, quantities)
