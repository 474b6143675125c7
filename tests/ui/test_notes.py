"""The notes of a lesson: opened by m everywhere in it, saved by themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from textual.events import Paste
from textual.pilot import Pilot

from tests.ui.seen import shown
from tutor.errors import StoreError
from tutor.progress.store import MAX_NOTE, Store
from tutor.progress.writer import Writer
from tutor.ui.app import TutorApp
from tutor.ui.messages import OpenLesson, Part
from tutor.ui.screens import notes
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.notes import NotePage, NotesScreen
from tutor.ui.services import Services

SIZE = (80, 24)


@pytest.mark.parametrize("part", ["read", "lab", "quiz"])
async def test_m_opens_them_in_every_part_and_escape_saves(
    app: Callable[..., TutorApp], services: Services, part: Part
) -> None:
    async with (tutor := app(OpenLesson("perceptron", part))).run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("m")
        await pilot.pause()
        assert isinstance(tutor.screen, NotesScreen)
        await pilot.press(*"q?m", "enter", "tab", "x", "escape")
        await pilot.pause()
        assert isinstance(tutor.screen, LessonScreen)
        services.writer.flush()
        assert services.store.notes()["perceptron"].text.startswith("q?m\n")


async def test_they_go_on_where_they_ended(
    app: Callable[..., TutorApp], services: Services, store: Store
) -> None:
    store.write_note("perceptron", "seen [bold]before[/]")
    async with (tutor := app(OpenLesson("perceptron"))).run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("m")
        await pilot.pause()
        text = shown(tutor)
        assert "seen [bold]before[/]" in text and "Saved." in text and "Notes  The perceptron" in text
        await pilot.press("!")
        await pilot.pause()
        assert "Typing ..." in shown(tutor)
    services.writer.flush()
    assert store.notes()["perceptron"].text == "seen [bold]before[/]!", "leaving the program saves, too"


async def test_they_are_saved_while_typing(
    app: Callable[..., TutorApp], services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "SAVE_EVERY", 0.05)
    async with (tutor := app(OpenLesson("perceptron"))).run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("m", "a", "b")
        await pilot.pause(0.3)
        services.writer.flush()
        assert services.store.notes()["perceptron"].text == "ab"
        assert isinstance(tutor.screen, NotesScreen)
        await until(pilot, "Saved.")


async def until(pilot: Pilot[Any], text: str) -> None:
    for _ in range(100):
        if text in shown(pilot.app):
            return
        await pilot.pause(0.05)
    raise AssertionError(f"no {text!r} in {shown(pilot.app)}")


async def test_what_the_disk_does_not_take_is_not_called_saved(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow disk, then one that refuses, then one that takes it after all."""
    monkeypatch.setattr(notes, "SAVE_EVERY", 0.05)
    let_go, full = Event(), StoreError("the disk is full")
    write_note = Store.write_note

    def refuse(store: Store, lesson: str, text: str) -> None:
        let_go.wait(10)
        raise full

    monkeypatch.setattr(Store, "write_note", refuse)
    async with (tutor := TutorApp(services, OpenLesson("perceptron"))).run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("m", "a")
        await until(pilot, "Saving ...")
        let_go.set()
        await until(pilot, "Kept in memory only: f2 saves it to a file.")
        await pilot.press("f2")
        await until(pilot, "Save your progress")
        await pilot.press("escape")
        monkeypatch.setattr(Store, "write_note", write_note)
        assert services.writer.flush()
        await until(pilot, "Saved.")
        assert tutor.screen.query_one(NotePage).text == "a"


async def test_nor_what_is_in_memory_alone(services: Services) -> None:
    store = Store.empty()
    in_memory = replace(services, store=store, writer=Writer(store))
    async with (tutor := TutorApp(in_memory, OpenLesson("perceptron"))).run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("m", "a")
        tutor.screen._save()  # type: ignore[attr-defined]
        await until(pilot, "Kept in memory only: f2 saves it to a file.")
    assert in_memory.writer.close()


async def test_what_is_pasted_is_cleaned_and_a_flood_is_told(app: Callable[..., TutorApp]) -> None:
    async with (tutor := app(OpenLesson("perceptron"))).run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("m")
        await pilot.pause()
        page = tutor.screen.query_one(NotePage)
        tutor.post_message(Paste("a\x1b]52;c;x\x07b"))
        await pilot.pause()
        assert page.text == "a]52;c;xb"
        page.load_text("x" * (MAX_NOTE + 5))
        await pilot.pause()
        assert "Too long by 5 bytes" in shown(tutor)


async def test_notes_that_cannot_be_read_are_not_written_over(services: Services) -> None:
    class Broken:
        def __getattr__(self, name: str) -> Any:
            return getattr(services.store, name)

        def notes(self) -> Any:
            raise StoreError("the disk refused to read", "see dltutor doctor")

    broken = replace(services, store=Broken())  # type: ignore[arg-type]
    async with (tutor := TutorApp(broken, OpenLesson("perceptron"))).run_test(
        size=SIZE, notifications=True
    ) as pilot:
        await pilot.pause()
        await pilot.press("m")
        await pilot.pause(0.2)
        assert isinstance(tutor.screen, LessonScreen)
        assert "the disk refused to read" in shown(tutor)
