"""Compiling or loading every kernel before the learner waits for one."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from tutor.engine import cache
from tutor.engine.architecture import parse_layers
from tutor.engine.network import Sequential


def warm_up(progress: Callable[[str], None] | None = None, dtypes: Sequence[str] = ("float32",)) -> float:
    """Use every kernel once for each number type; returns the seconds it took.

    ``progress`` is called with a line of text before each type. From the cache this takes a fraction of a
    second, else some seconds each.
    """
    start = time.perf_counter()
    for dtype in dtypes:
        if progress is not None:
            progress(_announcement(dtype))
        model = Sequential(parse_layers("dense 1"), (1,), dtype=dtype)
        model.compile("sgd", "mean_squared_error")
        trainer = model.trainer([0.0], [0.0])
        trainer.run(1)
        trainer.health()
        model.evaluate([0.0], [0.0])
        model.gradients([0.0], [0.0])
    return time.perf_counter() - start


def _announcement(dtype: str) -> str:
    if cache.describe()["entries"] == "0":
        return f"compiling the training kernels for {dtype} (some 15 seconds, only this once)"
    return f"preparing the training kernels for {dtype}"
