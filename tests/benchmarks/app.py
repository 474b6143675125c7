"""What the app costs and how quickly it answers, in a pseudo-terminal of 80x24, while digits train."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median

from tests.benchmarks import live
from tests.benchmarks.first_paint import first_paint
from tutor.content.catalog import Catalog
from tutor.worker.client import WorkerClient
from tutor.worker.protocol import Load, Pull, Reported, Start

RUNS = 5


def measure(minutes: float = 0.0) -> dict[str, float]:
    """Print the figures; return them by name. With ``minutes`` the memory is watched for so long."""
    with tempfile.TemporaryDirectory() as folder:
        paints = [first_paint(Path(folder)) for _ in range(RUNS)]
        figures = {
            "first paint, s": median(seconds for seconds, _ in paints),
            "resident at Home, MiB": median(memory for _, memory in paints),
        }
        figures["training process: start to the first point, s"] = median(_first_point() for _ in range(RUNS))
        figures |= live.measure(Path(folder), minutes)
    for name, value in figures.items():
        print(f"{name:<44}{value:>10.2f}")
    return figures


def _first_point() -> float:
    """Seconds from starting the training process, kernels cached, to a report with a first step in it."""
    experiment = Catalog.open().find("backprop").experiments[1]
    client = WorkerClient()
    began = time.monotonic()
    client.start()
    try:
        client.send(Load(lesson="backprop", experiment=experiment, knobs={}, seed=0))
        client.send(Start())
        while True:
            client.send(Pull())
            time.sleep(0.005)
            for event in client.poll():
                if isinstance(event, Reported) and event.report.quantities["steps"] > 0:
                    return time.monotonic() - began
    finally:
        client.close()


if __name__ == "__main__":
    measure()
