"""What was taken from a GIFT file, as the text of a ``quiz.toml``."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.content.gift.questions import FILL_IN, Imported
from tutor.content.model import FORMAT_VERSION
from tutor.content.tomltext import table_lines
from tutor.text import clean_line


def write_quiz(imported: Imported) -> str:
    """The file, with a comment for each category and for each place where something is to be filled in."""
    return "\n".join(_lines(imported)) + "\n"


def _lines(imported: Imported) -> Iterator[str]:
    yield f"format_version = {FORMAT_VERSION}"
    category = ""
    for taken in imported.taken:
        if taken.category != category:
            category = taken.category
            yield from ("", f"# {clean_line(category)}")
        yield from ("", "[[question]]")
        for line in table_lines(("question",), taken.question):
            todo = line == f'page = "{FILL_IN}"'
            yield f"{line}   # write the id of the page that explains it" if todo else line
