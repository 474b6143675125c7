"""A CSV file as a table of texts: every cell is there, every row as long as the header."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from tutor.errors import InputError
from tutor.text import clean_line

MAX_BYTES = 64 * 2**20
MAX_CELLS = 4_000_000
MAX_COLUMNS = 2_000
"""What is refused before it takes the machine's memory: each cell costs some 60 bytes here."""
MIN_ROWS = 10

_DELIMITERS = ",;\t"
_MISSING = {"", "na", "n/a", "nan", "null", "?"}


@dataclass(frozen=True)
class Table:
    """``columns`` maps each name of the header to its cells; ``lines`` says on which line each row ends."""

    columns: dict[str, list[str]]
    lines: list[int]

    def __len__(self) -> int:
        return len(self.lines)

    def place(self, row: int, column: str) -> str:
        """Where a cell stands, for error messages."""
        return f"line {self.lines[row]}, column {shown(column)}"


def shown(text: str) -> str:
    """A text from the file, short and harmless enough for a message."""
    line = clean_line(text)
    return repr(line if len(line) <= 40 else line[:39] + "…")


def read_table(path: Path) -> Table:
    """Read a CSV file: UTF-8, a header, and commas, semicolons or tabs between cells, which may be quoted.

    Raises :class:`InputError` for what cannot be read, for rows of another length than the header, for
    missing cells (empty, NA, nan, null, ?), repeated names, and for files beyond the limits above.
    """
    try:
        if not path.is_file():
            raise InputError(f"there is no file {shown(str(path))}", "give the path of a CSV file")
        if path.stat().st_size > MAX_BYTES:
            raise InputError(
                f"{shown(path.name)} has more than {MAX_BYTES // 2**20} MB", "take a random part of its rows"
            )
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _read(file)
    except UnicodeDecodeError as error:
        raise InputError(f"{shown(path.name)} is not UTF-8 text", "save it as CSV UTF-8") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{shown(path.name)} cannot be read: {error}") from error
    except csv.Error as error:
        raise InputError(f"{shown(path.name)} is not a CSV file: {error}", "save it as CSV") from error


def _read(file: TextIO) -> Table:
    first = file.readline()
    file.seek(0)
    reader = csv.reader(file, delimiter=_delimiter(first), strict=True)
    header = [clean_line(name) for name in next(reader, [])]
    _check_header(header)
    columns: list[list[str]] = [[] for _ in header]
    lines = []
    for line, cells in _rows(reader, header):
        for column, cell in zip(columns, cells, strict=True):
            column.append(cell.strip())
        lines.append(line)
    table = Table(dict(zip(header, columns, strict=True)), lines)
    if len(table) < MIN_ROWS:
        raise InputError(f"{len(table)} rows are too few to learn from", f"give at least {MIN_ROWS}")
    _check_missing(table)
    return table


def _delimiter(header: str) -> str:
    """The one that cuts the header into most cells."""
    return max(_DELIMITERS, key=lambda sign: len(next(csv.reader([header], delimiter=sign), [])))


def _check_header(header: list[str]) -> None:
    if len(header) < 2:
        raise InputError("a table needs at least two columns with a header", "separate them by commas")
    if len(header) > MAX_COLUMNS:
        raise InputError(f"{len(header)} columns are too many", f"keep at most {MAX_COLUMNS}")
    for place, name in enumerate(header, start=1):
        if not name:
            raise InputError(f"column {place} has no name", "the first line must name every column")
    name, count = Counter(header).most_common(1)[0]
    if count > 1:
        raise InputError(f"{count} columns are named {shown(name)}", "give each column a name of its own")


def _rows(reader: Iterator[list[str]], header: list[str]) -> Iterator[tuple[int, list[str]]]:
    cells_read = 0
    for cells in reader:
        line: int = reader.line_num  # type: ignore[attr-defined]
        if not cells:
            continue
        if len(cells) != len(header):
            raise InputError(
                f"line {line} has {len(cells)} cells, but the header has {len(header)}",
                "give every row all its cells; put texts with a comma in quotes",
            )
        cells_read += len(cells)
        if cells_read > MAX_CELLS:
            raise InputError(f"the table has more than {MAX_CELLS:,} cells", "take a random part of its rows")
        yield line, cells


def _check_missing(table: Table) -> None:
    for name, cells in table.columns.items():
        for row, cell in enumerate(cells):
            if cell.lower() in _MISSING:
                what = "is empty" if not cell else f"is {shown(cell)}, which counts as missing"
                raise InputError(
                    f"the value in {table.place(row, name)} {what}",
                    "fill it in, or leave the row or column out",
                )
