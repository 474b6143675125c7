"""Progress that the database does not take: said, and saved to a file of the learner's choice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ui.conftest import IdleWorker
from tests.ui.pack import PACK
from tests.ui.seen import shown
from tutor.content.catalog import Catalog
from tutor.errors import StoreError
from tutor.progress.exchange import read_document
from tutor.progress.store import Store, utc_now
from tutor.progress.writer import Writer
from tutor.ui.app import TutorApp
from tutor.ui.screens import keep
from tutor.ui.screens.keep import KeepScreen
from tutor.ui.services import Services

SIZE = (80, 24)


@pytest.fixture
def doomed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TutorApp]:
    """The app with a database in memory, because a file stands where its folder should be."""
    (tmp_path / "file").touch()
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    store = Store.open(tmp_path / "file" / "progress.sqlite3")
    services = Services(
        Catalog(PACK), store, Writer(store), IdleWorker(), utc_now, seed=7, problems=(store.problem,)
    )
    yield TutorApp(services)
    services.close()


def mark(app: TutorApp, page: str) -> None:
    app._services.writer.submit(lambda store: store.mark_page("perceptron", page)).result(5)


async def test_quitting_offers_the_file_and_then_goes(doomed: TutorApp, tmp_path: Path) -> None:
    async with doomed.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert "Press f2 to save it to a file" in " ".join(shown(doomed).split())
        mark(doomed, "the-rule")
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert isinstance(doomed.screen, KeepScreen)
        assert doomed._exit is False
        await pilot.press("enter")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert doomed._exit
        assert not doomed.would_lose
    [file] = (tmp_path / "home").iterdir()
    assert doomed.kept is not None and doomed.kept.path == file
    assert [page.page for page in read_document(file).pages] == ["the-rule"]


async def test_f2_saves_and_one_goes_on(
    doomed: TutorApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with doomed.run_test(size=SIZE) as pilot:
        mark(doomed, "the-rule")
        await pilot.press("f2", "ctrl+u", *str(tmp_path / "file"), "enter")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "there is such a file already" in shown(doomed)
        await pilot.press("2", "enter")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert not isinstance(doomed.screen, KeepScreen)
        assert len(read_document(tmp_path / "file2").pages) == 1
        mark(doomed, "another")
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert isinstance(doomed.screen, KeepScreen), "what came after the file is not in it"
        await pilot.press("ctrl+q", "ctrl+q")
        await pilot.pause()
        assert not doomed._exit, "a key held down is no answer to what was not read yet"
        monkeypatch.setattr(keep, "GLANCE", 0.0)
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert doomed._exit and doomed.forsaken


async def test_leaving_right_after_the_file_was_written_forsakes_nothing(
    doomed: TutorApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with doomed.run_test(size=SIZE) as pilot:
        mark(doomed, "the-rule")
        # the word that the file stands is seen a moment before the screen is gone
        monkeypatch.setattr(KeepScreen, "dismiss", lambda screen, kept: None)
        await pilot.press("f2", "enter")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert isinstance(doomed.screen, KeepScreen)
        await pilot.press("ctrl+q")
        await pilot.pause()
    assert doomed._exit and not doomed.forsaken
    assert doomed.kept is not None and doomed.kept.path.parent == tmp_path / "home"


async def test_with_nothing_to_lose_one_just_leaves(doomed: TutorApp) -> None:
    async with doomed.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert doomed._exit and not doomed.would_lose


async def test_a_disk_that_fills_up_meanwhile(
    app: Callable[..., TutorApp], services: Services, tmp_path: Path
) -> None:
    full = [True]

    def refused(store: Store) -> None:
        if full[0] and not store.in_memory:
            raise StoreError("the disk is full")

    async with (tutor := app()).run_test(size=SIZE) as pilot:
        await pilot.press("f2")
        await pilot.pause()
        assert not isinstance(tutor.screen, KeepScreen), "offered only where there is need"
        services.writer.submit(refused)
        mark_page = services.writer.submit(lambda store: store.mark_page("perceptron", "the-rule"))
        services.writer.flush()
        await pilot.press("f2", "ctrl+u", *str(tmp_path / "kept.json"), "enter")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert len(read_document(tmp_path / "kept.json").pages) == 1
        assert not tutor.would_lose
        full[0] = False
    assert services.writer.flush() and mark_page.done()


async def test_in_a_kiosk_no_file_is_written_elsewhere(
    doomed: TutorApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DLTUTOR_KIOSK", "1")
    monkeypatch.setenv("DLTUTOR_DATA_DIR", str(tmp_path / "home"))
    async with doomed.run_test(size=SIZE) as pilot:
        mark(doomed, "the-rule")
        await pilot.press("f2", "ctrl+u", *str(tmp_path / "elsewhere"), "enter")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "lies outside of" in shown(doomed)
        assert not (tmp_path / "elsewhere").exists()
