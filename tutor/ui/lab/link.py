"""The lab's line to the training process: commands out, reports in, and how new a report is.

Commands are answered in order and only a ``Pull`` brings a report, so a report is as new as the commands
that had been sent when it was pulled: that is how stale ones are told apart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from tutor.worker import protocol

PULL_EVERY = 0.2
"""Seconds between two pulls while training: five pictures a second are enough to see it move."""
Age = Literal["stale", "behind", "current"]


class Link:
    """Sends commands and counts them. ``send`` hands one to the training process and never blocks."""

    def __init__(self, send: Callable[[protocol.AnyCommand], None]) -> None:
        self._send_command = send
        self.wish = protocol.Pull()
        """What the next pull asks for."""
        self._sent = 0
        self._loaded_at = 0
        self._pulled_at: int | None = None
        self._pulled_when = 0.0
        self._changed = False

    def send(self, command: protocol.AnyCommand) -> None:
        """Send a command; the next pull is due at once."""
        self._sent += 1
        self._changed = True
        self._send_command(command)

    def begin(self, command: protocol.Load | protocol.Resume | protocol.Reset) -> None:
        """Send a command that begins another run: reports pulled before it are stale."""
        self.send(command)
        self._loaded_at = self._sent

    def want(self, wish: protocol.Pull) -> None:
        """Ask for these details from now on; the next pull is due at once if they are others."""
        if wish != self.wish:
            self.wish = wish
            self._changed = True

    def pull(self, now: float, every: float, *, moving: bool) -> None:
        """Ask for a report if something changed, or if the run is ``moving`` and ``every`` seconds passed."""
        due = moving and now - self._pulled_when >= every
        if self._pulled_at is None and (self._changed or due):
            self._changed = False
            self._pulled_at = self._sent
            self._pulled_when = now
            self._send_command(self.wish)

    def arrived(self) -> Age:
        """A report has come: ``stale`` is another run's, ``behind`` was pulled before the newest command."""
        pulled_at, self._pulled_at = self._pulled_at, None
        if pulled_at is None or pulled_at < self._loaded_at:
            return "stale"
        return "behind" if pulled_at < self._sent else "current"

    def cut(self) -> None:
        """The training process died: no answer will come."""
        self._pulled_at = None
