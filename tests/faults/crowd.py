"""A class on one host: many learners at once, idle and training; what each costs, and how keys answer."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.faults.harness import App
from tests.faults.memory import cpu_seconds, percentile, pss
from tests.faults.table import Result
from tutor.paths import has_kernels

MOST_MEMORY = 90.0
"""Megabytes each, idle."""
MOST_CPU = 0.01
"""Of a core each, idle."""
MOST_WAIT = 0.15
"""Seconds from a key to what it draws, in 95 of 100 cases."""
SETTLE, WATCH, KEYS = 5.0, 10.0, 20
"""Seconds until all is quiet, seconds that one then looks on, keys that are pressed at least."""
A_FEW = 10
"""Fewer learners than that are looked at for a quarter of the time."""


@dataclass
class Crowd:
    """What was measured."""

    memory: float
    """Megabytes of the costliest learner, idle."""
    cpu: float
    """Share of a core of the costliest learner, idle."""
    idle_wait: float
    """The 95th percentile of a key's seconds, everybody idle."""
    training_wait: float
    """The same while one in ten trains."""


def drain(apps: list[App], seconds: float) -> None:
    """Read all terminals for a while, as terminals do."""
    masters = {app.master: app for app in apps}
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        for master in select.select(list(masters), [], [], left)[0]:
            masters[master].seen = os.read(master, 65536)


def key_waits(apps: list[App], asked: int) -> list[float]:
    """Seconds from a key to the first answer, learner after learner, the others being read meanwhile."""
    waits = []
    for number in range(asked):
        app = apps[number % len(apps)]
        drain(apps, 0.2)
        begun = time.monotonic()
        app.press("\x1b[B")
        while app.master not in select.select([one.master for one in apps], [], [], 0.01)[0]:
            assert time.monotonic() - begun < 10, "a key was not answered"
            drain([one for one in apps if one is not app], 0.002)
        waits.append(time.monotonic() - begun)
    return waits


def measure(count: int, folder: Path) -> Crowd:
    """Let so many learners open the app, and look on; then one in ten trains."""
    share = 1.0 if count >= A_FEW else 1 / 4
    settle, watch, keys = SETTLE * share, WATCH * share, max(round(KEYS * share), count)
    with ExitStack() as stack:
        apps = []
        for number in range(count):
            home = folder / str(number)
            home.mkdir()
            app = stack.enter_context(App(home))
            app.walk(("", "Next:"))
            apps.append(app)
        drain(apps, settle)
        before = [sum(map(cpu_seconds, app.processes())) for app in apps]
        drain(apps, watch)
        cpu = [
            (sum(map(cpu_seconds, app.processes())) - used) / watch
            for app, used in zip(apps, before, strict=True)
        ]
        memory = [sum(map(pss, app.processes())) for app in apps]
        idle = key_waits(apps, keys)
        trainers, others = apps[: max(1, count // 10)], apps[max(1, count // 10) :]
        for app in trainers:
            app.walk(("c", "Each of these networks"), ("\r", "1/"), (" ", "RUNNING"))
        training = key_waits([*others, *trainers][: max(1, len(others))], keys)
        for app in apps:
            app.press("\x11")
        for app in apps:
            app.end()
    return Crowd(max(memory), max(cpu), percentile(idle, 0.95), percentile(training, 0.95))


@dataclass(frozen=True)
class Learners:
    """The row: one measurement with ``count`` learners, each of whom is a try."""

    name: str = "learners on one host, idle and one in ten training"
    promise: str = "90 MB and 1 % of a core each idle, a key in 0.15 s (p95)"
    count: int = 50
    short: int = 3

    def unable(self) -> str:
        """Nothing hinders it."""
        return ""

    def run(self, count: int) -> Result:
        result = Result(MOST_WAIT)
        if not has_kernels():  # the apps would compile them
            subprocess.run([sys.executable, "-m", "tutor", "warmup"], check=True, stdout=subprocess.DEVNULL)
        with tempfile.TemporaryDirectory(prefix="dltutor-crowd-") as folder:
            crowd = measure(count, Path(folder))
        print(f"<!-- {crowd} -->", flush=True)
        if crowd.memory > MOST_MEMORY:
            result.broken.append(f"{crowd.memory:.0f} MB of memory each")
        if crowd.cpu > MOST_CPU:
            result.broken.append(f"{crowd.cpu:.1%} of a core each, idle")
        if not result.broken:
            result.seconds = [max(crowd.idle_wait, crowd.training_wait)] * count
        return result


FAULTS = (Learners(),)
