"""Where the panels and the knobs are drawn: one widget, so that only lines that changed are sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tutor.ui.lab.layout import Place

Draw = Callable[[int, int], list[Strip]]
"""(width, height) -> at most so many lines of at most so many cells."""


@dataclass(frozen=True)
class Tile:
    """Something to draw at a place. A tile whose ``state`` equals the one before is not drawn again."""

    place: Place
    state: object
    draw: Draw


class Board(Widget):
    """Draws tiles side by side; a tile's line reaches the terminal only if it changed."""

    can_focus = False

    class Resized(Message):
        """The board has another size: what is on it must be laid out anew."""

    def __init__(self) -> None:
        super().__init__(id="board")
        self._drawn: dict[Place, tuple[object, list[Strip]]] = {}
        self._lines: list[Strip] = []

    def on_resize(self) -> None:
        self.post_message(self.Resized())

    def show(self, tiles: Sequence[Tile]) -> None:
        """Draw these tiles, and nothing else, from now on."""
        drawn: dict[Place, tuple[object, list[Strip]]] = {}
        changed: list[Region] = []
        for tile in tiles:
            place, before = tile.place, self._drawn.get(tile.place)
            if before is not None and before[0] == tile.state:
                drawn[place] = before
                continue
            strips = tile.draw(place.width, place.height)[: place.height]
            drawn[place] = tile.state, strips
            if before is not None:
                changed += _differing(place, before[1], strips)
        moved = drawn.keys() != self._drawn.keys() or self.size.height != len(self._lines)
        self._drawn = drawn
        self._lines = _composed([(place, strips) for place, (_, strips) in drawn.items()], self.size.height)
        if moved:
            self.refresh()
        elif changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        line = self._lines[y] if y < len(self._lines) else Strip([])
        return line.adjust_cell_length(self.size.width).apply_style(self.rich_style)


def _differing(place: Place, before: Sequence[Strip], after: Sequence[Strip]) -> list[Region]:
    """The tile's lines that are no longer what they were."""
    return [
        Region(place.x, place.y + row, place.width, 1)
        for row, (old, new) in enumerate(zip_longest(before, after))
        if old != new
    ]


def _composed(tiles: Sequence[tuple[Place, list[Strip]]], height: int) -> list[Strip]:
    """The tiles' lines put together into lines of the board; tiles do not overlap."""
    rows: list[list[tuple[int, int, Strip]]] = [[] for _ in range(height)]
    for place, strips in tiles:
        for index, strip in enumerate(strips):
            if place.y + index < height:
                rows[place.y + index].append((place.x, place.width, strip))
    return [_joined(sorted(row, key=lambda part: part[0])) for row in rows]


def _joined(parts: Sequence[tuple[int, int, Strip]]) -> Strip:
    strips: list[Strip] = []
    at = 0
    for x, width, strip in parts:
        if x > at:
            strips.append(Strip.blank(x - at))
        strips.append(strip.adjust_cell_length(width))
        at = x + width
    return Strip.join(strips)
