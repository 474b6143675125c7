"""Learning rates: closed forms, the kernel against Python, the same bytes however a run is cut."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tutor.engine import (
    SGD,
    Adam,
    AdamW,
    CosineDecay,
    Dense,
    ExponentialDecay,
    PiecewiseConstantDecay,
    Schedule,
    Sequential,
    Trainer,
    WarmUp,
    optimizers,
)
from tutor.errors import EngineError

X = np.linspace(-1, 1, 10)
SCHEDULES: dict[str, tuple[Schedule, Callable[[int], float]]] = {
    "exponential": (ExponentialDecay(0.5, 10, 0.9), lambda s: 0.5 * 0.9 ** (s / 10)),
    "staircase": (ExponentialDecay(0.5, 10, 0.5, staircase=True), lambda s: 0.5 * 0.5 ** (s // 10)),
    "growing": (ExponentialDecay(0.01, 20, 2.0), lambda s: 0.01 * 2 ** (s / 20)),
    "cosine": (CosineDecay(0.3, 25), lambda s: 0.15 * (1 + math.cos(math.pi * min(s, 25) / 25))),
    "cosine to a tenth": (
        CosineDecay(0.3, 25, alpha=0.1),
        lambda s: 0.3 * (0.9 * 0.5 * (1 + math.cos(math.pi * min(s, 25) / 25)) + 0.1),
    ),
    "cosine with warm-up": (
        CosineDecay(0.0, 20, warmup_target=0.4, warmup_steps=10),
        lambda s: 0.04 * s if s < 10 else 0.2 * (1 + math.cos(math.pi * min(s - 10, 20) / 20)),
    ),
    "pieces": (PiecewiseConstantDecay([4, 9], [0.3, 0.2, 0.1]), lambda s: 0.3 - 0.1 * ((s > 4) + (s > 9))),
    "one piece": (PiecewiseConstantDecay([], [0.3]), lambda s: 0.3),
    "warm-up": (WarmUp(0.2, 8), lambda s: 0.2 * min(s / 8, 1)),
    "warm-up, then decay": (
        WarmUp(ExponentialDecay(0.2, 10, 0.5), 8, initial=0.1),
        lambda s: 0.1 + 0.1 * s / 8 if s < 8 else 0.2 * 0.5 ** ((s - 8) / 10),
    ),
}


def trainer(optimizer: Any, dtype: str = "float32") -> Trainer:
    model = Sequential([Dense(3, "tanh"), Dense(1)], (1,), seed=1, dtype=dtype)
    model.compile(optimizer, "mean_squared_error")
    return model.trainer(X, X**2, batch_size=4)


@pytest.mark.parametrize("name", SCHEDULES)
def test_rates_are_the_closed_form(name: str) -> None:
    schedule, formula = SCHEDULES[name]
    run = trainer(SGD(schedule))
    assert run.learning_rate == schedule(0)
    for step in range(40):
        assert schedule(step) == pytest.approx(formula(step), rel=1e-13, abs=1e-17)
        run.run(1)
        assert run.learning_rate == pytest.approx(schedule(step), rel=1e-14, abs=1e-17)


@pytest.mark.parametrize("name", SCHEDULES)
def test_pieces_rewinds_and_files_follow_the_same_rates(name: str, tmp_path: Path) -> None:
    optimizer = Adam(SCHEDULES[name][0], weight_decay=0.1)
    whole, cut = trainer(optimizer), trainer(optimizer)
    whole.run(33)
    cut.run(3)
    snapshot = cut.snapshot()
    cut.run(10)
    cut.set_learning_rate(0.7)
    cut.run(2)
    assert cut.learning_rate == 0.7
    cut.restore(snapshot)
    for steps in (1, 12, 17):
        cut.run(steps)
    assert b"".join(w.tobytes() for w in whole.model.get_weights()) == b"".join(
        w.tobytes() for w in cut.model.get_weights()
    )
    whole.model.save(tmp_path / "network.npz")
    assert Sequential.load(tmp_path / "network.npz").optimizer == optimizer


def test_a_schedule_of_one_rate_is_that_rate() -> None:
    for rule in (SGD, AdamW):
        plain, scheduled = trainer(rule(0.25)), trainer(rule(PiecewiseConstantDecay([5], [0.25, 0.25])))
        plain.run(20)
        scheduled.run(20)
        for left, right in zip(plain.model.get_weights(), scheduled.model.get_weights(), strict=True):
            np.testing.assert_array_equal(left, right)


REFUSALS: dict[str, tuple[Callable[[], object], str]] = {
    "no first rate": (lambda: ExponentialDecay(0.0, 10, 0.9), "initial_learning_rate must be greater than 0"),
    "no decay steps": (lambda: ExponentialDecay(0.1, 0, 0.9), "decay_steps must be greater than 0"),
    "negative decay": (lambda: ExponentialDecay(0.1, 10, -1), "decay_rate must be greater than 0"),
    "endless decay": (lambda: CosineDecay(0.1, math.inf), "decay_steps must be a finite number"),
    "negative alpha": (lambda: CosineDecay(0.1, 10, alpha=-1), "alpha must be 0 or more"),
    "no target": (lambda: CosineDecay(0.1, 10, warmup_steps=5), "warmup_steps need a warmup_target"),
    "falling": (lambda: PiecewiseConstantDecay([2, 1], [1, 2, 3]), "boundaries must rise"),
    "too few values": (lambda: PiecewiseConstantDecay([1, 2], [1, 2]), "2 boundaries need 3 values, not 2"),
    "value 0": (lambda: PiecewiseConstantDecay([1], [1, 0]), "each of values must be greater than 0"),
    "no list": (lambda: PiecewiseConstantDecay("ab", [1]), "boundaries must be a list of numbers"),
    "warm-up of nothing": (lambda: WarmUp(0.1, 0), "warmup_steps must be 1 or more"),
    "warm-up to 0": (lambda: WarmUp(0.0, 5), "after the warm-up must be greater than 0"),
    "two warm-ups": (lambda: WarmUp(WarmUp(0.1, 5), 5), "warm up only once"),
    "unknown": (
        lambda: optimizers.make("sgd", learning_rate={"schedule": "cosine"}),
        "unknown schedule 'cosine'",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_schedules_that_cannot_be(case: str) -> None:
    make, message = REFUSALS[case]
    with pytest.raises(EngineError, match=message):
        make()


@pytest.mark.peers
def test_schedules_are_pytorchs_where_they_coincide() -> None:
    import torch

    def torch_rates(make: Callable[[Any], Any], rate: float) -> list[float]:
        rule = torch.optim.SGD([torch.zeros(1)], lr=rate)
        schedule, rates = make(rule), []
        for _ in range(30):
            rates.append(float(rule.param_groups[0]["lr"]))
            rule.step()
            schedule.step()
        return rates

    peer = torch.optim.lr_scheduler
    pairs: list[tuple[Schedule, float, Callable[[Any], Any]]] = [
        (ExponentialDecay(0.5, 1, 0.9), 0.5, lambda o: peer.ExponentialLR(o, gamma=0.9)),
        (ExponentialDecay(0.5, 7, 0.1, staircase=True), 0.5, lambda o: peer.StepLR(o, 7, gamma=0.1)),
        (PiecewiseConstantDecay([4, 19], [1, 0.1, 0.01]), 1.0, lambda o: peer.MultiStepLR(o, [5, 20])),
        (CosineDecay(0.3, 30, alpha=0.1), 0.3, lambda o: peer.CosineAnnealingLR(o, 30, eta_min=0.03)),
        (WarmUp(0.2, 8, initial=0.05), 0.2, lambda o: peer.LinearLR(o, 0.25, total_iters=8)),
    ]
    for schedule, rate, make in pairs:
        found = [schedule(step) for step in range(30)]
        np.testing.assert_allclose(found, torch_rates(make, rate), rtol=1e-12, err_msg=schedule.name)
