"""Fields that take keys in the order in which they were typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.events import Key

if TYPE_CHECKING:
    from textual.widget import Widget as _Widget
else:
    _Widget = object  # Textual takes a widget's styles from its first base


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
