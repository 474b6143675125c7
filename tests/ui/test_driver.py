"""What the terminal sends: pastes without end, sizes that change while they are read."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.ui.terminal import PATIENCE, Terminal, resize
from tutor.ui.driver import LONGEST_PASTE, PasteBound


@pytest.mark.parametrize("size", [1, 3, 7, 4096])
def test_a_paste_is_shortened_and_what_is_typed_is_not(size: int) -> None:
    text = "before\x1b[200~" + "p" * 3 * LONGEST_PASTE + "\x1b[201~" + "k" * 2 * LONGEST_PASTE
    text += "\x1b[200~short\x1b[201~after"
    bound = PasteBound()
    kept = "".join(bound.shorten(text[at : at + size]) for at in range(0, len(text), size))
    typed, _, rest = kept.partition("\x1b[200~")
    pasted, _, rest = rest.partition("\x1b[201~")
    assert typed == "before"
    assert pasted == "p" * LONGEST_PASTE
    assert rest.endswith("k" * 2 * LONGEST_PASTE + "\x1b[200~short\x1b[201~after")


CHANGES_WHILE_READ = """
import sys
from tests.ui.terminal import resize
from tutor.cli import main
from tutor.ui.driver import TutorDriver

read = TutorDriver._get_terminal_size

def changing(driver):
    size = read(driver)
    if size[0] == 50:
        resize(0, 40, 12)
    return size

TutorDriver._get_terminal_size = changing
sys.exit(main(sys.argv[1:]))
"""


def test_the_newest_size_counts_though_its_signal_interrupts_the_one_before(tmp_path: Path) -> None:
    with Terminal(tmp_path, program=("-c", CHANGES_WHILE_READ)) as terminal:
        terminal.wait_for("Next:", PATIENCE)
        resize(terminal.master, 50, 12)
        terminal.wait_for("40x12", PATIENCE)


def test_the_terminal_itself_is_asked_for_its_size(tmp_path: Path) -> None:
    with Terminal(tmp_path, environment={"COLUMNS": "100", "LINES": "30"}) as terminal:
        terminal.wait_for("Next:", PATIENCE)
        resize(terminal.master, 40, 12)
        terminal.wait_for("40x12", PATIENCE)


def test_where_hardly_a_letter_fits_nothing_is_drawn_for_ever(tmp_path: Path) -> None:
    with Terminal(tmp_path) as terminal:
        terminal.wait_for("Next:", PATIENCE)
        resize(terminal.master, 3, 94)
        before = 0
        while len(terminal.seen) > before:
            before = len(terminal.seen)
            terminal.read(1.0)
            assert len(terminal.seen) < 100_000


def test_a_screen_larger_than_any_is_drawn_on_in_part(tmp_path: Path) -> None:
    with Terminal(tmp_path, size=(65535, 65535)) as terminal:
        terminal.wait_for("Next:", 60)
        terminal.press("\x1b[48;65534;65534;0;0t\x11")
        until, status = time.monotonic() + 20, None
        while status is None and time.monotonic() < until:
            terminal.read(0.1)
            status = terminal.wait_for_end(0.02)
        assert status == 0
