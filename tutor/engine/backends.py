"""Where a network is trained: on the CPU or on the GPU. numba.cuda is imported only when the GPU is taken."""

from __future__ import annotations

from typing import Any, Protocol

from tutor.engine import gpu, threads
from tutor.engine.checks import choice
from tutor.engine.kernels import description as d
from tutor.engine.kernels import launch
from tutor.engine.plan import Plan
from tutor.errors import EngineError

NAMES = ("auto", "cpu", "cuda")

_CUDA_KINDS = (d.DENSE, d.ACTIVATION, d.DROPOUT, d.REPACK)


class Kernels(Protocol):
    """What a backend does; see ``launch`` and ``cuda.session`` for the GPU."""

    def train_steps(
        self,
        network: d.Network,
        room: Any,  # a d.Workspace; for the CPU perhaps d.Shards
        examples: d.Examples,
        run: d.Run,
        steps: int,
        /,
    ) -> None: ...

    def batch_gradients(
        self,
        network: d.Network,
        workspace: d.Workspace,
        examples: d.Examples,
        loss: int,
        training: bool,
        /,
    ) -> float: ...

    def evaluate(
        self,
        network: d.Network,
        workspace: d.Workspace,
        examples: d.Examples,
        loss: int,
        with_loss: bool,
        outputs: d.Floats,
        /,
    ) -> float: ...

    def fetch(self) -> None:
        """Bring the network's and the run's numbers into the host's arrays, which then may be written."""


class Cpu:
    """The processor, which works on the host's arrays themselves."""

    batch_gradients = staticmethod(launch.batch_gradients)
    evaluate = staticmethod(launch.evaluate)

    def __init__(self) -> None:
        self._pace = threads.Pace()

    def train_steps(
        self,
        network: d.Network,
        room: d.Workspace | d.Shards,
        examples: d.Examples,
        run: d.Run,
        steps: int,
    ) -> None:
        """By one thread, or where the batch is in shards perhaps by several."""
        if isinstance(room, d.Shards):
            launch.train_in_shards(network, room, examples, run, steps, self._pace)
        else:
            launch.train_steps(network, room, examples, run, steps)

    def fetch(self) -> None:
        """Nothing to bring."""


def choose(name: str, plan: Plan) -> tuple[str, Kernels]:
    """``cpu`` or ``cuda``, and its kernels; EngineError if the GPU is asked for and cannot be had.

    "auto" is the CPU: so far a network has one block of threads, one of a GPU's many multiprocessors, which
    by reckoning (no GPU was at hand to measure) overtakes a core at no size. With kernels of many blocks it
    shall take the GPU from so many multiply-adds per step on.
    """
    if choice("backend", name, NAMES) != "cuda":
        return "cpu", Cpu()
    for row in plan.operations:
        if row[d.KIND] not in _CUDA_KINDS:
            raise EngineError(
                f"{plan.layer_names[row[d.LAYER]]} cannot be computed on the GPU yet", gpu.TAKE_THE_CPU
            )
    if not gpu.simulated():
        gpu.find()
    from tutor.engine.kernels.cuda.session import Session

    return name, Session()
