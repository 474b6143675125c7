"""Texts that would steer a terminal, and what of them reaches the wire."""

from __future__ import annotations

import asyncio
import random
import re
import unicodedata
from pathlib import Path

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Label, OptionList, Static, TextArea
from textual.widgets.option_list import Option

from tests.faults.table import Injected, stopwatch
from tutor.ui.closed import ClosedApp

MARK = "6e6f"
"""Stands in every hostile text, inside of what it would have the terminal do."""

_PIECES = [
    "\x1b]0;{m}\x07", "\x1b]52;c;{m}\x07", "\x1b[{m}m", "\x1b[{m}H", "\x1bP{m}\x1b\\",
    "\x1b]8;;http://{m}\x1b\\x",
    "\x1b[?1049l{m}",
    "\x1bc{m}", "\x9b{m}m", "\x9d0;{m}\x9c", "\x90{m}\x9c", "\x85{m}", "\x0e{m}\x0f", "\x05{m}",
    "\x08\x08{m}", "\r{m}", "\x7f{m}", "\x00{m}", "\u202e{m}\u202c", "\u2066{m}\u2069",
    "\u200f{m}", "\u200b{m}",
    "\ufeff{m}",
    "\xad{m}", "\U000e0041{m}\U000e007f", "\ue000{m}", "\U0010ffff{m}", "\ud800{m}", "\u0378{m}",
    "[@click=app.bell]{m}[/]",
    "[link=http://{m}]x[/link]", "[red]{m}", "[/]{m}", "\\[{m}", "{m}",
    "数{m}é", "\t{m}",
]  # fmt: skip
_DRAWN = re.compile(
    r"\x1b\[(?:\d{1,3}(?:;\d{1,3})*)?m"  # colours
    r"|\x1b\[\d{1,4};\d{1,4}H"  # the place of a line
    r"|\n"
)
"""All that a drawn screen needs of a terminal."""


def hostile(chance: random.Random) -> str:
    """A text of one to six pieces."""
    return "".join(chance.choice(_PIECES) for _ in range(chance.randint(1, 6))).replace("{m}", MARK)


def wire(app: ClosedApp) -> str:
    """What would be written to draw the whole screen."""
    update = app.screen._compositor.render_update(full=True)
    assert update is not None
    return update.render_segments(app.console)


def unclean(drawn: str) -> str:
    """What of ``drawn`` is neither a printable sign nor what Textual itself writes; "" is as it should be."""
    text = _DRAWN.sub("", drawn)
    return "".join(sign for sign in text if unicodedata.category(sign)[0] == "C")[:200]


class Gallery(ClosedApp):
    """Textual's widgets with texts that nobody has cleaned."""

    def compose(self) -> ComposeResult:
        """One of each, and a few whose borders hold texts."""
        yield from (Static(id=f"static-{number}", classes="text") for number in range(4))
        yield Label(id="label")
        yield Input(id="input")
        yield TextArea(id="area")
        yield OptionList(id="list")

    async def show(self, chance: random.Random) -> int:
        """New texts everywhere; returns how many."""
        for widget in self.query(".text").results(Static):
            widget.update(Content(hostile(chance)))
            widget.border_title = Content(hostile(chance))  # type: ignore[assignment]
        self.query_one(Label).update(Content.styled(hostile(chance), "bold"))
        self.query_one(Input).value = hostile(chance)
        self.query_one(Input).placeholder = Content(hostile(chance))
        self.query_one(TextArea).text = hostile(chance)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(Content(hostile(chance))) for _ in range(3)])
        self.notify(hostile(chance), title=hostile(chance), markup=False, timeout=0.05)
        return 4 * 2 + 1 + 2 + 1 + 3 + 2


async def draw(count: int, seed: int) -> None:
    """Draw ``count`` hostile texts; AssertionError for one that reaches the wire as it is."""
    chance = random.Random(seed)
    app = Gallery()
    async with app.run_test(size=(100, 60)) as pilot:
        shown = 0
        while shown < count:
            shown += await app.show(chance)
            await pilot.pause()
            drawn = wire(app)
            assert MARK in drawn, "nothing is shown"
            assert not unclean(drawn), repr(unclean(drawn))


def _attempt(number: int, _: Path) -> float:
    seconds = stopwatch()
    asyncio.run(draw(100, number))
    return seconds()


FAULTS = (Injected("100 hostile texts in every widget", "no byte of them on the wire", 100, 2, _attempt),)
