"""One curve over time, drawn into whatever room it has."""

from __future__ import annotations

from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from tutor.charts import line_chart
from tutor.report import Series
from tutor.ui.lab.drawing import strips_of_ansi


class Curve(Widget):
    """Per cent over days, drawn anew when it or its size changes."""

    can_focus = False

    def __init__(self, colours: bool, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._colours = colours
        self._shown = Series("", [], []), "", ""
        self._drawn = Size(0, 0)
        self._lines: list[Strip] = []

    def show(self, curve: Series, title: str, empty: str) -> None:
        """Draw ``curve``: x in days from now, y in per cent; ``empty`` is said where it has no point."""
        self._shown = curve, title, empty
        self._drawn = Size(0, 0)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """A line of the chart."""
        size = self.content_size
        if self._drawn != size:
            curve, title, empty = self._shown
            chart = line_chart(
                [curve],
                size.width,
                size.height,
                title=title,
                x_label="days (0: today)",
                y_range=(0, 100),
                colours=self._colours,
                empty=empty,
            )
            self._drawn, self._lines = size, strips_of_ansi(chart)
        line = self._lines[y] if y < len(self._lines) else Strip([])
        return line.adjust_cell_length(size.width).apply_style(self.rich_style)
