"""SIGKILL, which nothing can catch: of the app, its training process, whoever writes to the database."""

from __future__ import annotations

import os
import random
import re
import signal
import time
from pathlib import Path

from tests.faults.ends import answers
from tests.faults.harness import rows
from tests.faults.screens import SCREENS, opened
from tests.faults.table import Injected, stopwatch
from tests.progress.samples import answered
from tests.ui.terminal import PATIENCE
from tests.worker.experiments import load
from tests.worker.talk import pull, steps, wait_for, wait_for_event
from tutor.lab import Run
from tutor.progress.store import Store
from tutor.progress.writer import Writer
from tutor.report import Report
from tutor.worker.client import WorkerClient
from tutor.worker.protocol import Pause, Ready, Resume, Resumed, Start, Turn
from tutor.worker.snapshot_file import SnapshotFile

_ROWS = 500
_CTRL_Q, _LEARNING_RATE_UP = "\x11", "\x1b[B\x1b[B\x1b[C"
_TAKEN_UP = re.compile(r"Back at the snapshot of step [\d,]+|The run stands at step [\d,]+ again")


def kill_the_app(rng: random.Random, folder: Path) -> None:
    """In any screen, at any moment: what was saved stays, and the training process goes too."""
    with opened(folder, rng.choice(list(SCREENS))) as app:
        app.read(rng.uniform(0, 0.5))
        saved = answers(folder)
        os.kill(app.pid, signal.SIGKILL)
        assert app.end() == -signal.SIGKILL
    [(kept,)] = rows(folder, "SELECT count(*) FROM answer")
    assert isinstance(kept, int) and kept >= saved, f"{saved} answers were saved, {kept} are there"


def kill_the_training(rng: random.Random, folder: Path) -> None:
    """While it trains in the lab, a knob turned or not: one key brings the run to where it stood."""
    with opened(folder, "training") as app:
        app.read(rng.uniform(0, 1.0))
        if rng.random() < 0.5:
            app.until(lambda: re.search("step [1-9]", app.text()), "first step")
            app.walk((_LEARNING_RATE_UP, "takes effect now"))
            app.read(rng.uniform(0, 1.0))
        since = len(app.seen)
        os.kill(app.worker(), signal.SIGKILL)
        app.until(lambda: "was killed" in app.text(since), "word of the death")
        since = len(app.seen)
        app.walk(("w", "A new training process"))
        if "begins again" in app.text(since):  # it was killed before the first step
            app.walk((" ", "RUNNING"))
        else:
            app.until(lambda: _TAKEN_UP.search(app.text(since)), "word of the run")
            app.until(lambda: "PAUSED" in app.text(since), "run where it stood")
        app.press(_CTRL_Q)
        assert app.end() == 0
    assert not list((folder / "training").glob("*")), "the app has left a snapshot behind"


def kill_and_take_up(rng: random.Random, folder: Path) -> None:
    """Killed once or twice, with a knob turned before: the run ends in the very same numbers as without."""
    experiment, goes_on = load(epochs=2_000_000), Start(paced=False)
    with WorkerClient(snapshots=SnapshotFile(folder / "training" / "1-a.snapshot")) as client:
        wait_for_event(client, Ready)
        client.send(experiment)
        client.send(goes_on)
        wait_for(lambda: steps(pull(client)) > 0)
        time.sleep(rng.uniform(0, 0.3))
        client.send(Pause())
        turned_at = int(steps(pull(client)))
        client.send(Turn("learning_rate", 0.5))
        client.send(goes_on)
        for _ in range(rng.randint(1, 2)):
            time.sleep(rng.uniform(0, 0.3))
            before = pull(client)
            kill_process(client)
            client.send(Resume(experiment, before.run, int(steps(before)), before.knobs, replay=False))
            resumed = wait_for_event(client, Resumed)
            assert isinstance(resumed, Resumed) and resumed.step >= turned_at, resumed
            wait_for(lambda: pull(client).state == "paused")
            client.send(goes_on)
        client.send(Pause())
        after = pull(client)
    whole = Run(experiment.experiment, experiment.lesson, seed=experiment.seed)
    whole.train_to(turned_at)
    whole.turn("learning_rate", 0.5)
    whole.train_to(int(steps(after)))
    straight = whole.report("paused", after.run)
    assert untimed(after) == untimed(straight), "the run is another one"
    assert after.series == straight.series, "its curves are others"


def kill_process(client: WorkerClient) -> None:
    """Kill the training process, and start another one."""
    assert client.pid is not None
    os.kill(client.pid, signal.SIGKILL)
    wait_for(lambda: not client.alive)
    assert "signal 9" in client.exit_reason
    client.restart()
    wait_for_event(client, Ready)


def untimed(report: Report) -> dict[str, float]:
    """What a run has come to, without how long that took."""
    return {name: value for name, value in report.quantities.items() if name not in ("seconds", "throughput")}


def kill_the_writer(rng: random.Random, folder: Path) -> None:
    """In the midst of writing: each row whose commit was acknowledged is there, and at most one more."""
    path = folder / "progress.sqlite3"
    reading, writing = os.pipe()
    pid = os.fork()  # a new interpreter for each of so many kills would take longer than all the rest
    if pid == 0:
        os.close(reading)
        _write_rows(path, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        acknowledged = [told.readline() for _ in range(rng.randint(1, 20))]
        time.sleep(rng.uniform(0, 0.01))
        os.kill(pid, signal.SIGKILL)
        acknowledged += told.readlines()
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, "the writer had ended before"
    kept = [name for (name,) in rows(folder, "SELECT question FROM answer ORDER BY id")]
    count = sum(line.endswith(b"\n") for line in acknowledged)
    assert count > 0
    assert kept[:count] == [f"question-{number}" for number in range(count)], "an acknowledged row is lost"
    assert len(kept) <= count + 1


def _write_rows(path: Path, told: int) -> None:
    """In a process of its own, which this ends."""
    status = 1
    try:
        writer = Writer(Store.open(path))
        for number in range(_ROWS):
            row = answered(number)
            writer.submit(lambda store, row=row: store.record_answer(row, "plain")).result(PATIENCE)
            os.write(told, b"%d\n" % number)
        status = 0
    finally:
        os._exit(status)


_KINDS = (kill_the_app, kill_the_training, kill_and_take_up, *(kill_the_writer,) * 17)


def kill(number: int, folder: Path) -> float:
    """The kinds in turn, at moments that the number decides."""
    taken = stopwatch()
    _KINDS[number % len(_KINDS)](random.Random(number), folder)
    return taken()


FAULTS = (
    Injected(
        "SIGKILL of the app, the training process, a writer, at random moments",
        "no acknowledged row lost, database sound, no process left; training goes on where it stood",
        count=2000,
        short=4,
        attempt=kill,
    ),
)
