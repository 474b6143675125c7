"""What charts draw, as strips that Textual puts on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rich.ansi import AnsiDecoder
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tutor.charts.spans import Line
from tutor.ui.colours import STYLES

_CONSOLE = Console(file=None, color_system="truecolor", width=500, legacy_windows=False)


def strips_of_lines(lines: Sequence[Line]) -> list[Strip]:
    """Lines of coloured spans; a span without a colour takes the widget's own."""
    return [Strip([Segment(text, _style(ink, ground)) for text, ink, ground in line]) for line in lines]


def strips_of_text(lines: Sequence[str]) -> list[Strip]:
    """Plain lines."""
    return [Strip([Segment(line)]) for line in lines]


def strips_of_ansi(text: str) -> list[Strip]:
    """Text with SGR colour sequences; any other escape sequence is dropped."""
    decoder = AnsiDecoder()
    return [Strip(decoder.decode_line(line).render(_CONSOLE)) for line in text.split("\n")]


def strips_of_chart(chart: str, heading: str) -> list[Strip]:
    """A line chart that begins with this heading, which is made bold."""
    return strips_of_ansi(chart.replace(heading, f"\x1b[1m{heading}\x1b[0m", 1) if heading else chart)


def title(text: str, *words: str, width: int = 0) -> Strip:
    """A panel's heading: bold, and after it the first of ``words`` that fits into ``width`` cells."""
    rest = next((f"  {said}" for said in words if len(text) + 2 + len(said) <= width), "")
    return Strip([Segment(text, Style(bold=True)), Segment(rest)])


@lru_cache(maxsize=STYLES)
def _style(ink: str, ground: str) -> Style:
    return Style(color=ink or None, bgcolor=ground or None)
