"""Each sick run is sick, each cure cures, no offered wrong cure does: over five seeds, two of them quick."""

from __future__ import annotations

import pytest

from tutor.content.catalog import Catalog
from tutor.content.condition import Condition
from tutor.content.pack import Case, Treatment
from tutor.lab import Run
from tutor.paths import bundled_lessons

SEEDS = [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 3, 4))]
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


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_sick_run_is_sick(case: Case, seed: int) -> None:
    quantities = run(case, {}, seed)
    assert Condition.parse(case.sick).holds(quantities), quantities
    assert not reached(quantities), quantities


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("case", "cure"), treated("cures"))
def test_the_cure_cures(case: Case, cure: Treatment, seed: int) -> None:
    assert reached(quantities := run(case, cure.set, seed)), quantities


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("case", "treatment"), treated("wrong"))
def test_the_wrong_cure_does_not(case: Case, treatment: Treatment, seed: int) -> None:
    assert not reached(quantities := run(case, treatment.set, seed)), quantities
