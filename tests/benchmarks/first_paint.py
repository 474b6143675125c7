"""How long the app takes from exec to Home, and how much memory it holds then.

Run it with ``python -m tests.benchmarks.first_paint [RUNS]``; it prints figures and judges nothing.
"""

from __future__ import annotations

import os
import signal
import statistics
import sys
import tempfile
from pathlib import Path

from tests.ui.terminal import Terminal


def first_paint(data: Path) -> tuple[float, float]:
    """Seconds to the first paint of Home, and the resident MiB at that moment."""
    with Terminal(data) as terminal:
        seconds = terminal.wait_for("Next:")
        status = Path(f"/proc/{terminal.pid}/status").read_text()
        kib = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        terminal.press("\x11")
        if terminal.wait_for_end(3) is None:
            os.kill(terminal.pid, signal.SIGKILL)
    return seconds, kib / 1024


def main(runs: int = 7) -> None:
    """Print each run and the median; the first one may find cold caches."""
    figures = []
    for number in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            figures.append(first_paint(Path(folder)))
        print(f"run {number + 1}: first paint {figures[-1][0]:.2f} s, {figures[-1][1]:.0f} MiB")
    seconds, memory = (statistics.median(column) for column in zip(*figures, strict=True))
    print(f"median: first paint {seconds:.2f} s, {memory:.0f} MiB resident")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:2]))
