"""What the lesson on deeper nets says of their first step."""

from __future__ import annotations

import pytest

from tests.lessons.ends import experiment_at
from tutor.lab import Run

PLAIN = experiment_at("deeper/plain")


def first_ratio(initializer: str, seed: int) -> float:
    """How long the first layer's gradient is beside the last one's in the first step."""
    knobs = {"kernel_initializer": initializer}
    run = Run(PLAIN, "deeper", knobs, seed, backend="cpu", max_steps=1)
    return run.run_to_end().quantities["gradient_ratio"]


@pytest.mark.parametrize("seed", range(5))
def test_small_first_weights_let_gradients_vanish_and_larger_ones_do_not(seed: int) -> None:
    assert 0.3 < first_ratio("he_normal", seed) < 3
    assert first_ratio("glorot_normal", seed) < 1 / 50
