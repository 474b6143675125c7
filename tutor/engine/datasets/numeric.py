"""CSV files that hold nothing but numbers. Tables with names and texts are read by ``tutor.lab.table``."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from tutor.engine.datasets.files import opened, shown
from tutor.errors import EngineError
from tutor.text import clean_line

MAX_TEXT = 2**26
"""Bytes of text that a file may hold, unless the caller says otherwise: 64 MiB, some 256 MiB of numbers."""
MAX_LINE = 2**20

_DELIMITERS = ",;\t"


def read_csv(path: Path | str, max_bytes: int = MAX_TEXT) -> NDArray[np.float64]:
    """The numbers in a CSV file (rows, columns): UTF-8, commas, semicolons, tabs or blanks between them.

    A first line without any number counts as a header and is left out. Raises EngineError for a
    cell that is no finite number (naming line and column), for rows of different length, and for no rows.
    """
    name = shown(path)
    with opened(path, max_bytes) as (file, _), io.TextIOWrapper(file, "utf-8-sig") as text:
        try:
            first = text.readline(MAX_LINE)
            separator = _separator(first)
            if not _is_header(first, separator):
                text.seek(0)
            rows = text.tell()
            values = _load(text, separator)
            if values is None:
                text.seek(rows)
                fault = _find_fault(text, separator, skipped=int(rows > 0))
                raise EngineError(f"{name} {fault}", "give every row as many numbers")
        except UnicodeDecodeError:
            raise EngineError(f"{name} is not UTF-8 text", "save it as CSV UTF-8") from None
    if values.size == 0:
        raise EngineError(f"there are no rows of numbers in {name}", "give at least one")
    return values


def _separator(line: str) -> str | None:
    """The sign that cuts ``line`` into most cells; None means blanks."""
    best = max(_DELIMITERS, key=line.count)
    return best if best in line else None


def _is_header(line: str, separator: str | None) -> bool:
    """Whether there is something in ``line`` and no cell of it is a number."""
    cells = [cell for cell in line.split(separator) if cell.strip()]
    return bool(cells) and not any(_is_number(cell) for cell in cells)


def _load(text: TextIO, separator: str | None) -> NDArray[np.float64] | None:
    """All rows from here on; None if they are no finite numbers in rows of equal length."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that there are no rows
            values = np.loadtxt(_lines(text), delimiter=separator, comments=None, ndmin=2)
    except UnicodeDecodeError:
        raise
    except ValueError:
        return None
    return values if np.isfinite(values).all() else None


def _lines(text: TextIO) -> Iterator[str]:
    while line := text.readline(MAX_LINE):
        if len(line) == MAX_LINE:
            raise ValueError
        yield line


def _find_fault(text: TextIO, separator: str | None, skipped: int) -> str:
    """Where the first row stands that numpy would not read, and why. ``skipped`` lines were read before."""
    width = 0
    for number, line in enumerate(iter(lambda: text.readline(MAX_LINE), ""), start=1 + skipped):
        if len(line) == MAX_LINE:
            return f"has more than {MAX_LINE:,} signs in line {number}"
        if not line.strip():
            continue
        wrong = _fault(line, separator)
        if wrong is not None:
            column, cell = wrong
            return f"has no finite number, but {clean_line(cell)[:30]!r}, in line {number}, column {column}"
        cells = len(line.split(separator))
        width = width or cells
        if cells != width:
            return f"has {cells} columns in line {number}, but {width} before"
    return "holds something that is no number"


def _fault(line: str, separator: str | None) -> tuple[int, str] | None:
    """Column (from 1) and text of the first cell that is no finite number."""
    for column, cell in enumerate(line.split(separator), start=1):
        if not (_is_number(cell) and math.isfinite(float(cell))):
            return column, cell
    return None


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
