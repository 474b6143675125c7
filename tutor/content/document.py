"""One TOML text of a pack: its data, cleaned, and the line of each key."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from tutor.content.fault import Fault, KeyPath, PackError, format_key
from tutor.content.locate import key_lines
from tutor.text import clean

T = TypeVar("T")

# tomllib takes quadratic time for a key of thousands of parts; no lesson needs ten.
_ENDLESS_KEY = re.compile(r"(?<![\w\"'-])(?:[\w\"'-]+[ \t]*\.[ \t]*){10}")
_AT_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_AT_PATH = re.compile(r" - at `(?:key in )?\$([^`]*)`$")
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+)\]")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`")
_MISSING = re.compile(r"Object missing required field `(.*)`")
_TYPES = {"str": "text", "int": "a whole number", "float": "a number", "bool": "true or false",
          "array": "a list", "object": "a table", "null": "nothing"}  # fmt: skip


class Document:
    """A TOML text, read. ``raw`` is what it says, ``data`` the same without control characters."""

    def __init__(self, file: str, text: str, first_line: int) -> None:
        self.file = file
        self.raw = tomllib.loads(text)
        self.data: dict[str, Any] = _cleaned(self.raw)
        self._text, self._first_line = text, first_line

    @cached_property
    def _lines(self) -> dict[KeyPath, int]:
        """The line of each key; not before a fault is told, for it takes as long as to read the rest."""
        try:
            return key_lines(self._text, self._first_line)
        except RecursionError:  # so deep that tomllib could just read it
            return {(): self._first_line}

    @classmethod
    def parse(cls, root: Path, file: str, text: str, first_line: int = 1) -> Document:
        """Read ``text``, which begins at ``first_line`` of ``file``; raises :class:`PackError`."""
        if endless := _ENDLESS_KEY.search(text):
            line = first_line + text.count("\n", 0, endless.start())
            raise PackError(root, [Fault(file, line, "", "nested too deeply")])
        try:
            document = cls(file, text, first_line)
        except RecursionError:
            raise PackError(root, [Fault(file, first_line, "", "nested too deeply")]) from None
        except ValueError as error:  # TOMLDecodeError, or a number of thousands of digits
            raise PackError(root, [_syntax_fault(file, str(error), text, first_line)]) from None
        # Nothing behind this point has to expect an infinite seed or a learning rate that is no number.
        if faults := [document.fault(path, "not a finite number") for path in document.unusable_numbers()]:
            raise PackError(root, faults)
        return document

    def values(self) -> Iterator[tuple[KeyPath, Any]]:
        """Every value of the raw data that is no table or list, and its path, in the file's order."""
        return _leaves(self.raw, ())

    def unusable_numbers(self) -> list[KeyPath]:
        """Paths of numbers that are not finite, or that 64 bits do not hold."""
        return [path for path, value in self.values() if _is_unusable(value)]

    def line(self, path: KeyPath) -> int:
        """The line of the key, or of its closest parent that the file names."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
        return self._lines[()]

    def fault(self, path: KeyPath, message: str) -> Fault:
        return Fault(self.file, self.line(path), format_key(path), message)

    def convert(self, value: Any, path: KeyPath, kind: type[T], faults: list[Fault]) -> T | None:
        """Turn ``value``, which stands at ``path``, into a ``kind``, or return None and add a fault."""
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            faults.append(self._schema_fault(path, str(error), kind))
            return None

    def _schema_fault(self, path: KeyPath, message: str, kind: object) -> Fault:
        where = _AT_PATH.search(message)
        if where:
            message = message[: where.start()]
            path += tuple(name or int(index) for name, index in _STEP.findall(where.group(1)))
        if unknown := _UNKNOWN.fullmatch(message):
            name = unknown.group(1)
            near = get_close_matches(name, _field_names(kind), n=1, cutoff=0.75)
            return self.fault((*path, name), "unknown key" + (f"; did you mean {near[0]}?" if near else ""))
        if missing := _MISSING.fullmatch(message):
            return self.fault((*path, missing.group(1)), "missing")
        return self.fault(path, _in_words(message))


def _syntax_fault(file: str, message: str, text: str, first_line: int) -> Fault:
    where = _AT_LINE.search(message)
    if where is None:
        return Fault(file, first_line, "", f"not TOML: {message}")
    last = text.rstrip().count("\n") + 1
    line = int(where.group(1)) if where.group(1) else last
    return Fault(file, first_line + line - 1, "", f"not TOML: {message[: where.start()]}")


def _in_words(message: str) -> str:
    """``Expected `str`, got `int``` -> "expected text, got a whole number"."""

    def words(match: re.Match[str]) -> str:
        return " or ".join(_TYPES.get(name, name) for name in match.group(1).split(" | "))

    return re.sub(r"`([^`]*)`", words, message[:1].lower() + message[1:])


def _field_names(kind: object) -> list[str]:
    """All keys that anything inside ``kind`` may have, for "did you mean"."""
    names: set[str] = set()
    seen: set[int] = set()
    todo = [msgspec.inspect.type_info(kind)]
    while todo:
        info = todo.pop()
        if isinstance(info, msgspec.inspect.StructType):
            if id(info.cls) in seen:
                continue
            seen.add(id(info.cls))
            names.update(field.name for field in info.fields)
            todo.extend(field.type for field in info.fields)
        elif isinstance(info, msgspec.inspect.UnionType):
            todo.extend(info.types)
        elif isinstance(info, msgspec.inspect.ListType):
            todo.append(info.item_type)
    return sorted(names)


def _leaves(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    else:
        yield path, value


def _is_unusable(value: Any) -> bool:
    if isinstance(value, float):
        return not math.isfinite(value)
    return isinstance(value, int) and not -(2**63) <= value < 2**63


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(key): _cleaned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    return value
