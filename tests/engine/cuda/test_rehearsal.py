"""A step that is rehearsed on the CPU is the one that the GPU then does, and leaves no trace there."""

from __future__ import annotations

import numpy as np
import pytest

from tests.engine.cuda.twins import examples
from tutor.engine import Adam, Dense, Dropout, Sequential, Trainer


def trainer() -> Trainer:
    layers = [Dense(4, "tanh"), Dropout(0.25), Dense(1, "sigmoid")]
    model = Sequential(layers, (3,), seed=2, dtype="float64", backend="cuda")
    model.compile(Adam(0.1), "binary_crossentropy")
    return model.trainer(*examples("binary_crossentropy", 10, (3,), 1), batch_size=4)


def test_rehearsals_between_the_steps(way: str) -> None:
    watched, quiet = trainer(), trainer()
    for _ in range(4):
        said = watched.rehearse()
        watched.run(1)
        quiet.run(1)
        np.testing.assert_allclose(said.parameters, watched.model.network.parameters, rtol=1e-10, atol=1e-12)
        assert said.loss == pytest.approx(watched.loss, rel=1e-10)
    np.testing.assert_array_equal(watched.model.network.parameters, quiet.model.network.parameters)
