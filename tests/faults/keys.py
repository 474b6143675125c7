"""Random keys in kiosk mode: none starts a program or writes a file elsewhere."""

from __future__ import annotations

import random
import time
from pathlib import Path

from tests.faults.kiosk import commands_below, data_of, make_home, outward, watched, written_elsewhere
from tests.faults.table import Injected, stopwatch
from tests.ui.terminal import Terminal, asleep

WORKER = {"worker/launch.py"}
"""The one program that a kiosk starts."""
QUIT = "\x11"
READS_KEYS = "\x1b[?2004h"
"""What Textual writes once the terminal is its own."""
SESSION = 500
"""Keys between one login and the next."""
HANDFUL = 10
"""Keys that are typed at once: of more, dropped as a flood, nothing would be learnt."""

KEYS = [
    *map(chr, range(32, 127)),
    *(chr(code) for code in range(1, 32) if chr(code) != QUIT),
    *(f"\x1b[{letter}" for letter in "ABCDFHZ"),
    *(f"\x1b[{number}~" for number in (1, 2, 3, 4, 5, 6, 11, 15, 24)),
    *(f"\x1b{letter}" for letter in "abxz:!"),
    "\x1b[<0;10;10M\x1b[<0;10;10m", "\x1b[<2;40;12M\x1b[<2;40;12m", "\x1b[<64;9;9M",
    "\x1b[200~!sh\n:!id\n../../x\x1b[201~", "\x7f", "é", "数", "\u202e", "\x9b31m", "\x1b]52;c;aGk=\x07",
]  # fmt: skip
"""What a keyboard, a mouse or a paste may send."""
RUNS = [
    "b\x13../../x\r",
    "b\x13/tmp/dltutor-x\r",
    "b\x0f/etc/passwd\r",
    "b\x13~/x\r",
    "b\x13own\r",
    "\x1b\x1b\x1b",
]
"""Sequences that random keys would seldom make: files named at the bench, and the way back to Home."""


def session(number: int, folder: Path) -> float:
    """Type :data:`SESSION` random keys into a kiosk of its own; the seconds that took.

    AssertionError unless it ends well, has started nothing but the training process, and has written nothing
    outside of its data directory.
    """
    home, log, seconds = folder / "home", folder / "audit", stopwatch()
    chance = random.Random(number)
    with Terminal(home, program=watched(log), environment=make_home(home)) as terminal:
        terminal.wait_for(READS_KEYS, 30)
        typed = 0
        while typed < SESSION:
            keys = chance.choice(RUNS) if chance.random() < 0.02 else chance.choice(KEYS)
            terminal.press(keys)
            typed += len(keys) if keys in RUNS else 1
            if typed % HANDFUL == 0:
                wait_until_idle(terminal)
            if typed % 50 == 0:
                assert (running := commands_below(terminal.pid)) <= WORKER, f"it runs {running}"
        terminal.press("\x1b[201~" + QUIT)  # ends a paste that was begun, so that this is a key
        drain_until_end(terminal)
    assert not (noted := outward(log, data_of(home))), noted
    assert not (written := written_elsewhere(home)), written
    return seconds()


def wait_until_idle(terminal: Terminal) -> None:
    """Read what is drawn until the event loop has dealt with all keys: it then waits, again and again."""
    until = time.monotonic() + 60
    waits = 0
    while waits < 3:
        assert time.monotonic() < until, f"it never rests; last drawn: {terminal.seen[-500:]!r}"
        terminal.read(0.01)
        waits = waits + 1 if asleep(terminal.pid) else 0


def drain_until_end(terminal: Terminal) -> None:
    until = time.monotonic() + 60
    status = None
    while status is None:
        assert time.monotonic() < until, f"it lives on; last drawn: {terminal.seen[-500:]!r}"
        terminal.read(0.02)
        status = terminal.wait_for_end(0.02)
    assert status == 0, f"ended with {status}: {terminal.seen[-500:]!r}"


FAULTS = (
    Injected(
        "500 random keys in kiosk mode", "no program started, no file written elsewhere", 200, 1, session
    ),
)
