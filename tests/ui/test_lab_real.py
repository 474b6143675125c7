"""One whole run with the real training process, the real lesson and the real database."""

from __future__ import annotations

from pathlib import Path

from tests.ui.seen import settle
from tests.ui.test_lab_view import Host
from tutor.content.catalog import Catalog
from tutor.paths import bundled_lessons
from tutor.progress.store import Store, utc_now
from tutor.progress.writer import Writer
from tutor.ui.services import Services
from tutor.worker.client import WorkerClient


async def test_xor_is_predicted_trained_compared_and_recorded(tmp_path: Path) -> None:
    catalog = Catalog.open(bundled_lessons())
    store = Store.open(tmp_path / "progress.sqlite3")
    writer = Writer(store)
    with WorkerClient() as worker:
        app = Host(worker, catalog.find("backprop"), Services(catalog, store, writer, worker, utc_now))
        async with app.run_test(size=(80, 22)) as pilot:
            await settle(pilot, "loss 0.", seconds=90)  # a machine without compiled kernels compiles them now
            await pilot.press("f", "a", "s")
            await settle(pilot, "step 1 ")
            await pilot.press("space")
            shown = await settle(pilot, "✓ Right.", seconds=20)
            assert "You predicted  a: Yes, within 1,000 steps" in shown
            assert "The goal was reached after" in shown and "Goal reached in 1 of 1 seed" in shown
            await pilot.press("down", "down", "right")
            await settle(pilot, "learning rate is 3.0 now, in a new run")
            await pilot.press("space")
            await settle(pilot, "You predicted  nothing for this run", seconds=20)
    assert writer.close()
    summary = store.summary()
    assert (summary.runs, summary.predictions_made, summary.predictions_right) == (2, 1, 1)
    store.close()
