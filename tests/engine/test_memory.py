"""What needs more memory than there is gets one clear line before anything is allocated."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tutor import limits, machine
from tutor.engine import Augmentation, Conv2D, Dense, Flatten, Sequential, Trainer, memory, plan
from tutor.engine.surface import decision_surface
from tutor.errors import EngineError, OutOfMemoryError

MUCH = 1 << 40
X, Y = np.zeros((64, 4, 4, 1)), np.zeros((64, 3))


class Machine:
    """One that has so many bytes left, and what is allocated there in flat arrays."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.left, self.used, self.taken = MUCH, 0, 0
        zeros = plan.zeros

        def counted(size: int, dtype: Any) -> Any:
            self.taken += size * np.dtype(dtype).itemsize
            return zeros(size, dtype)

        patch.setattr(plan, "zeros", counted)
        patch.setattr(machine, "memory", lambda: machine.Memory(self.left, "on this machine", self.used))
        patch.setattr(memory, "_TRIFLE", 0)  # so that networks of a few hundred weights are asked about

    def cost(self, make: Callable[[], object]) -> int:
        """The bytes that ``make`` takes where there are enough."""
        self.left, before = MUCH, self.taken
        make()
        return self.taken - before

    def refusal(self, make: Callable[[], object], left: int) -> OutOfMemoryError:
        """The error where only so much is left. Nothing may have been allocated by then."""
        self.left, before = left, self.taken
        with pytest.raises(OutOfMemoryError, match=r"of memory are needed for .*, .* are left") as caught:
            make()
        assert self.taken == before
        self.left = MUCH
        text = caught.value.message + caught.value.hint
        assert "\n" not in text and text.isprintable()
        return caught.value


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.delenv(limits.MAX_MEMORY, raising=False)
    return Machine(monkeypatch)


def network(dtype: str = "float32", initializer: str = "glorot_uniform") -> Sequential:
    layers = [Conv2D(5, 2, activation="relu"), Flatten(), Dense(3, kernel_initializer=initializer)]
    return Sequential(layers, (4, 4, 1), dtype=dtype)


def compiled(optimizer: str = "sgd", dtype: str = "float32") -> Sequential:
    model = network(dtype)
    model.compile(optimizer, "mean_squared_error")
    return model


def test_a_network_needs_its_weights_their_gradients_and_what_is_drawn(there: Machine) -> None:
    arrays = there.cost(network)
    assert arrays == 4 * (2 * network().plan.parameters)
    largest = 3 * 3 * 5 * 3
    for initializer, bytes_a_number in (("glorot_uniform", 8), ("he_normal", 18), ("orthogonal", 34)):
        there.left = arrays + largest * bytes_a_number
        network(initializer=initializer)
        error = there.refusal(lambda: network(initializer=initializer), there.left - 1)  # noqa: B023
        assert "a network of" in error.message and "take smaller layers" in error.hint
        assert "float32" not in error.hint
    assert "take smaller layers, or float32" in there.refusal(lambda: network("float64"), 0).hint


@pytest.mark.parametrize(("name", "arrays"), [("sgd", 2), ("adagrad", 2), ("adam", 3), ("rmsprop", 3)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_an_optimizer_needs_its_slots_and_the_weights_before(
    there: Machine, name: str, arrays: int, dtype: str
) -> None:
    model = network(dtype)
    needed = there.cost(lambda: model.compile(name))
    assert needed == arrays * model.network.gradients.nbytes
    model.compile("sgd", "hinge", ["accuracy"])
    run = model.run
    error = there.refusal(lambda: model.compile(name), needed - 1)
    assert f"what {name} remembers" in error.message
    assert ("the optimizer sgd" in error.hint) == (arrays == 3)
    assert model.run is run and model.loss == "hinge" and model.metrics == ("accuracy",)
    assert model.optimizer is not None and model.optimizer.name == "sgd"
    there.left = needed
    model.compile(name)


@pytest.mark.parametrize("shards", [1, 2])
def test_a_batch_needs_values_deltas_and_the_rest_of_its_room_for_each_shard(
    there: Machine, shards: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "shards_pay", lambda work, exchanged: shards == 2)
    trainer = compiled().trainer(X, Y, batch_size=4)
    needed = there.cost(lambda: trainer.set_batch_size(64))
    workspace = trainer.model.plan.workspace(64 // shards, "float32", shards)
    gradients = trainer.model.network.gradients.nbytes * shards if shards > 1 else 0
    assert needed == sum(array.nbytes for array in workspace[1:]) + gradients
    trainer.set_batch_size(4)
    error = there.refusal(lambda: trainer.set_batch_size(64), needed - 1)
    assert "a batch of 64" in error.message and "take a smaller batch" in error.hint
    assert trainer.batch_size == 4
    trainer.run(3)
    there.left = needed
    trainer.set_batch_size(64)


def test_examples_need_room_for_their_copies(there: Machine) -> None:
    model = compiled()
    assert "the inputs" in there.refusal(lambda: model.trainer(X, Y), X.size * 5 - 1).message
    data = model.data(X, Y)
    needed = there.cost(lambda: model.data(X, Y))
    assert needed == sum(array.nbytes for array in data.examples[:2])
    error = there.refusal(lambda: model.trainer(X, Y), needed - 1)
    assert "the examples" in error.message and error.hint == "take less data"
    error = there.refusal(lambda: Trainer(model, data, 4, augment=Augmentation(shift=1)), 2 * X.size * 4 - 1)
    assert "images that change" in error.message
    assert "the answers" in there.refusal(lambda: model.answer(data), 100).message


def test_a_refused_freezing_changes_nothing(there: Machine) -> None:
    model = compiled("adam")
    weights, run, layers = model.get_weights(), model.run, list(model.layers)
    for left in (0, 4 * 2 * model.plan.parameters + 60 * 8):  # the network anew; then the optimizer's slots
        there.left = left
        with pytest.raises(OutOfMemoryError):
            model.set_trainable(0, False)
        assert model.run is run and model.layers == layers and len(model.plan.learned) == 4
        for before, after in zip(weights, model.get_weights(), strict=True):
            np.testing.assert_array_equal(before, after)
    there.left = MUCH
    model.set_trainable(0, False)
    model.fit(X, Y)


def test_what_the_user_allows_counts_where_it_is_less(
    there: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(limits.MAX_MEMORY, "500M")
    there.used = (500 << 20) - 1
    there.left = MUCH
    with pytest.raises(OutOfMemoryError, match=r"weights, 0 MB are left$") as it:
        network()
    assert it.value.hint.endswith("or raise the limit of 500 MB (--max-memory)")
    there.used = 0
    network()
    assert "on this machine" in there.refusal(network, 0).message


def test_small_networks_ask_the_machine_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "memory", lambda: pytest.fail("asked"))
    compiled().fit(X, Y)


CALLS: dict[str, Callable[[Sequential, Trainer], object]] = {
    "network": lambda model, trainer: network(),
    "compile": lambda model, trainer: model.compile("adam"),
    "set_trainable": lambda model, trainer: model.set_trainable(0, False),
    "trainer": lambda model, trainer: model.trainer(X, Y),
    "fit": lambda model, trainer: model.fit(X, Y),
    "predict": lambda model, trainer: model.predict(X),
    "evaluate": lambda model, trainer: model.evaluate(X, Y),
    "gradients": lambda model, trainer: model.gradients(X, Y),
    "layer outputs": lambda model, trainer: model.layer_outputs(X),
    "surface": lambda model, trainer: decision_surface(model, (0, 1), (0, 1), 4, 4),
    "batch size": lambda model, trainer: trainer.set_batch_size(5),
    "report": lambda model, trainer: trainer.report(),
    "health": lambda model, trainer: trainer.health(),
    "rehearse": lambda model, trainer: trainer.rehearse(),
}


@pytest.mark.parametrize("name", CALLS)
def test_memory_that_others_took_meanwhile_is_a_clear_error(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = compiled()
    trainer = model.trainer(X, Y)
    before = model.get_weights()

    def gone(size: int, dtype: Any) -> Any:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(plan, "zeros", gone)
        with pytest.raises(EngineError, match="there is not enough memory for that") as caught:
            CALLS[name](model, trainer)
    assert caught.value.hint == "take less data or a smaller network"
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    trainer.run(3)


REAL = """
import resource
from pathlib import Path
from tutor.engine import Dense, Sequential
from tutor.errors import EngineError

def left(name, field, megabytes):
    used = int(Path("/proc/self/statm").read_text().split()[field]) * resource.getpagesize()
    resource.setrlimit(name, (used + (megabytes << 20), -1))

def attempt(layers, inputs, dtype="float32"):
    try:
        Sequential([Dense(units) for units in layers], (inputs,), dtype=dtype)
        print("built")
    except EngineError as error:
        print(error.message)

left(resource.RLIMIT_AS, 0, 100)
attempt([5_000], 5_000)  # 200 MB
attempt([1_000], 1_000)
resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
resource.setrlimit(resource.RLIMIT_DATA, (700 << 20, -1))
attempt([7_000, 6_900], 1, "float64")  # 48 million weights
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits are kept by Linux")
def test_the_kernels_own_limits_are_never_run_into() -> None:
    done = subprocess.run([sys.executable, "-c", REAL], capture_output=True, text=True, check=True)
    first, second, third = done.stdout.splitlines()
    assert first.startswith("382 MB of memory are needed for a network of 25,005,000 weights, ")
    assert first.endswith(" MB are left by ulimit -v")
    assert second == "built"
    assert third.startswith("1.08 GB of memory are needed for a network of 48,")
    assert third.endswith(" MB are left by ulimit -d")
    assert not done.stderr
