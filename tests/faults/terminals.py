"""Terminals of every kind: the app where it can be shown, plain lines elsewhere, signs beside colours."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
from pathlib import Path

from tests.faults.harness import App
from tests.faults.table import Injected, stopwatch

SELECTS = re.compile(rb"\x1b\[([0-9;]+)m")
COLOURS = {*range(30, 50), *range(90, 108)}
"""The parameters of SGR that choose a colour, 38 and 48 with others behind them."""
UTF8 = {"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}

SHOWN: tuple[dict[str, str], ...] = (
    {"TERM": "xterm-256color"},
    {"TERM": "xterm-16color"},
    {"TERM": "linux"},
    {"TERM": "screen"},
    {"TERM": "screen-256color"},
    {"TERM": "xterm-256color", "NO_COLOR": "1"},
    {"TERM": "linux", "NO_COLOR": "1"},
    {"TERM": "xterm-256color", "LC_ALL": "C", "LANG": "C"},  # Python takes C to mean UTF-8
)
PLAIN: tuple[dict[str, str], ...] = (
    {"TERM": "dumb"},
    {"TERM": ""},
    {"TERM": "unknown"},
    {
        "TERM": "xterm",
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONIOENCODING": "ascii",
    },
    {"TERM": "xterm", "PYTHONIOENCODING": "latin-1"},
)


def app_shown(number: int, folder: Path) -> float:
    """The app opens, answers keys and tells right from wrong by signs, too; colours are as allowed."""
    kind = SHOWN[number % len(SHOWN)]
    taken = stopwatch()
    with App(folder, "lesson", "xor-winter", environment=UTF8 | kind) as app:
        app.walk(("", "Afterwards"), ("l", "1/"), ("a", "You predict"), (" ", "RUNNING"))
        app.until(lambda: "FINISHED" in app.text(), "FINISHED", 60)
        app.until(lambda: set("✓✗") & set(app.text()), "sign for right or wrong beside its colour")
        assert coloured(app.seen) != ("NO_COLOR" in kind), f"colours with {kind}"
        app.press("\x11")
        assert app.end() == 0
    return taken()


def coloured(seen: bytes) -> bool:
    """Whether any colour was chosen to draw in, black, white and grey among them."""
    codes = (int(code) for match in SELECTS.finditer(seen) for code in match[1].split(b";") if code)
    return any(code in COLOURS for code in codes)


def plain(number: int, folder: Path) -> float:
    """The app is refused in two lines that name what works there; that works, without an escape byte."""
    kind = PLAIN[number % len(PLAIN)]
    environment = os.environ | UTF8 | kind | {"DLTUTOR_DATA_DIR": str(folder)}
    if not kind["TERM"]:
        del environment["TERM"]
    taken = stopwatch()
    refused, said = on_a_terminal([], b"", environment)
    assert refused == 2, said[-400:]
    assert b"error: " in said and b"dltutor quiz --plain" in said, said[-400:]
    status, asked = on_a_terminal(
        ["quiz", "xor-winter", "--plain", "--count", "2"], b"a\na\na\na\n\x04", environment
    )
    assert status in (0, 1, 2), asked[-400:]
    assert b"1 of 2" in asked or b"1/2" in asked, asked[-600:]
    trained, told = on_a_terminal(["lab", "xor-winter", "--steps", "50"], b"", environment)
    assert trained == 0, told[-400:]
    for output in (said, asked) if kind["TERM"] == "xterm" else (said, asked, told):
        assert b"\x1b" not in output, f"an escape byte: {output[-300:]!r}"
        assert b"Traceback" not in output, output[-600:]
    return taken()


def on_a_terminal(words: list[str], typed: bytes, environment: dict[str, str]) -> tuple[int, bytes]:
    """Exit status and everything written to the terminal by ``dltutor WORDS`` while this is typed."""
    master, slave = pty.openpty()
    said = b""
    with subprocess.Popen(
        [sys.executable, "-m", "tutor", *words],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=environment,
        start_new_session=True,
    ) as process:
        os.close(slave)
        os.write(master, typed)
        while select.select([master], [], [], 120)[0]:
            try:
                piece = os.read(master, 65536)
            except OSError:  # the last one to hold it has closed it
                break
            said += piece
        os.close(master)
        status = process.wait(30)
    return status, said


FAULTS = (
    Injected(
        "TERM linux, screen, xterm-16color, NO_COLOR; LANG=C",
        "usable; no colour where none is wanted, every state told by a sign or word",
        count=len(SHOWN),
        short=1,
        attempt=lambda number, folder: app_shown(number + 5, folder),
    ),
    Injected(
        "TERM dumb, unset, unknown; ASCII and latin-1",
        "plain mode works, no escape byte",
        count=len(PLAIN),
        short=1,
        attempt=plain,
    ),
)
