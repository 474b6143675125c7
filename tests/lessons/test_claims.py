"""What the lessons say of their experiments is so: every claim is run, every run has one outcome."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from tests.lessons.ends import CATALOG, end_of, experiment_at
from tutor.content.condition import Condition
from tutor.content.model import Claim

EXPERIMENTS = [f"{lesson.id}/{one.id}" for lesson in CATALOG.lessons for one in lesson.experiments]
LONG = {"dbn/features", "dbn/few", "dbn/rescue", "regularization/few", "regularization/several"}
"""Their runs take half a second and more: the quick half leaves out their knobs' stops."""
FEW = 3
"""So many seeds the quick half trains of a claim that holds for every one; the slow half trains all."""


def claims(path: str) -> Iterator[object]:
    """The claims of an experiment; those that the quick half cuts short stand in full for the slow one."""
    for claim in experiment_at(path).claims:
        name, slow = f"{path}: {claim.text}", claim.slow
        if not slow and claim.at_least is None and claim.seeds > FEW:
            yield pytest.param(path, replace(claim, seeds=FEW), id=name)
            name, slow = f"{name} ({claim.seeds} seeds)", True
        yield pytest.param(path, claim, id=name, marks=[pytest.mark.slow] * slow)


CLAIMS = [case for path in EXPERIMENTS for case in claims(path)]
STOPS = [pytest.param(path, marks=[pytest.mark.slow] * (path in LONG)) for path in EXPERIMENTS]


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


@pytest.mark.parametrize("path", STOPS)
def test_every_stop_of_every_knob_runs_and_leaves_one_prediction_right(path: str) -> None:
    for knob in experiment_at(path).knobs:
        for stop in knob.values:
            end = end_of(path, {knob.name: stop})
            assert end.outcome is not None, f"{knob.name} = {stop}: {end.quantities}"
