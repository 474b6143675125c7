"""What the panels of the lab cost: making and sending their details, and remembering a run's layers."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import msgspec

from tests.benchmarks.training import REPEATS, seconds
from tutor.content.model import DataSpec, Experiment, ModelSpec, TrainingSpec
from tutor.lab.details import TOPICS, Past, add
from tutor.lab.network import NetworkLearner
from tutor.report import Report, Wanted

_SOFTMAX = {"loss": "categorical_crossentropy", "optimizer": "adam", "learning_rate": 0.001}
_CONVOLUTIONS = "conv 6 3 relu same, maxpool 2, conv 16 3 relu same, maxpool 2, flatten, dense 120 relu"
_CROSSENTROPY = {"loss": "binary_crossentropy", "learning_rate": 0.5}


def _experiment(data: str, epochs: int, batch_size: int, **model: Any) -> Experiment:
    return Experiment(
        id="cost",
        title="",
        kind="network",
        about="",
        seconds=1.0,
        data=DataSpec(data),
        model=ModelSpec(**model),
        training=TrainingSpec(epochs, batch_size),
    )


EXPERIMENTS = {
    "XOR 2-4-1": _experiment("gate", 5000, 0, layers="dense 4 tanh, dense 1 sigmoid", **_CROSSENTROPY),
    "digits 64-64-10": _experiment("digits", 40, 32, layers="dense 64 relu, dense 10 softmax", **_SOFTMAX),
    "digits LeNet": _experiment(
        "digits", 40, 32, layers=f"{_CONVOLUTIONS}, dense 84 relu, dense 10 softmax", **_SOFTMAX
    ),
}


def figures() -> dict[str, float]:
    """Milliseconds and kilobytes of the costliest topics, and what remembering adds to a run, by name."""
    found = {}
    for name, experiment in EXPERIMENTS.items():
        found[f"remembering layers, {name}, % of a run"] = 100 * _share(experiment)
        learner, past = _trained(experiment)
        costs = {topic: _cost(learner, past, topic) for topic in TOPICS}
        slowest = max(costs, key=lambda topic: costs[topic][0])
        largest = max(costs, key=lambda topic: costs[topic][1])
        found[f"slowest panel, {name}, ms ({slowest})"] = costs[slowest][0]
        found[f"largest panel, {name}, kB ({largest})"] = costs[largest][1]
    return found


def _share(experiment: Experiment) -> float:
    def run(remember: bool) -> float:
        return seconds(partial(_trained, experiment, remember))

    pairs = [(run(True), run(False)) for _ in range(REPEATS)]
    return min(watched for watched, _ in pairs) / min(plain for _, plain in pairs) - 1


def _trained(experiment: Experiment, remember: bool = True) -> tuple[NetworkLearner, Past]:
    """As ``lab.course`` trains: evaluated at some 500 checks, or after each epoch if there are fewer."""
    learner, past = NetworkLearner(experiment, 0, "cpu"), Past()
    every = max(1, experiment.training.epochs // 500)
    past.record(0.0, learner.observe().layers, learner.trainer)
    for epoch in range(every, experiment.training.epochs + 1, every):
        learner.train(learner.steps_until(epoch))
        observation = learner.observe()
        if remember:
            past.record(float(epoch), observation.layers, learner.trainer)
    return learner, past


def _cost(learner: NetworkLearner, past: Past, topic: str) -> tuple[float, float]:
    """Milliseconds to make and to encode a report's details, kilobytes that they add."""
    bare = Report(0, 0, "running", "cpu", {}, {}, 0.0, [], [])

    def message() -> bytes:
        return msgspec.msgpack.encode(add(bare, learner, past, Wanted([topic])))

    times = [_timed(message) for _ in range(50)]
    return 1e3 * median(times), (len(message()) - len(msgspec.msgpack.encode(bare))) / 1e3


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
