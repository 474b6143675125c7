"""The list of knobs: the chosen one is marked by a sign and by reverse video."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from tutor.content.model import Knob, Value
from tutor.text import clean
from tutor.ui.lab.bench import Bench


class KnobList(Widget):
    """One line per knob, with its stops where they fit; one line in all where there is no more room."""

    def __init__(self) -> None:
        super().__init__(id="knobs")
        self._bench: Bench | None = None

    def show(self, bench: Bench) -> None:
        """List this bench's knobs."""
        self._bench = bench
        self.refresh()

    def render(self) -> Content:
        if self._bench is None:
            return Content("")
        return Content("\n").join(knob_lines(self._bench, self.size.width, self.size.height))


def knob_lines(bench: Bench, width: int, height: int) -> list[Content]:
    """At most ``height`` lines of ``width`` cells, the chosen knob always among them."""
    knobs = bench.experiment.knobs
    if not knobs:
        return [Content("No knobs in this experiment.").truncate(width)]
    heading = (
        [] if height <= len(knobs) else [Content.styled("Knobs", "bold") + Content("  up/down, left/right")]
    )
    room = max(height - len(heading), 1)
    first = min(max(bench.chosen - room + 1, 0), max(len(knobs) - room, 0))
    names = max(len(knob.label) for knob in knobs)
    lines = [
        _line(knob, bench.knobs[knob.name], names, width, chosen=index == bench.chosen)
        for index, knob in enumerate(knobs)
    ]
    return [line.truncate(width) for line in (heading + lines[first : first + room])]


def _line(knob: Knob, value: Value, names: int, width: int, *, chosen: bool) -> Content:
    name = f"{'> ' if chosen else '  '}{knob.label:<{names}}  "
    line = clean(name + _stops(knob, value, width - len(name)))
    return Content.styled(line.ljust(width), "reverse") if chosen else Content(line)


def _stops(knob: Knob, value: Value, width: int) -> str:
    """All stops with the present one in brackets, or, where they do not fit, that one and its place."""
    stops = [f"‹{stop}›" if stop == value else str(stop) for stop in knob.values]
    for gap in ("  ", " "):
        if len(gap.join(stops)) <= width:
            return gap.join(stops)
    return f"‹{value}›  {knob.values.index(value) + 1} of {len(knob.values)}"
