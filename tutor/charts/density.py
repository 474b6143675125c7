"""Histograms: bars over one axis, and how a histogram changes over a run, as shades."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from tutor.charts.numbers import short
from tutor.charts.palette import BLUE, hexadecimal
from tutor.charts.spans import Line, fit
from tutor.report import Bins

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_SHADES = " ░▒▓█"
_LABEL = 8


def columns(bins: Bins, width: int, height: int, *, colours: bool = True) -> list[Line]:
    """Upright bars over ``width`` cells, on the axis of the bins; the tallest is ``height`` lines high."""
    heights = _stretched(bins.counts, width)
    peak = max(heights, default=0.0)
    ink = hexadecimal(BLUE) if colours else ""
    lines: list[Line] = []
    for row in range(height):
        base = (height - 1 - row) * 8
        signs = [_EIGHTHS[min(max(_eighths(one, peak, height) - base, 0), 8)] for one in heights]
        lines.append([("".join(signs), ink, "")])
    return lines


def rows(bins: Bins, width: int, height: int, *, colours: bool = True) -> list[Line]:
    """The histogram lying down: a line per bin (or for some bins together), the greatest numbers on top."""
    height = min(height, len(bins.counts))
    if height < 1:
        return []
    groups = _groups(bins, height)
    peak = max((count for _, count in groups), default=0)
    room = max(width - _LABEL - 9, 1)
    ink = hexadecimal(BLUE) if colours else ""
    return [
        [
            (edge_label(edge).rjust(_LABEL) + " ", "", ""),
            (("█" * max(round(room * count / peak), 1) if count else "").ljust(room), ink, ""),
            (f"{count:>8,}", "", ""),
        ]
        for edge, count in reversed(groups)
    ]


def over_time(past: Sequence[Bins], width: int, height: int, *, colours: bool = True) -> list[Line]:
    """How the histogram changed: a column per moment, oldest left; the fuller a bin, the darker its cell.

    At the left stands where each row of bins begins. All moments must have the same edges.
    """
    if not past or height < 1:
        return []
    height = min(height, len(past[0].counts))
    grouped = [[count for _, count in _groups(bins, height)] for bins in past]
    edges = [edge for edge, _ in _groups(past[0], height)]
    room = max(width - _LABEL - 1, 1)
    ink = hexadecimal(BLUE) if colours else ""
    lines: list[Line] = []
    for row in reversed(range(height)):
        cells = [_shade(grouped[index * len(past) // room], row) for index in range(room)]
        lines.append([(edge_label(edges[row]).rjust(_LABEL) + " ", "", ""), ("".join(cells), ink, "")])
    return lines


def cropped(past: Sequence[Bins]) -> list[Bins]:
    """The histograms without the bins at either end that are empty in all of them."""
    full = [index for bins in past for index, count in enumerate(bins.counts) if count]
    if not full:
        return list(past)
    first, end = min(full), max(full) + 1
    return [Bins(one.edges[first : end + 1], one.counts[first:end], one.not_finite) for one in past]


def histogram_table(bins: Bins, rows: int) -> list[str]:
    """``from ... to ...: count`` in at most ``rows`` lines, the least numbers first; empty ends left out."""
    groups = _groups(bins, max(min(rows, len(bins.counts)), 1))
    full = [index for index, (_, count) in enumerate(groups) if count]
    shown = range(full[0], full[-1] + 1) if full else range(0)
    ends = [edge for edge, _ in groups[1:]] + [bins.edges[-1]]
    lines = [f"{edge_label(groups[i][0]):>9} to {edge_label(ends[i]):<9} {groups[i][1]:>9,}" for i in shown]
    if bins.not_finite:
        lines.append(f"{'not finite':<22} {bins.not_finite:>9,}")
    return lines or ["nothing was measured"]


def edge_label(edge: float) -> str:
    """An edge of a bin, short: powers of two stand as powers of ten."""
    if edge and (abs(edge) < 1e-3 or abs(edge) >= 1e5):
        return f"{edge:.0e}"
    return short(edge)


def _groups(bins: Bins, count: int) -> list[tuple[float, int]]:
    """The bins put together into ``count`` neighbours' groups: where each begins, and how many it holds."""
    size = len(bins.counts)
    cuts = [size * index // count for index in range(count + 1)]
    return [(bins.edges[a], sum(bins.counts[a:b])) for a, b in pairwise(cuts)]


def _shade(counts: Sequence[int], row: int) -> str:
    peak = max(counts)
    if not counts[row] or not peak:
        return " "
    # By the root, so that thin tails still show.
    return _SHADES[max(1, round(math.sqrt(counts[row] / peak) * (len(_SHADES) - 1)))]


def _stretched(counts: Sequence[int], width: int) -> list[float]:
    if not counts:
        return [0.0] * width
    return [
        float(counts[min(index * len(counts) // max(width, 1), len(counts) - 1)]) for index in range(width)
    ]


def _eighths(count: float, peak: float, height: int) -> int:
    return max(round(8 * height * count / peak), 1) if count and peak else 0


def caption(text: str, width: int) -> Line:
    """A line of words under a chart."""
    return [(fit(text, width), "", "")]
