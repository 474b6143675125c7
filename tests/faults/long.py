"""Hours of replayed use: ``python -m tests.faults.long --minutes 120``; does memory grow?

One app is walked through lesson after lesson: read, predict, train, turn knobs, go back, be quizzed, look up
words, see a sick run. After each lesson the memory of the app and of its training process is noted. Growth is
the slope of a line through the second half of it, by least squares: the first half is for warming up, as the
app keeps what it has read of each lesson.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.faults.harness import App
from tests.faults.memory import pss

ENTER, ESCAPE, UP, DOWN, LEFT, RIGHT = "\r", "\x1b", "\x1b[A", "\x1b[B", "\x1b[D", "\x1b[C"
LESSON = (
    *(ENTER, " ", " ", RIGHT, RIGHT, LEFT, "g", ESCAPE),
    *("l", "a", " ", "f", *["~"] * 6, " ", ",", ",", ".", "k", RIGHT, " ", "~", "~", " "),
    *("1", "2", "3", "4", "5", "6", "7", "8", "0", "t", "t", "g", "g", DOWN, RIGHT, UP, "x", "n", "]", "b"),
    *("e", "s", "s", "o", "~", "~", "o", "q", "a", ENTER, "b", ENTER, "~", "a", ENTER, "r", "m", "x", ESCAPE),
    *("?", ESCAPE, "\x07", ESCAPE, ESCAPE, "p", ENTER, ESCAPE, ESCAPE, "t", DOWN, ESCAPE),
    *("c", ENTER, " ", "~", "~", ESCAPE, ESCAPE, DOWN),
)
"""The keys of one lesson, from Home to Home; ``~`` is half a second of looking on."""


def use(app: App, keys: tuple[str, ...]) -> None:
    """Press them, a fraction of a second apart, as a quick reader does."""
    for key in keys:
        if key != "~":
            app.press(key)
        until = time.monotonic() + (0.5 if key == "~" else 0.4 if key == ESCAPE else 0.15)
        while (left := until - time.monotonic()) > 0:
            app.read(left)
        app.seen = b""


def growth(noted: list[tuple[float, float]]) -> float:
    """Megabytes an hour: the slope through the second half of (seconds, megabytes)."""
    seconds, sizes = np.array(noted[len(noted) // 2 :]).T
    return 3600 * float(np.polyfit(seconds, sizes, 1)[0])


def main() -> int:
    """Use the app; the exit status is 1 if its memory grew by a megabyte an hour or more."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.long", description=__doc__)
    parser.add_argument("--minutes", type=float, default=120.0, help="default: 120")
    minutes = parser.parse_args().minutes
    app_sizes, worker_sizes = [], []
    with tempfile.TemporaryDirectory() as folder, App(Path(folder)) as app:
        app.walk(("", "Next:"))
        begun = time.monotonic()
        while (passed := time.monotonic() - begun) < 60 * minutes or len(app_sizes) < 4:
            use(app, LESSON)
            app_sizes.append((passed, pss(app.pid)))
            worker_sizes.append((passed, sum(map(pss, app.workers()))))
            app_size, worker_size = app_sizes[-1][1], worker_sizes[-1][1]
            print(f"{passed / 60:6.1f} min  app {app_size:6.1f}  training {worker_size:6.1f} MB", flush=True)
        app.press("\x11")
        status = app.end()
    grown, worker_grown = growth(app_sizes), growth(worker_sizes)
    print(f"MB an hour: app {grown:+.2f}, training {worker_grown:+.2f}; exit status {status}")
    return int(grown >= 1 or status != 0)


if __name__ == "__main__":
    sys.exit(main())
