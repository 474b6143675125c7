"""The way from Python into compiled code: every kernel is called through here.

A kernel is compiled, or loaded from the cache, at its first call for a number type. The cache is sealed after
that, so that damage to it is noticed before numba reads it again.
"""

from __future__ import annotations

from typing import Any

from tutor.engine import cache
from tutor.engine.kernels.cpu import survey as cpu_survey
from tutor.engine.kernels.cpu import train
from tutor.engine.kernels.description import Examples, Floats, Network, Run, Workspace


def train_steps(network: Network, workspace: Workspace, examples: Examples, run: Run, steps: int) -> None:
    """See ``cpu.train.train_steps``."""
    _call(train.train_steps, network, workspace, examples, run, steps)


def batch_gradients(
    network: Network, workspace: Workspace, examples: Examples, loss: int, training: bool
) -> float:
    """See ``cpu.train.batch_gradients``."""
    return float(_call(train.batch_gradients, network, workspace, examples, loss, training))


def evaluate(
    network: Network, workspace: Workspace, examples: Examples, loss: int, with_loss: bool, outputs: Floats
) -> float:
    """See ``cpu.train.evaluate``."""
    return float(_call(train.evaluate, network, workspace, examples, loss, with_loss, outputs))


def survey(*arrays: Any) -> None:
    """See ``cpu.survey.survey``; health is always looked at on the CPU."""
    _call(cpu_survey.survey, *arrays)


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
