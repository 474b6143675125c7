"""Training by a launch per operation over many blocks: the CPU's run, and to the byte the same again."""

from __future__ import annotations

import numpy as np
import pytest

from tests.engine.cuda.twins import (
    DIVERGING,
    OPTIMIZERS,
    assert_near,
    assert_same_state,
    diverged,
    examples,
    pair,
    twins,
)
from tutor.engine import (
    SGD,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    Optimizer,
    Sequential,
    Trainer,
    network,
)
from tutor.engine.kernels.cuda import launches, sizes


@pytest.fixture(autouse=True)
def many_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizes, "needs_many_blocks", lambda operations, rows: True)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_seven_steps_of_each_optimizer(optimizer: Optimizer) -> None:
    cpu, gpu = pair(optimizer)
    for trainer in (cpu, gpu):
        trainer.run(7)
    assert (gpu.step, gpu.epoch) == (7, 2)
    assert_same_state(gpu, cpu, 1e-10)
    assert gpu.learning_rate == pytest.approx(cpu.learning_rate, rel=1e-14)
    assert_near([gpu._run.before], [cpu._run.before], 1e-10)


def test_pieces_add_up_to_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, cut = pair(OPTIMIZERS[1])[1], pair(OPTIMIZERS[1])[1]
    whole.run(8)
    monkeypatch.setattr(launches, "_STEPS_UNSEEN", 2)
    cut.run(5)
    cut.report()
    cut.run(3)
    assert whole.snapshot().parameters.tobytes() == cut.snapshot().parameters.tobytes()


def test_without_shuffling() -> None:
    cpu, gpu = pair(SGD(0.3), shuffle=False)
    for trainer in (cpu, gpu):
        trainer.run(4)
    assert_same_state(gpu, cpu, 1e-12)


@pytest.mark.parametrize("name", DIVERGING)
def test_what_stopped_being_finite_is_named_as_on_the_cpu(name: str) -> None:
    cpu, gpu = diverged(name)
    assert_same_bad_state(gpu, cpu)


def assert_same_bad_state(one: Trainer, other: Trainer) -> None:
    """What is not finite may hide differences, but in the same places."""
    with np.errstate(all="ignore"):
        first, second = one.snapshot().parameters, other.snapshot().parameters
    np.testing.assert_allclose(first, second, rtol=1e-5)


def test_a_set_larger_than_the_workspace_goes_through_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "_CHUNK", 4)
    layers = [Dense(3, "relu", kernel_regularizer="l2 0.1"), Dropout(0.5), Dense(2, "softmax")]
    cpu, gpu = twins(layers, (2,), "categorical_crossentropy")
    x, y = examples("categorical_crossentropy", 10, (2,), 2)
    assert_near([gpu.predict(x)], [cpu.predict(x)], 1e-12)
    assert gpu.evaluate(x, y)["loss"] == pytest.approx(cpu.evaluate(x, y)["loss"], rel=1e-12)


def test_the_size_of_a_step_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    lenet = [Conv2D(6, 5, activation="relu"), MaxPooling2D(), Conv2D(16, 5), Flatten(), Dense(120), Dense(10)]
    digits = Sequential([Dense(64, "relu"), Dense(10, "softmax")], (64,)).plan.operations
    large = Sequential(lenet, (28, 28, 1)).plan.operations
    assert not sizes.needs_many_blocks(digits, 32)
    assert sizes.needs_many_blocks(large, 32)
    assert sizes.needs_many_blocks(digits, 32_000)
