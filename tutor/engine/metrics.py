"""Metrics: numbers for people, computed from the outputs p and the targets t (both (n, outputs)).

accuracy is the share of right answers. An answer is right
  for hinge                        if p and t have the same sign,
  for binary_crossentropy          if p > 0.5 just where t > 0.5,
  for categorical_crossentropy     if p and t are greatest at the same output,
  else                             as for binary with one output, as for categorical with several.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.engine.checks import choice

Array = NDArray[Any]


def _accuracy(p: Array, t: Array, loss: str) -> float:
    if loss == "hinge":
        right = (p > 0) == (t > 0)
    elif loss == "binary_crossentropy" or (loss != "categorical_crossentropy" and p.shape[1] == 1):
        right = (p > 0.5) == (t > 0.5)
    else:
        right = p.argmax(axis=1) == t.argmax(axis=1)
    return float(np.count_nonzero(right) / right.size)


_METRICS: dict[str, Callable[[Array, Array, str], float]] = {
    "accuracy": _accuracy,
    "mean_squared_error": lambda p, t, loss: float(np.mean((p.astype(np.float64) - t) ** 2)),
    "mean_absolute_error": lambda p, t, loss: float(np.mean(np.abs(p.astype(np.float64) - t))),
}
NAMES = tuple(_METRICS)


def check(name: str) -> str:
    """``name``; EngineError if it is no metric."""
    return choice("metric", name, NAMES)


def compute(names: tuple[str, ...], p: Array, t: Array, loss: str) -> dict[str, float]:
    """The values of the metrics ``names``."""
    return {name: _METRICS[name](p, t, loss) for name in names}
