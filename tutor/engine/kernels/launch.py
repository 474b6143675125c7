"""The way from Python into compiled code: every kernel is called through here.

A kernel is compiled, or loaded from the cache, at its first call for a number type. The cache is sealed after
that, so that damage to it is noticed before numba reads it again.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from tutor.engine import cache, threads
from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu import ahead, team, train
from tutor.engine.kernels.cpu import survey as cpu_survey
from tutor.engine.kernels.description import Examples, Floats, Network, Run, Shards, Workspace

_CHUNK = 400_000_000
"""Multiply-adds, some twenty milliseconds' work: after that many it is seen again whether help pays."""
_LEAST_HELPED = 50_000_000
"""Multiply-adds for which a helper is woken, which takes it some tenth of a millisecond."""
_PATIENCE = 5_000_000
"""Multiply-adds that take about as long as a nap, see ``cpu.team``."""


def train_steps(network: Network, workspace: Workspace, examples: Examples, run: Run, steps: int) -> None:
    """See ``cpu.train.train_steps``."""
    _pass(train.train_steps, network, workspace, examples, run, steps)


def train_in_shards(
    network: Network, shards: Shards, examples: Examples, run: Run, steps: int, pace: threads.Pace
) -> None:
    """The same for a batch in shards, with the help of other threads where that pays."""
    work = shards.work * shards.length
    chunk = max(1, _CHUNK // work)
    while steps > 0 and run.counters[d.STATUS] == d.HEALTHY:
        now = chunk if steps >= 2 * chunk else steps
        steps -= now
        counts = now * work >= _LEAST_HELPED
        most = shards.length if counts and pace.wants_help() else 1
        began = time.perf_counter()
        _, helped = _meet(network, shards, examples, run, True, now, most)
        if counts:
            pace.note(helped, (time.perf_counter() - began) / (now * work))


def batch_gradients(
    network: Network, workspace: Workspace, examples: Examples, loss: int, training: bool
) -> float:
    """The loss of all examples as one batch, in training or not; the gradients go into network.gradients."""
    controls = np.zeros(d.CONTROLS, np.int64)
    controls[d.LOSS], controls[d.BATCH_SIZE] = loss, examples.order.size
    none = network.gradients[:0]
    run = Run(controls, np.zeros(d.RATES), np.zeros(d.COUNTERS, np.int64), np.zeros(d.SUMS), none, none)
    shards = Shards(workspace, 1, network.gradients, 0)
    return _meet(network, shards, examples, run, training, 0, 1)[0]


def _meet(
    network: Network, shards: Shards, examples: Examples, run: Run, training: bool, steps: int, most: int
) -> tuple[float, bool]:
    """Call ``cpu.team.train_in_shards`` in at most ``most`` threads: the loss, and whether there was help."""
    board, losses = np.zeros(d.BOARD, np.int64), np.zeros((shards.length + 1, d.LINE))
    board[d.STEPS_TO_DO] = steps
    board[d.PATIENCE] = 4 + 2 * shards.work // _PATIENCE

    def work(member: int) -> float:
        return float(
            _pass(team.train_in_shards, network, shards, examples, run, training, board, losses, member)
        )

    try:
        return threads.share(most, work)
    finally:
        board[d.DOOR] = d.OVER  # also where this thread was stopped before it began


def evaluate(
    network: Network, workspace: Workspace, examples: Examples, loss: int, with_loss: bool, outputs: Floats
) -> float:
    """See ``cpu.train.evaluate``."""
    return float(_pass(train.evaluate, network, workspace, examples, loss, with_loss, outputs))


def survey(*arrays: Any) -> None:
    """See ``cpu.survey.survey``; health is always looked at on the CPU."""
    _call(cpu_survey.survey, *arrays)


def _pass(entry: Any, network: Network, *args: Any) -> Any:
    """Call an entry by which examples pass through a network."""
    ahead.all_stand(network.parameters.dtype.char)  # its name takes numpy a microsecond to spell
    return _call(entry, network, *args)


def _call(entry: Any, *args: Any) -> Any:
    known = len(entry.overloads)
    try:
        result = entry(*args)
    except OSError:
        # Compiled, but it could not be written to the cache (a full disk). Numba has kept it in memory.
        result = entry(*args)
    if len(entry.overloads) > known:
        cache.seal()
    return result
