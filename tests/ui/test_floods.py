"""What the driver takes of floods, bad sequences, a paste that lost its end, and a terminal that is gone."""

from __future__ import annotations

import os
import pty
import random
import select
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


class Busy(Reader):
    """Deals with each key, but never with all that wait."""

    looks = 0

    def _has_room(self) -> bool:
        return TutorDriver._has_room(self)

    def _waiting(self) -> int:
        self.looks += 1
        return driver.MOST_WAITING - (self.looks % 3 == 0)


@contextmanager
def reading(kind: type[Reader] = Reader) -> Iterator[tuple[Reader, int]]:
    """A reader at work, and the other end of its terminal."""
    master, terminal = pty.openpty()
    tty.setraw(terminal)
    reader = kind(terminal)
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


def test_the_key_to_quit_does_not_wait_for_all_that_was_held_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "_LAG", 0.1)
    with reading(Busy) as (reader, terminal):
        os.write(terminal, b"?" * 500 + b"\x11")
        until(lambda: "ctrl+q" in reader.taken)
        assert 0 < len(reader.taken) < 200


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


@pytest.mark.parametrize(
    "sequences",
    [
        "\x1b[97:65;2u",  # the key with what shift makes of it
        "\x1b[97;1:3u",  # a key that was let go
        "\x1b[1114112u",  # one more than the last character
        "\x1b[99999999999999u",
        "\x1b[97;1;1114112u",
        "\x1b[48;24;80;0;0t\x1b[<0;10;10M",  # a mouse on a screen that tells no pixels
        "\x1b[48;0;0;600;800t\x1b[<0;10;10M",
    ],
)
def test_the_keys_before_and_after_a_bad_sequence_are_taken(sequences: str) -> None:
    with reading() as (reader, terminal):
        os.write(terminal, f"a{sequences}b".encode())
        until(lambda: "b" in reader.taken)
        assert reader.taken == ["a", "b"]


def parameters(chance: random.Random) -> str:
    numbers = ("", "0", "1", "2", "13", "24", "48", "97", "200", "2026", "2048", "55296", "1114112", "9" * 20)
    parts = [chance.choice(numbers) for _ in range(chance.randint(1, 6))]
    return chance.choice(("", "", "<", "?", ">")) + "".join(part + chance.choice(";;:") for part in parts)


def sequence(chance: random.Random) -> str:
    final = chr(chance.randint(32, 1000)) if chance.random() < 0.2 else chance.choice("u~ABCDEFHPQRSMmtycRIO")
    return f"\x1b[{parameters(chance)[: chance.randint(1, 40)]}{chance.choice(('', '$', ' '))}{final}"


def test_whatever_sequences_come_the_next_key_is_taken() -> None:
    chance = random.Random(0)
    with reading() as (reader, terminal):
        os.set_blocking(terminal, False)
        for _ in range(60):
            sequences = "".join(sequence(chance) for _ in range(50)).encode()
            assert select.select([], [terminal], [], 10)[1], "nobody reads any more"
            os.write(terminal, sequences)
        os.set_blocking(terminal, True)
        os.write(terminal, b"\x1b[201~\x1b[I\x11")  # ends a paste, and the sequence before
        until(lambda: "ctrl+q" in reader.taken)


def test_what_is_drawn_on_a_terminal_that_is_gone_is_dropped() -> None:
    master, terminal = pty.openpty()
    os.close(master)
    with Output(terminal) as output:
        assert output.write(b"x" * 9_000) == 9_000
        assert output.waiting == 0.0
    os.close(terminal)
