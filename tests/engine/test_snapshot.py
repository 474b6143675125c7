"""A snapshot goes on to the same bytes, also from a file elsewhere; a foreign one changes nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tutor.engine import (
    SGD,
    Adam,
    ExponentialDecay,
    RMSprop,
    Sequential,
    Snapshot,
    Trainer,
    parse_layers,
)
from tutor.engine.kernels import description as d
from tutor.errors import EngineError

ROOT = Path(__file__).parents[2]
HEIR = """
import sys
import numpy as np
from tests.engine.test_snapshot import trainer
heir = trainer()
heir.restore(heir.snapshot().filled(np.load(sys.argv[1])))
heir.run(30)
np.savez(sys.argv[2], **heir.snapshot().arrays())
"""


def trainer(layers: str = "dense 6, batchnorm, activation tanh, dropout 0.3, dense 3 softmax") -> Trainer:
    """On 50 examples in batches of 8, shuffled: seven steps an epoch, the last of them on two."""
    model = Sequential(parse_layers(layers), (4,), seed=4)
    model.compile(Adam(ExponentialDecay(0.05, 20, 0.5)), "categorical_crossentropy")
    rng = np.random.default_rng(7)
    return model.trainer(rng.normal(size=(50, 4)), rng.integers(0, 3, 50), batch_size=8)


def test_another_process_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    """From the middle of an epoch, with a batch size and a learning rate that were set on the way."""
    run = trainer()
    run.run(20)
    run.set_batch_size(12)
    run.set_learning_rate(0.02)
    run.run(3)
    assert 0 < run.steps_to_epoch_end < run.steps_per_epoch
    np.savez(tmp_path / "run.npz", **run.snapshot().arrays())
    run.run(30)
    command = [sys.executable, "-c", HEIR, str(tmp_path / "run.npz"), str(tmp_path / "heir.npz")]
    subprocess.run(command, check=True, cwd=ROOT)
    found, wanted = np.load(tmp_path / "heir.npz"), run.snapshot().arrays()
    assert set(found) == set(wanted)
    for name, array in wanted.items():
        assert found[name].tobytes() == array.tobytes(), name


@pytest.mark.parametrize(
    ("lost", "layers", "message"),
    [
        ("slots", "dense 6 tanh, dense 3 softmax", "the snapshot's slots are not"),
        ("", "dense 5 tanh, dense 3 softmax", "the snapshot's parameters are not"),
        ("", "dense 6 relu, dense 3 softmax", "other layers"),
    ],
)
def test_arrays_of_another_network_are_refused(lost: str, layers: str, message: str) -> None:
    arrays = trainer("dense 6 tanh, dense 3 softmax").snapshot().arrays()
    arrays.pop(lost, None)
    with pytest.raises(EngineError, match=message):
        trainer(layers).snapshot().filled(arrays)


def plain(
    layers: str = "dense 6 tanh, dropout 0.3, dense 3 softmax",
    optimizer: Any = "adam",
    loss: str = "categorical_crossentropy",
    examples: int = 50,
    batch_size: int = 8,
    **arguments: Any,
) -> Trainer:
    model = Sequential(parse_layers(layers), (4,), seed=4, **arguments)
    model.compile(optimizer, loss)
    rng = np.random.default_rng(7)
    x, y = rng.normal(size=(examples, 4)), np.eye(3)[rng.integers(0, 3, examples)]
    return model.trainer(x, y, batch_size)


def taken(steps: int = 3, **arguments: Any) -> Snapshot:
    run = plain(**arguments)
    run.run(steps)
    return run.snapshot()


def turned(array: str, place: int, value: int) -> Snapshot:
    snapshot = taken()
    numbers = getattr(snapshot, array).copy()
    numbers[place] = value
    return replace(snapshot, **{array: numbers})


FOREIGN: dict[str, tuple[Callable[[], Any], str]] = {
    "nothing": (lambda: None, "'None' is no snapshot"),
    "arrays": (lambda: taken().arrays(), "is no snapshot"),
    "wider": (lambda: taken(layers="dense 9 tanh, dropout 0.3, dense 3 softmax"), "other layers"),
    "deeper": (lambda: taken(layers="dense 6 tanh, dense 6 tanh, dense 3 softmax"), "other layers"),
    "without dropout": (lambda: taken(layers="dense 6 tanh, dense 3 softmax"), "other layers"),
    "other dropout": (lambda: taken(layers="dense 6 tanh, dropout 0.4, dense 3 softmax"), "other layers"),
    "frozen": (
        lambda: taken(layers="frozen dense 6 tanh, dropout 0.3, dense 3 softmax"),
        "frozen or unfrozen",
    ),
    "fewer slots": (lambda: taken(optimizer=SGD(0.1)), "slots are not those"),
    "other optimizer": (lambda: taken(optimizer=RMSprop(0.1)), "another optimizer"),
    "scheduled": (lambda: taken(optimizer=Adam(ExponentialDecay(0.05, 20, 0.5))), "rates are not those"),
    "other loss": (lambda: taken(loss="mean_squared_error"), "another loss"),
    "other number type": (lambda: taken(dtype="float64"), "parameters are not those"),
    "larger batch": (lambda: taken(0, batch_size=40), "batch size 40 is larger than the 30 examples"),
    "more examples": (lambda: taken(5), "amid more examples"),
    "a negative place": (lambda: turned("counters", d.POSITION, -8), "amid more examples"),
    "no batch": (lambda: turned("controls", d.BATCH_SIZE, 0), "batch size must be 1 or more"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_snapshot_is_refused_and_nothing_is_lost(name: str) -> None:
    make, message = FOREIGN[name]
    run, twin = plain(examples=30), plain(examples=30)
    for each in (run, twin):
        each.run(2)
    before = run.snapshot().arrays()
    with pytest.raises(EngineError, match=message):
        run.restore(make())
    after = run.snapshot().arrays()
    assert all(after[key].tobytes() == value.tobytes() for key, value in before.items())
    assert run.model.layers == twin.model.layers
    run.run(7)
    twin.run(7)
    assert run.snapshot().parameters.tobytes() == twin.snapshot().parameters.tobytes()


def test_another_run_of_the_same_kind_goes_on_from_a_snapshot() -> None:
    """With other examples behind it, another batch size and another activation function."""
    snapshot = taken(2, layers="dense 6 relu, dropout 0.3, dense 3 softmax", batch_size=12)
    run = plain(examples=30)
    run.restore(snapshot)
    assert (run.step, run.batch_size, run.model.layers[0].settings()["activation"]) == (2, 12, "relu")
    run.run(5)
    assert run.step == 7 and not run.diverged
