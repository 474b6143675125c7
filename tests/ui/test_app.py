"""The app around its screens: what it opens, help, small terminals, imports, and what it must never do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.screen import Screen

from tests.ui.conftest import IdleWorker
from tests.ui.lab_fakes import lesson
from tests.ui.seen import shown
from tests.ui.terminal import PATIENCE, Terminal
from tutor.content.catalog import Catalog
from tutor.content.pack import Pack
from tutor.crash import crash_error
from tutor.errors import StoreError, UsageError
from tutor.progress.store import Store
from tutor.ui.app import TutorApp
from tutor.ui.keys import keys_of
from tutor.ui.messages import OpenLesson, OpenQuiz
from tutor.ui.places import leave, remember
from tutor.ui.screens.help import HelpScreen
from tutor.ui.screens.home import HomeScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.small import SmallScreen
from tutor.ui.services import Services
from tutor.ui.start import at_lesson, at_quiz, build, where_left
from tutor.ui.terminal import has_few_colours, require_terminal


@pytest.mark.parametrize("compiled", [False, True])
async def test_the_training_process_waits_for_the_first_lab_unless_its_kernels_must_be_compiled(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compiled: bool
) -> None:
    monkeypatch.setenv("DLTUTOR_CACHE_DIR", str(tmp_path))
    (tmp_path / "kernels-x").mkdir()
    if compiled:
        (tmp_path / "kernels-x" / "seal.json").touch()
    assert isinstance(services.worker, IdleWorker)
    with_lab = replace(services, catalog=Catalog(Pack("", "", [lesson()])))
    async with TutorApp(with_lab, OpenLesson("backprop")).run_test() as pilot:
        await pilot.pause(0.1)
        for _ in range(100 if not compiled else 0):
            if services.worker.calls:
                break
            await pilot.pause(0.1)
        assert services.worker.calls == ([] if compiled else ["start"])
        await pilot.press("l")
        await pilot.pause(0.1)
        assert services.worker.calls[-1] == "start"


async def test_a_small_terminal_gets_a_sentence_until_it_is_enlarged(app: Callable[..., TutorApp]) -> None:
    async with (tutor := app(OpenLesson("winter"))).run_test(size=(80, 24)) as pilot:
        await pilot.resize_terminal(50, 12)
        await pilot.pause()
        assert isinstance(tutor.screen, SmallScreen)
        text = " ".join(shown(tutor).split())
        assert "This terminal is 50x12; dltutor needs at least 60x16." in text
        assert "dltutor quiz --plain" in text
        await pilot.resize_terminal(40, 10)
        await pilot.pause()
        assert "40x10" in shown(tutor)
        await pilot.press("question_mark", "q", "escape")
        await pilot.resize_terminal(60, 16)
        await pilot.pause()
        assert isinstance(tutor.screen, LessonScreen)
        assert "more below" not in shown(tutor) or "space" in shown(tutor)


@pytest.mark.parametrize(("start", "screen"), [(None, HomeScreen), (OpenLesson("winter"), LessonScreen)])
async def test_a_terminal_small_from_the_start(
    app: Callable[..., TutorApp], start: OpenLesson | None, screen: type[Screen[None]]
) -> None:
    async with (tutor := app(start)).run_test(size=(59, 16)) as pilot:
        await pilot.pause()
        assert "59x16" in shown(tutor)
        await pilot.resize_terminal(60, 16)
        await pilot.pause()
        assert type(tutor.screen) is screen


@pytest.mark.parametrize(
    "start", [None, OpenLesson("winter"), OpenLesson("winter", "quiz"), OpenQuiz(("winter",))]
)
@pytest.mark.parametrize("size", [(60, 16), (80, 24), (140, 40)])
async def test_every_key_is_in_the_help_and_no_line_is_clipped(
    app: Callable[..., TutorApp], start: OpenLesson | OpenQuiz | None, size: tuple[int, int]
) -> None:
    async with (tutor := app(start)).run_test(size=size) as pilot:
        await pilot.pause()
        lines = shown(tutor).splitlines()
        assert all(len(line) <= size[0] for line in lines)
        assert "? Help" in lines[-1]
        keys = keys_of(tutor.screen.active_bindings.values())
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(tutor.screen, HelpScreen)
        text = shown(tutor)
        for _ in range(3):
            await pilot.press("space")
            await pilot.pause()
            text += "\n" + shown(tutor)
        for key in keys:
            assert re.search(rf"^ +{re.escape(key.label)}  ", text, re.MULTILINE), key
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(tutor.screen, HelpScreen)


async def test_no_screen_binds_what_nobody_is_told_of(app: Callable[..., TutorApp]) -> None:
    async with (tutor := app(OpenLesson("winter"))).run_test() as pilot:
        await pilot.pause()
        for active in tutor.screen.active_bindings.values():
            binding: Binding = active.binding
            assert binding.description or binding.system, binding


async def test_links_open_nothing(app: Callable[..., TutorApp], monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url, *_: opened.append(url))
    async with (tutor := app()).run_test():
        tutor.open_url("http://example.org")
        assert not tutor.ENABLE_COMMAND_PALETTE
    assert opened == []


def test_first_message(services: Services, store: Store) -> None:
    assert where_left(services) is None
    store.set_place("winter", "lab")
    assert where_left(services) == OpenLesson("winter", "lab", "")
    leave(store)
    assert where_left(services) is None, "left from Home"
    remember(store, "winter", "read", "p")
    assert where_left(services) == OpenLesson("winter", "read", "p")
    store.set_place("no longer installed", "read", "x")
    assert where_left(services) is None
    assert at_lesson("2")(services) == OpenLesson("winter")
    assert at_quiz(["perc", "3"], 4)(services) == OpenQuiz(("perceptron", "backprop"), 4)
    with pytest.raises(UsageError):
        at_lesson("nonsense")(services)


def test_lessons_that_cannot_be_read_are_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLTUTOR_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("tutor.paths.lesson_packs", list)
    services = build()
    services.close()
    assert services.catalog.lessons == []
    assert any("no lessons were found" in problem for problem in services.problems)


def test_an_unusable_disk_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("DLTUTOR_DATA_DIR", str(tmp_path / "file" / "below"))
    services = build()
    services.close()
    assert services.store.in_memory
    assert services.store.problem in services.problems


def test_a_crash_is_one_line_and_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLTUTOR_DATA_DIR", str(tmp_path))
    error = crash_error(ValueError("x"), "Traceback ...")
    assert "ValueError" in error.message
    assert (tmp_path / "crash.txt").read_text() == "Traceback ..."
    stored = StoreError("the disk is full")
    assert crash_error(stored, "") is stored


def test_without_a_terminal_there_is_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tutor"], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=20
    )
    assert run.returncode == 2
    assert run.stdout == ""
    assert run.stderr.splitlines()[0].startswith("error: the app needs a terminal")
    assert "quiz --plain" in run.stderr.splitlines()[1]
    assert len(run.stderr.splitlines()) == 2


def refused(data: Path) -> bytes:
    """What the app writes to a terminal that it cannot use: no escape byte."""
    with Terminal(data) as terminal:
        terminal.read(PATIENCE)
        status = terminal.wait_for_end(PATIENCE)
    assert status is not None and os.waitstatus_to_exitcode(status) == 2
    assert b"\x1b" not in terminal.seen
    return terminal.seen


def test_a_dumb_terminal_gets_no_escape_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.ui.terminal.TERM", "dumb")
    assert b"hint: " in refused(tmp_path)


def test_a_character_set_without_the_signs_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    said = refused(tmp_path)
    assert b"character set" in said and b"LC_ALL=C.UTF-8" in said


def test_require_terminal_looks_at_every_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.__stdout__", None)
    with pytest.raises(UsageError):
        require_terminal()


def test_the_app_never_imports_the_engine(tmp_path: Path) -> None:
    """All parts opened in a process of its own: neither numba nor the engine nor the lab's runs are there."""
    script = textwrap.dedent(
        """
        import asyncio, sys
        from tests.ui.conftest import IdleWorker
        from dataclasses import replace
        from tutor.ui.app import TutorApp
        from tutor.ui.start import build

        async def main():
            services = replace(build(), worker=IdleWorker())
            async with TutorApp(services).run_test(size=(100, 30)) as pilot:
                early = {"plotext", "numpy", "tutor.quiz.session"} & set(sys.modules)
                assert not early, f"imported before Home was painted: {early}"
                await pilot.press("enter", "space", "l")
                await pilot.pause(0.3)
                await pilot.press("q", "question_mark", "escape", "escape", "q", "escape")
                await pilot.pause()
            services.close()

        asyncio.run(main())
        loaded = {name for name in sys.modules if name.startswith(("numba", "tutor.engine", "tutor.lab"))}
        assert not loaded, sorted(loaded)
        """
    )
    environment = {**os.environ, "DLTUTOR_DATA_DIR": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr[-3000:]


@pytest.mark.parametrize(("term", "few"), [("screen", True), ("xterm", True), ("tmux-256color", False)])
def test_a_terminal_of_sixteen_colours_is_told(monkeypatch: pytest.MonkeyPatch, term: str, few: bool) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.delenv("COLORTERM", raising=False)
    assert has_few_colours() == few
    monkeypatch.setenv("COLORTERM", "truecolor")
    assert not has_few_colours()
