"""Where a network is trained: on the CPU or on the GPU. numba.cuda is imported only when the GPU is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from tutor.engine import gpu, threads
from tutor.engine.checks import choice
from tutor.engine.kernels import description as d
from tutor.engine.kernels import launch
from tutor.engine.plan import Plan
from tutor.errors import EngineError

NAMES = ("auto", "cpu", "cuda")

USUAL_BATCH = 32
"""Examples per step where nobody says otherwise."""

LAUNCH_SECONDS = 60e-6
"""What a launch costs: some 50 µs of Python in numba-cuda, measured without a GPU, and 5 to 10 of the driver,
an estimate."""

CPU_RATE = 40e9
"""Multiply-adds a second of one core: measured some 48e9 in float32 for 784-256-128-10 on AVX-512."""

GPU_RATE = 200e9
"""Multiply-adds a second of a GPU with these simple kernels: a guess, some hundredths of what one can do."""

GAIN = 2.0
"""How many times faster the GPU must seem before it is taken."""

_LAUNCHES_PER_STEP, _LAUNCHES_PER_OPERATION = 6, 3

_CUDA_KINDS = (
    d.DENSE,
    d.ACTIVATION,
    d.DROPOUT,
    d.REPACK,
    d.CONV,
    d.MAX_POOL,
    d.AVERAGE_POOL,
    d.NORMALIZE,
    d.FORK,
    d.JOIN,
)


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

    "auto" is what :func:`automatic` says of a batch of USUAL_BATCH examples.
    """
    if choice("backend", name, NAMES) == "auto":
        name = automatic(plan, USUAL_BATCH, gpu.is_ready)
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


def automatic(plan: Plan, rows: int, gpu_answers: Callable[[], bool]) -> str:
    """``cuda`` if a training step on ``rows`` examples should be much faster there, and a GPU answers.

    It is asked only if it should. How long a step takes is estimated as launches and arithmetic, see the
    constants above: none of it was measured on a GPU, so the CPU is left only for an estimated GAIN. Small
    networks, whose steps all lie in one launch of one block, stay on the CPU: a core does those faster.
    """
    if any(row[d.KIND] not in _CUDA_KINDS for row in plan.operations):
        return "cpu"
    arithmetic = rows * plan.work
    launches = _LAUNCHES_PER_STEP + _LAUNCHES_PER_OPERATION * len(plan.operations)
    gpu_seconds = launches * LAUNCH_SECONDS + arithmetic / GPU_RATE
    return "cuda" if arithmetic / CPU_RATE > GAIN * gpu_seconds and gpu_answers() else "cpu"
