"""The chart of a recorded run, as wide as its place."""

from __future__ import annotations

from rich.text import Text
from textual.content import Content
from textual.widgets import Static

from tutor.charts import line_chart
from tutor.content.questions import Chart
from tutor.report import Series

_LOW, _HIGH = 9, 14
_ROOMY_SCREEN = 32
"""Lines of a screen that has room for the higher chart."""


class RunChart(Static):
    """Draws the run of one option; drawn anew when its width changes."""

    def __init__(self, question: Chart, shown: int, *, colours: bool) -> None:
        super().__init__()
        self._series = [Series(curve.name, curve.x, curve.y) for curve in question.drawn[shown]]
        self._log = question.log
        self._colours = colours

    def on_resize(self) -> None:
        """Fill the width."""
        height = _HIGH if self.app.size.height >= _ROOMY_SCREEN else _LOW
        chart = line_chart(self._series, self.size.width, height, log=self._log, colours=self._colours)
        self.update(Content.from_rich_text(Text.from_ansi(chart)))
