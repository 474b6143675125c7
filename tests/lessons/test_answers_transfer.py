"""What the lesson on transfer says of several starts together, where single ones differ by luck."""

from __future__ import annotations

import statistics

import pytest

from tests.lessons.ends import experiment_at
from tutor.content.part import Value
from tutor.content.settings import apply
from tutor.lab import transfer

FROZEN, FREE = {"transfer.frozen": "on"}, {"transfer.frozen": "off"}
SCRATCH: dict[str, Value] = {"transfer.keep": 0}


def right(name: str, knobs: dict[str, Value], quantity: str = "val_accuracy", starts: int = 5) -> float:
    """Mean over starts of what holds at the end of the run, without its curves: those cost the most."""
    experiment = apply(experiment_at(f"transfer/{name}"), knobs)
    seen = []
    for seed in range(starts):
        learner = transfer.network(experiment, seed, "cpu")
        learner.train(learner.steps_until(experiment.training.epochs))
        seen.append(learner.observe().quantities[quantity])
    return statistics.mean(seen)


def test_with_fifty_labels_layers_that_know_digits_help_and_random_ones_harm() -> None:
    """The table of the page on fifty labels."""
    frozen, free, scratch = (right("loops", knobs) for knobs in (FROZEN, FREE, SCRATCH))
    randomly = right("loops", {"transfer.epochs": 0})
    assert randomly < scratch - 0.05
    assert frozen > scratch + 0.03 and free > scratch + 0.02


@pytest.mark.parametrize("labels", [20, pytest.param(10, marks=pytest.mark.slow)])
def test_with_few_labels_frozen_is_ahead_of_fine_tuned_and_that_of_scratch(labels: int) -> None:
    """The question few-labels asks for 20."""
    frozen, free, scratch = (
        right("loops", knobs | {"examples": labels}) for knobs in (FROZEN, FREE, SCRATCH)
    )
    assert frozen > free > scratch
    assert scratch > right("loops", {"transfer.epochs": 0, "examples": labels})


def test_the_wider_the_source_the_less_it_harms() -> None:
    sources = [right("narrow", {"transfer.data.classes": digits}, "gain") for digits in ("01234", "13579")]
    sources.append(right("narrow", {"transfer.data.classes": "0123456789"}, "gain"))
    assert sources == sorted(sources) and sources[0] < -0.15 and sources[-1] > 0
