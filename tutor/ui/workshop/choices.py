"""What there is to choose from, as plain data: the app never imports the training core, which knows it too.

A test holds these lists to the core's own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from tutor.content.model import DataSpec
from tutor.content.part import Value

CSV = "csv"

DATA_SETS: Mapping[str, Mapping[str, Value]] = {
    "gate": {"gate": "and", "features": "plain"},
    "margin": {"gamma": 0.5, "examples": 100},
    "blobs": {"overlap": 1.0, "examples": 100, "outliers": 0},
    "rings": {"features": "plain", "examples": 200},
    "circles": {"noise": 0.1, "examples": 200},
    "moons": {"noise": 0.1, "examples": 200},
    "spiral": {"turns": 1.5, "noise": 0.05, "examples": 200},
    "sine": {"frequency": 2.0, "noise": 0.0, "examples": 64},
    "step": {"steps": 1, "noise": 0.0, "examples": 64},
    "bowl": {"curvature": 100.0, "turned": 0.0},
    "digits": {
        "pair": "",
        "classes": "",
        "numbering": "anew",
        "question": "which",
        "features": "pixels",
        "pixel_order": "kept",
        "test_shift": 0,
        "part": "all",
        "examples": 1297,
    },
    "strokes": {"canvas": 12, "train_shift": 0, "test_shift": 0, "noise": 0.1, "examples": 300},
    CSV: {"file": "", "target": "", "task": "auto", "held_out": 0.2},
}
"""Data set -> its options with their defaults."""

OPTION_CHOICES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("gate", "gate"): ("and", "or", "nand", "xor"),
    ("gate", "features"): ("plain", "product"),
    ("rings", "features"): ("plain", "radius"),
    ("digits", "numbering"): ("anew", "kept"),
    ("digits", "question"): ("which", "loop"),
    ("digits", "part"): ("all", "first", "rest"),
    ("digits", "features"): ("pixels", "hand"),
    ("digits", "pixel_order"): ("kept", "scrambled"),
    (CSV, "task"): ("auto", "classification", "regression"),
}
"""(data set, option) -> the values it can take, where they are a few."""

IMAGES = ("digits", "strokes")
_CLASSES = {"digits": 10, "strokes": 6}
_AMOUNTS = ("sine", "step", "bowl")

ACTIVATIONS = (
    "linear", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "softplus", "softmax", "sign", "step",
)  # fmt: skip
LOSSES = (
    "binary_crossentropy", "categorical_crossentropy", "mean_squared_error", "mean_absolute_error", "hinge",
)  # fmt: skip
OPTIMIZERS = ("sgd", "adam", "adamw", "rmsprop", "adagrad")
INITIALIZERS = (
    "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal",
    "orthogonal", "normal", "uniform", "constant", "zeros", "ones",
)  # fmt: skip
"""Some take a number behind them: ``normal 1.0``, ``constant 0.1``."""
PRECISIONS = ("float32", "float64")


def outputs_of(data: DataSpec) -> int:
    """How many classes the targets have; 2 for a yes or no, 0 for an amount. A table is asked elsewhere."""
    if data.name in _AMOUNTS:
        return 0
    if data.options.get("pair") or data.options.get("question") == "loop":
        return 2
    if data.options.get("classes") and data.options.get("numbering") != "kept":
        return len(str(data.options["classes"]))
    return _CLASSES.get(data.name, 2)


def completed(data: DataSpec) -> DataSpec:
    """The same data with every option said, amounts as amounts (1 becomes 1.0)."""
    options: dict[str, Value] = dict(DATA_SETS.get(data.name, {}))
    for name, value in data.options.items():
        options[name] = float(value) if isinstance(options.get(name), float) else value
    return replace(data, options=options)


MOST_GUESSED = 10
"""Numbers with at most so many different values are taken for classes, if nothing else is said."""


def outputs_of_cells(cells: Sequence[str], task: str) -> int:
    """As :func:`outputs_of`, for the cells of a table's target; ``task`` "auto" guesses it from them."""
    values = set(cells)
    if task == "regression":
        return 0
    if task == "classification" or len(values) == 2 or not all(map(_is_number, values)):
        return len(values)
    whole = all(float(value) == round(float(value)) for value in values)
    return len(values) if whole and len(values) <= MOST_GUESSED else 0


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
