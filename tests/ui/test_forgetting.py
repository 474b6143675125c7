"""An app that is open for hours keeps no screen, widget or drawn line of what was closed."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from rich.color import Color, ColorSystem
from rich.style import Style
from textual._styles_cache import StylesCache
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from tests.ui.lab_fakes import FakeWorker, lesson
from tutor.content.catalog import Catalog
from tutor.content.pack import Pack
from tutor.ui.app import TutorApp
from tutor.ui.colours import STYLES, bound_memories
from tutor.ui.services import Services

KINDS = (Screen, Widget, StylesCache)
TIMES = 3
PATIENCE = 20.0
"""Seconds: a timer that was stopped keeps its widget until the moment for which it was set, in some 3 s."""


def alive() -> list[int]:
    """How many objects of each kind something still refers to."""
    gc.collect()
    everything = gc.get_objects()
    return [sum(isinstance(one, kind) for one in everything) for kind in KINDS]


@pytest.fixture
def _nothing_older() -> Iterator[None]:
    """What other tests left is not gone through time and again."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("_nothing_older")
@pytest.mark.parametrize(
    "keys",
    [
        ("enter", "l", "a", "space", "escape", "escape"),
        ("enter", "q", "a", "enter", "escape", "escape"),
        ("enter", "m", "x", "escape", "escape", "escape"),
        ("ctrl+g", "escape"),
        ("b", "escape"),
    ],
    ids=["lab", "quiz", "notes", "glossary", "bench"],
)
async def test_nothing_of_a_screen_is_kept_once_it_is_closed(
    services: Services, keys: tuple[str, ...]
) -> None:
    with_lab = replace(services, catalog=Catalog(Pack("", "", [lesson()])), worker=FakeWorker())
    app = TutorApp(with_lab)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
        before = alive()
        for _ in range(TIMES):
            await pilot.press(*keys)
        await pilot.pause()
        assert len(app.screen_stack) == 1
        until = time.monotonic() + PATIENCE
        while max(grown := [now - then for now, then in zip(alive(), before, strict=True)]) >= TIMES:
            assert time.monotonic() < until, dict(zip(KINDS, grown, strict=True))
            await pilot.pause(0.5)


def test_of_ever_new_colours_the_latest_are_remembered() -> None:
    bound_memories()
    for number in range(STYLES + 500):
        style = Style(color=Color.from_rgb(number % 256, number // 256, 7))
        told = Strip.render_ansi(style, ColorSystem.TRUECOLOR)
        assert told == f"38;2;{number % 256};{number // 256};7"
    assert Strip.render_ansi.cache_info().currsize == STYLES
