"""What the app costs and how quickly it answers, in a pseudo-terminal of 80x24, while digits train."""

from __future__ import annotations

import os
import select
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from tests.benchmarks.first_paint import first_paint
from tests.ui.terminal import Terminal
from tutor.content.catalog import Catalog
from tutor.worker.client import WorkerClient
from tutor.worker.protocol import Load, Pull, Reported, Start

RUNS = 5
KEYS = 60


def measure() -> dict[str, float]:
    """Print the figures; return them by name."""
    with tempfile.TemporaryDirectory() as folder:
        paints = [first_paint(Path(folder)) for _ in range(RUNS)]
        figures = {
            "first paint, s": median(seconds for seconds, _ in paints),
            "resident at Home, MiB": median(memory for _, memory in paints),
        }
        figures["training process: start to the first point, s"] = median(_first_point() for _ in range(RUNS))
        figures |= _while_training(Path(folder))
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


def _while_training(data: Path) -> dict[str, float]:
    with Terminal(data, "lesson", "backprop") as terminal:
        terminal.wait_for("Read")
        terminal.press("l")
        terminal.wait_for("1/")
        terminal.press("]")
        terminal.wait_for("2/")
        terminal.press("a")
        terminal.read(0.5)
        terminal.press(" ")
        terminal.wait_for("RUNNING")
        began = time.monotonic()
        ticks, seen = _cpu_seconds(terminal.pid), len(terminal.seen)
        latencies = [_latency(terminal) for _ in range(KEYS)]
        elapsed = time.monotonic() - began
        figures = {
            "key to screen while training, p50, ms": 1000 * median(latencies),
            "key to screen while training, p95, ms": 1000 * quantiles(latencies, n=20)[-1],
            "bytes per second to the terminal": (len(terminal.seen) - seen) / elapsed,
            "share of a core, the app's process": (_cpu_seconds(terminal.pid) - ticks) / elapsed,
        }
        terminal.press("\x11")
        terminal.wait_for_end(3)
    return figures


def _latency(terminal: Terminal) -> float:
    """Seconds from a key (the other knob) to the next bytes on the screen, at a random moment of the tick."""
    terminal.read(0.11)
    _drain(terminal)
    began = time.monotonic()
    terminal.press("\x1b[B")
    select.select([terminal.master], [], [], 2.0)
    return time.monotonic() - began


def _drain(terminal: Terminal) -> None:
    while select.select([terminal.master], [], [], 0)[0]:
        terminal.seen += os.read(terminal.master, 65536)


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    measure()
