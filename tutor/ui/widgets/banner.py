"""What the learner must know before relying on anything: progress not kept, lessons missing."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tutor.ui.services import Services

LOOK_EVERY = 2.0
"""Seconds between two looks at whether progress still reaches the disk."""


class Banner(Static):
    """A line for each problem, with a sign and the word; absent when there is nothing to say."""

    DEFAULT_CSS = """
    Banner { height: auto; max-height: 4; padding: 0 2; }
    Banner { background: $panel; color: $warning; text-style: bold; }
    """

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._said: tuple[str, ...] | None = None

    def on_mount(self) -> None:
        """Look now, and again and again: a disk can fill up at any time."""
        self._look()
        self.set_interval(LOOK_EVERY, self._look)

    def _look(self) -> None:
        late = self._services.writer.problem
        problems = (*self._services.problems, *((late,) if late else ()))
        if problems != self._said:
            self._said = problems
            self.display = bool(problems)
            lines = "\n".join(f"! Warning: {problem}" for problem in problems)
            way_out = " Press f2 to save it to a file." if self._services.at_risk else ""
            self.update(Content(lines + way_out))
