"""A unit that is set by hand: no epoch changes it, and no setting of it makes XOR."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from msgspec.structs import replace

from tests.lab.examples import perceptron
from tutor.content.model import DataSpec, Experiment, Knob, ModelSpec, TrainingSpec
from tutor.engine.classic.mcculloch_pitts import McCullochPitts, binary_rows
from tutor.errors import InputError
from tutor.lab import Run, validate
from tutor.ui.lab import tables

WEIGHTS = [-2.0, -1.0, 0.0, 1.0, 2.0]
THRESHOLDS = [-1.5, -0.5, 0.5, 1.5]
KNOBS = [
    Knob("weight_1", "weight 1", WEIGHTS, "First."),
    Knob("weight_2", "weight 2", WEIGHTS, "Second."),
    Knob("threshold", "threshold", THRESHOLDS, "Threshold."),
]


def unit(gate: str = "and", threshold: float = 0.5) -> Experiment:
    """By itself it is an OR."""
    return perceptron(
        gate,
        kind="unit",
        model=ModelSpec(weight_1=1.0, weight_2=1.0, threshold=threshold),
        training=TrainingSpec(epochs=100),
        knobs=KNOBS,
    )


def test_a_hundred_epochs_change_nothing():
    run = Run(unit(), "a", rewindable=True)
    before = run.report("ready", 1)
    result = run.run_to_end()
    after = run.report("finished", 1)
    assert result.steps == 400 and result.stopped_because == "budget"
    assert (after.perceptron, after.surface, after.points) == (
        before.perceptron,
        before.surface,
        before.points,
    )
    (errors,) = after.series
    assert errors.name == "errors" and set(errors.y) == {2.0}
    run.rewind(0)
    assert run.quantities()["steps"] == 0 and run.quantities()["errors"] == 2


def test_it_is_right_once_somebody_sets_it_so():
    run = Run(unit(), "a")
    assert not run.turn("threshold", 1.5), "another unit is another run"
    result = run.run_to_end()
    assert result.stopped_because == "goal" and result.quantities["accuracy"] == 1
    assert result.quantities["max_errors"] == 0 and "loss" not in result.quantities


@pytest.mark.parametrize(("gate", "fewest"), [("and", 0), ("or", 0), ("nand", 0), ("xor", 1)])
def test_some_setting_makes_each_gate_but_xor(gate, fewest):
    settings = itertools.product(WEIGHTS, WEIGHTS, THRESHOLDS)
    runs = [
        Run(unit(gate), "a", {"weight_1": one, "weight_2": two, "threshold": threshold})
        for one, two, threshold in settings
    ]
    assert min(run.quantities()["errors"] for run in runs) == fewest


def test_the_checker_builds_it_at_every_stop():
    validate(unit())


def test_a_set_of_more_inputs_is_refused():
    with pytest.raises(InputError, match="two inputs"):
        Run(replace(unit(), data=DataSpec("gate", {"features": "product"})), "a")


def reached(gate: str) -> int:
    """The fewest wrong rows of that gate over all settings of the unit of 1943."""
    fewest = 4
    for veto, threshold in itertools.product(("none", "x1", "x2", "both"), (0.0, 1.0, 2.0, 3.0)):
        model = ModelSpec(weight_1=1.0, weight_2=1.0, threshold=threshold, veto=veto)  # type: ignore[arg-type]
        run = Run(replace(unit(gate), model=model, knobs=[]), "a")
        inhibitory = {"none": [], "x1": [0], "x2": [1], "both": [0, 1]}[veto]
        rows = binary_rows(2)
        of_1943 = McCullochPitts(2, int(threshold), inhibitory).predict(rows)
        assert run._course.learner.outputs(rows.astype(np.float32)).tolist() == of_1943.tolist()
        fewest = min(fewest, int(run.quantities()["errors"]))
    return fewest


def test_a_veto_makes_it_the_unit_of_1943_which_has_and_or_but_neither_nand_nor_xor():
    assert [reached(gate) for gate in ("and", "or", "nand", "xor")] == [0, 0, 1, 1]


def test_the_report_says_which_inputs_have_a_veto():
    run = Run(replace(unit(), model=ModelSpec(weight_1=1.0, threshold=1.0, veto="x2"), knobs=[]), "a")
    told = run.report("ready", 1).perceptron
    assert told.vetoes == [1]
    assert tables.perceptron(told)[0].split() == ["weights", "+1", "veto"]
