"""Terminals of absurd sizes, and input that nobody types."""

from __future__ import annotations

import os
import random
import select
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.harness import App
from tests.faults.screens import opened
from tests.faults.table import Injected, Shared, stopwatch
from tests.ui.terminal import PATIENCE, alive, resize
from tutor.ui.terminal import LEAST_COLUMNS, LEAST_ROWS

_PASTE = 10_000_000
_GARBAGE = 20_000
_HELD = 5_000
_MEGABYTE = 2**20
_TAIL = 100_000
"""Bytes drawn last that hold every sentence; searching all of a large screen keeps the program waiting."""
_SENTENCE = 30, 8
"""From this size on there is room for the sentence that the terminal is too small."""


@contextmanager
def training(folder: Path) -> Iterator[App]:
    """The lab in the midst of training."""
    with opened(folder, "training") as app:
        yield app


def squeezed(app: App, since: int) -> str:
    """The end of what was drawn, without the spaces that depend on the width."""
    return "".join(app.text(max(since, len(app.seen) - _TAIL)).split())


def other_size(number: int, app: App) -> float:
    """A random size from 1x1 to 1000x500, small ones as often as large ones; every fourth is waited for."""
    rng = random.Random(number)
    columns, rows = round(1000 ** rng.random()), round(500 ** rng.random())
    taken, since = stopwatch(), len(app.seen)
    resize(app.master, columns, rows)
    if number % 4 == 3:
        told = columns >= _SENTENCE[0] and rows >= _SENTENCE[1]
        if told and (columns < LEAST_COLUMNS or rows < LEAST_ROWS):
            words = f"Thisterminalis{columns}x{rows};dltutorneedsatleast{LEAST_COLUMNS}x{LEAST_ROWS}."
            app.until(lambda: words in squeezed(app, since), words)
        else:
            comes_round(app, number)
    else:
        app.read(rng.uniform(0, 0.05))
    app.seen = app.seen[-4000:]  # every search begins at its end, and a thousand screens are long
    assert alive(app.pid), f"the program ended at {columns}x{rows}: {app.text()[-500:]}"
    return taken()


def comes_round(app: App, number: int) -> None:
    """Wait until the event loop answers: a size of its own, too small, is told in the sentence."""
    rows = _SENTENCE[1] + number % (LEAST_ROWS - _SENTENCE[1])
    since = len(app.seen)
    resize(app.master, 41, rows + 1)  # another size than the one before, whatever that was
    resize(app.master, 40, rows)
    app.until(lambda: f"Thisterminalis40x{rows};" in squeezed(app, since), "answer")


def typed(number: int, folder: Path) -> float:
    """A paste of 10 MB, keys held down, random bytes: on the quiz, a form, the notes, in the lab."""
    rng = random.Random(number)
    screens = ("quiz", "notes", "bench", "training", "home")
    with opened(folder, screens[number // 3 % len(screens)]) as app:
        before = resident(app.pid)
        feed(app, _feeds(rng)[number % 3])
        taken = stopwatch()
        comes_round(app, number)
        seconds = taken()
        grown = (resident(app.pid) - before) / _MEGABYTE
    assert grown < 50, f"it grew by {grown:.0f} MB"
    return seconds


def _feeds(rng: random.Random) -> tuple[bytes, bytes, bytes]:
    garbage = bytes(byte for byte in rng.randbytes(_GARBAGE) if byte != 0x11)  # ctrl+q would rightly quit
    held = rng.choice((b"a", b"\x1b[B", b"\t", b"?", b" ", b"\xc3\xa9"))
    return b"\x1b[200~" + b"All work and no play. " * (_PASTE // 22) + b"\x1b[201~", held * _HELD, garbage


def feed(app: App, data: bytes) -> None:
    """Write all of it to the terminal and read meanwhile what the program draws."""
    os.set_blocking(app.master, False)
    waited = stopwatch()
    while data:
        readable, writable, _ = select.select([app.master], [app.master], [], 1.0)
        if readable:
            app.read(0.01)
        if writable:
            data = data[os.write(app.master, data[:4096]) :]
            waited = stopwatch()
        assert waited() < PATIENCE, f"the program does not read; {len(data):,} bytes are left"
    os.set_blocking(app.master, True)


def resident(pid: int) -> int:
    """The bytes of memory that a process occupies."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


FAULTS = (
    Shared(
        "resize at random between 1x1 and 1000x500, during training",
        "no crash; below the minimum a sentence says so",
        count=1000,
        short=4,
        begin=training,
        attempt=other_size,
    ),
    Injected(
        "10 MB paste, 5,000 keys held down, 20 KB of binary garbage",
        "answers within 3 s of the last byte, grows by less than 50 MB",
        count=100,
        short=1,
        attempt=typed,
        limit=3.0,
    ),
)
