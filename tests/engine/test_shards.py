"""Larger networks train in shards: by one thread or by two the same bytes; as a whole, but for rounding."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tutor.engine import (
    SGD,
    Adam,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPooling2D,
    Optimizer,
    Residual,
    RMSprop,
    Sequential,
    Trainer,
    plan,
    threads,
)
from tutor.engine.kernels import description as d
from tutor.engine.kernels import launch
from tutor.errors import EngineError

Array = NDArray[Any]

DENSE: list[Layer] = [Dense(24, "tanh"), Dense(17, "relu"), Dense(3, "softmax")]
IMAGES: list[Layer] = [
    Conv2D(5, 3, padding="same", activation="relu"),
    Dropout(0.2),
    MaxPooling2D(2),
    Residual([Conv2D(5, 3, padding="same", activation="tanh")]),
    Conv2D(9, 2, activation="tanh"),
    Flatten(),
    Dense(3, "softmax"),
]
DROPOUT: list[Layer] = [
    Dense(24, "relu", kernel_regularizer="l2 0.01"),
    Dropout(0.3),
    Dense(16, "tanh"),
    Dropout(0.5),
    Dense(3, "softmax"),
]
LARGE: list[Layer] = [Dense(600, "relu"), Dense(32, "tanh"), Dense(3, "softmax")]
"""Its first two layers have one gradient for all shards, formed in the update where nothing is clipped."""
NETWORKS = {"dense": DENSE, "images": IMAGES, "dropout": DROPOUT, "large": LARGE}
OPTIMIZERS: list[Optimizer] = [
    SGD(0.1, clipnorm=0.5),
    SGD(0.1, momentum=0.9),
    Adam(0.01, clipvalue=0.01),
    RMSprop(0.01, momentum=0.5),
]


@pytest.fixture(autouse=True)
def always_helped(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every network in shards, helpers in every chunk of a few steps, two threads on any machine."""
    monkeypatch.setattr(plan, "shards_pay", lambda *_: True)
    monkeypatch.setattr(launch, "_CHUNK", 500_000)
    monkeypatch.setattr(launch, "_LEAST_HELPED", 0)
    monkeypatch.setattr(threads.Pace, "wants_help", lambda self: True)
    threads.set_threads(2)
    yield
    threads.set_threads(None)


def make(
    layers: list[Layer] = DENSE,
    optimizer: Optimizer | str = "adam",
    dtype: str = "float32",
    batch_size: int = 16,
    loss: str = "categorical_crossentropy",
    examples: int = 43,
) -> Trainer:
    """Of 43 examples each epoch ends with a batch of 11, in shards of 8 and 3; of 35 in shards of 3 and 0."""
    rng = np.random.default_rng(3)
    shape = (6, 6, 2) if isinstance(layers[0], Conv2D) else (30,)
    x, y = rng.normal(size=(examples, *shape)), rng.integers(0, 3, examples)
    model = Sequential(layers, shape, seed=2, dtype=dtype)
    model.compile(optimizer, loss, metrics=["accuracy"])
    return model.trainer(x, np.eye(3)[y], batch_size)


def weight_bytes(trainer: Trainer) -> bytes:
    return b"".join(array.tobytes() for array in trainer.model.get_weights())


def test_a_training_thread_can_be_kept_to_fewer_threads_than_there_are() -> None:
    def helped() -> bool:
        return threads.share(2, lambda number: number)[1]

    with threads.at_most(1):
        assert not helped()
        with threads.at_most(0):
            assert helped(), "0 limits nothing"
        assert not helped()
    assert helped()
    with pytest.raises(EngineError, match="the number of threads"), threads.at_most(-1):
        pass


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
@pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS.keys())
def test_one_thread_or_two_give_the_same_bytes(layers: list[Layer], optimizer: Optimizer, dtype: str) -> None:
    two, one = make(layers, optimizer, dtype), make(layers, optimizer, dtype)
    two.run(200)
    threads.set_threads(1)
    one.run(200)
    assert weight_bytes(one) == weight_bytes(two)
    assert one.loss == two.loss and one.report() == two.report()


@pytest.mark.parametrize("examples", [43, 35])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
@pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS.keys())
def test_shards_change_nothing_but_the_order_of_sums(
    layers: list[Layer], optimizer: Optimizer, examples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sharded = make(layers, optimizer, "float64", examples=examples)
    monkeypatch.setattr(plan, "shards_pay", lambda *_: False)
    whole = make(layers, optimizer, "float64", examples=examples)
    sharded.run(20)
    whole.run(20)
    assert isinstance(sharded._room, d.Shards) and isinstance(whole._room, d.Workspace)
    assert sharded.loss == pytest.approx(whole.loss, rel=1e-9)
    for ours, theirs in zip(sharded.model.get_weights(), whole.model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-10)
    for mine, other in zip(sharded.health().layers, whole.health().layers, strict=True):
        assert mine.gradient_norm == pytest.approx(other.gradient_norm, rel=1e-6, nan_ok=True)
        assert mine.update_ratio == pytest.approx(other.update_ratio, rel=1e-6, nan_ok=True)


def test_going_on_from_a_snapshot_gives_the_same_bytes() -> None:
    through, back = make(DROPOUT), make(DROPOUT)
    through.run(70)
    back.run(31)
    snapshot = back.snapshot()
    back.set_batch_size(9)
    back.run(40)
    back.restore(snapshot)
    back.run(39)
    assert weight_bytes(back) == weight_bytes(through)


def test_a_helper_that_never_comes_is_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    helped, waiting = make(), make()
    helped.run(200)
    monkeypatch.setattr(threads._helpers, "call", lambda count, work: None)
    waiting.run(200)
    assert weight_bytes(waiting) == weight_bytes(helped)


@pytest.mark.parametrize(
    ("layers", "loss", "expected"),
    [
        ([Dense(3)], "mean_squared_error", "the loss"),
        (DENSE, "mean_squared_error", "the output of dense_3"),
        (IMAGES, "categorical_crossentropy", "the gradient of conv2d_2's weights"),
    ],
    ids=["linear", "dense", "images"],
)
def test_divergence_names_the_same_tensor(
    layers: list[Layer], loss: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    for cut in (True, False):
        monkeypatch.setattr(plan, "shards_pay", lambda *_, cut=cut: cut)
        trainer = make(layers, SGD(1e30), loss=loss)
        trainer.run(50)
        seen.append((trainer.diverged, trainer.step))
    assert seen[0] == seen[1]
    assert seen[0][0] == expected


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_no_weight_moves_where_a_large_layers_gradient_overflows(optimizer: Optimizer) -> None:
    model = Sequential([Dense(600), Dense(2)], (40,), seed=1)
    before = [np.zeros_like(array) for array in model.get_weights()]
    before[3][:] = before[2][0, 0] = 1.0
    model.set_weights(before)
    model.compile(optimizer, "mean_squared_error")
    trainer = model.trainer(np.full((16, 40), 1e30), np.full((16, 2), 1e15), 16)
    trainer.run(5)
    assert trainer.diverged == "the gradient of dense_1's weights"
    for ours, theirs in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_loss_that_overflows_leaves_a_large_layers_gradient_to_look_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    norms = []
    for cut in (True, False):
        monkeypatch.setattr(plan, "shards_pay", lambda *_, cut=cut: cut)
        model = Sequential([Dense(1, "sigmoid")], (2500,), seed=1)
        model.set_weights([np.full_like(model.get_weights()[0], 3e38), model.get_weights()[1]])
        model.compile(SGD(0.1), "binary_crossentropy")
        trainer = model.trainer(np.ones((16, 2500)), np.zeros((16, 1)), 16)
        trainer.run(1)
        assert trainer.diverged == "the output of dense_1"
        norms.append(trainer.health().layers[0].gradient_norm)
    assert norms == pytest.approx(2 * [2501**0.5])  # 2,500 weights and a bias, each with the gradient 1


def test_networks_trained_in_several_threads_do_not_meet() -> None:
    expected = make(IMAGES)
    expected.run(100)
    trainers = [make(IMAGES) for _ in range(3)]
    runs = [threading.Thread(target=trainer.run, args=(100,)) for trainer in trainers]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert {weight_bytes(trainer) for trainer in trainers} == {weight_bytes(expected)}


def test_batch_normalization_sees_the_whole_batch() -> None:
    assert isinstance(make([Dense(64), BatchNormalization(), Dense(3, "softmax")])._room, d.Workspace)


def test_how_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    assert threads.threads() == 2
    threads.set_threads(None)
    assert threads.threads() == threads.usable_cores()
    monkeypatch.setenv(threads.VARIABLE, "3")
    assert threads.threads() == 3
    for wrong in ("0", "-1", "two", "1.5"):
        monkeypatch.setenv(threads.VARIABLE, wrong)
        with pytest.raises(EngineError, match=threads.VARIABLE):
            threads.threads()
    with pytest.raises(EngineError, match="number of threads"):
        threads.set_threads(0)


def test_help_only_where_it_is_wanted() -> None:
    members: list[int] = []
    came = threading.Event()

    def work(member: int) -> int:
        members.append(member)
        if member:
            came.set()
        return member

    assert threads.share(2, work) == (0, True)
    assert came.wait(10)
    assert sorted(members) == [0, 1]
    assert threads.share(1, work) == (0, False)
    alone = threading.Thread(target=lambda: (threads.stay_alone(), members.append(threads.share(2, work)[1])))
    alone.start()
    alone.join()
    assert members[-1] is False


def test_help_that_made_it_slower_is_not_asked_for_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    pace = threads.Pace()
    assert not pace.wants_help()  # first it must know how long it takes alone
    pace.note(False, 1.0)
    for rest in (4, 8, 16):
        assert pace.wants_help()
        pace.note(True, 1.5)
        for _ in range(rest):
            assert not pace.wants_help()
            pace.note(False, 1.0)
    for _ in range(3):
        assert pace.wants_help()
        pace.note(True, 0.6)


_FORKS = """
import os
import numpy as np
from tutor.engine import Sequential, parse_layers, threads
from tutor.engine.kernels import launch
launch._CHUNK = launch._LEAST_HELPED = 1_000_000
threads.set_threads(2)
def trained():
    model = Sequential(parse_layers("dense 256 relu, dense 3 softmax"), (128,), seed=1)
    model.compile("sgd", "categorical_crossentropy")
    trainer = model.trainer(np.ones((32, 128)), np.arange(32) % 3, 32)
    trainer.run(200)
    return model.get_weights()[0].tobytes()
first = trained()
child = os.fork()
same = trained() == first
if child == 0:
    os._exit(0 if same else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), same)
"""


@pytest.mark.skipif(not hasattr(sys, "getdlopenflags"), reason="only Unix forks")
def test_a_forked_process_has_helpers_of_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", _FORKS], capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.returncode) == ("0 True\n", 0), done.stderr
