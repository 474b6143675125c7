"""Keys typed ahead: each is dealt with before the next one is handed out."""

from __future__ import annotations

import asyncio
from collections import deque

from textual.app import App, ScreenStackError
from textual.driver import Driver
from textual.events import Event, Key, Paste
from textual.message_pump import MessagePump

_ROUNDS = 3
"""Times that what a key set going is followed up: its action, what that posts, what comes of this."""
_PATIENCE = 2.0
"""Seconds that keys wait for the one before; then something hangs, and ``ctrl+q`` may be among them."""


class KeysInTurn(App[None]):
    """An app in which keys that are typed fast do what they do when typed slowly.

    Textual hands every key at once to whatever has the focus then. A letter typed right behind the enter that
    leads to a field would go to what was there before, and be lost or mean something else there. Here it
    waits until the enter is dealt with.
    """

    def __init__(self, driver_class: type[Driver] | None = None) -> None:
        super().__init__(driver_class=driver_class)
        self._ahead: deque[Key | Paste] = deque()
        self._following: asyncio.Task[None] | None = None
        """Watches over the key that is being dealt with."""

    @property
    def message_queue_size(self) -> int:
        """Messages that wait, and keys that wait for their turn."""
        return super().message_queue_size + len(self._ahead)

    async def on_event(self, event: Event) -> None:
        """Hand out a key, or keep it until it is its turn."""
        if not isinstance(event, Key | Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._following is not None and not self._following.done():
            self._ahead.append(event)
        else:
            self._following = asyncio.create_task(self._follow(event))
            await super().on_event(event)

    async def _follow(self, event: Key | Paste) -> None:
        """Hand out the keys that wait, each once the one before is dealt with; all if that takes too long."""
        while True:
            many = 1
            try:
                async with asyncio.timeout(_PATIENCE):
                    if not await self._is_typed(event):
                        await self._come_to_rest()
            except TimeoutError:
                many = len(self._ahead)
            if not self._ahead:
                return
            for _ in range(many):
                event = self._ahead.popleft()
                self.call_later(self._hand_out, event)

    async def _hand_out(self, event: Key | Paste) -> None:
        await super().on_event(event)

    async def _is_typed(self, event: Key | Paste) -> bool:
        """Whether a field took it in, so that it leads nowhere; a long text may come as keys."""
        await _reached(self)
        if self.focused is not None:
            await _reached(self.focused)
        return event._stop_propagation

    async def _come_to_rest(self) -> None:
        """Wait until the key has been dealt with, and what it set going on its way up from the focus."""
        for _ in range(_ROUNDS):
            await _reached(self)
            try:
                way: list[MessagePump] = list((self.focused or self.screen).ancestors_with_self)
            except ScreenStackError:
                return
            for pump in way:
                await _reached(pump)


async def _reached(pump: MessagePump) -> None:
    """Wait until ``pump`` has dealt with all that waits there now."""
    reached = asyncio.Event()
    if pump.call_later(reached.set):
        await reached.wait()
