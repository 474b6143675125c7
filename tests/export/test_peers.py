"""The exported scripts, run as a learner would, give the losses of the training core."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.export.examples import CHANCE, REPRODUCED
from tutor.content.model import Experiment
from tutor.export import FRAMEWORKS, export
from tutor.export.source import Source

pytestmark = pytest.mark.peers

TOLERANCE = 1e-4
LOOSE = 1e-2
"""Where PyTorch adds epsilon outside of the root (RMSprop), or keeps another variance (batch norm)."""


def printed(framework: str, experiment: Experiment, folder: Path) -> dict[str, list[float]]:
    """What the script prints, by name."""
    script = export(framework, experiment, "lesson")
    (folder / "it.py").write_text(script.text)
    (folder / script.data_file).write_bytes(script.data())
    run = subprocess.run(
        [sys.executable, str(folder / "it.py")],
        env=os.environ | {"KERAS_BACKEND": "torch"},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    columns: dict[str, list[float]] = {}
    for name, value in re.findall(r"(\w+) +(-?[\d.]+)", run.stdout):
        columns.setdefault(name, []).append(float(value))
    return columns


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("name", REPRODUCED)
def test_the_script_finds_the_same_losses(framework: str, name: str, tmp_path: Path) -> None:
    if framework == "keras" and name == "averages":
        pytest.skip("below Keras PyTorch repeats an image's edge where TensorFlow counts what is inside")
    experiment = REPRODUCED[name]
    found = printed(framework, experiment, tmp_path)
    source = Source.of(experiment, "lesson", {}, 0)
    held_out = (source.x_val, source.y_val)
    epochs = experiment.training.epochs
    history = source.model.fit(
        source.x, source.y, source.batch_size, epochs, validation_data=held_out, shuffle=False
    ).history
    assert found["epoch"] == list(range(1, epochs + 1))
    loose = framework == "pytorch" and name == "rmsprop"
    # The moving variances of PyTorch are unbiased, and the weights do not depend on them.
    held_out_loose = loose or (framework == "pytorch" and name == "batch norm")
    assert found["loss"] == pytest.approx(history["loss"], abs=LOOSE if loose else TOLERANCE)
    assert found["val_loss"] == pytest.approx(history["val_loss"], abs=LOOSE if held_out_loose else TOLERANCE)
    if name not in ("curve", "hinge"):
        assert found["val_accuracy"] == pytest.approx(history["val_accuracy"], abs=0.01)


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("name", CHANCE)
def test_a_script_with_chance_in_it_runs_and_learns(framework: str, name: str, tmp_path: Path) -> None:
    found = printed(framework, CHANCE[name], tmp_path)
    assert len(found["loss"]) >= 1
    if name == "patience":
        assert found["epoch"][-1] <= 60
    else:
        assert found["loss"][-1] < found["loss"][0]
