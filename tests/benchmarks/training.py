"""Training steps per second, optimizer included, against PyTorch eager on the same cores in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import numpy as np
import torch

from tutor.engine import SGD, Adam, Dense, Sequential, warm_up

REPEATS = 5
SECONDS = 0.4


@dataclass(frozen=True)
class Work:
    """A network and how it is trained; ``units`` lists layer widths, input first."""

    name: str
    units: tuple[int, ...]
    activation: str
    batch: int
    optimizer: str


WORKS = (
    Work("XOR 2-4-1 tanh, batch 4, SGD", (2, 4, 1), "tanh", 4, "sgd"),
    Work("2-8-8-1 tanh, batch 10, SGD", (2, 8, 8, 1), "tanh", 10, "sgd"),
    Work("digits 64-64-10 ReLU, batch 32, Adam", (64, 64, 10), "relu", 32, "adam"),
)


def measure() -> dict[str, dict[str, float]]:
    """Print the table; return steps per second by row and peer."""
    warm_up()
    torch.set_num_threads(2)
    figures: dict[str, dict[str, float]] = {}
    print(f"{'work':<40}{'dltutor':>12}{'PyTorch':>12}{'ratio':>8}")
    for work in WORKS:
        ours, theirs = _interleaved(_ours(work), _torch(work))
        figures[work.name] = {"dltutor": ours, "pytorch": theirs, "ratio": ours / theirs}
        print(f"{work.name:<40}{ours:>12,.0f}{theirs:>12,.0f}{ours / theirs:>8.1f}")
    return figures


def _interleaved(*trains: Callable[[int], None]) -> list[float]:
    """Median steps per second of each, measured in turn so that noise falls on all alike."""
    rates: list[list[float]] = [[] for _ in trains]
    for _ in range(REPEATS):
        for train, rate in zip(trains, rates, strict=True):
            rate.append(_rate(train))
    return [median(rate) for rate in rates]


def _rate(train: Callable[[int], None]) -> float:
    steps, elapsed = 64, 0.0
    while elapsed < SECONDS:
        steps *= 2
        began = time.perf_counter()
        train(steps)
        elapsed = time.perf_counter() - began
    return steps / elapsed


def _data(work: Work) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((work.batch * 8, work.units[0])).astype(np.float32)
    classes = work.units[-1]
    y = rng.integers(0, max(classes, 2), len(x))
    return x, y


def _ours(work: Work) -> Callable[[int], None]:
    hidden = [Dense(n, activation=work.activation) for n in work.units[1:-1]]
    last = "sigmoid" if work.units[-1] == 1 else "softmax"
    model = Sequential(
        [*hidden, Dense(work.units[-1], activation=last)], input_shape=(work.units[0],), seed=0
    )
    loss = "binary_crossentropy" if work.units[-1] == 1 else "categorical_crossentropy"
    model.compile(optimizer=SGD(0.1) if work.optimizer == "sgd" else Adam(), loss=loss)
    x, y = _data(work)
    trainer = model.trainer(x, y, batch_size=work.batch)
    return trainer.run


def _torch(work: Work) -> Callable[[int], None]:
    torch.manual_seed(0)
    layers: list[torch.nn.Module] = []
    for fan_in, fan_out in zip(work.units[:-1], work.units[1:], strict=True):
        layers += [
            torch.nn.Linear(fan_in, fan_out),
            torch.nn.Tanh() if work.activation == "tanh" else torch.nn.ReLU(),
        ]
    net = torch.nn.Sequential(*layers[:-1])
    binary = work.units[-1] == 1
    loss_of: Callable[..., torch.Tensor] = (
        torch.nn.functional.binary_cross_entropy_with_logits if binary else torch.nn.functional.cross_entropy
    )
    kind = torch.optim.SGD if work.optimizer == "sgd" else torch.optim.Adam
    optimizer = kind(net.parameters(), lr=0.1 if work.optimizer == "sgd" else 0.001)
    x, y = _data(work)
    inputs = torch.from_numpy(x).split(work.batch)
    targets = (torch.from_numpy(y).float()[:, None] if binary else torch.from_numpy(y)).split(work.batch)

    def train(steps: int) -> None:
        for step in range(steps):
            optimizer.zero_grad()
            k = step % len(inputs)
            loss_of(net(inputs[k]), targets[k]).backward()
            optimizer.step()

    return train
