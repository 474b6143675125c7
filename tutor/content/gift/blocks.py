"""A GIFT text cut into its blocks, with comments set apart and escaped signs out of the way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ESCAPED = "\\:#={}~"
_PRIVATE = 0xE000
_STAND_IN = {sign: chr(_PRIVATE + number) for number, sign in enumerate(_ESCAPED)} | {"n": chr(_PRIVATE + 99)}
"""What ``\\#`` and the like are while a block is taken apart; cleaned text holds no such signs."""
_MEANING = str.maketrans({mark: "\n" if sign == "n" else sign for sign, mark in _STAND_IN.items()})
_ESCAPE = re.compile(r"\\([\\:#={}~n])")
_WRITTEN = str.maketrans({**{sign: f"\\{sign}" for sign in _ESCAPED}, "\n": "\\n", "\r": None})


@dataclass(frozen=True)
class Block:
    """Lines between blank ones: a question, a description, or a category.

    ``line`` is that of its first line in the file, comments not counted; ``remarks`` are its comments.
    In ``text`` they have become blank lines, and escaped signs stand-ins: see :func:`meant`.
    """

    line: int
    text: str
    remarks: tuple[str, ...] = ()

    def line_at(self, offset: int) -> int:
        """The line in the file of what stands at ``offset`` of the text."""
        return self.line + self.text.count("\n", 0, offset)


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a GIFT file, in order. ``text`` is cleaned (``tutor.text.clean``)."""
    lines: list[str] = []
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        if line.strip():
            lines.append(line)
            continue
        if lines:
            yield from _block(number - len(lines), lines)
        lines = []


def meant(text: str) -> str:
    """``text`` with every stand-in as the sign that it stands for."""
    return text.translate(_MEANING)


def escaped(text: str) -> str:
    """``text`` as GIFT wants it written: reserved signs behind a backslash, new lines as ``\\n``."""
    return text.translate(_WRITTEN)


def unescaped(text: str) -> str:
    """What :func:`escaped` was given."""
    return meant(_ESCAPE.sub(lambda match: _STAND_IN[match[1]], text))


def _block(first: int, lines: list[str]) -> Iterator[Block]:
    remarks = tuple(line.strip()[2:].strip() for line in lines if _is_remark(line))
    bare = ["" if _is_remark(line) else line for line in lines]
    skipped = next((number for number, line in enumerate(bare) if line), len(bare))
    text = "\n".join(bare[skipped:])
    if text:
        yield Block(first + skipped, _ESCAPE.sub(lambda match: _STAND_IN[match[1]], text), remarks)


def _is_remark(line: str) -> bool:
    return line.lstrip().startswith("//")
