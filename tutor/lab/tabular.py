"""From a table of texts to numbers that a network can learn from, and back to the table's own units.

Everything that is learnt about the columns (categories, means, spreads) is learnt from the training rows;
the held-out rows are only ever translated with it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tutor.content.table import Table, shown
from tutor.errors import InputError, UsageError

Task = Literal["classification", "regression"]
Rows = NDArray[np.intp]
Floats = NDArray[np.float64]

NUMERIC_SHARE = 0.9
"""A column counts as numeric if at least this share of its cells are numbers; the rest are then errors."""
MAX_CATEGORIES = 200
MAX_INPUTS = 5_000
MAX_NUMBERS = 50_000_000
"""Inputs times rows: 200 MB in float32."""
MAX_GUESSED_CLASSES = 10
"""Whole numbers with at most so many different values are taken for classes, if nothing else is said."""

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.IGNORECASE | re.ASCII)
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+", re.ASCII)


@dataclass(frozen=True)
class Prepared:
    """A table, split and translated. ``x`` (n, inputs) and ``x_test`` (m, inputs) are standardized.

    ``y`` (n,) and ``y_test`` (m,) are class ids, with ``classes`` for their names; or, in a regression, the
    target in its own units, of which the network learns ``(y - centre) / spread``.
    """

    task: Task
    target: str
    inputs: list[str]
    """What each input is: ``age``, or ``colour = red``."""
    x: NDArray[np.float32]
    y: Floats
    x_test: NDArray[np.float32]
    y_test: Floats
    classes: list[str]
    centre: float
    spread: float
    notes: list[str]
    """What the reader should know: columns left out, categories never seen in training."""


def prepare(
    table: Table, target: str, *, test_fraction: float = 0.2, seed: int = 0, task: Task | None = None
) -> Prepared:
    """Split the rows at random and translate them; ``task`` None guesses it from the target.

    Raises :class:`UsageError` for an unknown target, :class:`InputError` naming line and column of a cell
    that does not belong into its column.
    """
    if target not in table.columns:
        names = ", ".join(shown(name) for name in list(table.columns)[:20])
        raise UsageError(f"there is no column {shown(target)}", f"the columns are: {names}")
    train, test = _split(len(table), test_fraction, seed)
    notes: list[str] = []
    numeric = is_numeric(table.columns[target])
    task = task or _guess(table, target, numeric, notes)
    if task == "regression":
        if not numeric:
            raise InputError(f"the target {shown(target)} holds texts", "choose --task classification")
        values = numbers(table, target)
        classes: list[str] = []
    else:
        values, classes = _class_ids(table, target, train, notes)
    centre, spread = (0.0, 1.0) if classes else _scale(values[train], target)
    if spread == 0:
        raise InputError(f"the target {shown(target)} has only one value", "there is nothing to learn")
    inputs, x = _inputs(table, target, train, test, notes)
    return Prepared(
        task, target, inputs, x[train], values[train], x[test], values[test], classes, centre, spread, notes
    )


def is_numeric(cells: list[str]) -> bool:
    """Whether a column holds numbers, apart perhaps from a few slips (:data:`NUMERIC_SHARE`)."""
    return sum(_NUMBER.fullmatch(cell) is not None for cell in cells) >= NUMERIC_SHARE * len(cells)


def numbers(table: Table, column: str) -> Floats:
    """The cells of a numeric column; raises :class:`InputError` at the first that is none, or is infinite."""
    values = np.empty(len(table))
    for row, cell in enumerate(table.columns[column]):
        value = float(cell) if _NUMBER.fullmatch(cell) else math.nan
        if not math.isfinite(value):
            raise InputError(
                f"{shown(cell)} in {table.place(row, column)} is no number, but the column holds numbers",
                "write it as a number like 3.14, or leave the row out",
            )
        values[row] = value
    return values


def _split(count: int, test_fraction: float, seed: int) -> tuple[Rows, Rows]:
    if not 0 < test_fraction < 1:
        message = f"the held-out part must lie between 0 and 1, not {test_fraction:g}"
        raise UsageError(message, "take 0.2 to hold out a fifth of the rows")
    held_out = min(max(1, round(count * test_fraction)), count - 1)
    order = np.random.default_rng(seed).permutation(count)
    return order[held_out:], order[:held_out]


def _guess(table: Table, target: str, numeric: bool, notes: list[str]) -> Task:
    if not numeric:
        return "classification"
    values = np.unique(numbers(table, target))
    if len(values) > 2 and (len(values) > MAX_GUESSED_CLASSES or (values != np.round(values)).any()):
        return "regression"
    notes.append(
        f"{shown(target)} has {len(values)} different values, so they are taken for classes; "
        "--task regression takes them for amounts"
    )
    return "classification"


def _class_ids(table: Table, target: str, train: Rows, notes: list[str]) -> tuple[Floats, list[str]]:
    cells = table.columns[target]
    names = sorted(set(cells), key=_natural)
    if not 2 <= len(names) <= min(MAX_CATEGORIES, len(cells) // 2):
        raise InputError(
            f"the target {shown(target)} has {len(names)} different values, which makes no classes",
            "choose another target" + (", or --task regression" if is_numeric(cells) else ""),
        )
    ids = {name: number for number, name in enumerate(names)}
    values = np.array([ids[cell] for cell in cells], dtype=np.float64)
    seen = set(values[train])
    for name, number in ids.items():
        if number not in seen:
            notes.append(f"no training row has the class {shown(name)}, so it cannot be learnt")
    return values, names


def _natural(text: str) -> tuple[int, float, str]:
    """Numbers by size, then texts by the alphabet."""
    return (0, float(text), text) if _NUMBER.fullmatch(text) else (1, 0.0, text)


def _scale(values: Floats, column: str) -> tuple[float, float]:
    with np.errstate(over="ignore", invalid="ignore"):
        centre, spread = float(values.mean()), float(values.std())
    if not math.isfinite(centre) or not math.isfinite(spread):
        message = f"the numbers in the column {shown(column)} are too large to work with"
        raise InputError(message, "write them in a larger unit")
    # The mean of equal numbers is off by a rounding, and that must not be blown up into a spread.
    return (centre, 0.0) if spread <= 1e-12 * abs(centre) else (centre, spread)


# ------------------------------------------------------------------------------- the inputs


def _inputs(
    table: Table, target: str, train: Rows, test: Rows, notes: list[str]
) -> tuple[list[str], NDArray[np.float32]]:
    """Names (inputs,) and standardized values (rows, inputs) of all columns but the target."""
    names: list[str] = []
    columns: list[Floats] = []
    for column in table.columns:
        if column == target:
            continue
        if is_numeric(table.columns[column]):
            made = [(column, numbers(table, column))]
        else:
            made = _one_hot(table, column, train, test, notes)
        for name, values in made:
            centre, spread = _scale(values[train], column)
            if spread == 0:
                notes.append(f"{shown(name)} is the same in all training rows and was left out")
                continue
            names.append(name)
            columns.append((values - centre) / spread)
        if len(names) > MAX_INPUTS or len(names) * len(table) > MAX_NUMBERS:
            raise InputError(
                f"{len(names):,} inputs times {len(table):,} rows are too many numbers",
                "leave out columns with many different texts, or take a part of the rows",
            )
    if not names:
        raise InputError("no column is left to learn from", "give columns that differ from row to row")
    x = np.empty((len(table), len(names)), dtype=np.float32)
    for place, values in enumerate(columns):
        x[:, place] = values
    return names, x


def _one_hot(
    table: Table, column: str, train: Rows, test: Rows, notes: list[str]
) -> list[tuple[str, Floats]]:
    """One input per category of the training rows; a category met only later is 0 in all of them."""
    cells = np.array(table.columns[column], dtype=object)
    known = sorted(set(cells[train]))
    if len(known) > MAX_CATEGORIES:
        comma = next((cell for cell in known if _DECIMAL_COMMA.fullmatch(cell)), None)
        hint = "leave the column out" if comma is None else f"write {comma!r} with a decimal point"
        raise InputError(f"the column {shown(column)} has {len(known)} different texts", hint)
    unseen = sorted(set(cells[test]) - set(known))
    if unseen:
        rows = int(np.isin(cells[test], unseen).sum())
        some = ", ".join(shown(name) for name in unseen[:3]) + (", ..." if len(unseen) > 3 else "")
        notes.append(
            f"{rows} held-out row{'s have' if rows > 1 else ' has'} a {shown(column)} that no training row "
            f"has ({some}); it is taken for none of the known ones"
        )
    return [(f"{column} = {name}", (cells == name).astype(np.float64)) for name in known]
