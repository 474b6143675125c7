"""Lines of the keys of a TOML text: ``tomllib`` says what a file holds, this says where it stands."""

from __future__ import annotations

import re

from tutor.content.fault import KeyPath

_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_KEY = re.compile(r'\s*("(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|[A-Za-z0-9_-]+)[ \t]*')
# The closing quotes of a multi-line string may be preceded by up to two quotes of the text itself.
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")|\'\'\'.*?\'{3,5}(?!\')|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL
)
_BARE = re.compile(r"[^,\]}#\n]*")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))")
_SHORT = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}


def key_lines(text: str, first_line: int = 1) -> dict[KeyPath, int]:
    """Return for each key path of a **valid** TOML text the line where it first appears.

    ``first_line`` is the line of the text's first line within its file. A table that only its children
    name (``[a.b]`` for ``a``) has the line of the first child.
    """
    scanner = _Scanner(text)
    scanner.document()
    breaks = [match.start() for match in re.finditer("\n", text)]
    lines: dict[KeyPath, int] = {}
    passed = 0
    for path, position in sorted(scanner.found.items(), key=lambda item: item[1]):
        while passed < len(breaks) and breaks[passed] < position:
            passed += 1
        lines[path] = first_line + passed
    return lines


class _Scanner:
    """Walks over TOML that is known to be valid and notes the position of every key and array item."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.found: dict[KeyPath, int] = {(): 0}
        self.tables: dict[KeyPath, int] = {}  # how many [[...]] of each array of tables came so far

    def document(self) -> None:
        table: KeyPath = ()
        self._skip(_BLANK)
        while self.position < len(self.text):
            if self.text.startswith("[[", self.position):
                table = self._header(2)
            elif self.text.startswith("[", self.position):
                table = self._header(1)
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _header(self, brackets: int) -> KeyPath:
        start = self.position
        self.position += brackets
        *parents, last = self._key()
        self.position += brackets
        path: KeyPath = ()
        for name in parents:
            path = self._newest((*path, name))
        path = (*path, last)
        if brackets == 2:
            self._note(path, start)
            self.tables[path] = self.tables.get(path, -1) + 1
            path = self._newest(path)
        self._note(path, start)
        return path

    def _newest(self, path: KeyPath) -> KeyPath:
        return (*path, self.tables[path]) if path in self.tables else path

    def _pair(self, table: KeyPath) -> None:
        start = self.position
        path = (*table, *self._key())
        self.position += 1  # the sign =
        self._note(path, start)
        self._value(path)

    def _key(self) -> list[str]:
        names = []
        while True:
            match = self._match(_KEY)
            names.append(_unquoted(match.group(1)))
            if not self.text.startswith(".", self.position):
                return names
            self.position += 1

    def _value(self, path: KeyPath) -> None:
        self._skip(_BLANK)
        sign = self.text[self.position : self.position + 1]
        if sign in ('"', "'"):
            self._match(_STRING)
        elif sign == "[":
            self._items("]", path)
        elif sign == "{":
            self._items("}", path)
        else:
            self._skip(_BARE)

    def _items(self, end: str, path: KeyPath) -> None:
        self.position += 1
        index = 0
        self._skip(_BLANK)
        while not self.text.startswith(end, self.position):
            if end == "}":
                self._pair(path)
            else:
                self._note((*path, index), self.position)
                self._value((*path, index))
            index += 1
            self._skip(_BLANK)
            if self.text.startswith(",", self.position):
                self.position += 1
                self._skip(_BLANK)
        self.position += 1

    def _note(self, path: KeyPath, position: int) -> None:
        for length in range(1, len(path) + 1):
            self.found.setdefault(path[:length], position)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        self.position = self._match(pattern).end()

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str]:
        match = pattern.match(self.text, self.position)
        if match is None:
            raise ValueError(f"no valid TOML at character {self.position}")
        self.position = match.end()
        return match


def _unquoted(key: str) -> str:
    if key.startswith("'"):
        return key[1:-1]
    if key.startswith('"'):
        return _ESCAPE.sub(_character, key[1:-1])
    return key


def _character(match: re.Match[str]) -> str:
    short, long, letter = match.groups()
    code = short or long
    return chr(int(code, 16)) if code else _SHORT.get(letter, letter)
