"""The part of ``train_many`` that is done on the GPU: networks that train at once, step by step together."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tutor.engine import gpu, metrics
from tutor.engine.kernels import description as d
from tutor.engine.kernels.cuda import many, sizes
from tutor.engine.plan import Plan
from tutor.engine.trainer import Data, Trainer
from tutor.errors import EngineError

Result = tuple[float, float, float, bool]
"""Loss, accuracy, the step at which the goal was reached (NaN: at none), and whether the network diverged."""


class _Goal(Protocol):
    def holds(self, loss: float, accuracy: float) -> bool: ...


def group_size(trainer: Trainer, examples: int) -> int:
    """How many networks like this one can train at once; EngineError if there is no GPU."""
    if not gpu.simulated():
        gpu.find()
    model = trainer.model
    workspace = model.plan.workspace(many.capacity(trainer.batch_size, examples), model.dtype)
    return many.at_once(model.network, workspace, examples * d.padded(model.plan.outputs))


def train(
    trainers: Sequence[Trainer],
    data: Data,
    steps: int,
    check_every: int,
    goal: _Goal | None,
    cancelled: Callable[[], bool] | None,
) -> list[Result] | None:
    """``steps`` updates of each trainer's network, whose weights are set; None if it was cancelled."""
    first = trainers[0].model
    batch = max(trainer.batch_size for trainer in trainers)
    _check(trainers, batch)
    runs = [trainer.model.run for trainer in trainers if trainer.model.run is not None]
    workspace = first.plan.workspace(many.capacity(batch, data.count), first.dtype)
    networks = many.Together([t.model.network for t in trainers], runs, data.examples, workspace)
    converged = np.full(len(trainers), math.nan)
    done, going = 0, np.full(len(trainers), True)
    while done < steps and going.any():
        if cancelled is not None and cancelled():
            return None
        now = min(check_every, steps - done)
        networks.train(now)
        done += now
        if goal is not None:
            loss, accuracy = _scores(networks, data, first.plan.outputs, first.loss)
            for place in np.flatnonzero(going & np.isnan(converged)):
                if goal.holds(float(loss[place]), float(accuracy[place])):
                    converged[place] = networks.counters[place, d.STEPS]
        going = networks.counters[:, d.STATUS] == d.HEALTHY
    loss, accuracy = _scores(networks, data, first.plan.outputs, first.loss)
    networks.fetch()
    return list(zip(loss.tolist(), accuracy.tolist(), converged.tolist(), (~going).tolist(), strict=True))


def _check(trainers: Sequence[Trainer], batch: int) -> None:
    """EngineError unless the networks are small and laid out alike."""
    plan = trainers[0].model.plan
    if sizes.needs_many_blocks(plan.operations, batch):
        raise EngineError(
            "these networks are too large to train in one block of the GPU each", gpu.TAKE_THE_CPU
        )
    if any(_layout(trainer.model.plan) != _layout(plan) for trainer in trainers):
        raise EngineError(
            "these networks are not laid out alike, so the GPU cannot train them at once",
            "give all the same layers and sizes, or " + gpu.TAKE_THE_CPU,
        )


def _layout(plan: Plan) -> tuple[Any, ...]:
    """What must be the same in all; activation functions, rates of dropout and penalties may differ."""
    places = [d.KIND, d.INPUT, d.OUTPUT, d.IN_STRIDE, d.OUT_STRIDE, d.KERNEL, d.BIAS, d.BACKWARD]
    return plan.operations[:, places].tobytes(), plan.parameters, plan.kept, plan.transposed, plan.scratch


def _scores(
    networks: many.Together, data: Data, width: int, loss: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Loss and accuracy of each over the whole set."""
    outputs, losses = networks.evaluate()
    accuracies = [
        metrics.compute(("accuracy",), rows[:, :width], data.targets, loss)["accuracy"] for rows in outputs
    ]
    return losses, np.array(accuracies)
