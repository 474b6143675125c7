"""Which panels are on the screen, and where. Plain arithmetic without a screen."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.report import Report

KNOBS = 0
"""Stands for the list of knobs among the panels' numbers."""
_PANEL_COLUMNS = 40
"""About so many cells make a panel that can be read."""
_TWO_ROWS_FROM = 24
"""Lines from which on the lower row gets panels of its own, not only what fits beside the knobs."""
_NARROW, _LOW = 70, 11
"""Below this many cells, or lines, there is one panel at a time."""
_MOST_ACROSS = 4


@dataclass(frozen=True)
class Place:
    """A panel's number (or KNOBS) and its cells: ``x`` and ``y`` of the corner, width, height."""

    number: int
    x: int
    y: int
    width: int
    height: int


def order(report: Report | None) -> list[int]:
    """The panels that suit this kind of run, the most telling first."""
    if report is None:
        return [1, 4, 2]
    if report.perceptron is not None and report.perceptron.support_vectors is not None:
        return [4, 5, 8]
    if report.perceptron is not None:
        return [1, 4, 5, 8] if report.surface is not None else [1, 5, 8]
    if report.reconstructions is not None:
        return [1, 5, 4, 8]
    if report.samples is not None:
        return [1, 4, 2, 6, 3, 5, 8]
    if report.surface is not None or report.fit is not None:
        return [1, 4, 2, 5, 3, 6, 8]
    return [1, 2, 3, 5, 6, 4, 8]


def overview(panels: list[int], width: int, height: int, knobs: int) -> list[Place]:
    """Tiles filling ``width`` by ``height`` cells, the ``knobs`` at the lower right (0: panels alone)."""
    if not knobs and width >= _NARROW:
        return _row(panels[: min(width // _PANEL_COLUMNS, _MOST_ACROSS)], width, 0, height)
    if width < _NARROW or height < _LOW:
        return large(panels[0], width, height, min(knobs, 3))
    across = min(max(width // _PANEL_COLUMNS, 1), _MOST_ACROSS)
    two_rows = height >= _TWO_ROWS_FROM
    lower = height // 2 if two_rows else min(max(knobs + 1, 5), height // 3)
    top = panels[:across]
    beside = panels[len(top) : len(top) + (across - 1 if two_rows else 1)]
    gap = 1 if two_rows else 0
    return [
        *_row(top, width, 0, height - lower - gap),
        *_row([*beside, KNOBS], width, height - lower, lower),
    ]


def large(panel: int, width: int, height: int, knobs: int) -> list[Place]:
    """One panel over all the room, and the knobs in at most ``knobs`` lines below it."""
    if not knobs:
        return [Place(panel, 0, 0, width, height)]
    lower = min(knobs, max(height // 3, 1))
    return [Place(panel, 0, 0, width, height - lower), Place(KNOBS, 0, height - lower, width, lower)]


def _row(numbers: list[int], width: int, y: int, height: int) -> list[Place]:
    """Side by side, a blank between two; the first one, the curves, is a little wider where there are two."""
    count = len(numbers)
    room = width - (count - 1)
    cuts = [room * index // count for index in range(count + 1)]
    if count == 2 and numbers[0] == 1:
        cuts[1] = room * 4 // 7
    return [
        Place(number, cuts[index] + index, y, cuts[index + 1] - cuts[index], height)
        for index, number in enumerate(numbers)
    ]
