"""Training steps per second, optimizer included, against other libraries in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from statistics import median

import numpy as np

from tests.benchmarks import peers
from tests.benchmarks.works import WORKS
from tutor.engine import warm_up

REPEATS = 5
SECONDS = 0.4
Figures = dict[str, dict[str, float]]


def measure(with_compiled: bool = True) -> Figures:
    """Print the table; return steps per second by row and library."""
    warm_up()
    rivals = peers.available(with_compiled)
    print(f"steps per second, median of {REPEATS}; sgemm: NumPy's, on one core, beside each row\n")
    names = ["dltutor", *rivals]
    print("| work | " + " | ".join(names) + " | ratio to the best | aim | share of sgemm |")
    print("|---|" + "---:|" * (len(names) + 3))
    figures: Figures = {}
    for work in WORKS:
        able = {name: peer for name, peer in rivals.items() if peers.can(name, work)}
        trains = [peers.dltutor(work), *(peer(work) for peer in able.values())]
        sgemm = _sgemm_rate()
        row = dict(zip(["dltutor", *able], _interleaved(trains), strict=True))
        sgemm = max(sgemm, _sgemm_rate())
        best = max((rate for name, rate in row.items() if name != "dltutor"), default=float("nan"))
        cells = [f"{row[name]:,.0f}" if name in row else "" for name in names]
        row["ratio to the best"] = row["dltutor"] / best
        row["aim"] = work.aim
        row["sgemm, GFlop/s"] = sgemm / 1e9
        row["share of sgemm"] = row["dltutor"] * work.operations / sgemm
        figures[work.name] = row
        share = f"{row['share of sgemm']:.0%}" if work.large else ""
        print(
            f"| {work.name} | "
            + " | ".join(cells)
            + f" | {row['ratio to the best']:.1f} | {work.aim:g} | {share} |",
            flush=True,
        )
    return figures


def _interleaved(trains: list[Callable[[int], None]]) -> list[float]:
    """Median steps per second of each, measured in turn so that noise falls on all alike."""
    steps = [_enough(train) for train in trains]
    rates: list[list[float]] = [[] for _ in trains]
    for _ in range(REPEATS):
        for train, count, rate in zip(trains, steps, rates, strict=True):
            rate.append(count / seconds(partial(train, count)))
    return [median(rate) for rate in rates]


def _enough(train: Callable[[int], None]) -> int:
    """Steps that take some time; the first ones compile."""
    steps = peers.SCAN
    train(steps)
    while seconds(partial(train, steps)) < SECONDS:
        steps *= 2
    return steps


def seconds(call: Callable[[], object]) -> float:
    """How long it took."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _sgemm_rate() -> float:
    """Operations per second of NumPy's float32 matrix product on one core."""
    from threadpoolctl import threadpool_limits

    n = 1024
    a = np.random.default_rng(0).standard_normal((n, n)).astype(np.float32)
    with threadpool_limits(1):
        return 2 * n**3 / min(seconds(lambda: a @ a) for _ in range(20))


if __name__ == "__main__":
    measure()
