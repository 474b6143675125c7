"""Runs for chart questions, recorded: what the charts show was trained, never drawn by hand."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tutor.content.model import Experiment
from tutor.content.questions import Chart, Curve, RecordedRun
from tutor.errors import InputError
from tutor.lab.run import Run
from tutor.report import Series

_POINTS = 120
_DIGITS = 4


def record(question: Chart, experiment: Experiment, lesson: str) -> Iterator[RecordedRun]:
    """Train each option's run to its end on the CPU; raises :class:`InputError` for a curve it lacks."""
    for place, option in enumerate(question.options):
        run = Run(experiment, lesson, option.set, question.seed, backend="cpu")
        run.run_to_end()
        there = {series.name: series for series in run.report("finished", 1).series}
        if missing := [name for name in question.curves if name not in there]:
            known = ", ".join(there)
            raise InputError(f"the run of {experiment.id!r} has no curve {missing[0]!r}", f"it has {known}")
        yield RecordedRun(question.id, place, [_curve(there[name]) for name in question.curves])


def _curve(series: Series) -> Curve:
    """Few enough points for a file, the first and the last among them; what is not finite is left out."""
    points = [(x, y) for x, y in zip(series.x, series.y, strict=True) if math.isfinite(y)]
    count = min(len(points), _POINTS)
    kept = [points[round(i * (len(points) - 1) / max(count - 1, 1))] for i in range(count)]
    return Curve(series.name, [_rounded(x) for x, _ in kept], [_rounded(y) for _, y in kept])


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
