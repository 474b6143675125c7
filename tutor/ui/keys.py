"""Keys as people call them, and what the bindings that are on now amount to: for key bar and help alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import ActiveBinding, Binding

QUIT = "ctrl+q"
"""Leaves the app from everywhere: whatever else is dropped or waited for, this key is taken."""

COPY = Binding(
    "ctrl+c", "screen.copy_text", "Copy", show=False, tooltip="Copy the text selected with the mouse"
)
"""Kept of Textual's own screen bindings; the others (walking the focus) do nothing useful here."""

GLOSSARY = Binding("ctrl+g", "app.glossary", "Glossary", show=False, tooltip="What a word means")
"""The app's key, once more for windows that cover a screen: they do not see the app's own keys."""

NAMES = {
    "question_mark": "?",
    "escape": "esc",
    "enter": "enter",
    "space": "space",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "shift+up": "shift+↑",
    "shift+down": "shift+↓",
    "plus": "+",
    "minus": "-",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "comma": ",",
    "full_stop": ".",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "slash": "/",
}


@dataclass(frozen=True)
class KeyHelp:
    """One key, what it does in a word or two (the key bar), and in a sentence (the help screen)."""

    key: str
    label: str
    """The key as people call it; all keys that do the same, when there are more."""
    does: str
    explained: str
    shown: bool


def keys_of(bindings: Iterable[ActiveBinding]) -> list[KeyHelp]:
    """The bindings that are on now, the nearest to the learner first; keys with one action become one."""
    result: dict[tuple[int, str], KeyHelp] = {}
    for active in bindings:
        binding = active.binding
        if not active.enabled or not binding.description or binding.system:
            continue
        label = binding.key_display or NAMES.get(binding.key, binding.key)
        shown = KeyHelp(
            binding.key, label, binding.description, active.tooltip or binding.description, binding.show
        )
        same = (id(active.node), binding.action)
        if same in result:
            first = result[same]
            if binding.key_display is None and label not in first.label.split(" "):
                label = f"{first.label} {label}"
            else:
                label = first.label
            shown = KeyHelp(first.key, label, first.does, first.explained, first.shown or shown.shown)
        result[same] = shown
    return list(result.values())
