"""Where the panels and the knobs are drawn: one widget, so that only lines that changed are sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
    """Draws tiles side by side; a line reaches the terminal only if it differs from the one that is there."""

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
        for tile in tiles:
            before = self._drawn.get(tile.place)
            if before is not None and before[0] == tile.state:
                drawn[tile.place] = before
            else:
                strips = tile.draw(tile.place.width, tile.place.height)
                drawn[tile.place] = tile.state, strips[: tile.place.height]
        self._drawn = drawn
        lines = _composed([(place, strips) for place, (_, strips) in drawn.items()], self.size.height)
        width = self.size.width
        changed = [
            Region(0, y, width, 1)
            for y, line in enumerate(lines)
            if y >= len(self._lines) or line != self._lines[y]
        ]
        resized = len(lines) != len(self._lines)
        self._lines = lines
        if resized:
            self.refresh()
        elif changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        line = self._lines[y] if y < len(self._lines) else Strip([])
        return line.adjust_cell_length(self.size.width).apply_style(self.rich_style)


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
