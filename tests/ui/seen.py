"""What stands on the screen of an app under test."""

from __future__ import annotations

from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot


def screen_text(app: App[Any]) -> str:
    """The present screen, line by line."""
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(part.text for part in line) for line in lines)


async def settle(pilot: Pilot[Any], what: str, seconds: float = 5.0) -> str:
    """Wait until the screen shows ``what``; returns the screen."""
    for _ in range(int(seconds / 0.02)):
        await pilot.pause(0.02)
        if what in (shown := screen_text(pilot.app)):
            return shown
    pytest.fail(f"{what!r} did not appear on:\n{screen_text(pilot.app)}")
