"""Many networks at once, a block of threads each: the same as the CPU, which trains one after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.engine.cuda.twins import TOLERANCE, assert_near, examples
from tutor.engine import (
    SGD,
    Adam,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Goal,
    Layer,
    ManyResult,
    MaxPooling2D,
    Sequential,
    train_many,
)
from tutor.engine.kernels.cuda import many, sizes
from tutor.errors import EngineError

X, Y = examples("binary_crossentropy", 7, (2,), 1)
LAYERS: list[Layer] = [Dense(3, "tanh"), Dropout(0.2), Dense(1, "sigmoid")]


def network(layers: list[Layer] = LAYERS, shape: tuple[int, ...] = (2,), **arguments: Any) -> Sequential:
    model = Sequential(layers, shape, **{"dtype": "float64", **arguments})
    model.compile(SGD(0.5, momentum=0.5), "binary_crossentropy")
    return model


def both(make: Any, x: Any = X, y: Any = Y, **arguments: Any) -> tuple[ManyResult, ManyResult]:
    settings: dict[str, Any] = {"steps": 9, "batch_size": 3, "keep_weights": True, **arguments}
    cpu = train_many(make, x, y, **settings)
    return cpu, train_many(make, x, y, backend="cuda", **settings)


def assert_same(gpu: ManyResult, cpu: ManyResult, tolerance: float = 1e-10) -> None:
    np.testing.assert_allclose(gpu.loss, cpu.loss, rtol=tolerance)
    for name in ("accuracy", "converged_at", "diverged", "finished"):
        np.testing.assert_array_equal(getattr(gpu, name), getattr(cpu, name))
    assert len(gpu.weights) == len(cpu.weights)
    for found, expected in zip(gpu.weights, cpu.weights, strict=True):
        assert_near(found, expected, tolerance)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_seeds_and_settings(dtype: str) -> None:
    settings = [{"learning_rate": 0.2}, {"learning_rate": 0.9, "batch_size": 5}]
    cpu, gpu = both(
        network(dtype=dtype), seeds=[1, 2], settings=settings, goal=Goal(loss=0.66), check_every=3
    )
    assert gpu.loss.shape == (2, 2) and len(set(gpu.loss.ravel())) == 4
    assert np.isfinite(gpu.converged_at).any()
    assert_same(gpu, cpu, TOLERANCE[dtype])


def test_other_optimizers_functions_and_rates_of_one_layout() -> None:
    def make(seed: int, name: str) -> Sequential:
        layers: list[Layer] = [Dense(3, name), Dropout(0.1 * seed), Dense(1, "sigmoid", f"normal {seed}")]
        model = Sequential(layers, (2,), seed, "float64")
        model.compile(Adam(0.05) if name == "relu" else SGD(0.3), "binary_crossentropy")
        return model

    assert_same(*reversed(both(make, seeds=[1, 2], settings=[{"name": "relu"}, {"name": "tanh"}])))


def test_images() -> None:
    layers = [Conv2D(2, 2, activation="relu"), BatchNormalization(), MaxPooling2D(2, 1), Flatten()]
    x, y = examples("binary_crossentropy", 5, (3, 3, 1), 1)
    cpu, gpu = both(network([*layers, Dense(1, "sigmoid")], (3, 3, 1)), x, y, seeds=[1, 2], steps=4)
    assert_same(gpu, cpu)


def test_one_that_diverges_leaves_the_others_alone() -> None:
    x, y = examples("mean_squared_error", 4, (1,), 1)
    model = Sequential([Dense(1)], (1,))
    model.compile(SGD(0.1), "mean_squared_error")
    settings = [{"learning_rate": 0.1}, {"learning_rate": 1e30}]
    cpu, gpu = both(model, x, y, seeds=[3], settings=settings, batch_size=4, keep_weights=False)
    assert gpu.diverged.tolist() == cpu.diverged.tolist() == [[False], [True]]
    np.testing.assert_allclose(gpu.loss[0], cpu.loss[0], rtol=1e-5)


def test_groups_progress_and_cancellation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "_MOST", 2)
    told: list[tuple[int, int]] = []
    arguments: dict[str, Any] = {"steps": 4, "batch_size": 3, "check_every": 2, "backend": "cuda"}
    whole = train_many(network(), X, Y, range(3), progress=lambda *done: told.append(done), **arguments)
    assert told == [(2, 3), (3, 3)]
    assert whole.finished.all()
    answers = iter([False, False, False, True])
    part = train_many(network(), X, Y, range(3), cancelled=lambda: next(answers), **arguments)
    assert part.finished.tolist() == [True, True, False]
    np.testing.assert_array_equal(part.loss[:2], whole.loss[:2])
    assert np.isnan(part.loss[2])


def test_no_steps_are_the_networks_as_they_begin() -> None:
    assert_same(*reversed(both(network(), seeds=[4], steps=0)))


def test_large_or_unlike_networks_are_left_to_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    def make(seed: int) -> Sequential:
        return network([Dense(2 + seed, "tanh"), Dense(1, "sigmoid")])

    with pytest.raises(EngineError, match="not laid out alike") as caught:
        train_many(make, X, Y, range(2), steps=1, backend="cuda")
    assert "take the backend cpu" in caught.value.hint
    monkeypatch.setattr(sizes, "ONE_BLOCK_UP_TO", 10)
    with pytest.raises(EngineError, match="too large to train in one block") as caught:
        train_many(network(), X, Y, range(2), steps=1, backend="cuda")
    assert caught.value.hint == "take the backend cpu"
    with pytest.raises(EngineError, match="backend"):
        train_many(network(), X, Y, range(2), steps=1, backend="abacus")
