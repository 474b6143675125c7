"""Many networks of one layout on the GPU: a block of threads for each, all in one launch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cuda import sizes, train
from tutor.engine.kernels.cuda.jit import Workspace
from tutor.engine.kernels.cuda.launches import Pace
from tutor.engine.kernels.cuda.memory import launch, ready, to_device, to_host

_MEMORY = 1 << 30
"""Bytes that the networks of one launch may take; every GPU has as much."""

_MOST = 1024
"""Networks in one launch: more than any GPU works on at once."""

_ASKED_AT_ONCE = 64
"""Examples that go through a network at once when it is only asked."""


def at_once(network: d.Network, workspace: d.Workspace, outputs: int) -> int:
    """How many such networks a launch may have; ``outputs`` numbers are kept of each one's answers."""
    arrays = (*network[1:3], *workspace[1:])
    numbers = outputs + 4 * network.gradients.size + sum(array.size for array in arrays)
    return max(1, min(_MOST, _MEMORY // (numbers * network.parameters.itemsize)))


def capacity(batch: int, examples: int) -> int:
    """Rows of the workspace that serves to train and to ask."""
    return max(batch, min(_ASKED_AT_ONCE, examples))


class Together:
    """Trains and asks networks on the same examples; each has its parameters, settings, counters and order.

    ``workspace`` says of what size a network's own is. Raises EngineError if the GPU fails.
    """

    def __init__(
        self,
        networks: Sequence[d.Network],
        runs: Sequence[d.Run],
        examples: d.Examples,
        workspace: d.Workspace,
    ) -> None:
        self._networks, self._count, self._examples = networks, len(networks), examples.order.size
        self._operations = networks[0].operations
        self._controls = _stacked([run.controls for run in runs])
        self.counters = _stacked([run.counters for run in runs])
        """(networks, COUNTERS)."""
        self._pace = Pace()
        batch = int(self._controls[:, d.BATCH_SIZE].max())
        self._threads = sizes.threads(self._operations, batch)
        with ready():
            self._network = d.Network(
                *(to_device(_stacked(arrays)) for arrays in zip(*networks, strict=True))
            )
            self._run = d.Run(*(to_device(_stacked(arrays)) for arrays in zip(*runs, strict=True)))
            self._workspace = self._workspaces(workspace)
            order = np.tile(examples.order, (self._count, 1))
            inputs, targets = to_device(examples.inputs), to_device(examples.targets)
            self._in_order = d.Examples(inputs, targets, to_device(order))
            self._to_shuffle = d.Examples(inputs, targets, to_device(order))
            self._shuffled = to_device(np.full((self._count, 1), train.NO_EPOCH))

    def train(self, steps: int) -> None:
        """Up to ``steps`` updates of each; those whose numbers are not finite stay where they are."""
        with ready():
            while steps > 0:
                with self._pace.of(steps) as now:
                    args = self._network, self._workspace, self._to_shuffle, self._run, self._shuffled
                    launch(train.train_steps, self._count, self._threads, *args, now)
                    to_host(self._run.counters, self.counters)
                steps -= now

    def evaluate(self) -> tuple[NDArray[Any], NDArray[np.float64]]:
        """The outputs (networks, examples, OUT_STRIDE) and the mean losses (networks,)."""
        stride, loss = int(self._operations[-1, d.OUT_STRIDE]), int(self._controls[0, d.LOSS])
        outputs = np.zeros((self._count, self._examples * stride), self._networks[0].parameters.dtype)
        losses = np.zeros(self._count)
        with ready():
            far_outputs, answers = to_device(outputs), to_device(losses)
            args = self._network, self._workspace, self._in_order, loss, True, far_outputs, answers
            launch(train.evaluate, self._count, self._threads, *args)
            to_host(far_outputs, outputs)
            to_host(answers, losses)
        return outputs.reshape(self._count, self._examples, stride), losses

    def fetch(self) -> None:
        """Bring the parameters back into the networks."""
        parameters = np.zeros(self._network.parameters.shape, self._networks[0].parameters.dtype)
        with ready():
            to_host(self._network.parameters, parameters)
        for network, row in zip(self._networks, parameters, strict=True):
            network.parameters[:] = row

    def _workspaces(self, workspace: d.Workspace) -> Workspace:
        partials = sizes.partials(self._operations, sizes.BLOCK_THREADS)
        lengths = [*(array.size for array in workspace[1:]), partials]
        dtype = workspace.values.dtype
        arrays = [to_device(np.zeros((self._count, length), dtype)) for length in lengths]
        return Workspace(workspace.capacity, *arrays)


def _stacked(arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """One array with the networks as first axis; shorter rows, as of other optimizers, end in zeros."""
    longest = max(array.shape[0] for array in arrays)
    stacked = np.zeros((len(arrays), longest, *arrays[0].shape[1:]), arrays[0].dtype)
    for row, array in zip(stacked, arrays, strict=True):
        row[: array.shape[0]] = array
    return stacked
