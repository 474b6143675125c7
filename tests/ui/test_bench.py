"""The free bench on the screen: by keyboard alone from an empty form to a run and a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tests.ui.conftest import IdleWorker
from tests.ui.seen import shown
from tutor.content.labfile import read_lab
from tutor.ui.app import TutorApp
from tutor.ui.lab.view import LabView
from tutor.ui.messages import OpenBench
from tutor.ui.screens.bench import BenchLabScreen, BenchScreen
from tutor.ui.screens.home import HomeScreen
from tutor.ui.services import Services
from tutor.worker.protocol import Load

SIZE = (80, 24)


async def test_b_opens_it_from_home_and_escape_leaves(app: Callable[..., TutorApp]) -> None:
    async with (tutor := app()).run_test(size=SIZE) as pilot:
        await pilot.press("b")
        await pilot.pause()
        text = shown(tutor)
        assert "data set         moons" in text and "layer 1          dense 8 tanh" in text
        assert "What the experiment is called" in text and "t Train" in text
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(tutor.screen, HomeScreen)


async def test_settings_change_by_arrow_and_by_typing(app: Callable[..., TutorApp]) -> None:
    async with (tutor := app(OpenBench())).run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("down", "right")
        await pilot.pause()
        assert "data set         spiral" in shown(tutor)
        await pilot.press("down", "enter", "ctrl+u", *"9x", "enter")
        await pilot.pause()
        assert "turns must be a number" in shown(tutor), "and the line stays open to be mended"
        await pilot.press("backspace", "enter")
        await pilot.pause()
        assert "turns            9" in shown(tutor)
        await pilot.press("enter", "5", "escape")
        await pilot.pause()
        assert "turns            9" in shown(tutor) and isinstance(tutor.screen, BenchScreen)


async def test_it_is_trained_in_the_lab(app: Callable[..., TutorApp], services: Services) -> None:
    async with (tutor := app(OpenBench())).run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("t")
        await pilot.pause(0.2)
        assert isinstance(tutor.screen, BenchLabScreen)
        assert not tutor.screen.query_one(LabView).controller.asking
        assert isinstance(services.worker, IdleWorker)
        (load,) = (command for command in services.worker.sent if isinstance(command, Load))
        assert load.experiment.data.name == "moons" and load.lesson == "bench"
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(tutor.screen, BenchScreen)


async def test_it_is_saved_and_opened_by_name(app: Callable[..., TutorApp], tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    async with (tutor := app(OpenBench())).run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("a", "ctrl+s", "ctrl+u", *str(path), "enter")
        await pilot.pause()
        assert "Saved as" in shown(tutor)
        assert read_lab(path)[0].model.layers.count("dense") == 3
        await pilot.press("d", "ctrl+o", "enter")
        await pilot.pause()
        assert "layer 3" in shown(tutor)
        await pilot.press("ctrl+o", "ctrl+u", *"nothing", "enter")
        await pilot.pause()
        assert "nothing.toml" in shown(tutor)


async def test_a_wide_screen_shows_the_file_beside_the_form(app: Callable[..., TutorApp]) -> None:
    async with (tutor := app(OpenBench())).run_test(size=(140, 40)) as pilot:
        await pilot.pause()
        assert 'layers = "dense 8 tanh, dense 1 sigmoid"' in shown(tutor)


async def test_a_row_that_has_gone_meanwhile_is_not_chosen(app: Callable[..., TutorApp]) -> None:
    async with (tutor := app(OpenBench())).run_test(size=SIZE) as pilot:
        await pilot.pause()
        rows, before = tutor.screen.query_one(OptionList), shown(tutor)
        rows.post_message(OptionList.OptionHighlighted(rows, Option("gone", id="99"), 99))
        await pilot.pause()
        assert shown(tutor) == before
