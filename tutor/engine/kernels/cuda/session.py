"""A network's place on the GPU: what lies there, what must be copied when, and the launches.

Parameters, gradients and the optimizer's slots stay on the GPU from one launch to the next and come back when
the network is asked for them (:meth:`Session.fetch`); data sets are copied once. Only a few hundred bytes of
settings and counters travel with each launch.
"""

from __future__ import annotations

import sys
import time
import warnings
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numba import cuda

from tutor.engine import cache
from tutor.engine.kernels import description as d
from tutor.engine.kernels.cuda import train
from tutor.engine.kernels.cuda.errors import explained
from tutor.engine.kernels.cuda.jit import SIMULATED

SIMULATED_THREADS = 4
LAUNCH_SECONDS = 0.2
"""A launch should not last longer: some systems kill a kernel that keeps the screen waiting."""

_WARP = 32
_SUM_BYTES = 8


class Session:
    """Trains and asks one network on the GPU; the host's arrays are told from each other by identity.

    Its methods take what those of ``launch`` take, raise EngineError if the GPU fails, and leave the same in
    the host's arrays, except that ``train_steps`` leaves parameters, gradients and slots on the GPU.
    """

    def __init__(self) -> None:
        self._network: d.Network | None = None
        self._run: d.Run | None = None
        self._held: dict[str, Any] = {}
        """The GPU's ``parameters``, ``gradients``, ``slots``, ``before``; what is missing is to be copied."""
        self._newer = False
        """Whether they are newer than the host's."""
        self._copies: dict[int, tuple[weakref.ref[Any], Any]] = {}
        self._steps = 16

    def train_steps(
        self, network: d.Network, workspace: d.Workspace, examples: d.Examples, run: d.Run, steps: int
    ) -> None:
        """See ``cuda.train.train_steps``."""
        with _ready():
            self._hold(network, run)
            far_network, far_run = self._far_network(network), self._far_run(run)
            room, data = self._far_workspace(workspace), self._far_examples(examples)
            shuffled = self._copy_of(examples.order, "marker", lambda _: np.array([train.NO_EPOCH]))
            threads = _threads(network, int(run.controls[d.BATCH_SIZE]))
            self._newer = True
            while steps > 0 and run.counters[d.STATUS] == d.HEALTHY:
                now, started = min(steps, self._steps), time.perf_counter()
                _launch(train.train_steps, threads, far_network, room, data, far_run, shuffled, now)
                _to_host(far_run.counters, run.counters)
                self._pace(time.perf_counter() - started)
                steps -= now
            _to_host(far_run.sums, run.sums)
            _to_host(far_run.rates, run.rates)
            if run.counters[d.STATUS] == d.BAD_LOSS:  # the reader will look for the first bad value
                _to_host(room.values, workspace.values)

    def batch_gradients(
        self, network: d.Network, workspace: d.Workspace, examples: d.Examples, loss: int, training: bool
    ) -> float:
        """See ``cpu.train.batch_gradients``."""
        with _ready():
            far, answer = d.Network(*map(_to_device, network)), _to_device(np.zeros(1))
            room, data = self._far_workspace(workspace), self._far_examples(examples)
            threads = _threads(network, examples.order.size)
            _launch(train.batch_gradients, threads, far, room, data, loss, training, answer)
            _to_host(far.gradients, network.gradients)
            return _number(answer)

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
        with _ready():
            self._hold(network, self._run)
            far, answer = self._far_network(network), _to_device(np.zeros(1))
            room, data = self._far_workspace(workspace), self._far_examples(examples)
            threads = _threads(network, min(workspace.capacity, examples.order.size))
            answers = _to_device(outputs)
            _launch(train.evaluate, threads, far, room, data, loss, with_loss, answers, answer)
            _to_host(answers, outputs)
            return _number(answer)

    def fetch(self) -> None:
        """Bring back what is newer on the GPU. From then on the host's arrays hold, and may be written."""
        if self._newer and self._network is not None and self._run is not None:
            with _ready():
                self._bring_back(self._network, self._run)
        self._newer = False
        self._held.clear()

    def _bring_back(self, network: d.Network, run: d.Run) -> None:
        for name, target in _state(network, run).items():
            if name in self._held:
                _to_host(self._held[name], target)

    # ----------------------------------------------------------------- what lies on the GPU

    def _hold(self, network: d.Network, run: d.Run | None) -> None:
        """Make sure that the state of ``network`` and ``run`` is what lies on the GPU."""
        known = self._network is not None and self._network.parameters is network.parameters
        if not known or run is not self._run:
            self.fetch()
            self._network, self._run = network, run
        for name, source in _state(network, run).items():
            if name not in self._held:
                self._held[name] = _to_device(source)

    def _far_network(self, network: d.Network) -> d.Network:
        return d.Network(
            _to_device(network.operations),
            self._held["parameters"],
            self._held["gradients"],
            _to_device(network.tensors),
            _to_device(network.penalties),
        )

    def _far_run(self, run: d.Run) -> d.Run:
        return d.Run(
            _to_device(run.controls),
            _to_device(run.rates),
            _to_device(run.counters),
            _to_device(run.sums),
            self._held["slots"],
            self._held["before"],
        )

    def _far_workspace(self, workspace: d.Workspace) -> d.Workspace:
        arrays = [self._copy_of(array) for array in workspace[1:]]
        return d.Workspace(workspace.capacity, *arrays)

    def _far_examples(self, examples: d.Examples) -> d.Examples:
        return d.Examples(*(self._copy_of(array) for array in examples))

    def _copy_of(
        self, array: Any, purpose: str = "", make: Callable[[Any], Any] = lambda array: array
    ) -> Any:
        """The GPU's own version of ``array``, made at first sight and freed when ``array`` is."""
        key = hash((id(array), purpose))
        known = self._copies.get(key)
        if known is None or known[0]() is not array:
            copies = self._copies
            gone = weakref.ref(array, lambda _: copies.pop(key, None))
            known = copies[key] = (gone, _to_device(make(array)))
        return known[1]

    def _pace(self, seconds: float) -> None:
        """Choose the number of steps of the next launch."""
        if seconds < LAUNCH_SECONDS / 2:
            self._steps = min(2 * self._steps, 1 << 30)
        elif seconds > LAUNCH_SECONDS:
            self._steps = max(1, self._steps // 2)


def _state(network: d.Network, run: d.Run | None) -> dict[str, Any]:
    """The host's arrays that have a lasting counterpart on the GPU."""
    state = {"parameters": network.parameters, "gradients": network.gradients}
    return state if run is None else state | {"slots": run.slots, "before": run.before}


def _to_device(array: Any) -> Any:
    return cuda.to_device(array if array.size else np.zeros(max(1, array.ndim) * (1,), array.dtype))


def _to_host(far: Any, target: Any) -> None:
    if target.size:
        far.copy_to_host(target)


def _number(far: Any) -> float:
    return float(far.copy_to_host()[0])


def _threads(network: d.Network, rows: int) -> int:
    """A power of two, one thread for each number of the widest operation where a block can have as many.

    It depends on nothing but the network and the batch, so that sums are added in the same order in each run.
    """
    if SIMULATED:
        return SIMULATED_THREADS
    wanted = rows * int(network.operations[:, d.OUT_STRIDE].max())
    threads = _WARP
    while threads < min(wanted, train.MAX_THREADS):
        threads *= 2
    return threads


def _launch(entry: Any, threads: int, *args: Any) -> None:
    known = len(entry.overloads)
    entry[1, threads, 0, threads * _SUM_BYTES](*args)  # one block; the default stream; room for its sums
    if not SIMULATED and len(entry.overloads) > known:
        cache.seal()


@contextmanager
def _ready() -> Iterator[None]:
    """Errors explained; in the simulator also NumPy's warnings silenced and threads exchanged quickly."""
    if not SIMULATED:
        with explained():
            yield
        return
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with explained(), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            yield
    finally:
        sys.setswitchinterval(interval)
