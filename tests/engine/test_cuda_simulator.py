"""The GPU's tests in numba's simulator, in processes of their own: numba reads at its start which it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SUITE = ROOT / "tests" / "engine" / "cuda"
SIMULATOR = os.environ | {"NUMBA_ENABLE_CUDASIM": "1"}


IMAGES_TWICE = "float32 or test_frozen_layers or test_a_small_lenet and not adam"
"""What trains networks of images of which others are trained, too: the simulator takes a second for each."""


@pytest.mark.parametrize(
    "chosen",
    [f"not (test_images and ({IMAGES_TWICE}))", pytest.param("test_images", marks=pytest.mark.slow)],
)
def test_the_gpus_kernels_agree_with_the_cpus(chosen: str) -> None:
    words = ["-m", "pytest", "-q", "-c", str(SUITE / "pytest.ini"), f"--rootdir={ROOT}", "-p", "no:asyncio"]
    words += ["-k", chosen]
    command = [sys.executable, *words, "-p", "no:syrupy", "-p", "no:hypothesispytest", str(SUITE)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=SIMULATOR)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert " passed" in done.stdout and "skipped" not in done.stdout


def lab(backend: str, env: dict[str, str]) -> dict[str, Any]:
    words = ["lab", "backprop", "--steps", "20", "--json", "--backend", backend]
    command = [sys.executable, "-m", "tutor", *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env, check=True)
    assert done.stderr == ""
    record: dict[str, Any] = json.loads(done.stdout)
    return record


def test_a_lab_runs_on_the_simulated_gpu() -> None:
    gpu, cpu = lab("cuda", dict(SIMULATOR)), lab("cpu", dict(os.environ))
    assert (gpu["backend"], cpu["backend"]) == ("cuda", "cpu")
    assert gpu["loss"]["last"] == pytest.approx(cpu["loss"]["last"], rel=1e-5)
    assert gpu["gradient_norms"] == pytest.approx(cpu["gradient_norms"], rel=1e-4)
