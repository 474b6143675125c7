"""Texts of lessons as lines for a plain stream."""

from __future__ import annotations

import re
import textwrap

from tutor.text import clean

WIDTH = 76


def wrap(text: str, first: str = "", rest: str = "") -> list[str]:
    """Wrapped lines of a text, which keeps its own line breaks."""
    lines: list[str] = []
    for paragraph in _unmarked(clean(text)).splitlines() or [""]:
        indent = rest if lines else first
        lines += textwrap.wrap(paragraph, WIDTH, initial_indent=indent, subsequent_indent=rest) or [""]
    return lines


def _unmarked(text: str) -> str:
    """Without the marks around code and strong words; formulas as 2*1 + 1*0 and x**2 stay as they are."""
    text = re.sub(r"^\s*```.*\n?", "", text, flags=re.MULTILINE)
    text = re.sub(r"(`+)(.+?)\1", r"\2", text)
    return re.sub(r"(?<!\w)\*\*(?=\S)(.+?)(?<=\S)\*\*(?!\w)", r"\1", text)
