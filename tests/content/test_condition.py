"""Conditions: what they say, what they refuse."""

from __future__ import annotations

import math
from typing import get_args, get_type_hints

import pytest

from tutor.content.condition import QUANTITIES, Condition, quantities_of
from tutor.content.model import Experiment
from tutor.errors import InputError


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("accuracy == 1", True),
        ("accuracy >= 1 and steps < 500", True),
        ("accuracy >= 1 and steps > 500", False),
        ("loss < first_loss", True),
        ("loss != 0.25", False),
        ("goal_step <= 1e3", False),
        ("goal_step > 1e300", True),
        ("goal_step == inf", True),
        ("val_loss < 1", False),
        ("val_loss >= 1", False),
        ("min_errors <= 3", False),
        ("min_errors != 3", False),
        ("val_loss != 3", False),
    ],
)
def test_a_condition_is_tried_on_the_quantities_of_a_run(text: str, holds: bool) -> None:
    run = {
        "accuracy": 1.0,
        "steps": 100,
        "loss": 0.25,
        "first_loss": 0.5,
        "goal_step": math.inf,
        "val_loss": math.nan,
    }
    assert Condition.parse(text).holds(run) is holds


@pytest.mark.parametrize(
    "text",
    ["", "accuracy", "accuracy = 1", "accuracy == ", "1 < 2", "colour == 1", "loss < colour", "loss < nan",
     "loss < 1.2.3", "loss < 1 or loss > 2", "loss < 1 and", "__import__ == 1", "loss < 1; loss > 0"],
)  # fmt: skip
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        Condition.parse(text)


def test_a_condition_names_its_quantities() -> None:
    assert Condition.parse("loss < first_loss and steps > 3").quantities == ["loss", "first_loss", "steps"]


def test_only_a_perceptron_counts_updates_and_only_a_network_has_a_loss() -> None:
    assert "updates" in quantities_of("perceptron") - quantities_of("network")
    assert "loss" in quantities_of("network") - quantities_of("perceptron")
    assert "reconstruction_error" in quantities_of("rbm") and "accuracy" not in quantities_of("rbm")
    kinds = get_args(get_type_hints(Experiment)["kind"])
    assert set().union(*map(quantities_of, kinds)) == set(QUANTITIES)
