"""What is wrong with a lesson pack, and where: file, line, key, one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tutor.errors import InputError
from tutor.text import clean_line

_MOST_LETTERS = 500
"""Of a fault's sentence, which may repeat a key or a condition from the file."""

KeyPath = tuple[str | int, ...]
"""The way to a value in a TOML file: ``("question", 0, "options", 2, "text")``."""


@dataclass(frozen=True, order=True)
class Fault:
    """One fault. ``file`` is relative to the pack's folder; ``line`` counts from 1; ``key`` may be empty."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        key = f"{self.key}: " if self.key else ""
        text = clean_line(f"{self.file}:{self.line}: {key}{self.message}")
        return text if len(text) <= _MOST_LETTERS else text[: _MOST_LETTERS - 1] + "…"


class PackError(InputError):
    """A pack that cannot be read as it is: the first fault is the message, ``faults`` are all of them."""

    def __init__(self, root: Path, faults: Sequence[Fault]) -> None:
        super().__init__(
            clean_line(f"{root}/{faults[0]}"), clean_line(f"all faults of the pack: dltutor check {root}")
        )
        self.faults = list(faults)


def format_key(path: KeyPath) -> str:
    """Write a path as people read it: ``question[0].options[2].text``, counting from 0 as TOML tools do."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")
