"""An experiment's data as its file describes them: cut short, labelled wrongly, measured in other units."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor import kiosk
from tutor.content.model import DataSpec
from tutor.content.table import read_table
from tutor.engine import datasets
from tutor.engine.datasets import Dataset
from tutor.engine.datasets.dataset import Kind, same
from tutor.errors import InputError
from tutor.lab.tabular import Prepared, prepare

Array = NDArray[np.float32]

CSV = "csv"
"""The name of a data set that is a table of the learner's own."""


def load(spec: DataSpec, seed: int) -> Dataset:
    """The data set of ``spec``, inputs as they were measured; held-out examples are left as they are.

    Raises :class:`InputError` for a number that makes no sense, and as ``datasets.load`` does.
    """
    data = table(spec, seed) if spec.name == CSV else datasets.load(spec.name, seed, **spec.options)
    if not 0 <= spec.examples <= len(data.y):
        message = f"{spec.name} has {len(data.y)} training examples, so examples cannot be {spec.examples}"
        raise InputError(message, "take fewer, or 0 for all of them")
    if spec.examples:
        data = replace(data, x=data.x[: spec.examples], y=data.y[: spec.examples])
    if not 0 <= spec.shuffled_labels <= 1:
        message = f"shuffled_labels must lie between 0 and 1, not {spec.shuffled_labels:g}"
        raise InputError(message, "0.5 deals out half of the training targets anew")
    if spec.shuffled_labels:
        data = replace(data, y=_dealt_out(data.y, spec.shuffled_labels, seed))
    return data


def table(spec: DataSpec, seed: int) -> Dataset:
    """The learner's own table: options ``file``, ``target``, ``task`` (auto) and ``held_out`` (0.2).

    Rows are split by ``seed``; inputs, and an amount that is to be predicted, are standardized. Raises
    :class:`InputError` for a file, column or cell that cannot be used.
    """
    options = {"file": "", "target": "", "task": "auto", "held_out": 0.2, **spec.options}
    if unknown := set(options) - {"file", "target", "task", "held_out"}:
        raise InputError(f"a table has no option {min(unknown)!r}", "it knows: file, target, task, held_out")
    if options["task"] not in ("auto", "classification", "regression"):
        message = f"the task of a table cannot be {options['task']!r}"
        raise InputError(message, "it can be: auto, classification, regression")
    if not options["file"]:
        raise InputError("the table has no file yet", "give the path of a CSV file")
    task: Any = None if options["task"] == "auto" else options["task"]
    held_out = options["held_out"]
    if isinstance(held_out, str):
        raise InputError(f"held_out must be a number, not {held_out!r}", "0.2 holds out a fifth of the rows")
    rows = read_table(kiosk.confined(str(options["file"])))
    prepared = prepare(rows, str(options["target"]), test_fraction=held_out, seed=seed, task=task)
    kind, form = _task_of(prepared)
    y, y_val = (
        ((part - prepared.centre) / prepared.spread).astype(form) for part in (prepared.y, prepared.y_test)
    )
    plane = same if kind == "binary" and prepared.x.shape[1] == 2 else None
    return Dataset(prepared.x, y, prepared.x_test, y_val, kind, tuple(prepared.classes), plane)


def _task_of(prepared: Prepared) -> tuple[Kind, type[np.generic]]:
    """The kind of data set that a table makes, and the type of its targets."""
    if prepared.task == "regression":
        return "regression", np.float32
    return ("binary", np.float32) if len(prepared.classes) == 2 else ("classes", np.int64)


@dataclass(frozen=True)
class Scaling:
    """From inputs as they were measured to what the learner gets: (x * factor - mean) / deviation."""

    factor: float
    mean: NDArray[np.float64]
    """(inputs,)"""
    deviation: NDArray[np.float64]
    """(inputs,)"""

    @classmethod
    def of(cls, spec: DataSpec, x: Array) -> Scaling:
        """That of ``spec``, for training inputs ``x`` (n, inputs); InputError for a useless factor."""
        if not 0 < spec.input_scale < math.inf:
            raise InputError(
                f"input_scale must be more than 0, not {spec.input_scale:g}", "1 changes nothing"
            )
        mean, deviation = np.zeros(x.shape[1]), np.ones(x.shape[1])
        if spec.standardize:
            measured = x.astype(np.float64) * spec.input_scale
            mean, deviation = measured.mean(axis=0), measured.std(axis=0)
            # An input that never changes stays 0; a rounding must not be blown up into a spread.
            deviation[deviation <= 1e-12 * np.abs(mean)] = 1.0
        return cls(spec.input_scale, mean, deviation)

    def __call__(self, x: Array) -> Array:
        """Inputs (n, inputs) for the learner."""
        with np.errstate(over="ignore"):  # what has become infinite is refused by whoever gets it
            return ((x * self.factor - self.mean) / self.deviation).astype(np.float32)


def _dealt_out(y: NDArray[np.generic], share: float, seed: int) -> NDArray[np.generic]:
    """The targets (n,), of which a random ``share`` have changed places with each other."""
    rng = np.random.default_rng((zlib.crc32(b"shuffled labels"), seed))
    chosen = rng.choice(len(y), round(share * len(y)), replace=False)
    dealt = y.copy()
    dealt[chosen] = y[rng.permutation(chosen)]
    return dealt
