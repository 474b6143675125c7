"""No text steers the terminal: not one that nobody has cleaned, and not one of a pack, on any screen."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from textual.content import Content

from tests.faults.hostile_strings import MARK, draw, hostile, unclean, wire
from tests.ui.pack import PACK
from tutor.content.catalog import Catalog
from tutor.text import clean
from tutor.ui.app import TutorApp
from tutor.ui.messages import OpenLesson, OpenQuiz
from tutor.ui.services import Services

_NAMES = {
    *("id", "kind", "page", "lesson", "experiment", "layers", "when", "key", "name", "asks", "loss"),
    *("data", "model", "training", "goal", "transfer", "set"),
}
"""Fields that the program reads, not the learner."""


@pytest.mark.parametrize("count", [200, pytest.param(10_000, marks=pytest.mark.slow)])
async def test_uncleaned_texts_in_every_widget_put_nothing_on_the_wire(count: int) -> None:
    await draw(count, seed=count)


def test_a_text_that_does_reach_the_wire_would_be_seen() -> None:
    for text in ("\x1b]0;x\x07", "\x1b[6nx", "\x9b31m", "a\u202eb", "\x1b[?1049l", "\ud800", "\r"):
        assert unclean(f"\x1b[1;38;5;20mfine\x1b[0m{text}")
    assert not unclean("\x1b[2;1H\x1b[1;38;5;20mfine − 数\x1b[0m\n")


def poisoned(part: Any, chance: random.Random) -> Any:
    """The same data, with a hostile text, cleaned as on loading, behind each that a learner may see."""
    if isinstance(part, msgspec.Struct):
        changed = {
            name: poisoned(getattr(part, name), chance)
            for name in part.__struct_fields__
            if name not in _NAMES
        }
        return msgspec.structs.replace(part, **changed)
    if isinstance(part, list):
        return [poisoned(item, chance) for item in part]
    return part + clean(hostile(chance)) if isinstance(part, str) and part else part


KEYS = [
    *(
        "",
        "right",
        "right",
        "g",
        "escape",
        "question_mark",
        "escape",
        "m",
        "x",
        "escape",
        "l",
        "q",
        "a",
        "enter",
    ),
    *("e", "escape", "escape", "t", "escape", "c", "escape", "p", "enter", "escape", "escape"),
    *("e", "escape", "b", "escape", "ctrl+g", "escape"),
]
"""From the first lesson through the screens that can be reached by keys."""


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 20))])
async def test_a_pack_of_hostile_texts_steers_no_screen(
    seed: int, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []
    real: Callable[..., Content] = Content.from_markup

    def noted(markup: str | Content, **variables: object) -> Content:
        parsed.append(str(markup))
        return real(markup, **variables)

    monkeypatch.setattr(Content, "from_markup", staticmethod(noted))
    pack = poisoned(PACK, random.Random(seed))
    catalog = Catalog(pack, [hostile(random.Random(seed))])
    app = TutorApp(dataclasses.replace(services, catalog=catalog), OpenLesson(PACK.lessons[0].id))
    seen = 0
    async with app.run_test(size=(100, 40)) as pilot:
        for keys in KEYS:
            if keys:
                await pilot.press(keys)
            await pilot.pause()
            drawn = wire(app)
            seen += MARK in drawn
            assert not unclean(drawn), (keys, unclean(drawn))
        await app.open(OpenQuiz((PACK.lessons[0].id,), None))
        for _ in PACK.lessons[0].questions:
            await pilot.pause()
            assert not unclean(wire(app))
            await pilot.press("a", "enter", "enter", "enter")
    assert seen > 8
    assert not [text for text in parsed if MARK in text]
