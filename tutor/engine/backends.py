"""Where a network is trained: on the CPU or on the GPU. numba.cuda is imported only when the GPU is taken."""

from __future__ import annotations

from typing import Protocol

from tutor.engine import gpu
from tutor.engine.checks import choice
from tutor.engine.kernels import description as d
from tutor.engine.kernels import launch
from tutor.engine.plan import Plan
from tutor.errors import EngineError

NAMES = ("auto", "cpu", "cuda")

AUTO_LEAST = 200_000_000
"""Multiply-adds in a step of 32 examples from which "auto" takes the GPU, if one answers.

A step on the GPU costs some twenty launches, about a millisecond, whatever its size; in that time one core
does about 50 million. So this is work of several milliseconds on the CPU. It was reckoned, not measured.
"""

_CUDA_KINDS = (d.DENSE, d.ACTIVATION, d.DROPOUT, d.REPACK)


class Kernels(Protocol):
    """What a backend does; see ``launch`` and ``cuda.session`` for the GPU."""

    def train_steps(
        self, network: d.Network, workspace: d.Workspace, examples: d.Examples, run: d.Run, steps: int, /
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

    train_steps = staticmethod(launch.train_steps)
    batch_gradients = staticmethod(launch.batch_gradients)
    evaluate = staticmethod(launch.evaluate)

    def fetch(self) -> None:
        """Nothing to bring."""


def choose(name: str, plan: Plan) -> tuple[str, Kernels]:
    """``cpu`` or ``cuda``, and its kernels; EngineError if the GPU is asked for and cannot be had."""
    if choice("backend", name, NAMES) == "auto":
        name = "cuda" if _gains(plan) else "cpu"
    if name == "cpu":
        return name, Cpu()
    for row in plan.operations:
        if row[d.KIND] not in _CUDA_KINDS:
            raise EngineError(
                f"{plan.layer_names[row[d.LAYER]]} cannot be computed on the GPU yet", gpu.TAKE_THE_CPU
            )
    if not gpu.simulated():
        gpu.find()
    from tutor.engine.kernels.cuda.session import Session

    return name, Session()


def multiply_adds(plan: Plan) -> int:
    """In one step on one example: of the way forward, and twice as many on the way back."""
    dense = plan.operations[plan.operations[:, d.KIND] == d.DENSE]
    return 3 * int((dense[:, d.IN_WIDTH] * dense[:, d.OUT_WIDTH]).sum())


def _gains(plan: Plan) -> bool:
    """Whether "auto" takes the GPU: the work is large enough, all of it known there, and a GPU answers."""
    known = bool((plan.operations[:, d.KIND, None] == _CUDA_KINDS).any(axis=1).all())
    if gpu.simulated() or not known or 32 * multiply_adds(plan) < AUTO_LEAST:
        return False
    try:
        gpu.find()
    except EngineError:
        return False
    return True
