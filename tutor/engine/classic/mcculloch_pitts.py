"""Units that compute but do not learn: that of 1943, the weighted one, and what one of them can compute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tutor.engine.checks import MAX_INPUTS, listed, number, numbers, rows, shown, whole_number
from tutor.errors import EngineError

Bits = NDArray[np.int64]
Integers = NDArray[np.int64]

MAX_COUNTED = 4
"""Inputs up to which all 2^(2^n) functions are tried: 65,536 of them; with 5 it would be 4,294,967,296."""


class Unit(Protocol):
    """What answers 0 or 1 to each row of bits (n, inputs)."""

    def predict(self, x: ArrayLike, /) -> Bits: ...


class McCullochPitts:
    """The unit of 1943: equal excitatory inputs, absolute inhibition, an integer threshold.

        y = 1  if no inhibitory input is on and (number of excitatory inputs that are on) >= threshold
        y = 0  otherwise

    ``inhibitory`` are the places of the inhibitory inputs; the others are excitatory. Nothing is learnt.
    Source: W. S. McCulloch, W. Pitts, "A logical calculus of the ideas immanent in nervous activity",
    Bulletin of Mathematical Biophysics 5 (1943).
    """

    def __init__(self, n_inputs: int, threshold: int, inhibitory: Sequence[int] = ()) -> None:
        n_inputs = whole_number("the number of inputs", n_inputs, least=1, most=MAX_INPUTS)
        self.threshold = whole_number("the threshold", threshold, least=0)
        places = [
            whole_number("the place of an inhibitory input", place, least=0)
            for place in listed("the inhibitory inputs", inhibitory, "give their places, as in [0, 2]")
        ]
        if any(place >= n_inputs for place in places):
            raise EngineError(
                f"there is no input {max(places)}, so it cannot be inhibitory",
                f"the inputs are counted from 0 to {n_inputs - 1}",
            )
        self.inhibits: NDArray[np.bool_] = np.isin(np.arange(n_inputs), places)
        """(n_inputs,): which inputs are inhibitory."""

    def predict(self, x: ArrayLike) -> Bits:
        """0 or 1 for each row of ``x`` (n, n_inputs), which holds nothing but 0 and 1."""
        bits = rows("the inputs", x, self.inhibits.size)
        if not np.isin(bits, (0, 1)).all():
            raise EngineError("this unit takes only 0 and 1 as inputs", "take the weighted unit for others")
        vetoed = bits[:, self.inhibits].any(axis=1)
        fires = bits[:, ~self.inhibits].sum(axis=1) >= self.threshold
        return np.asarray(fires & ~vetoed, dtype=np.int64)


class ThresholdUnit:
    """The later unit, with weights of any sign and size: y = step(w . x - threshold), with step(0) = 1.

    The threshold is the bias with the opposite sign. Nothing is learnt: a designer chooses the numbers.
    """

    def __init__(self, weights: ArrayLike, threshold: float) -> None:
        self.weights: NDArray[np.float64] = numbers("the weights", weights, np.float64)
        if self.weights.ndim != 1:
            raise EngineError(f"the weights have shape {self.weights.shape}", "give one number per input")
        self.threshold = number("the threshold", threshold)

    def decision_function(self, x: ArrayLike) -> NDArray[np.float64]:
        """w . x - threshold for each row of ``x`` (n, inputs)."""
        inputs = rows("the inputs", x, self.weights.size)
        return np.asarray(inputs @ self.weights - self.threshold, dtype=np.float64)

    def predict(self, x: ArrayLike) -> Bits:
        """0 or 1 for each row of ``x`` (n, inputs)."""
        return np.asarray(self.decision_function(x) >= 0, dtype=np.int64)


def binary_rows(n_inputs: int) -> Bits:
    """All 2^n rows of n bits (2^n, n), counting upwards; the first input counts most."""
    n_inputs = whole_number("the number of inputs", n_inputs, least=1)
    if n_inputs > 16:
        raise EngineError(f"{n_inputs} inputs have too many rows to list", "take 16 inputs at most")
    return (np.arange(2**n_inputs)[:, None] >> np.arange(n_inputs - 1, -1, -1)) & 1


def truth_table(unit: Unit, n_inputs: int) -> tuple[int, ...]:
    """The unit's answers to :func:`binary_rows`."""
    if not hasattr(unit, "predict"):
        raise EngineError(f"{shown(unit)} is no unit", "give one that has a method predict")
    return tuple(int(answer) for answer in unit.predict(binary_rows(n_inputs)))


def threshold_functions(n_inputs: int) -> Bits:
    """The truth tables (count, 2^n) of all Boolean functions that one weighted unit computes.

    4 of 4 for one input, 14 of 16 for two, 104 of 256 for three, 1,882 of 65,536 for four: each is found
    with its weights, or proved impossible, by :func:`_learn`.
    """
    if whole_number("the number of inputs", n_inputs, least=1) > MAX_COUNTED:
        raise EngineError(
            f"{n_inputs} inputs have too many functions to try", f"take {MAX_COUNTED} inputs at most"
        )
    answers = 2**n_inputs
    tables = (np.arange(2**answers)[:, None] >> np.arange(answers - 1, -1, -1)) & 1
    _, possible = _learn(n_inputs, tables)
    return tables[possible]


def unit_for(table: Sequence[int]) -> ThresholdUnit | None:
    """A weighted unit with this truth table (2^n entries, as from :func:`truth_table`), or None if none has.

    Its weights are whole numbers and its threshold is a multiple of one half.
    """
    wanted = numbers("the truth table", table, np.float64)
    n_inputs = wanted.size.bit_length() - 1
    if wanted.ndim != 1 or wanted.size != 2 ** max(n_inputs, 1) or not np.isin(wanted, (0, 1)).all():
        raise EngineError("a truth table must be 2, 4, 8, ... zeros and ones", "give one answer per row")
    if n_inputs > MAX_COUNTED:
        raise EngineError(f"{n_inputs} inputs are too many to search", f"take {MAX_COUNTED} inputs at most")
    weights, possible = _learn(n_inputs, wanted[None, :].astype(np.int64))
    if not possible[0]:
        return None
    # Learnt for z = 2x - 1: w . z + b = 2 (w . x - (sum of w - b) / 2).
    w, b = weights[0, :-1], weights[0, -1]
    return ThresholdUnit(w, (w.sum() - b) / 2)


def _learn(n_inputs: int, tables: Bits) -> tuple[Integers, NDArray[np.bool_]]:
    """Rosenblatt's rule, for all ``tables`` (f, 2^n) at once: weights (f, n + 1) and whether they fit.

    The rows are written with -1 and +1 and a constant 1 for the bias, looked at in a fixed order from zero
    weights. A function that a unit computes is learnt after finitely many mistakes (Novikoff). Of any other
    the whole-number weights stay bounded (H. D. Block, S. A. Levin, "On the boundedness of an iterative
    procedure for solving a system of linear inequalities", 1970), so they must come back to where they have
    been at the end of an earlier epoch, and from then on go in circles: a proof that no unit computes it.
    """
    examples = np.column_stack((2 * binary_rows(n_inputs) - 1, np.ones(2**n_inputs, np.int64)))
    weights = np.zeros((len(tables), n_inputs + 1), np.int64)
    possible = np.zeros(len(tables), np.bool_)
    remembered, epoch = weights.copy(), 0
    active = np.arange(len(tables))
    while active.size:
        epoch += 1
        w, mistakes = weights[active], np.zeros(active.size, np.int64)
        for row, wanted in zip(examples, 2 * tables[active].T - 1, strict=True):
            wrong = np.where(w @ row >= 0, 1, -1) != wanted
            w += np.where(wrong, wanted, 0)[:, None] * row
            mistakes += wrong
        weights[active], possible[active] = w, mistakes == 0
        circling = (w == remembered[active]).all(axis=1)
        if epoch & (epoch - 1) == 0:  # R. Brent: what is remembered is renewed at 1, 2, 4, 8, ... epochs
            remembered[active] = w
        active = active[(mistakes > 0) & ~circling]
    return weights, possible
