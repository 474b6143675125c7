"""Under NO_COLOR no colour is chosen, and what the ground alone showed stands reversed."""

from __future__ import annotations

import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from tutor.ui.cells import WithoutColours

GROUND = Color.parse("#121212")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("bold #d0d0d0 on #121212", {"bold"}),
        ("dim underline #5fafff on #262626", {"dim", "underline"}),
        ("#121212 on #5fafff", {"reverse"}),
        ("reverse #d0d0d0 on #121212", {"reverse"}),
        ("reverse #121212 on #d0d0d0", set()),
        ("reverse on #121212", {"reverse"}),
        ("red", set()),
    ],
)
def test_colours_go_and_a_light_ground_is_reversed(given: str, kept: set[str]) -> None:
    [segment] = WithoutColours().apply([Segment("word", Style.parse(given))], GROUND)
    assert segment.text == "word" and segment.style is not None
    assert segment.style.color is None and segment.style.bgcolor is None
    assert {name for name in ("bold", "dim", "underline", "reverse") if getattr(segment.style, name)} == kept


def test_no_parameter_that_chooses_a_colour_is_written() -> None:
    [segment] = WithoutColours().apply([Segment("word", Style.parse("bold red on #d0d0d0"))], GROUND)
    assert segment.style is not None
    assert segment.style.render("word", color_system=ColorSystem.TRUECOLOR) == "\x1b[1;7mword\x1b[0m"
