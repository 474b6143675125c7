"""From laid-out spans to Textual's Content. Text is never parsed as markup on its way to the screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.content import Content

from tutor.content.page import PageLine

ROLES: dict[str, str] = {
    "text": "",
    "strong": "bold",
    "emphasis": "italic",
    "code": "$accent",
    "term": "bold $secondary",
    "formula": "$accent",
    "heading": "bold $primary",
    "bullet": "$primary",
    "quote": "italic $text-muted",
    "cite": "$text-muted",
}
"""How each role of a page's spans looks. Bold and italic carry the meaning where there are no colours."""


def page_content(lines: Iterable[PageLine]) -> Content:
    """A page's lines as one Content; they are wrapped already."""
    parts: list[tuple[str, str] | str] = []
    for number, line in enumerate(lines):
        if number:
            parts.append("\n")
        parts += [(text, ROLES.get(role, "")) for text, role in line]
    return Content.assemble(*parts)


def spans(parts: Sequence[tuple[str, str]]) -> Content:
    """(text, style) pairs as Content; ``style`` is a Textual style such as ``"bold $primary"``."""
    return Content.assemble(*parts)
