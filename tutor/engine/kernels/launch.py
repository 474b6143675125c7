"""The way from Python into compiled code: every kernel is called through here.

The kernels are compiled (or loaded from the cache) at their first call for a number type, and the cache is sealed
afterwards, so that damage to it is seen before numba reads it again.
"""

from __future__ import annotations

from tutor.engine.kernels.cpu import train
from tutor.engine.kernels.description import Examples, Floats, Network, Run, Workspace


def train_steps(network: Network, workspace: Workspace, examples: Examples, run: Run, steps: int) -> None:
    """See ``cpu.train.train_steps``."""
    train.train_steps(network, workspace, examples, run, steps)


def batch_gradients(network: Network, workspace: Workspace, examples: Examples, loss: int) -> float:
    """See ``cpu.train.batch_gradients``."""
    return float(train.batch_gradients(network, workspace, examples, loss))


def evaluate(
    network: Network, workspace: Workspace, examples: Examples, loss: int, with_loss: bool, outputs: Floats
) -> float:
    """See ``cpu.train.evaluate``."""
    return float(train.evaluate(network, workspace, examples, loss, with_loss, outputs))
