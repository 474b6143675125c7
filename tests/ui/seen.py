"""What stands on the screen of an app under test."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.worker import WorkerCancelled


def shown(app: App[Any]) -> str:
    """What stands on the screen, line by line."""
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())


async def pressed(pilot: Pilot[Any], *keys: str) -> str:
    """Press keys; returns the screen once they were dealt with."""
    await pilot.press(*keys)
    await pilot.pause()
    return shown(pilot.app)


async def looked(pilot: Pilot[Any]) -> str:
    """Wait until nothing is looked up any more; returns the screen."""
    await pilot.pause()
    with suppress(WorkerCancelled):  # a look that a newer one took the place of
        await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    return shown(pilot.app)


async def settle(pilot: Pilot[Any], what: str, seconds: float = 5.0) -> str:
    """Wait until the screen shows ``what``; returns the screen."""
    for _ in range(int(seconds / 0.02)):
        await pilot.pause(0.02)
        if what in (text := shown(pilot.app)):
            return text
    pytest.fail(f"{what!r} did not appear on:\n{shown(pilot.app)}")
