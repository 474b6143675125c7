"""The marks ``[html]``, ``[markdown]``, ``[plain]`` and ``[moodle]``; what HTML says as mere text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from tutor.content.gift.blocks import meant
from tutor.text import clean

_MARK = re.compile(r"\[(html|markdown|plain|moodle)\]")
_TAGS = "p|br|div|span|b|i|u|em|strong|code|pre|sub|sup|ul|ol|li|a|img|table|tr|td|th|h[1-6]|font"
_LOOKS_LIKE_HTML = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_NEW_LINE = {"p", "br", "div", "pre", "ul", "ol", "tr", "h1", "h2", "h3", "h4", "h5", "h6"}
_IN_WORDS = {"li": "\n- ", "sub": "_", "sup": "^", "td": " ", "th": " "}
_UNNOTICED = {"p", "br", "div", "span"}
"""Tags without which a text says the same."""


def marked(text: str) -> str:
    """The format mark at the beginning of ``text``, or nothing."""
    found = _MARK.match(text)
    return found[1] if found else ""


def plain_text(raw: str, default: str) -> tuple[str, str, list[str]]:
    """What ``raw`` says, its format, and the HTML tags that were lost, each once.

    ``default`` is the format where the text names none. Texts in Moodle's own format may hold HTML, too.
    """
    raw = raw.strip()
    found = _MARK.match(raw)
    form = found[1] if found else default
    body = re.sub(r"[ \t]*\n[ \t]*", "\n", raw[found.end() :] if found else raw).strip()
    if form in ("html", "markdown"):
        body = body.replace("\n", " ")
    body = meant(body)
    lost: list[str] = []
    if form == "html" or (form == "moodle" and _LOOKS_LIKE_HTML.search(body)):
        reader = _TextOf()
        reader.feed(body)
        reader.close()
        body, lost = reader.text, sorted(reader.lost)
    return clean(body).strip(), form, lost


class _TextOf(HTMLParser):
    """Collects the text of an HTML fragment; indices and powers are told from what they belong to."""

    def __init__(self) -> None:
        super().__init__()
        self.lost: set[str] = set()
        self._parts: list[str] = []

    @property
    def text(self) -> str:
        """What was read, with at most one blank line in a row."""
        lines = "".join(self._parts).replace("\xa0", " ").split("\n")
        joined = "\n".join(" ".join(line.split()) for line in lines)
        return re.sub(r"\n{3,}", "\n\n", joined).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._parts.append("\n" if tag in _NEW_LINE else _IN_WORDS.get(tag, ""))
        if tag == "img":
            self._parts.append(f"[picture: {dict(attrs).get('alt') or 'without a description'}]")
        if tag not in _UNNOTICED:
            self.lost.add(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _NEW_LINE - {"br"}:
            self._parts.append("\n")

    def handle_data(self, data: str) -> None:
        self._parts.append(data.replace("\n", " "))
