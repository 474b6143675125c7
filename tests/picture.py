"""``make picture``: train XOR in the real app, without a terminal, and save what it shows as docs/lab.svg."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from pathlib import Path

PICTURE = Path(__file__).parent.parent / "docs" / "lab.svg"
SIZE = (96, 28)


async def take() -> None:
    """Open the lab of backprop, commit to an answer, train, and take the picture as the loss comes down."""
    from tutor.ui.app import TutorApp
    from tutor.ui.lab.view import LabView
    from tutor.ui.messages import OpenLesson
    from tutor.ui.start import build

    services = build()
    app = TutorApp(services, OpenLesson("backprop", "lab"))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("a", "space")
        view = app.screen.query_one(LabView)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            await pilot.pause(0.2)
            report = view.controller.report
            if report is not None and report.quantities["loss"] < 0.23:
                break
        else:
            raise SystemExit("error: the loss never came down")
        PICTURE.write_text(app.export_screenshot(), encoding="utf-8")
    services.close()
    print(f"wrote {PICTURE.name}")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DLTUTOR_DATA_DIR"] = folder
        asyncio.run(take())


if __name__ == "__main__":
    main()
