"""What the terminal sends, made harmless before it becomes keys: bad bytes, endless pastes, floods, stops."""

from __future__ import annotations

import asyncio
import os
import selectors
import signal
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable

from textual._xterm_parser import XTermParser
from textual.app import ScreenStackError
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key, Resize
from textual.geometry import Size
from textual.keys import Keys
from textual.message import Message

from tutor.ui.keys import QUIT

LONGEST_PASTE = 20_000
"""Characters of a paste that are taken; the rest is dropped unread."""
MOST_WAITING = 16
"""Keys that may wait to be dealt with."""
_PATIENCE = 0.5
"""Seconds without room until further keys are dropped: nobody types so far ahead."""
_LAG = 20.0
"""Seconds that the app may be behind with keys that it does deal with; ``ctrl+q`` waits behind them."""
LARGEST = 1000, 500
"""Columns and rows that are drawn on; a larger screen, mostly a terminal's lie, takes minutes."""
PASTE_PAUSE = 3.0
"""Seconds without a byte after which a paste is over: its end was lost, and all keys would be part of it."""

_BEGIN, _END = "\x1b[200~", "\x1b[201~"
_OVERLAP = len(_BEGIN) - 1
"""Characters of a mark that an earlier read may have brought."""


class PasteBound:
    """Shortens pastes in a stream of text that comes in pieces of any size."""

    def __init__(self) -> None:
        self._before = ""
        self._pasting = False
        self._left = 0

    def shorten(self, text: str) -> str:
        """The next piece, without what is too much."""
        kept = []
        while text:
            mark = _END if self._pasting else _BEGIN
            known = self._before + text
            at = known.find(mark)
            end = len(text) if at < 0 else at + len(mark) - len(self._before)
            kept.append(self._take(text[:end]))
            self._before = known[-_OVERLAP:] if at < 0 else ""
            if at >= 0:
                if self._pasting and self._left <= 0:
                    kept.append(mark)  # its beginning may have been dropped
                self._pasting, self._left = not self._pasting, LONGEST_PASTE
            text = text[end:]
        return "".join(kept)

    @property
    def pasting(self) -> bool:
        """Whether a paste has begun and not ended."""
        return self._pasting

    def end(self) -> str:
        """What ends the paste."""
        return self.shorten(_END)

    def _take(self, piece: str) -> str:
        if not self._pasting:
            return piece
        taken = piece[: max(self._left, 0)]
        self._left -= len(piece)
        return taken


class LastingParser(XTermParser):
    """Textual's parser, which outlives what it cannot read: only the bad sequence is dropped.

    Textual's raises ValueError or OverflowError for a key whose parameters it did not ask for or that no
    character has (``ESC[97:65;2u``), ZeroDivisionError for a mouse on a screen of no pixels. Either ends the
    thread that reads the terminal, and with it every key to come.
    """

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[Key]:
        if sequence == "\n":  # enter, pressed before the terminal was taken over: the kernel made this of it
            sequence = "\r"
        try:
            return list(super()._sequence_to_key_events(sequence, alt))
        except (ValueError, OverflowError):
            return [Key(Keys.Ignore, sequence)]

    def parse_mouse_code(self, code: str) -> Message | None:
        """The event of the mouse that ``code`` tells of; None if it says nothing."""
        try:
            return super().parse_mouse_code(code)
        except ZeroDivisionError:
            return None


class TutorDriver(LinuxDriver):
    """Textual's driver, for what terminals really send and for one reader of the terminal at a time.

    Textual begins a second reader at each SIGCONT, and never tells the first one to end: the process then
    outlives the app.
    """

    _flood = False
    """Whether more came than is dealt with: what can be read is dropped until nothing is left to read."""
    _caught_up = 0.0
    """When the app was last seen to be done with all keys, or the terminal to have no more."""

    def _sigtstp_application(self, *_: object) -> None:
        self._in_turn(super()._sigtstp_application)

    def _sigcont_application(self, *_: object) -> None:
        self._in_turn(self._take_back)

    def _in_turn(self, act: Callable[[], None]) -> None:
        """Leave it to the event loop: a signal may come amid a write, for whose lock ``act`` would wait."""
        if self._app.is_running and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(act)

    def _take_back(self) -> None:
        """Go on after a stop, if there is a terminal: the kernel sends SIGCONT along with a hang-up, too."""
        if self._app.is_running and os.isatty(self.fileno):
            if self._key_thread is not None and self._key_thread.is_alive():  # nobody is told of a SIGSTOP
                self.suspend_application_mode()
            self.resume_application_mode()
            self._app.refresh(layout=True)

    def start_application_mode(self) -> None:
        """Take the terminal, and be told whenever its size changes.

        Textual reads the size in the signal handler. One signal may interrupt the handler of another; then
        the older size would be told last, and the app keep it.
        """
        self._size = self._get_terminal_size()  # Textual would ask the terminal anew, past what is drawable
        super().start_application_mode()  # type: ignore[no-untyped-call]
        loop = asyncio.get_running_loop()
        signal.signal(signal.SIGWINCH, lambda *_: loop.call_soon_threadsafe(self._tell_size))

    def _tell_size(self) -> None:
        if not self._in_band_window_resize:  # then the terminal tells it among the keys
            size = Size(*self._get_terminal_size())
            self._app.post_message(Resize(size, size))

    def _get_terminal_size(self) -> tuple[int, int]:
        """What the terminal says; Textual believes ``COLUMNS`` and ``LINES``, which follow no resize."""
        try:
            told = os.get_terminal_size(self.fileno)
        except OSError:  # it is gone
            told = os.terminal_size((0, 0))
        return _drawable(told if all(told) else super()._get_terminal_size())

    def process_message(self, message: Message) -> None:
        """Hand it on to the app."""
        if isinstance(message, Resize):
            message = Resize.from_dimensions(_drawable(message.size), message.pixel_size)
        super().process_message(message)

    def run_input_thread(self) -> None:
        """Turn what the terminal sends into events, until the app ends or the terminal is gone.

        A byte that is no UTF-8 (from a Latin-1 terminal, say) does not end the app.
        """
        parser, pastes = LastingParser(self._debug), PasteBound()
        decode = getincrementaldecoder("utf-8")("replace").decode
        latest = self._caught_up = time.monotonic()
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(0 if self._flood else 0.1):
                    try:
                        data = os.read(self.fileno, 4096)
                    except OSError:
                        return  # the guard sees it, too, and leaves
                    latest = time.monotonic()
                    if not data:
                        self.exit_event.wait(0.1)
                    elif text := pastes.shorten(decode(data)):
                        self._take_in(parser.feed(text))
                else:
                    self._flood, self._caught_up = False, time.monotonic()
                    if pastes.pasting and time.monotonic() > latest + PASTE_PAUSE:
                        self._take_in(parser.feed(pastes.end()))
                self._take_in(parser.tick())

    def _take_in(self, messages: Iterable[Message]) -> None:
        """Hand them on. Keys that find no room, and all that have come by then, are dropped: a flood.

        The key to quit is not.
        """
        for message in messages:
            if isinstance(message, Key) and message.key != QUIT:
                self._flood = self._flood or not self._has_room()
                if self._flood:
                    continue
            self.process_message(message)

    def _has_room(self) -> bool:
        """Wait a moment, if need be, until few keys wait: a paste that comes as keys is soon dealt with."""
        now = time.monotonic()
        if not self._waiting():
            self._caught_up = now
        until = min(now + _PATIENCE, self._caught_up + _LAG)
        while self._waiting() >= MOST_WAITING:
            if time.monotonic() > until or self.exit_event.wait(0.005):
                return False
        return True

    def _waiting(self) -> int:
        """Messages that wait where a key goes: at the app, then at the widget that has the focus."""
        try:
            taker = self._app.focused or self._app.screen
        except ScreenStackError:
            return self._app.message_queue_size
        return self._app.message_queue_size + taker.message_queue_size


def _drawable(size: tuple[int, int]) -> tuple[int, int]:
    return min(size[0], LARGEST[0]), min(size[1], LARGEST[1])
