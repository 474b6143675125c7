"""A network's place on the GPU: what lies there, what must be copied when, and what if the GPU is lost.

Parameters, gradients and the optimizer's slots stay on the GPU from one launch to the next and come back when
the network is asked for them (:meth:`Session.fetch`); data sets are copied once. Only a few hundred bytes of
settings and counters travel with each launch.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cuda import sizes, train
from tutor.engine.kernels.cuda.jit import Workspace
from tutor.engine.kernels.cuda.launches import ManyBlocks, OneBlock, Task
from tutor.engine.kernels.cuda.memory import Copies, packed, ready, to_device, to_host
from tutor.engine.kernels.cuda.wide import Packed
from tutor.errors import EngineError


class Session:
    """Trains and asks one network on the GPU; the host's arrays are told from each other by identity.

    Its methods take what those of ``launch`` take, raise EngineError if the GPU fails, and leave the same in
    the host's arrays, except that ``train_steps`` leaves parameters, gradients and slots on the GPU. If
    the GPU is lost, the host's arrays go back to what was last fetched, and can be read and saved.
    """

    def __init__(self) -> None:
        self._network: d.Network | None = None
        self._run: d.Run | None = None
        self._held: dict[str, Any] = {}
        """The GPU's ``weights`` (packed), ``slots`` and ``before``; what is missing is to be copied."""
        self._newer = False
        """Whether they are newer than the host's."""
        self._counters_then: Any = None
        """What the host's counters were when the host's parameters were as new."""
        self._copies = Copies()
        self._one_block, self._many_blocks = OneBlock(), ManyBlocks()

    def train_steps(
        self, network: d.Network, workspace: d.Workspace, examples: d.Examples, run: d.Run, steps: int
    ) -> None:
        """See ``cuda.train.train_steps``."""
        with self._kept():
            self._hold(network, run)
            far_run = self._far_run(run)
            task = self._task(network, workspace, examples)
            shuffled = self._copies.of(
                examples.order, "marker", lambda _: to_device(np.array([train.NO_EPOCH]))
            )
            if not self._newer:
                self._counters_then = run.counters.copy()
            self._newer = True
            way = self._way(network, int(run.controls[d.BATCH_SIZE]))
            way.train(task, run, far_run, shuffled, steps)
            to_host(far_run.sums, run.sums)
            to_host(far_run.rates, run.rates)
            if run.counters[d.STATUS] == d.BAD_LOSS:  # the reader will look for the first bad value
                to_host(task.workspace.values, workspace.values)

    def batch_gradients(
        self, network: d.Network, workspace: d.Workspace, examples: d.Examples, loss: int, training: bool
    ) -> float:
        """See ``cpu.train.batch_gradients``."""
        with self._kept():
            task = self._task(network, workspace, examples, _weights(network))
            value = self._way(network, examples.order.size).gradients(task, loss, training)
            to_host(task.network.gradients, network.gradients)
        return value

    def evaluate(
        self,
        network: d.Network,
        workspace: d.Workspace,
        examples: d.Examples,
        loss: int,
        with_loss: bool,
        outputs: d.Floats,
    ) -> float:
        """See ``cpu.train.evaluate``."""
        with self._kept():
            self._hold(network, self._run)
            task, answers = self._task(network, workspace, examples), to_device(outputs)
            way = self._way(network, min(workspace.capacity, examples.order.size))
            value = way.evaluate(task, loss, with_loss, answers)
            to_host(answers, outputs)
        return value

    def fetch(self) -> None:
        """Bring back what is newer on the GPU. From then on the host's arrays hold, and may be written."""
        with self._kept():
            self._bring_back()
        self._held.clear()

    # ----------------------------------------------------------------- what lies on the GPU

    def _way(self, network: d.Network, rows: int) -> OneBlock | ManyBlocks:
        return self._many_blocks if sizes.needs_many_blocks(network.operations, rows) else self._one_block

    def _hold(self, network: d.Network, run: d.Run | None) -> None:
        """Make sure that the state of ``network`` and ``run`` is what lies on the GPU."""
        known = self._network is not None and self._network.parameters is network.parameters
        if not known or run is not self._run:
            self._bring_back()
            self._held.clear()
            self._network, self._run = network, run
        if "weights" not in self._held:
            self._held["weights"] = _weights(network)
        if run is not None and "slots" not in self._held:
            self._held |= {"slots": to_device(run.slots), "before": to_device(run.before)}

    def _bring_back(self) -> None:
        if self._newer and self._network is not None and self._run is not None:
            parameters, gradients = self._held["weights"][1]
            to_host(parameters, self._network.parameters)
            to_host(gradients, self._network.gradients)
            to_host(self._held["slots"], self._run.slots)
            to_host(self._held["before"], self._run.before)
        self._newer = False

    @contextmanager
    def _kept(self) -> Iterator[None]:
        """If the GPU fails, save what can be saved, so that the network can still be read."""
        try:
            with ready():
                yield
        except EngineError as error:
            lost = not self._saved()
            self._held.clear()
            self._copies.forget()
            if lost and self._run is not None:
                step = int(self._run.counters[d.STEPS])
                message = f"{error.message}: the network is back where it was after step {step}"
                raise type(error)(message, error.hint) from error
            raise

    def _saved(self) -> bool:
        """Bring back what is newer on the GPU; if it is lost, go back to what was fetched last."""
        try:
            with ready():
                self._bring_back()
        except EngineError:
            self._newer = False
            if self._run is not None:
                self._run.counters[:] = self._counters_then
            return False
        return True

    def _task(
        self,
        network: d.Network,
        workspace: d.Workspace,
        examples: d.Examples,
        weights: tuple[Any, list[Any]] | None = None,
    ) -> Task:
        """Everything that the kernels read; ``weights``, see :func:`_weights`, None are those held."""
        whole, (parameters, gradients) = weights or self._held["weights"]
        others = (to_device(array) for array in (network.tensors, network.penalties))
        far = d.Network(to_device(network.operations), parameters, gradients, *others)
        room, arrays = self._copies.of(workspace.values, "room", lambda _: _room(network, workspace))
        lengths = [array.size for array in arrays]
        extents = np.array([parameters.size, gradients.size, workspace.capacity, *lengths])
        return Task(
            network,
            far,
            Workspace(workspace.capacity, *arrays),
            d.Examples(*(self._copies.of(array) for array in examples)),
            Packed(whole, room, far.operations, to_device(extents)),
        )

    def _far_run(self, run: d.Run) -> d.Run:
        return d.Run(
            to_device(run.controls),
            to_device(run.rates),
            to_device(run.counters),
            to_device(run.sums),
            self._held["slots"],
            self._held["before"],
        )


def _weights(network: d.Network) -> tuple[Any, list[Any]]:
    """Parameters and gradients, packed."""
    return packed((network.parameters, network.gradients))


def _room(network: d.Network, workspace: d.Workspace) -> tuple[Any, list[Any]]:
    """The arrays of the GPU's workspace, packed."""
    partials = np.zeros(sizes.partials(network.operations, sizes.GRID_THREADS), workspace.values.dtype)
    return packed((*workspace[1:], partials))
