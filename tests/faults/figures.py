"""Numbers that are none, and tables with nothing to learn from: the run stops and says why."""

from __future__ import annotations

import json
import math
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from tests.faults.harness import App
from tests.faults.table import Injected, stopwatch
from tests.ui.terminal import PATIENCE, TERM

_RUN = """
format_version = 1

[[experiment]]
id = "overflow"
title = "Overflow"
kind = "{kind}"
about = "A rate without measure."
seconds = 0.1
data = {{ name = "{data}" }}
model = {{ {model} }}
training = {{ epochs = 400, batch_size = {batch} }}
"""
_LAYERS = 'layers = "dense 8 relu, dense 8 relu, dense 1{end}", loss = "{loss}", optimizer = "sgd"'


def _network(end: str, loss: str) -> str:
    return _LAYERS.format(end=end, loss=loss)


RUNS = {
    "regression": ("network", "sine", _network("", "mse") + ", learning_rate = 1e18", 8),
    "classification": ("network", "blobs", _network("", "mse") + ", learning_rate = 1e30", 8),
    "ADALINE": ("adaline", "blobs", "learning_rate = 1e12", 1),
    "perceptron": ("perceptron", "blobs", "learning_rate = 1e308", 1),
}
"""What stops being finite: (kind, data, model, batch size)."""

TABLES = {
    "NaN in a cell": "x,y\n1,2\nnan,3\n2,3\n4,5\n",
    "Inf in a cell": "x,y\n1,2\ninf,3\n2,3\n4,5\n",
    "Inf in the target": "x,y\n1,2\n2,-inf\n2,3\n4,5\n",
    "overflow": "x,y\n" + "".join(f"{sign}1.7e308,{n}\n" for n in range(20) for sign in ("", "-")),
    "beyond the largest number": "x,y\n1e999,2\n2,3\n2,5\n3,6\n",
    "empty": "",
    "a header alone": "x,y\n",
    "one row": "x,y\n1,2\n",
    "one class": "x,y\n" + "".join(f"{n},yes\n" for n in range(20)),
    "a constant": "x,y\n" + "".join(f"{n},3.5\n" for n in range(20)),
    "columns that never change": "x,y\n" + "".join(f"7,{'ab'[n % 2]}\n" for n in range(20)),
}
"""Name -> a table for ``dltutor fit``."""

_KEYS = "12345678t75"
"""All panels, and those that show many numbers as tables, too."""
_NOT_A_NUMBER = re.compile(r"(?<![A-Za-z])[-+]?(?:nan|inf|infinity)(?![A-Za-z])", re.IGNORECASE)


def finite(text: str) -> object:
    """What the JSON holds; no number in it may be other than finite."""

    def refuse(name: str) -> object:
        raise AssertionError(f"{name} in {text[:200]}")

    return json.loads(text, parse_constant=refuse)


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command; whatever comes of it, no traceback."""
    environment = {**os.environ, "DLTUTOR_DATA_DIR": str(folder / "data"), "TERM": TERM}
    done = subprocess.run(
        [sys.executable, "-m", "tutor", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        timeout=PATIENCE,
        check=False,
    )
    assert "Traceback" not in done.stderr and "Warning" not in done.stderr, done.stderr
    return done


def fit(name: str, folder: Path) -> None:
    """A table is learned from, or refused in one line that says why."""
    (folder / "table.csv").write_text(TABLES[name])
    done = command(folder, "fit", str(folder / "table.csv"), "--target", "y", "--json")
    if done.returncode == 0:
        finite(done.stdout)
    else:
        assert done.returncode in (1, 2), f"exit status {done.returncode}"
        assert re.fullmatch(r"(?s).*error: [^\n]+\nhint: [^\n]+\n", done.stderr), done.stderr
        assert done.stdout == "", done.stdout


def run(name: str, folder: Path) -> None:
    """A run ends by itself and explains, outside the app."""
    done = command(folder, "lab", str(_file(name, folder)), "--json")
    assert done.returncode in (0, 1), done.stderr
    result = finite(done.stdout)
    assert isinstance(result, dict) and result["stopped_because"] == "diverged", done.stdout[:300]
    assert "smaller" in result["explanation"], result["explanation"]


def watch(name: str, folder: Path) -> None:
    """The same in the app: it is said, no chart shows what is no number, nor does the database."""
    data = folder / "data"
    with App(data, "bench", str(_file(name, folder)), size=(140, 40)) as app:
        app.walk(("", "Overflow"), ("t", "READY"))
        started = len(app.seen)
        app.press(" f")  # at full speed
        app.until(lambda: "diverged" in app.text(started), "end of the run")
        for key in _KEYS:
            shown = settled(app, key)
            bad = _NOT_A_NUMBER.search(shown)
            assert bad is None, f"after {key}: {shown[max(0, bad.start() - 60) : bad.end() + 20]!r}"
        app.press("\x11")
        assert app.end() == 0
    sound(data / "progress.sqlite3")


def settled(app: App, key: str) -> str:
    """What ``key`` brings to the screen, its panel's title and all, once nothing more is drawn."""
    title = re.compile(rf"\b{key} [A-Z]" if key.isdigit() else "The panels as numbers")
    since = before = len(app.seen)
    app.press(key)
    app.until(lambda: title.search(app.text(since)), f"answer to {key!r}")
    while len(app.seen) > before:
        before = len(app.seen)
        app.read(0.2)
    return app.text(since)


def sound(path: Path) -> None:
    """Assert that no number in the database is other than finite, in JSON neither."""
    with closing(sqlite3.connect(path)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in database.execute(f"SELECT * FROM {table}"):
                for value in row:
                    assert not isinstance(value, float) or math.isfinite(value), (table, row)
                    if isinstance(value, str) and value.startswith(("{", "[")):
                        finite(value)
        assert database.execute("SELECT count(*) FROM run").fetchone()[0], "the run was not recorded"


def _file(name: str, folder: Path) -> Path:
    kind, data, model, batch = RUNS[name]
    path = folder / "overflow.toml"
    path.write_text(_RUN.format(kind=kind, data=data, model=model, batch=batch))
    return path


_CASES = [
    (watch, "regression"),
    *((fit, name) for name in TABLES),
    *((run, name) for name in RUNS),
    (watch, "classification"),
]


def number(place: int, folder: Path) -> float:
    """The cases in turn."""
    taken = stopwatch()
    check, name = _CASES[place % len(_CASES)]
    try:
        check(name, folder)
    except AssertionError as error:
        raise AssertionError(f"{check.__name__} {name}: {error}") from None
    return taken()


FAULTS = (
    Injected(
        "NaN, Inf, overflow, empty, one-class data",
        "the run stops and explains; nothing but finite numbers in charts and database",
        count=len(_CASES),
        short=1,
        attempt=number,
    ),
)
