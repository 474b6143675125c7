"""Training on the GPU: the CPU's run up to rounding, and its own run to the byte however it is cut."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numba import cuda

from tests.engine.cuda.twins import (
    DIVERGING,
    OPTIMIZERS,
    TOLERANCE,
    assert_near,
    assert_same_state,
    diverged,
    examples,
    pair,
    trainers,
    twins,
)
from tests.engine.reference import kept, split_mix
from tutor.engine import (
    SGD,
    Adam,
    Dense,
    Dropout,
    Optimizer,
    Trainer,
)
from tutor.engine.kernels.cuda import memory, random, sizes
from tutor.engine.network import Sequential


def on_the_gpu(optimizer: Optimizer = OPTIMIZERS[1], dtype: str = "float64") -> Trainer:
    return pair(optimizer, dtype)[1]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_twenty_steps_of_each_optimizer(optimizer: Optimizer, dtype: str) -> None:
    cpu, gpu = pair(optimizer, dtype)
    cpu.run(20)
    gpu.run(20)
    assert (gpu.step, gpu.epoch) == (20, 6)
    assert_same_state(gpu, cpu, TOLERANCE[dtype])
    assert gpu.learning_rate == pytest.approx(cpu.learning_rate, rel=1e-14)
    np.testing.assert_allclose(
        [layer.gradient_norm for layer in gpu.report().layers],
        [layer.gradient_norm for layer in cpu.report().layers],
        rtol=10 * TOLERANCE[dtype],
    )


@pytest.mark.parametrize("frozen", [[0], [1], [0, 1]])
def test_frozen_layers(frozen: list[int]) -> None:
    layers = [Dense(4, "tanh", kernel_regularizer="l2 0.1"), Dense(3, "tanh"), Dropout(0.25), Dense(1)]
    models = twins(layers, (2,), optimizer=SGD(0.1, momentum=0.9, weight_decay=0.1))
    for model in models:
        for place in frozen:
            model.set_trainable(place, False)
    before = models[1].get_weights()
    cpu, gpu = trainers(models, *examples("mean_squared_error", 7, (2,), 1), batch_size=3)
    for trainer in (cpu, gpu):
        trainer.run(10)
    assert_same_state(gpu, cpu, 1e-10)
    for place, (one, other) in enumerate(zip(before, gpu.model.get_weights(), strict=True)):
        assert (one == other).all() == (place // 2 in frozen)


def test_without_shuffling() -> None:
    cpu, gpu = pair(SGD(0.3), shuffle=False)
    for trainer in (cpu, gpu):
        trainer.run(6)
    assert_same_state(gpu, cpu, 1e-12)


def test_the_same_examples_are_dropped() -> None:
    models = twins([Dropout(0.4), Dense(1, kernel_initializer="ones")], (10,), optimizer=SGD(1e-9), seed=8)
    x, y = np.ones((3, 10)), np.zeros((3, 1))
    cpu, gpu = trainers(models, x, y, batch_size=3, shuffle=False)
    gpu.run(1)
    cpu.run(1)
    masks = kept(8, 0, 0, 0.4, (3, 10))
    assert gpu.loss == pytest.approx(np.mean(masks.sum(1) ** 2), rel=1e-12) == pytest.approx(cpu.loss)


def test_orders_are_those_of_the_cpu() -> None:
    """One example per step, with a rate of 1/2: the weight tells which came when."""
    models = twins([Dense(1, kernel_initializer="zeros")], (1,), optimizer=SGD(0.25))
    cpu, gpu = trainers(models, np.ones((9, 1)), np.arange(9.0), batch_size=1)
    for _ in range(2):
        for trainer in (cpu, gpu):
            trainer.run(9)
        assert_near(gpu.model.get_weights(), cpu.model.get_weights(), 1e-14)


def test_pieces_add_up_to_the_same_bytes() -> None:
    for dtype in ("float32", "float64"):
        whole, cut = on_the_gpu(dtype=dtype), on_the_gpu(dtype=dtype)
        whole.run(12)
        for steps in (5, 0, 1):
            cut.run(steps)
            cut.report()
            cut.model.predict([[0.0, 1.0]])
        cut.run(6)
        assert whole.snapshot().parameters.tobytes() == cut.snapshot().parameters.tobytes()


def test_the_mean_loss_does_not_depend_on_the_launches() -> None:
    whole, cut = on_the_gpu(), on_the_gpu()
    cut.model._kernels._one_block.pace.steps = 2  # type: ignore[attr-defined]
    for trainer in (whole, cut):
        trainer.run(9)
    assert whole.loss == cut.loss
    assert whole.snapshot().slots.tobytes() == cut.snapshot().slots.tobytes()


def test_snapshots_rewind_to_the_byte() -> None:
    trainer = on_the_gpu()
    trainer.run(5)
    snapshot = trainer.snapshot()
    trainer.run(5)
    first = trainer.snapshot()
    trainer.set_learning_rate(0.9)
    trainer.set_batch_size(5)
    trainer.model.set_activation(0, "relu")
    trainer.run(3)
    trainer.restore(snapshot)
    trainer.run(5)
    again = trainer.snapshot()
    assert again.parameters.tobytes() == first.parameters.tobytes()
    assert again.slots.tobytes() == first.slots.tobytes()


def test_settings_turned_between_launches() -> None:
    both = pair(OPTIMIZERS[1])
    for trainer in both:
        trainer.run(2)
        trainer.set_learning_rate(0.4)
        trainer.set_momentum(0.5)
        trainer.set_batch_size(6)
        trainer.model.set_activation(0, "elu")
        trainer.run(5)
    assert_same_state(both[1], both[0], 1e-12)
    for trainer in both:
        trainer.model.compile("adam", "binary_crossentropy")
    fresh = trainers([t.model for t in both], *examples("binary_crossentropy", 5, (2,), 1), batch_size=2)
    for trainer in fresh:
        trainer.run(3)
    assert_same_state(fresh[1], fresh[0], 1e-12)


@pytest.mark.parametrize("name", DIVERGING)
def test_what_stopped_being_finite_is_named_as_on_the_cpu(name: str) -> None:
    cpu, gpu = diverged(name)
    np.testing.assert_equal(gpu.loss, cpu.loss)


@pytest.mark.parametrize("threads", [1, 2, 16])
def test_any_number_of_threads_does(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizes, "threads", lambda operations, rows: threads)
    cpu, gpu = pair(OPTIMIZERS[5])
    for trainer in (cpu, gpu):
        trainer.run(4)
    assert_same_state(gpu, cpu, 1e-12)


def test_numbers_stay_on_the_gpu_between_launches(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the first launch nothing larger than the settings travels, until the weights are asked for."""
    model = Sequential([Dense(50), Dense(1)], (4,), backend="cuda")
    model.compile(Adam(), "mean_squared_error")
    trainer = model.trainer(np.ones((60, 4)), np.ones(60), batch_size=1)
    trainer.run(1)
    sent: list[int] = []
    true_copy = memory.cuda.to_device

    def counted(array: Any) -> Any:
        sent.append(array.size)
        return true_copy(array)

    monkeypatch.setattr(memory.cuda, "to_device", counted)
    trainer.run(1)
    assert sent and max(sent) <= model.plan.operations.size < 200
    before = model.get_weights()
    trainer.run(1)
    assert max(sent) > 200  # the host might have changed them
    assert not np.array_equal(before[0], model.get_weights()[0])


@cuda.jit
def _draw(numbers: Any, order: Any) -> None:
    key = random.stream(3, 4)
    numbers[cuda.threadIdx.x] = random.bits(key, cuda.threadIdx.x)
    if cuda.threadIdx.x == 0:
        random.shuffle(order, key)


def test_random_bits_are_split_mix_and_orders_complete() -> None:
    numbers, order = cuda.to_device(np.zeros(8, np.uint64)), cuda.to_device(np.zeros(30, np.int64))
    with memory.ready():
        _draw[1, 8](numbers, order)
    key = split_mix(split_mix(3, 0), 4)
    assert numbers.copy_to_host().tolist() == [split_mix(key, place) for place in range(8)]
    assert sorted(order.copy_to_host()) == list(range(30)) != order.copy_to_host().tolist()
