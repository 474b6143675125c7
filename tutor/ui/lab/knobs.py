"""The list of knobs: the chosen one is marked by a sign and, while the arrows turn it, by reverse video."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tutor.charts.spans import fit
from tutor.content.model import Knob
from tutor.content.part import Value
from tutor.text import clean
from tutor.ui.lab.bench import Bench, shown

_REVERSE, _BOLD = Style(reverse=True), Style(bold=True)


def knob_strips(bench: Bench, width: int, height: int, *, arrows: bool = True) -> list[Strip]:
    """At most ``height`` lines of ``width`` cells, the chosen knob always among them.

    ``arrows`` says whether the arrow keys turn the knobs now.
    """
    knobs = bench.experiment.knobs
    if not knobs:
        return [Strip([Segment(fit("No knobs in this experiment.", width))])]
    heading = []
    if height > len(knobs):
        how = "up/down, left/right" if arrows else "tab gives them the arrows"
        heading = [Strip([Segment("▸Knobs" if arrows else "Knobs", _BOLD), Segment(f"  {how}")])]
    room = max(height - len(heading), 1)
    first = min(max(bench.chosen - room + 1, 0), max(len(knobs) - room, 0))
    names = max(len(knob.label) for knob in knobs)
    lines = [
        _line(knob, bench.knobs[knob.name], names, width, chosen=index == bench.chosen, arrows=arrows)
        for index, knob in enumerate(knobs)
    ]
    return [line.crop(0, width) for line in (heading + lines[first : first + room])]


def _line(knob: Knob, value: Value, names: int, width: int, *, chosen: bool, arrows: bool) -> Strip:
    name = f"{'> ' if chosen else '  '}{knob.label:<{names}}  "
    line = clean(name + _stops(knob, value, width - len(name)))
    return Strip([Segment(line.ljust(width), _REVERSE if chosen and arrows else None)])


def _stops(knob: Knob, value: Value, width: int) -> str:
    """All stops with the present one in brackets, or, where they do not fit, that one and its place."""
    stops = [f"‹{shown(knob, stop)}›" if stop == value else shown(knob, stop) for stop in knob.values]
    for gap in ("  ", " "):
        if len(gap.join(stops)) <= width:
            return gap.join(stops)
    return f"‹{shown(knob, value)}›  {knob.values.index(value) + 1} of {len(knob.values)}"
