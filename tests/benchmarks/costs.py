"""What the engine costs beside and beyond the table: compiling, reports, size, many networks."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from statistics import median

import numpy as np

from tests.benchmarks import details
from tests.benchmarks.training import REPEATS, seconds
from tests.benchmarks.works import WORKS, Work
from tutor.engine import SGD, Adam, Dense, Goal, Sequential, Trainer, train_many, warm_up

_WARM_UP = "from tutor.engine import warm_up; print(warm_up())"


def measure() -> dict[str, float]:
    """Print the figures; return them by name."""
    warm_up()
    figures = {**_compiling(), **_reports(), **details.figures(), **_many(), **_growth()}
    print("| cost | |\n|---|---:|")
    for name, value in figures.items():
        print(f"| {name} | {value:,.3g} |")
    return figures


def _compiling() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "DLTUTOR_CACHE_DIR": folder}

        def start() -> float:
            command = [sys.executable, "-c", _WARM_UP]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
            return float(done.stdout)

        return {
            "cold compile, float32, s": start(),
            "warm start, float32, s": median(start() for _ in range(REPEATS)),
        }


def _trainer(work: Work) -> Trainer:
    """On 1,297 examples."""
    rng = np.random.default_rng(0)
    model = Sequential(work.layers, work.input_shape)
    loss = "binary_crossentropy" if work.binary else "categorical_crossentropy"
    model.compile(work.optimizer, loss, metrics=["accuracy"])
    x, y = rng.normal(size=(1297, *work.input_shape)), rng.integers(0, max(work.outputs, 2), 1297)
    return model.trainer(x, y, work.batch)


def _reports() -> dict[str, float]:
    """What a report of 64 examples costs, beside the 50 steps before it; medians of a second or so."""
    figures = {}
    for work in WORKS:
        name, trainer = work.name, _trainer(work)
        steps, reports = [], []
        end = time.monotonic() + 1
        while time.monotonic() < end:
            steps.append(seconds(partial(trainer.run, 50)))
            reports.append(seconds(partial(trainer.report, 64)))
        whole = [seconds(trainer.report) for _ in range(REPEATS)]
        figures[f"50 steps, {name}, microseconds"] = 1e6 * median(steps)
        figures[f"a report of 64 examples, {name}, microseconds"] = 1e6 * median(reports)
        figures[f"a report of 64 examples, {name}, % of 50 steps"] = 100 * median(reports) / median(steps)
        figures[f"a report of all 1,297 examples, {name}, microseconds"] = 1e6 * median(whole)
    return figures


def _many() -> dict[str, float]:
    x, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])
    model = Sequential([Dense(4, "tanh"), Dense(1, "sigmoid")], (2,))
    model.compile(SGD(0.5), "binary_crossentropy")

    def thousand() -> None:
        train_many(model, x, y, range(1000), steps=2000, batch_size=4, goal=Goal(accuracy=1.0))

    return {"1,000 XOR networks, 2,000 steps each, s": median(seconds(thousand) for _ in range(REPEATS))}


def _growth() -> dict[str, float]:
    """Microseconds per step of 64-n-10, of d layers of 32, and of batches of b; ReLU, Adam."""
    figures = {}
    for n in (8, 16, 32, 64, 128, 256, 512, 1024):
        figures[f"64-{n}-10, batch 32, microseconds per step"] = _step([n], 32)
    for depth in (1, 2, 4, 8, 16, 32):
        figures[f"{depth} hidden layers of 32, batch 32, microseconds per step"] = _step([32] * depth, 32)
    for batch in (1, 4, 16, 64, 256, 1024):
        figures[f"64-64-10, batch {batch}, microseconds per step"] = _step([64], batch)
    return figures


def _step(hidden: list[int], batch: int) -> float:
    rng = np.random.default_rng(0)
    model = Sequential([*(Dense(n, "relu") for n in hidden), Dense(10, "softmax")], (64,))
    model.compile(Adam(), "categorical_crossentropy")
    trainer = model.trainer(rng.normal(size=(1024, 64)), rng.integers(0, 10, 1024), batch)
    steps = 64
    while seconds(partial(trainer.run, steps)) < 0.05:
        steps *= 2
    return 1e6 * median(seconds(partial(trainer.run, steps)) for _ in range(REPEATS)) / steps


if __name__ == "__main__":
    measure()
