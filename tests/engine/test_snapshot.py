"""A snapshot as arrays in a file, which another process goes on from to the same bytes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tutor.engine import Adam, ExponentialDecay, Sequential, Trainer, parse_layers
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
