"""What the terminal sends, made harmless before it becomes keys: bad bytes, endless pastes, floods."""

from __future__ import annotations

import asyncio
import os
import selectors
import signal
import termios
import time
from codecs import getincrementaldecoder
from collections.abc import Iterable

from textual._xterm_parser import XTermParser
from textual.app import ScreenStackError
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key, Resize
from textual.geometry import Size
from textual.message import Message

LONGEST_PASTE = 20_000
"""Characters of a paste that are taken; the rest is dropped unread."""
MOST_WAITING = 16
"""Keys that may wait to be dealt with."""
_PATIENCE = 0.5
"""Seconds until further keys are dropped: nobody types so far ahead."""

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

    def _take(self, piece: str) -> str:
        if not self._pasting:
            return piece
        taken = piece[: max(self._left, 0)]
        self._left -= len(piece)
        return taken


class TutorDriver(LinuxDriver):
    """Textual's driver; a byte that is no UTF-8 (from a Latin-1 terminal, say) does not end the app."""

    def start_application_mode(self) -> None:
        """Take the terminal, and be told whenever its size changes.

        Textual reads the size in the signal handler. One signal may interrupt the handler of another; then
        the older size would be told last, and the app keep it.
        """
        super().start_application_mode()  # type: ignore[no-untyped-call]
        loop = asyncio.get_running_loop()
        signal.signal(signal.SIGWINCH, lambda *_: loop.call_soon_threadsafe(self._tell_size))

    def _tell_size(self) -> None:
        if not self._in_band_window_resize:  # then the terminal tells it among the keys
            size = Size(*self._get_terminal_size())
            self._app.post_message(Resize(size, size))

    def run_input_thread(self) -> None:
        """Turn what the terminal sends into events, until the app ends or the terminal is gone."""
        parser, pastes = XTermParser(self._debug), PasteBound()
        decode = getincrementaldecoder("utf-8")("replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(0.1):
                    try:
                        data = os.read(self.fileno, 4096)
                    except OSError:
                        return  # the guard sees it, too, and leaves
                    if not data:
                        self.exit_event.wait(0.1)
                    elif text := pastes.shorten(decode(data)):
                        self._take_in(parser.feed(text))
                self._take_in(parser.tick())

    def _take_in(self, messages: Iterable[Message]) -> None:
        """Hand them on. Keys that find no room, and all that has come by then, are dropped: a flood."""
        flood = False
        for message in messages:
            if isinstance(message, Key):
                flood = flood or not self._has_room()
                if flood:
                    continue
            self.process_message(message)
        if flood:
            termios.tcflush(self.fileno, termios.TCIFLUSH)

    def _has_room(self) -> bool:
        """Wait a moment, if need be, until few keys wait: a paste that comes as keys is soon dealt with."""
        until = time.monotonic() + _PATIENCE
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
