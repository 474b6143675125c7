"""Fields that take keys in the order in which they were typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.events import Key

if TYPE_CHECKING:
    from textual.widget import Widget as _Widget
else:
    _Widget = object  # Textual takes a widget's styles from its first base


def _edit(key: str, action: str, tooltip: str = "") -> Binding:
    """A key for editing; without a tooltip another one speaks for it on the help screen."""
    return Binding(key, action, tooltip, show=False, key_display="←→" if key == "left" else None)


EDITING = (
    _edit("left", "cursor_left", "Move the cursor"),
    _edit("right", "cursor_right"),
    _edit("home,ctrl+a", "home", "To the beginning of the line"),
    _edit("end,ctrl+e", "end", "To its end"),
    _edit("backspace", "delete_left", "Delete the character before the cursor"),
    _edit("delete,ctrl+d", "delete_right", "Delete the one at the cursor"),
    _edit("ctrl+u", "delete_left_all", "Delete everything before the cursor"),
)
"""The keys of a short line: of the many of Textual's input line the few that everybody knows."""


class Field(_Widget):
    """To be named before the kind of field: its own keys act at once.

    Textual looks for a key's binding only when the key has gone up to the app, and puts letters in as they
    come: what was typed fast behind ctrl+u, or came with it over a slow line, would be there before it acts,
    and be deleted, too.
    """

    async def _on_key(self, event: Key) -> None:
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            if await self.app.run_action(binding.action, self):
                event.stop()
                event.prevent_default()
                return
