"""Runs recorded for chart questions, and the file they are kept in."""

from __future__ import annotations

import math
import tomllib

import msgspec
import pytest

from tests.lab.examples import network
from tutor.content.charts import charts_text
from tutor.content.questions import Chart, ChartOption, ChartsFile, Curve, RecordedRun
from tutor.errors import InputError
from tutor.lab import Run
from tutor.lab.recording import record


def question(curves: list[str]) -> Chart:
    options = [ChartOption("one", "f"), ChartOption("other", "f"), ChartOption("third", "f")]
    return Chart(
        id="c", prompt="P", explanation="E", page="p", experiment="x", options=options, curves=curves, seed=3
    )


def test_a_recorded_curve_is_that_of_the_run_with_fewer_points() -> None:
    experiment = network()
    run = Run(experiment, "a", seed=3, backend="cpu")
    run.run_to_end()
    (series,) = [one for one in run.report("finished", 1).series if one.name == "loss"]
    recorded = list(record(question(["loss"]), experiment, "a"))
    assert [(one.question, one.option) for one in recorded] == [("c", 0), ("c", 1), ("c", 2)]
    (curve,) = recorded[0].curves
    assert 2 <= len(curve.x) <= 120
    assert (curve.x[0], curve.x[-1]) == (series.x[0], pytest.approx(series.x[-1], rel=1e-3))
    whole = dict(zip(series.x, series.y, strict=True))
    for x, y in zip(curve.x, curve.y, strict=True):
        near = min(whole, key=lambda moment: abs(moment - x))
        assert y == pytest.approx(whole[near], rel=1e-3)


def test_a_curve_that_the_run_lacks_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="no curve 'margin'"):
        list(record(question(["loss", "margin"]), network(), "a"))


def test_what_is_written_is_read_again() -> None:
    runs = [
        RecordedRun('quo"ted', 0, [Curve("loss", [0.0, 1.0], [2.5, 1e-12]), Curve("val_loss", [0.0], [1e9])]),
        RecordedRun("b", 1, []),
    ]
    read = msgspec.convert(tomllib.loads(charts_text(runs)), ChartsFile)
    assert read.chart == runs
    assert all(math.isfinite(y) for run in read.chart for curve in run.curves for y in curve.y)
