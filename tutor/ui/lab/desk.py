"""What the learner looks at: which panel is large, what the arrow keys move, how panels draw. Plain logic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tutor.content.model import Experiment
from tutor.progress.state import PastRun
from tutor.report import Report
from tutor.ui.lab import layout
from tutor.ui.lab.cursor import Cursor, Field
from tutor.ui.lab.layout import KNOBS, Place
from tutor.ui.lab.panels import PANELS
from tutor.ui.lab.scene import Look, Scene
from tutor.worker import protocol
from tutor.worker.protocol import Topic

_ROOMY = 24
"""Lines of the board from which on a large panel has enough of them."""


class Desk:
    """The panels of one lab. Methods that answer a key return the sentence that says what it did."""

    def __init__(self, look: Look, lesson: Sequence[Experiment]) -> None:
        self.look = look
        self.lesson = lesson
        self.runs: tuple[PastRun, ...] = ()
        """The lesson's finished runs, the newest first."""
        self.large = 0
        """The panel that is shown large; 0 shows several."""
        self.arrows = KNOBS
        """The panel that the arrow keys choose in, or KNOBS."""
        self.cursor = Cursor()
        self._page = 0

    # ------------------------------------------------------------------ keys

    def enlarge(self, report: Report | None, number: int) -> str:
        """Show a panel large, with the arrows in it; the same number again shows several."""
        if number in (0, self.large):
            self.large, self.arrows, self._page = 0, KNOBS, 0
            return "The overview. A number shows that panel large."
        self.large, self._page = number, 0
        if report is not None and PANELS[number].still(report):
            self.arrows = KNOBS
            return "There is nothing to choose in this panel: the arrows turn the knobs. 0: overview."
        self.arrows = number
        return (
            "Here ↑↓ choose what, ←→ change it; tab gives the arrows to the knobs. "
            "0: overview, t: as a table."
        )

    def next_arrows(self, shown: Sequence[Place]) -> str:
        """Give the arrows to the next of what is on the screen: knobs, then panel by panel."""
        numbers = [KNOBS, *(place.number for place in shown if place.number != KNOBS)]
        at = numbers.index(self.arrows) if self.arrows in numbers else 0
        self.arrows = numbers[(at + 1) % len(numbers)]
        if self.arrows == KNOBS:
            return "The arrows turn the knobs: ↑↓ choose one, ←→ turn it."
        return f"The arrows choose in panel {self.arrows}: ↑↓ choose what, ←→ change it."

    def move(self, report: Report | None, across: int, down: int) -> str:
        """Follow an arrow key in the panel that has the arrows."""
        if report is None:
            return "The first report has not come yet."
        panel = PANELS[self.arrows]
        return panel.absent(report) or self.cursor.move(self._fields(report), across, down)

    def table(self) -> str:
        """Change between pictures and tables of numbers."""
        self.look = replace(self.look, table=not self.look.table)
        self._page = 0
        return "The panels as numbers; t draws them." if self.look.table else "The panels drawn."

    def page(self, direction: int) -> str:
        """Turn the pages of a large panel's table."""
        if not (self.large and self.look.table):
            return (
                "There is nothing to scroll here: pgup and pgdn turn the pages of a large panel's table (t)."
            )
        self._page += direction
        return "Another page, if the table is longer than the screen; after the last comes the first."

    def log(self) -> str:
        """Change between a linear and a logarithmic axis of the loss."""
        self.look = replace(self.look, log=not self.look.log)
        if self.look.log:
            return "Logarithmic axis: equal distances are equal factors, so small losses can be told apart."
        return "Linear axis: equal distances are equal amounts."

    # ------------------------------------------------------------------ what is on the screen

    def places(self, report: Report | None, width: int, height: int, knobs: int) -> list[Place]:
        """The tiles for a board of that size."""
        if self.large:
            # Where lines are few, a panel that has the arrows leaves but one of them to the knobs.
            few = height < _ROOMY and self.arrows != KNOBS
            return layout.large(self.large, width, height, 1 if few else knobs)
        return layout.overview(layout.order(report), width, height, knobs)

    def scene(self, report: Report, number: int) -> Scene:
        """What panel ``number`` draws."""
        arrows = self.arrows == number
        return Scene(
            report,
            self.look,
            large=self.large == number,
            arrows=arrows,
            page=self._page if self.large == number else 0,
            at=self.cursor.current(self._fields(report)) if arrows else 0,
            choices=self.cursor.choices,
            runs=self.runs if number == 8 else (),
            lesson=self.lesson,
        )

    def wish(self, report: Report | None, shown: Sequence[Place]) -> protocol.Pull:
        """Ask for what the panels on the screen draw, and for nothing else."""
        panels = [PANELS[place.number] for place in shown if place.number != KNOBS]
        topics: list[Topic] = list(dict.fromkeys(topic for panel in panels for topic in panel.topics))
        places: dict[str, int] = {}
        if report is not None and report.perceptron is None:
            for panel in panels:
                scene = Scene(report, choices=self.cursor.choices)
                found = {field.name: scene.place(field) for field in panel.fields(scene) if field.values}
                places |= {name: found[name] for name in panel.asks if name in found}
        return protocol.Pull(topics, places.get("layer", 0), places.get("unit", 0), places.get("example", 0))

    def _fields(self, report: Report) -> list[Field]:
        if self.arrows == KNOBS:
            return []
        scene = Scene(report, choices=self.cursor.choices, runs=self.runs, lesson=self.lesson)
        return [field for field in PANELS[self.arrows].fields(scene) if field.values]
