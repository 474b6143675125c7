"""Hours of replayed use: ``python -m tests.faults.long --minutes 120``; does memory grow?

One app is walked through lesson after lesson, round after round: read, predict, train, turn knobs, go back,
be quizzed, look up words, see a sick run. After each lesson the memory of the app and of its training
processes (the lab's and the quiz's) is noted. The first round is for warming up: modules are loaded, kernels
linked, caches filled. From then on each lesson is compared with itself in other rounds only, as some need
more memory than others.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.faults.harness import App
from tests.faults.memory import own
from tests.faults.table import Injected
from tutor.content.catalog import Catalog
from tutor.paths import bundled_lessons

ENTER, ESCAPE, UP, DOWN, LEFT, RIGHT, FIRST = "\r", "\x1b", "\x1b[A", "\x1b[B", "\x1b[D", "\x1b[C", "\x1b[H"
LESSON = (
    *(ENTER, " ", " ", RIGHT, RIGHT, LEFT, "g", ESCAPE),
    *("l", "a", " ", "f", *["~"] * 6, " ", ",", ",", ".", "k", RIGHT, " ", "~", "~", " "),
    *("1", "2", "3", "4", "5", "6", "7", "8", "0", "t", "t", "g", "g", DOWN, RIGHT, UP, "x", "n", "]", "b"),
    *("e", "s", "s", "o", "~", "~", "o", "q", "a", ENTER, "b", ENTER, "~", "a", ENTER, "r", "m", "x", ESCAPE),
    *("?", ESCAPE, "\x07", ESCAPE, ESCAPE, "p", ENTER, ESCAPE, ESCAPE, "t", DOWN, ESCAPE),
    *("c", ENTER, " ", "~", "~", ESCAPE, ESCAPE),
)
"""The keys of one lesson, from Home to Home; ``~`` is half a second of looking on."""
HOURS = 2.0
LIMIT = 1.0
"""Megabytes an hour."""


@dataclass(frozen=True)
class Noted:
    """Memory after a lesson of some round, seconds after the beginning."""

    round: int
    lesson: int
    seconds: float
    app: float
    training: float


def use(app: App, keys: tuple[str, ...]) -> None:
    """Press them, a fraction of a second apart, as a quick reader does."""
    for key in keys:
        if key != "~":
            app.press(key)
        until = time.monotonic() + (0.5 if key == "~" else 0.4 if key == ESCAPE else 0.15)
        while (left := until - time.monotonic()) > 0:
            app.read(left)
        app.seen = b""


def replay(app: App, lessons: int, seconds: float) -> list[Noted]:
    """Use the app for so long, but for two rounds and a lesson at least; what was noted, printed by round."""
    begun, noted = time.monotonic(), []
    while time.monotonic() - begun < seconds or len(noted) <= 2 * lessons:
        number, lesson = divmod(len(noted), lessons)
        use(app, LESSON)
        training = sum(map(own, app.workers()))
        noted.append(Noted(number, lesson, time.monotonic() - begun, own(app.pid), training))
        use(app, (DOWN if lesson < lessons - 1 else FIRST,))
        if lesson == lessons - 1:
            print(_said(noted, number), file=sys.stderr, flush=True)
    return noted


def _said(noted: list[Noted], number: int) -> str:
    """One round: when it ended, and the mean and the greatest size of each."""
    app, training = np.array([(one.app, one.training) for one in noted if one.round == number]).T
    sizes = (
        f"{name} {values.mean():.1f} (at most {values.max():.1f}) MB"
        for name, values in (("app", app), ("training", training))
    )
    return f"round {number + 1}, {noted[-1].seconds / 60:.1f} min: {', '.join(sizes)}"


def growth(noted: list[Noted], what: str) -> float:
    """Megabytes an hour after the first round: by least squares one slope, and a level for each lesson."""
    warm = [one for one in noted if one.round > 0]
    passed, grown = [], []
    for lesson in {one.lesson for one in warm}:
        points = np.array([(one.seconds, getattr(one, what)) for one in warm if one.lesson == lesson])
        passed.append(points[:, 0] - points[:, 0].mean())
        grown.append(points[:, 1] - points[:, 1].mean())
    seconds, sizes = np.concatenate(passed), np.concatenate(grown)
    return 3600 * float(seconds @ sizes / (seconds @ seconds))


def grown(folder: Path, lessons: int, seconds: float) -> tuple[float, float]:
    """Megabytes an hour of the app and of its training processes."""
    with App(folder) as app:
        app.walk(("", "Next:"))
        noted = replay(app, lessons, seconds)
        app.press("\x11")
        status = app.end()
    assert status == 0, f"it ended with status {status}"
    return growth(noted, "app"), growth(noted, "training")


def hours(_number: int, folder: Path) -> float:
    """All lessons, for :data:`HOURS`; the seconds that took."""
    begun = time.monotonic()
    app, training = grown(folder, _all(), 3600 * HOURS)
    assert app < LIMIT, f"the app grew by {app:.2f} MB an hour, training by {training:.2f}"
    return time.monotonic() - begun


def _all() -> int:
    return len(Catalog.open(bundled_lessons()).lessons)


def main() -> int:
    """Use the app; the exit status is 1 if its memory grew by a megabyte an hour or more."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.long", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60 * HOURS, help=f"default: {60 * HOURS:.0f}")
    parser.add_argument("--lessons", type=int, default=_all(), help="only the first so many; default: all")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app, training = grown(Path(folder), chosen.lessons, 60 * chosen.minutes)
    print(f"MB an hour after the first round: app {app:+.2f}, training {training:+.2f}")
    return int(app >= LIMIT)


FAULTS = (Injected("two hours of use", "the app grows by less than 1 MB an hour once warm", 1, 0, hours),)


if __name__ == "__main__":
    sys.exit(main())
