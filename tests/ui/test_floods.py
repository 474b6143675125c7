"""What the driver takes of a flood of keys, of a paste that lost its end, and of a terminal that is gone."""

from __future__ import annotations

import os
import pty
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from textual.events import Key, Paste
from textual.message import Message

from tutor.ui import driver
from tutor.ui.driver import TutorDriver
from tutor.ui.output import Output


class Reader(TutorDriver):
    """Reads a terminal and notes what it takes; whether there is ``room`` for keys is for the test to say."""

    def __init__(self, terminal: int) -> None:
        self.fileno = terminal
        self.exit_event = threading.Event()
        self._debug = False
        self.room = True
        self.taken: list[str] = []

    def process_message(self, message: Message) -> None:
        if isinstance(message, Key):
            self.taken.append(message.key)
        elif isinstance(message, Paste):
            self.taken.append(f"{len(message.text)} pasted")

    def _has_room(self) -> bool:
        return self.room


@contextmanager
def reading() -> Iterator[tuple[Reader, int]]:
    """A reader at work, and the other end of its terminal."""
    master, terminal = pty.openpty()
    tty.setraw(terminal)
    reader = Reader(terminal)
    thread = threading.Thread(target=reader.run_input_thread)
    thread.start()
    try:
        yield reader, master
    finally:
        reader.exit_event.set()
        thread.join()
        os.close(master)
        os.close(terminal)


def until(condition: Callable[[], bool]) -> None:
    latest = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < latest, "it does not come"
        time.sleep(0.01)


def test_the_key_to_quit_is_taken_out_of_a_flood() -> None:
    with reading() as (reader, terminal):
        reader.room = False
        os.write(terminal, b"flood" * 700 + b"\x11" + b"flood" * 700 + b"\x11")
        until(lambda: len(reader.taken) > 1)
        reader.room = True
        until(lambda: not reader._flood)
        os.write(terminal, b"k")
        until(lambda: len(reader.taken) > 2)
        assert reader.taken == ["ctrl+q", "ctrl+q", "k"]


def test_a_paste_in_a_flood_ends_as_well() -> None:
    with reading() as (reader, terminal):
        reader.room = False
        os.write(terminal, b"flood\x1b[200~" + b"p" * 9_000 + b"\x1b[201~")
        until(lambda: bool(reader.taken))
        os.write(terminal, b"\x11")
        until(lambda: len(reader.taken) > 1)
        assert reader.taken == ["9000 pasted", "ctrl+q"]


def test_a_paste_whose_end_is_lost_does_not_swallow_all_keys_to_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "PASTE_PAUSE", 0.05)
    with reading() as (reader, terminal):
        os.write(terminal, b"\x1b[200~paste")
        until(lambda: bool(reader.taken))
        os.write(terminal, b"\x11")
        until(lambda: len(reader.taken) > 1)
        assert reader.taken == ["5 pasted", "ctrl+q"]


def test_what_is_drawn_on_a_terminal_that_is_gone_is_dropped() -> None:
    master, terminal = pty.openpty()
    os.close(master)
    with Output(terminal) as output:
        assert output.write(b"x" * 9_000) == 9_000
        assert output.waiting == 0.0
    os.close(terminal)
