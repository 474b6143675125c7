"""The last line of every screen: the keys that do something now. What does not fit is on the help screen."""

from __future__ import annotations

from textual.content import Content
from textual.events import Click
from textual.screen import Screen
from textual.widget import Widget

from tutor.ui.keys import KeyHelp, keys_of


class KeyBar(Widget):
    """One line of keys, cut between keys, never within one; help and its key always stay in sight."""

    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 1; padding: 0 1; background: $panel; color: $foreground; }
    """
    ALLOW_SELECT = False

    def on_mount(self) -> None:
        """Follow the bindings of the screen: they change with the focus and the moment."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, _screen: Screen[object]) -> None:
        self.refresh()

    def fitting(self) -> list[KeyHelp]:
        """The keys that fit the line, in order; the last one is help."""
        keys = [key for key in keys_of(self.screen.active_bindings.values()) if key.shown]
        last = [key for key in keys if key.key == "question_mark"]
        room = self.content_size.width - sum(_width(key) for key in last)
        chosen: list[KeyHelp] = []
        for key in keys:
            if key in last:
                continue
            if _width(key) > room:
                break
            room -= _width(key)
            chosen.append(key)
        return chosen + last

    def render(self) -> Content:
        """The line itself."""
        parts: list[tuple[str, str]] = []
        for key in self.fitting():
            parts += [(_first(key), "bold $accent"), (f" {key.does}", ""), ("   "[:_GAP], "")]
        return Content.assemble(*parts[:-1])

    def on_click(self, event: Click) -> None:
        """A click on a key is that key."""
        column = event.x - 1
        for key in self.fitting():
            if 0 <= column < _width(key):
                self.app.simulate_key(key.key)
                return
            column -= _width(key)


_GAP = 2


def _width(key: KeyHelp) -> int:
    return len(_first(key)) + 1 + len(key.does) + _GAP


def _first(key: KeyHelp) -> str:
    return key.label.split(" ")[0]
