"""Formulas: their lines, the meanings of their symbols, and whether each symbol has one.

A symbol is a run of letters, Latin or Greek, with what hangs on it: accents (ŷ), digits (x1), a subscript
(w_new, w_{ij}, wᵢⱼ) and primes. Four simplifications keep the rule short:

- Products need a sign or a blank between their factors: ``w x``, for ``wx`` is one symbol.
- Σ ∏ ∂ ∇ are operators, and so are the superscripts of x² and Wᵀ; the n of xⁿ is a symbol of its own.
  The words in ``WORDS`` need no explanation.
- An entry for ``w``, or for ``wᵢ`` with an index letter, explains ``w`` with any subscript; one for ``w1``
  or ``w_new`` explains that symbol alone.
- Words before a colon at the beginning of a line name the line: ``row 00: b < 0``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

WORDS = frozenset({
    "sign", "step", "exp", "log", "ln", "sqrt", "max", "min", "argmax", "sum", "mean", "tanh",
    "sin", "cos", "π", "if", "and", "or", "not", "on", "a", "of", "for", "otherwise", "else", "is", "in",
})  # fmt: skip
_INDEX_LETTERS = frozenset("ijklmnt")
_OPERATORS = frozenset("ΣΠ")

_LETTER = r"[^\W\d_]"
_LABEL = re.compile(r"^[^:=<>≤≥]*: ")
_INDEX_OF_OPERATOR = re.compile(r"(?<![\w\u0300-\u036f'′″])_(?:\{[^}]*\}|\w+)")
_SYMBOL = re.compile(rf"(?:{_LETTER})(?:{_LETTER}|[0-9\u0300-\u036f])*(?:_(?:\{{[^}}]*\}}|\w+))?['′″]*")


@dataclass(frozen=True)
class Symbol:
    """``base`` with accents and primes, ``subscript`` in plain letters: ("w", "ij") for wᵢⱼ and w_{ij}."""

    base: str
    subscript: str
    text: str

    def explains(self, other: Symbol) -> bool:
        if self.base != other.base:
            return False
        return self.subscript == other.subscript or set(self.subscript) <= _INDEX_LETTERS


@dataclass(frozen=True)
class Entry:
    """One line of the list after ``where``. ``line`` counts from 0 within the fence."""

    line: int
    symbols: str
    meaning: str


@dataclass(frozen=True)
class Formula:
    """A fence marked ``formula``: its lines, each with its number, and the list after ``where``."""

    lines: list[tuple[int, str]]
    where: list[Entry]
    stray: list[int]
    """Lines after ``where`` that are no ``symbol : meaning``."""

    @classmethod
    def parse(cls, content: str) -> Formula:
        lines: list[tuple[int, str]] = []
        where: list[Entry] = []
        stray: list[int] = []
        explaining = False
        for number, line in enumerate(content.expandtabs(4).split("\n")):
            if not line.strip():
                continue
            if line.strip() == "where":
                explaining = True
            elif not explaining:
                lines.append((number, line.rstrip()))
            else:
                symbols, colon, meaning = line.partition(" : ")
                if not colon:
                    stray.append(number)
                where.append(Entry(number, symbols.strip(), meaning.strip()))
        return cls(lines, where, stray)

    def problems(self) -> list[tuple[int, str]]:
        """Line within the fence and sentence for each symbol without meaning, and meaning without symbol."""
        found = [(number, "write 'symbol : meaning'") for number in self.stray]
        if not self.lines:
            found.append((0, "a formula without a line"))
        entries = [entry for entry in self.where if entry.line not in self.stray]
        listed = [symbol for entry in entries for symbol in symbols(entry.symbols)]
        used = [(number, symbol) for number, line in self.lines for symbol in symbols(_LABEL.sub("", line))]
        missed: set[str] = set()
        for number, symbol in used:
            known = symbol.text in WORDS or any(entry.explains(symbol) for entry in listed)
            if not known and symbol.text not in missed:
                missed.add(symbol.text)
                found.append((number, f"the symbol {symbol.text} is not explained after 'where'"))
        for entry in entries:
            for symbol in symbols(entry.symbols):
                if not any(symbol.explains(other) or symbol.base in other.subscript for _, other in used):
                    found.append((entry.line, f"explains {symbol.text}, which the formula does not use"))
        return sorted(found)


def symbols(text: str) -> list[Symbol]:
    """The symbols of a line, in order."""
    text = "".join(" " if character in _OPERATORS else character for character in _plain(text))
    text = _INDEX_OF_OPERATOR.sub(" ", text)
    return [_symbol(match.group(0)) for match in _SYMBOL.finditer(text)]


def _plain(text: str) -> str:
    """The text with accents joined, subscript signs as ``_{...}``, exponents set apart or dropped."""
    plain = ""
    subscript = ""
    for character in unicodedata.normalize("NFC", text):
        kind = unicodedata.decomposition(character)
        letter = unicodedata.normalize("NFKC", character)
        if kind.startswith("<sub>"):
            subscript += letter
            continue
        if subscript:
            plain += f"_{{{subscript}}}"
            subscript = ""
        if not kind.startswith("<super>"):
            plain += character
        elif letter.islower():
            plain += f" {letter} "
    return plain + (f"_{{{subscript}}}" if subscript else "")


def _symbol(text: str) -> Symbol:
    primes = "".join(character for character in text if character in "'′″")
    name, _, subscript = text.strip("'′″").partition("_")
    subscript = subscript.strip("{}")
    digits = re.search(r"[0-9]+$", name)
    if digits:
        name, subscript = name[: digits.start()], digits.group() + subscript
    shown = f"{name}{subscript}" if digits else f"{name}_{subscript}" if subscript else name
    return Symbol(name + primes, subscript, shown + primes)
