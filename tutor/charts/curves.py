"""Line charts: loss and accuracy over the epochs, drawn with plotext."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tutor.charts import axes
from tutor.charts.numbers import short
from tutor.charts.palette import BLUE, GRAY, GREEN, ORANGE, PURPLE, RGB
from tutor.charts.series import XY, clipped, dotted, downsample, held_out, labels, last_value, points
from tutor.charts.spans import fit
from tutor.report import Fit, Series
from tutor.text import cells

_SGR = re.compile(r"\x1b\[[0-9;]*m")
# Smaller than this, a frame leaves no room for a curve.
_MIN_WIDTH, _MIN_HEIGHT = 16, 5
# From here on, a line is spared for the title where it does not fit beside the legend.
_ROOMY_HEIGHT = 14
# Single marks stand this far apart, so that a curve beneath them still shows.
_DOT_COLUMNS = 3


@dataclass(frozen=True)
class Style:
    """How a curve is drawn; ``marker`` and ``sign`` differ as well as the colour."""

    color: RGB
    marker: str
    sign: str
    joined: bool
    loose: bool = False
    """Whether each point stands for itself: none is left out, none is put between."""


@dataclass(frozen=True)
class _Frame:
    """What was asked of :func:`line_chart`, for the functions under it."""

    width: int
    height: int
    log: bool
    x_label: str
    y_range: tuple[float, float] | None
    cursor: float | None = None


_SOLID = Style(BLUE, "braille", "──", True)
_DOTTED = Style(ORANGE, "•", "•", False)
_OTHERS = (Style(GREEN, "×", "×", False), Style(PURPLE, "+", "+", False))
_LOOSE = Style(ORANGE, "o", "o", False, loose=True)
# A curve kept from another run is drawn with its number, dimmed.
_KEPT = tuple(Style(GRAY, sign, sign, False) for sign in "123456789")
# Below this there is no line to spare for the names of the kept curves.
_MIN_LEGEND_HEIGHT = 8


def line_chart(
    series: Sequence[Series],
    width: int,
    height: int,
    *,
    title: str = "",
    log: bool = False,
    x_label: str = "epoch",
    y_range: tuple[float, float] | None = None,
    colours: bool = True,
    empty: str = "no data yet",
    kept: Sequence[Series] = (),
    dots: Series | None = None,
    cursor: float | None = None,
    values: bool = True,
) -> str:
    """Draw curves as ``height`` lines of ``width`` cells, joined by newlines.

    On top stand the title and a legend, with each curve's newest value unless ``values`` is False; held-out
    curves are dotted. ``log`` draws a logarithmic axis (values <= 0 are gaps); ``y_range`` fixes a linear
    one, along whose edge runs what is beyond it. Without any point the frame holds the sentence ``empty``.
    ``kept`` curves (of other runs) are drawn dimmed, each with its number, and named on a line of their own;
    ``dots`` are single points. ``cursor`` is where a vertical line stands. With ``colours`` the text holds
    SGR colour sequences and no other escape.
    """
    kept = kept[: len(_KEPT)]
    styles = [*_KEPT[: len(kept)], *_styles(series)]
    if dots is not None:
        series, styles = [*series, dots], [*styles, _LOOSE]
    drawn = [points(one, log) for one in [*kept, *series]]
    if width < _MIN_WIDTH or height < _MIN_HEIGHT:
        lines = _tiny(series, title, width, height)
    elif not any(not math.isnan(y) for curve in drawn for _, y in curve):
        lines = _empty_frame(title, empty, width, height)
    else:
        frame = _Frame(width, height, log, x_label, y_range, cursor)
        head = _head(title, series, styles[len(kept) :], frame, values)
        if kept and height >= _MIN_LEGEND_HEIGHT:
            head.append(fit("kept: " + "  ".join(f"{i} {one.name}" for i, one in enumerate(kept, 1)), width))
        lines = head + _body(drawn, styles, frame, height - len(head))
    text = "\n".join(lines)
    return text if colours else _SGR.sub("", text)


def fitted_curve(fit: Fit, width: int, height: int, *, colours: bool = True) -> str:
    """The examples as dots and the network's answers as a curve, over the one input."""
    curve, examples = Series("answer", fit.curve_x, fit.curve_y), Series("examples", fit.x, fit.y)
    return line_chart([curve], width, height, x_label="input", colours=colours, dots=examples, values=False)


def _styles(series: Sequence[Series]) -> list[Style]:
    """The first curve is solid, its held-out twin dotted, any other has a marker of its own."""
    others = iter(_OTHERS)
    styles: list[Style] = []
    for one in series:
        wanted = _DOTTED if held_out(one) or _SOLID in styles else _SOLID
        styles.append(wanted if wanted not in styles else next(others, _OTHERS[-1]))
    return styles


def _head(
    title: str, series: Sequence[Series], styles: Sequence[Style], frame: _Frame, values: bool
) -> list[str]:
    """Title and legend on one line if they fit there, else on two; values go before names are cut."""
    width = frame.width
    for with_values in (True, False) if values else (False,):
        entries = [
            (style, f"{name} {short(last_value(one))}" if with_values else name)
            for style, name, one in zip(styles, labels(series), series, strict=True)
        ]
        used = sum(3 + len(style.sign) + cells(text) for style, text in entries)
        if cells(title) + used <= width:
            return [fit(title, width - used) + _legend(entries)]
        if used <= width and frame.height >= _ROOMY_HEIGHT:
            return [fit(title, width), _legend(entries) + " " * (width - used)]
    return [fit(f"{title}  " + "  ".join(f"{style.sign} {text}" for style, text in entries), width)]


def _legend(entries: Sequence[tuple[Style, str]]) -> str:
    return "".join(
        f"  \x1b[38;2;{';'.join(map(str, style.color))}m{style.sign}\x1b[0m {text}" for style, text in entries
    )


def _body(drawn: Sequence[XY], styles: Sequence[Style], frame: _Frame, height: int) -> list[str]:
    """The frame with its ticks and the curves in it."""
    y_axis = _y_axis(drawn, height, frame.log, frame.y_range)
    if frame.y_range is not None:
        # plotext makes a point for every cell of a line, also for the millions outside of the frame.
        drawn = [clipped(curve, y_axis.low, y_axis.high) for curve in drawn]
    canvas = frame.width - 2 - max(map(len, y_axis.labels), default=0)
    x_axis = _x_axis(drawn, canvas, frame.x_label)
    figure = _figure(frame.width, height)
    figure.xlim(x_axis.low, x_axis.high)
    figure.ylim(y_axis.low, y_axis.high)
    figure.xticks(x_axis.ticks, x_axis.labels)
    figure.yticks(y_axis.ticks, y_axis.labels)
    for curve, style in zip(drawn, styles, strict=True):
        few = _few(curve, style, x_axis, canvas)
        if few:
            draw = figure.plot if style.joined else figure.scatter
            draw([x for x, _ in few], [y for _, y in few], marker=style.marker, color=style.color)
    if frame.cursor is not None:
        figure.vertical_line(min(max(frame.cursor, x_axis.low), x_axis.high), GRAY)
    lines: list[str] = figure.build().rstrip("\n").split("\n")
    lines[-1] = _with_label(lines[-1], frame.x_label, frame.width)
    return lines


def _few(curve: XY, style: Style, x_axis: axes.Axis, canvas: int) -> XY:
    """As many points as the canvas's columns can show; a dotted curve gets its dots at equal distances."""
    if style.loose:
        return [(x, y) for x, y in curve if not math.isnan(y)]
    if style.joined:
        return downsample(curve, 2 * canvas, x_axis.low, x_axis.high)
    thinned = downsample(curve, canvas // _DOT_COLUMNS, x_axis.low, x_axis.high)
    return dotted(thinned, _DOT_COLUMNS * (x_axis.high - x_axis.low) / canvas)


def _figure(width: int, height: int) -> Any:
    """A plotext figure of our own, free of the module's global one and of the terminal's size."""
    from plotext._figure import (
        _figure_class,
    )  # not at the top: takes 50 ms, and the first screen has no chart

    figure = _figure_class()
    figure._limit_size(False, False)
    figure.plot_size(width, height)
    for paint in (figure.canvas_color, figure.axes_color, figure.ticks_color):
        paint("default")
    return figure


def _y_axis(drawn: Sequence[XY], height: int, log: bool, y_range: tuple[float, float] | None) -> axes.Axis:
    values = [y for curve in drawn for _, y in curve if not math.isnan(y)]
    low, high = min(values), max(values)
    count = max(2, min((height - 3) // 2, 6))
    if log:
        return axes.logarithmic(low, high, count)
    if y_range is not None:
        return axes.linear(*y_range, count)
    # An axis that nearly reaches 0 begins there, so that heights can be compared.
    return axes.linear(0.0 if 0 < low < high / 4 else low, high, count)


def _x_axis(drawn: Sequence[XY], canvas: int, x_label: str) -> axes.Axis:
    """Few enough marks that no label meets its neighbour, and none under the axis's name."""
    values = [x for curve in drawn for x, y in curve if not math.isnan(y)]
    axis = axes.linear(min(values), max(values), max(2, canvas // 12))
    room = canvas - cells(x_label) - 2
    kept = [
        (tick, label)
        for tick, label in zip(axis.ticks, axis.labels, strict=True)
        if (tick - axis.low) / (axis.high - axis.low) * canvas + len(label) < room
    ]
    return axes.Axis(axis.low, axis.high, [tick for tick, _ in kept], [label for _, label in kept])


def _with_label(line: str, label: str, width: int) -> str:
    """The line of the x axis's numbers with the axis's name at its right end."""
    numbers = _SGR.sub("", line).rstrip()
    if len(numbers) + 1 + cells(label) > width:
        return fit(numbers, width) if len(numbers) > width else numbers.ljust(width)
    return numbers + fit(label, width - len(numbers), "right")


def _empty_frame(title: str, empty: str, width: int, height: int) -> list[str]:
    inner = width - 2
    rows = [" " * inner] * (height - 3)
    rows[len(rows) // 2] = fit(empty, inner, "center")
    frame = ["┌" + "─" * inner + "┐", *("│" + row + "│" for row in rows), "└" + "─" * inner + "┘"]
    return [fit(title, width), *frame]


def _tiny(series: Sequence[Series], title: str, width: int, height: int) -> list[str]:
    """Where no chart fits: each curve's name and newest value."""
    rows = [title] * bool(title)
    rows += [f"{name} {short(last_value(one))}" for name, one in zip(labels(series), series, strict=True)]
    return [fit(row, width) for row in (rows + [""] * height)[:height]]
