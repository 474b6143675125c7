"""Early stopping, epoch for epoch as Keras counts."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tutor.engine import SGD, Dense, EarlyStopping, Sequential
from tutor.errors import EngineError

VALUES = [5.0, 4.0, 4.5, 3.95, 4.2, 3.0, 3.5]


def stops(values: list[float], **settings: Any) -> tuple[int | None, int]:
    """After which epoch it stops, and the best epoch then."""
    stopping = EarlyStopping("loss", **settings)
    for epoch, value in enumerate(values):
        if stopping.after_epoch(epoch, {"loss": value}, None):  # type: ignore[arg-type]
            return epoch, stopping.best_epoch
    return None, stopping.best_epoch


CASES: list[tuple[dict[str, Any], tuple[int | None, int]]] = [
    # counted by hand with Keras 3's rules
    ({}, (2, 1)),
    ({"patience": 1}, (2, 1)),
    ({"patience": 2}, (None, 5)),
    ({"patience": 2, "min_delta": 0.1}, (3, 1)),
    ({"patience": 3, "min_delta": 0.1}, (4, 1)),
    ({"mode": "max"}, (1, 0)),
    ({"mode": "max", "patience": 4}, (4, 0)),
    ({"baseline": 2.0, "patience": 3}, (2, 1)),
    ({"baseline": 4.2, "patience": 3}, (None, 5)),
    ({"start_from_epoch": 3}, (4, 3)),
]


@pytest.mark.parametrize(("settings", "expected"), CASES, ids=repr)
def test_stops_by_keras_rules(settings: dict[str, Any], expected: tuple[int | None, int]) -> None:
    assert stops(VALUES, **settings) == expected


def test_accuracy_should_rise() -> None:
    stopping = EarlyStopping("val_accuracy")
    assert [stopping.after_epoch(i, {"val_accuracy": v}, None) for i, v in enumerate((0.5, 0.6, 0.55))] == [  # type: ignore[arg-type]
        False,
        False,
        True,
    ]


@pytest.mark.parametrize("patience", [3, 500])
def test_best_weights_come_back(patience: int) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20, 4)), rng.normal(size=20)
    held_out = rng.normal(size=(50, 4)), rng.normal(size=50)
    model = Sequential([Dense(16, "tanh"), Dense(1)], (4,), seed=3)
    model.compile(SGD(0.05), "mean_squared_error")
    stopping = EarlyStopping(patience=patience, restore_best_weights=True)
    history = model.fit(x, y, 5, epochs=60, validation_data=held_out, callbacks=[stopping]).history[
        "val_loss"
    ]
    best = int(np.argmin(history))
    assert (stopping.best_epoch, stopping.best) == (best, history[best])
    assert model.evaluate(*held_out)["loss"] == history[best]
    if patience == 3:
        assert len(history) == stopping.stopped_epoch + 1 == best + 4 < 60
    else:
        assert len(history) == 60 and stopping.stopped_epoch == 0


def fit(callback: Any) -> None:
    model = Sequential([Dense(1)], (1,))
    model.compile("sgd", "mean_squared_error")
    model.fit([0.0, 1.0], [0.0, 1.0], epochs=2, callbacks=[callback])


REFUSALS: dict[str, tuple[Callable[[], object], str]] = {
    "patience below 0": (lambda: EarlyStopping(patience=-1), "patience must be 0 or more"),
    "delta below 0": (lambda: EarlyStopping(min_delta=-1), "min_delta must be 0 or more"),
    "unknown mode": (lambda: EarlyStopping(mode="up"), "unknown mode 'up'"),
    "baseline NaN": (lambda: EarlyStopping(baseline=math.nan), "baseline must be a finite number"),
    "no such value": (lambda: fit(EarlyStopping("loss_")), "there is no 'loss_' to watch"),
    "no validation": (lambda: fit(EarlyStopping()), "there is no 'val_loss' to watch"),
    "no callback": (lambda: fit("early"), "'early' is no callback"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_cannot_be_watched(case: str) -> None:
    make, message = REFUSALS[case]
    with pytest.raises(EngineError, match=message):
        make()
