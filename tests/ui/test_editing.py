"""Keys that come in one piece, as over a slow line, act in the order in which they were typed."""

from __future__ import annotations

import pytest
from textual.app import ComposeResult
from textual.events import Key
from textual.widget import Widget

from tutor.ui.inturn import KeysInTurn
from tutor.ui.screens.bench import Entry
from tutor.ui.screens.glossary import SearchInput
from tutor.ui.screens.keep import PathLine
from tutor.ui.screens.notes import NotePage
from tutor.ui.widgets.entry import EntryLine

FIELDS = {
    "answer": lambda: EntryLine("", frozenset("?")),
    "path": PathLine,
    "word": SearchInput,
    "setting": Entry,
    "note": NotePage,
}


class Page(KeysInTurn):
    def __init__(self, field: Widget) -> None:
        super().__init__()
        self.field = field
        self.passed: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.field

    def on_key(self, event: Key) -> None:
        self.passed.append(event.key)


@pytest.mark.parametrize("name", FIELDS)
async def test_what_is_typed_behind_a_deletion_stays(name: str) -> None:
    field = FIELDS[name]()
    app = Page(field)
    async with app.run_test() as pilot:
        field.focus()
        await pilot.pause()
        for key in ("o", "l", "d", "ctrl+u", "n", "e", "u", "backspace", "w", "left", "left", "left", "1"):
            app.post_message(Key(key, key if len(key) == 1 else None))  # no pause between them
        await pilot.pause()
        assert (field.text if isinstance(field, NotePage) else field.value) == "1new"


async def test_keys_that_are_not_the_fields_go_to_the_screen() -> None:
    field = EntryLine("", frozenset("?"))
    app = Page(field)
    async with app.run_test() as pilot:
        field.focus()
        await pilot.press("a", "question_mark", "f5")
        assert (field.value, app.passed) == ("a", ["question_mark", "f5"])
