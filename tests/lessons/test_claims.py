"""What the lessons say of their experiments is so: every claim is run, every run has one outcome."""

from __future__ import annotations

import pytest

from tutor.content.catalog import Catalog
from tutor.content.condition import Condition
from tutor.content.model import Claim, Experiment
from tutor.lab import Run
from tutor.paths import bundled_lessons

EXPERIMENTS = [
    pytest.param(lesson.id, experiment, id=f"{lesson.id}/{experiment.id}")
    for lesson in Catalog.open(bundled_lessons()).lessons
    for experiment in lesson.experiments
]
CLAIMS = [
    pytest.param(experiment, claim, id=f"{case.id}: {claim.text}", marks=[pytest.mark.slow] * claim.slow)
    for case in EXPERIMENTS
    for experiment in [case.values[1]]
    for claim in experiment.claims
]


@pytest.mark.parametrize(("experiment", "claim"), CLAIMS)
def test_the_claim_holds(experiment: Experiment, claim: Claim) -> None:
    expected = Condition.parse(claim.expect)
    failed = {}
    for seed in range(claim.seeds):
        quantities = Run(experiment, "claims", claim.set, seed).run_to_end().quantities
        if not expected.holds(quantities):
            failed[seed] = quantities
    needed = claim.seeds if claim.at_least is None else claim.at_least
    assert claim.seeds - len(failed) >= needed, f"{claim.expect!r} does not hold for these seeds: {failed}"


@pytest.mark.parametrize(("lesson", "experiment"), EXPERIMENTS)
@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 3, 4))])
def test_the_default_run_proves_exactly_one_prediction_right(
    lesson: str, experiment: Experiment, seed: int
) -> None:
    run = Run(experiment, lesson, seed=seed)
    run.run_to_end()
    held = [o.when for o in experiment.prediction.options if Condition.parse(o.when).holds(run.quantities())]
    assert len(held) == 1, f"these hold: {held}, of {run.quantities()}"
    assert experiment.prediction.options[run.outcome()].when == held[0]


@pytest.mark.parametrize(("lesson", "experiment"), EXPERIMENTS)
def test_every_stop_of_every_knob_runs_and_leaves_one_prediction_right(
    lesson: str, experiment: Experiment
) -> None:
    for knob in experiment.knobs:
        for stop in knob.values:
            run = Run(experiment, lesson, {knob.name: stop})
            run.run_to_end()
            assert run.outcome() is not None, f"{knob.name} = {stop}: {run.quantities()}"
