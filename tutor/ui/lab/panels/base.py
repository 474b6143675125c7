"""What all numbered panels have in common. A panel keeps nothing: it draws a scene into so many cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tutor.charts.numbers import short
from tutor.report import Report
from tutor.text import cells, clean_line
from tutor.ui.lab import drawing
from tutor.ui.lab.cursor import Field
from tutor.ui.lab.scene import Scene
from tutor.ui.lab.tables import wrap
from tutor.worker.protocol import Topic

_FIELD_ROOM = 16
"""A choice is cut to so many cells."""
_REVERSE = Style(reverse=True)
NO_NUMBER = "?: no number any more. The run diverged, and grew beyond what can be held."
"""Over numbers of which some are finite no more."""


class Panel:
    """One numbered panel: its key, and what it asks the training process for."""

    number: ClassVar[int]
    topics: ClassVar[tuple[Topic, ...]] = ()
    headed: ClassVar[bool] = False
    """Whether the picture's first line is the heading: a chart puts its legend beside it."""
    one_net: ClassVar[bool] = False
    """Whether it looks into a single network: of an ensemble into the first one."""
    asks: ClassVar[tuple[str, ...]] = ()
    """Which of its fields the training process must know: among layer, unit and example."""

    def draw(self, scene: Scene, width: int, height: int) -> list[Strip]:
        """At most ``height`` lines of at most ``width`` cells: heading, choices, picture, explanation."""
        if width < 1 or height < 1:
            return []
        absent = self.absent(scene.report)
        if absent:
            return [self._heading(scene, width), *drawing.strips_of_text(wrap(absent, width))][:height]
        words = _whole_sentences(self.explain(scene), width, height // 4) if scene.large else []
        choices = self._choices(scene, width) if (scene.large or scene.arrows) and height > 3 else []
        room = height - 1 - len(words) - len(choices)
        own = self.headed and not scene.look.table and room > 1
        if scene.look.table:
            body = _page(self.table(scene, width, room), scene.page, room)
        else:
            body = self.picture(scene, width, room + own)
        heading = self._heading(scene, width)
        if own:
            heading, body = body[0], body[1:]
        lines = [heading, *choices, *body[: max(room, 0)]]
        blank = [Strip([])] * (height - len(words) - len(lines))
        lines = [*lines, *blank, *drawing.strips_of_text(words)]
        return [line if line.cell_length <= width else line.crop(0, width) for line in lines]

    # ------------------------------------------------------------------ what each panel says

    def title(self, report: Report) -> str:
        """The heading, without the panel's number."""
        raise NotImplementedError

    def aside(self, scene: Scene) -> Sequence[str]:
        """What stands beside the heading, the longest wording first: the first that fits is shown."""
        return ()

    def absent(self, report: Report) -> str:
        """A sentence if this kind of run gives the panel nothing to show: why, and which panel does."""
        return ""

    def still(self, report: Report) -> bool:
        """Whether this kind of run gives nothing to choose here, so that the arrows stay with the knobs."""
        return bool(self.absent(report))

    def explain(self, scene: Scene) -> str:
        """A sentence or two for those who meet this panel for the first time."""
        raise NotImplementedError

    def fields(self, scene: Scene) -> list[Field]:
        """What the arrow keys can choose here."""
        return []

    def picture(self, scene: Scene, width: int, height: int) -> list[Strip]:
        """The panel drawn, under its heading."""
        raise NotImplementedError

    def table(self, scene: Scene, width: int, height: int) -> list[Strip]:
        """The same facts as plain text."""
        raise NotImplementedError

    # ------------------------------------------------------------------ inside

    def heading(self, scene: Scene) -> str:
        """The panel's key and title, with a mark where the arrows are here."""
        of_many = ", net 1" if self.one_net and scene.report.members > 1 else ""
        return f"{'▸' if scene.arrows else ''}{self.number} {self.title(scene.report)}{of_many}"

    def _heading(self, scene: Scene, width: int) -> Strip:
        return drawing.title(self.heading(scene), *self.aside(scene), width=width)

    def _choices(self, scene: Scene, width: int) -> list[Strip]:
        """One line: every field with its value, the one that the arrows change in reverse."""
        fields = [field for field in self.fields(scene) if field.values]
        if not fields:
            return []
        segments: list[Segment] = []
        used = 0
        # From the field that the arrows change on where not all fit.
        start = 0
        texts = [self._choice(scene, field) for field in fields]
        while start < scene.at and sum(cells(text) + 2 for text in texts[start : scene.at + 1]) > width:
            start += 1
        for index, text in enumerate(texts[start:], start):
            if used + cells(text) > width:
                break
            on = scene.arrows and index == scene.at
            segments += [Segment(text, _REVERSE if on else None), Segment("  ")]
            used += cells(text) + 2
        return [Strip(segments[:-1])]

    @staticmethod
    def _choice(scene: Scene, field: Field) -> str:
        value = scene.chosen(field)
        shown = clean_line(value) if isinstance(value, str) else short(value)
        if len(shown) > _FIELD_ROOM:
            shown = shown[: _FIELD_ROOM - 1] + "…"
        return f"{field.name} ‹{shown}›"


def _page(lines: list[Strip], page: int, room: int) -> list[Strip]:
    """One screenful of a long table, with a line that says which; after the last comes the first."""
    if len(lines) <= room or room < 2:
        return lines
    pages = -(-len(lines) // (room - 1))
    first = min(page % pages * (room - 1), len(lines) - room + 1)
    told = f"lines {first + 1} to {first + room - 1} of {len(lines)}: pgup, pgdn"
    return [*lines[first : first + room - 1], *drawing.strips_of_text([told])]


def _whole_sentences(text: str, width: int, lines: int) -> list[str]:
    """As many of the sentences, from the first on, as fit into so many lines; none is cut short."""
    sentences = text.split(". ")
    for count in range(len(sentences), 0, -1):
        shown = wrap(". ".join(sentences[:count]).rstrip(".") + ".", width)
        if len(shown) <= lines:
            return shown
    return []


def learns_by_gradients(report: Report) -> bool:
    """Whether there are layers through which gradients run: not in single units and Boltzmann machines."""
    return report.perceptron is None and report.reconstructions is None


def waiting(what: str) -> list[Strip]:
    """A line for the moment before the details of a panel have come."""
    return drawing.strips_of_text([f"waiting for {what}"])
