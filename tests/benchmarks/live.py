"""The lab in a pseudo-terminal of 80x24 while digits train flat out: its answers, its cost."""

from __future__ import annotations

import os
import re
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

from tests.ui.terminal import Terminal
from tutor.content.labfile import read_lab
from tutor.lab import Run

KEYS = 60
SECONDS = 8.0

_BENCH = """\
format_version = 1

[[experiment]]
id = "flat-out"
title = "Flat out"
kind = "network"
about = "Digits, for as long as one likes."
seconds = 600
data = { name = "digits" }
training = { epochs = 100000000, batch_size = 32 }

[experiment.model]
layers = "dense 64 relu, dense 10 softmax"
loss = "categorical_crossentropy"
optimizer = "adam"
learning_rate = 0.0001

[[experiment.knobs]]
name = "learning_rate"
label = "learning rate"
values = [0.0001, 0.001]
help = "The size of a step."

[[experiment.knobs]]
name = "batch_size"
label = "batch size"
values = [32, 64]
help = "Images per step."
"""


def measure(folder: Path, minutes: float = 0.0) -> dict[str, float]:
    """The figures by name; with ``minutes`` also how far the app's memory grows in that time."""
    file = folder / "flat-out.toml"
    file.write_text(_BENCH, encoding="utf-8")
    with _training(folder, file) as terminal:
        ticks, seen, began = _cpu_seconds(terminal.pid), len(terminal.seen), time.monotonic()
        latencies = [_latency(terminal) for _ in range(KEYS)]
        figures = {
            "key to screen, flat out, p50, ms": 1000 * median(latencies),
            "key to screen, flat out, p95, ms": 1000 * quantiles(latencies, n=20)[-1],
        }
        terminal.read(SECONDS)
        elapsed = time.monotonic() - began
        figures |= {
            "bytes per second to the terminal": (len(terminal.seen) - seen) / elapsed,
            "share of a core, the app's process": (_cpu_seconds(terminal.pid) - ticks) / elapsed,
            "share of the training speed kept": _shown_speed(terminal) / _bare_speed(file),
        }
        if minutes:
            before = _resident(terminal.pid)
            terminal.read(60 * minutes)
            name = f"growth of the app in {minutes:g} minutes, MB"
            figures[name] = (_resident(terminal.pid) - before) / 1e6
    with _training(folder, file, "--slow") as terminal:
        seen, began = len(terminal.seen), time.monotonic()
        terminal.read(SECONDS)
        spent = time.monotonic() - began
        figures["bytes per second with --slow"] = (len(terminal.seen) - seen) / spent
    return figures


@contextmanager
def _training(folder: Path, file: Path, *options: str) -> Iterator[Terminal]:
    """The lab in full swing: at full speed, its curves begun."""
    with Terminal(folder, *options, "bench", str(file)) as terminal:
        terminal.wait_for("Flat out")
        terminal.press("t")
        terminal.wait_for("READY", 60)
        terminal.press("f")
        terminal.read(0.5)
        terminal.press(" ")
        terminal.wait_for("RUNNING")
        terminal.read(4.0)
        yield terminal
        terminal.press("\x11")
        terminal.wait_for_end(3)


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


def _shown_speed(terminal: Terminal) -> float:
    """Steps per second as the lab's heading says."""
    plain = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", terminal.seen)
    return float(re.findall(rb"([\d,]+) steps/s", plain)[-1].replace(b",", b""))


def _bare_speed(file: Path) -> float:
    """Steps per second of the same run without the app, in a quiet moment: the best of five seconds."""
    run = Run(read_lab(file)[0], "bench")
    best = 0.0
    for _ in range(5):
        before, began = run.quantities()["steps"], time.monotonic()
        while time.monotonic() < began + 1:
            run.advance(0.05)
        best = max(best, (run.quantities()["steps"] - before) / (time.monotonic() - began))
    return best


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> int:
    """Bytes of memory that the process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
