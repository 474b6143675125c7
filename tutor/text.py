"""Text on its way to a terminal: cleaned of what came from outside, and measured in columns."""

from __future__ import annotations

import unicodedata

_KEPT = {"\n", "\t"}
# Control (Cc: ESC and the C1 codes), format (Cf: bidi overrides, zero-width marks), surrogates,
# private use, unassigned: none of them may reach a terminal.
_REFUSED = {"Cc", "Cf", "Cs", "Co", "Cn"}


def clean(text: str) -> str:
    """Return ``text`` without characters that could steer a terminal; newlines and tabs stay."""
    if text.replace("\n", "").replace("\t", "").isprintable():  # quicker, and nearly always so
        return text
    return "".join(c for c in text if c in _KEPT or unicodedata.category(c) not in _REFUSED)


def clean_line(text: str) -> str:
    """As :func:`clean`, and every run of white space becomes one blank."""
    return " ".join(clean(text).split())


def cells(text: str) -> int:
    """How many terminal columns ``text`` takes: two for wide East Asian signs, none for combining marks."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
