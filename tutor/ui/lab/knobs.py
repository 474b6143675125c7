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
    sign = "> " if chosen else "  "
    name = f"{sign}{knob.label:<{names}}  "
    stops = " ".join(f"‹{stop}›" if stop == value else f" {stop} " for stop in knob.values)
    if len(name) + len(stops) > width:
        before, after = ("‹" if value != knob.values[0] else " "), ("›" if value != knob.values[-1] else " ")
        stops = f"{before}{value}{after}"
    line = clean(f"{name}{stops}")
    return Content.styled(line.ljust(width), "reverse") if chosen else Content(line)
