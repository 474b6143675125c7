"""What the lessons say of their experiments is so: every claim is run, every run has one outcome."""

from __future__ import annotations

import pytest

from tests.lessons.ends import CATALOG, end_of, experiment_at
from tutor.content.condition import Condition
from tutor.content.model import Claim

EXPERIMENTS = [f"{lesson.id}/{one.id}" for lesson in CATALOG.lessons for one in lesson.experiments]
CLAIMS = [
    pytest.param(path, claim, id=f"{path}: {claim.text}", marks=[pytest.mark.slow] * claim.slow)
    for path in EXPERIMENTS
    for claim in experiment_at(path).claims
]


@pytest.mark.parametrize(("path", "claim"), CLAIMS)
def test_the_claim_holds(path: str, claim: Claim) -> None:
    expected = Condition.parse(claim.expect)
    failed = {}
    for seed in range(claim.seeds):
        quantities = end_of(path, claim.set, seed).quantities
        if not expected.holds(quantities):
            failed[seed] = quantities
    needed = claim.seeds if claim.at_least is None else claim.at_least
    assert claim.seeds - len(failed) >= needed, f"{claim.expect!r} does not hold for these seeds: {failed}"


@pytest.mark.parametrize("path", EXPERIMENTS)
@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 3, 4))])
def test_the_default_run_proves_exactly_one_prediction_right(path: str, seed: int) -> None:
    end, options = end_of(path, seed=seed), experiment_at(path).prediction.options
    held = [option.when for option in options if Condition.parse(option.when).holds(end.quantities)]
    assert len(held) == 1, f"these hold: {held}, of {end.quantities}"
    assert end.outcome is not None and options[end.outcome].when == held[0]


@pytest.mark.parametrize("path", EXPERIMENTS)
def test_every_stop_of_every_knob_runs_and_leaves_one_prediction_right(path: str) -> None:
    for knob in experiment_at(path).knobs:
        for stop in knob.values:
            end = end_of(path, {knob.name: stop})
            assert end.outcome is not None, f"{knob.name} = {stop}: {end.quantities}"
