"""The two ways of working on one network: all in one launch of one block, or a launch per operation of many.

Both leave the same in the arrays on the GPU, up to rounding, and are called alike.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.dropout import Mode
from tutor.engine.kernels.cuda import sizes, train, wide
from tutor.engine.kernels.cuda.jit import Workspace
from tutor.engine.kernels.cuda.memory import alone, launch, number, to_device, to_host
from tutor.engine.kernels.cuda.operations import backward_phases, forward_phases

LAUNCH_SECONDS = 0.2
"""A launch should not last longer: some systems kill a kernel that keeps the screen waiting."""

_STEPS_UNSEEN = 64
"""Steps of many launches after which the host looks whether a number has stopped being finite."""


class Task(NamedTuple):
    """One network on the GPU with what it works on; ``near`` is the host's."""

    near: d.Network
    network: d.Network
    workspace: Workspace
    examples: d.Examples
    packed: wide.Packed  # the same once more


class Pace:
    """How many steps a launch has: twice or half as many as the last one, as that was quick or slow."""

    def __init__(self) -> None:
        self.steps = 16

    @contextmanager
    def of(self, left: int) -> Iterator[int]:
        """The steps of a launch that is waited for inside; ``left`` are still to be done."""
        started = time.perf_counter()
        yield min(left, self.steps)
        seconds = time.perf_counter() - started
        if seconds < LAUNCH_SECONDS / 2:
            self.steps = min(2 * self.steps, 1 << 30)
        elif seconds > LAUNCH_SECONDS:
            self.steps = max(1, self.steps // 2)


class OneBlock:
    """Everything in one launch."""

    def __init__(self) -> None:
        self.pace = Pace()

    def train(self, task: Task, near: d.Run, run: d.Run, shuffled: Any, steps: int) -> None:
        """Up to ``steps`` updates; the counters are brought back after each launch."""
        count = sizes.threads(task.near.operations, int(near.controls[d.BATCH_SIZE]))
        args = (*_alone(task), alone(run), shuffled.reshape(1, 1))
        while steps > 0 and near.counters[d.STATUS] == d.HEALTHY:
            with self.pace.of(steps) as now:
                launch(train.train_steps, 1, count, *args, now)
                to_host(run.counters, near.counters)
            steps -= now

    def gradients(self, task: Task, loss: int, training: bool) -> float:
        """The loss of all examples as one batch; the gradients are left on the GPU."""
        answer = to_device(np.zeros(1))
        count = sizes.threads(task.near.operations, task.examples.order.size)
        launch(train.batch_gradients, 1, count, *_alone(task), loss, training, answer)
        return number(answer)

    def evaluate(self, task: Task, loss: int, with_loss: bool, outputs: Any) -> float:
        """The mean loss; the outputs are left on the GPU."""
        answer = to_device(np.zeros(1))
        count = sizes.threads(task.near.operations, min(task.workspace.capacity, task.examples.order.size))
        outputs = outputs.reshape(1, outputs.size)
        launch(train.evaluate, 1, count, *_alone(task), loss, with_loss, outputs, answer)
        return number(answer)


class ManyBlocks:
    """A launch for each phase of each operation. They queue up: the host does not wait for each."""

    def train(self, task: Task, near: d.Run, run: d.Run, shuffled: Any, steps: int) -> None:
        """See :meth:`OneBlock.train`; after a number that is not finite some launches do nothing."""
        flags, answer = to_device(np.zeros(train.FLAGS, np.int64)), to_device(np.zeros(1))
        while steps > 0 and near.counters[d.STATUS] == d.HEALTHY:
            step, epoch, first, _ = near.counters.tolist()
            for _ in range(min(steps, _STEPS_UNSEEN)):
                steps -= 1
                if near.controls[d.SHUFFLE]:
                    order, seed = task.examples.order, int(near.controls[d.SEED])
                    launch(wide.order_epoch, 1, 1, order, shuffled, seed, epoch)
                n = task.examples.order.size
                rows = min(int(near.controls[d.BATCH_SIZE]), n - first)
                self._step(task, near, run, flags, answer, step, first, rows, steps == 0)
                step, first = step + 1, first + rows
                if first == n:
                    epoch, first = epoch + 1, 0
            to_host(run.counters, near.counters)

    def gradients(self, task: Task, loss: int, training: bool) -> float:
        """See :meth:`OneBlock.gradients`."""
        answer, healthy = to_device(np.zeros(1)), to_device(np.zeros(d.COUNTERS, np.int64))
        rows = task.examples.order.size
        self._gradients(task, healthy, loss, 0, rows, Mode(training, 0, 0, 0), answer)
        return number(answer)

    def evaluate(self, task: Task, loss: int, with_loss: bool, outputs: Any) -> float:
        """See :meth:`OneBlock.evaluate`."""
        answer, healthy = to_device(np.zeros(1)), to_device(np.zeros(d.COUNTERS, np.int64))
        n, capacity = task.examples.order.size, task.workspace.capacity
        width = int(task.near.operations[-1, d.OUT_STRIDE])
        for first in range(0, n, capacity):
            rows = min(capacity, n - first)
            self._forward(task, healthy, first, rows, Mode(False, 0, 0, 0))
            if with_loss:
                self._measure(task, healthy, loss, first, rows, n, first == 0, answer)
            size = sizes.grid(rows * width)
            launch(wide.copy_outputs, *size, task.network, task.workspace, outputs, first, rows)
        return number(answer)

    def _step(
        self,
        task: Task,
        near: d.Run,
        run: d.Run,
        flags: Any,
        answer: Any,
        step: int,
        first: int,
        rows: int,
        last: bool,
    ) -> None:
        """One update, unless a number is not finite."""
        network, n = task.network, task.examples.order.size
        mode = Mode(True, int(near.controls[d.SEED]), step, 0)
        self._gradients(task, run.counters, int(near.controls[d.LOSS]), first, rows, mode, answer)
        everywhere = sizes.grid(network.gradients.size)
        launch(wide.inspect, *everywhere, network, run, flags, last)
        launch(train.judge, 1, sizes.threads(task.near.operations, rows), network, run, flags, answer, step)
        launch(wide.move, *everywhere, network, run, flags, step)
        launch(wide.settle, 1, 1, run, flags, answer, rows, n)

    def _gradients(
        self, task: Task, counters: Any, loss: int, first: int, rows: int, mode: Mode, answer: Any
    ) -> None:
        """Forward, loss and back for the batch order[first : first + rows]."""
        operations = task.near.operations
        self._forward(task, counters, first, rows, mode)
        self._measure(task, counters, loss, first, rows, rows, True, answer)
        from_logits = loss in (d.BINARY_CROSSENTROPY, d.CATEGORICAL_CROSSENTROPY)
        for k in range(len(operations) - 1 - from_logits, -1, -1):
            if operations[k, d.BACKWARD] == 0:
                break
            size = sizes.grid(sizes.numbers(operations[k], rows))
            for phase in range(backward_phases(operations[k, d.KIND])):
                launch(wide.backward, *size, *task.packed, counters, k, phase, rows, mode)
        if task.near.penalties.any():
            launch(wide.penalize, *sizes.grid(task.near.parameters.size), task.network, counters)

    def _forward(self, task: Task, counters: Any, first: int, rows: int, mode: Mode) -> None:
        operations = task.near.operations
        size = sizes.grid(rows * int(operations[0, d.IN_STRIDE]))
        launch(wide.gather, *size, task.network, task.workspace, task.examples, counters, first, rows)
        for k, row in enumerate(operations):
            size = sizes.grid(sizes.numbers(row, rows))
            for phase in range(forward_phases(row[d.KIND])):
                launch(wide.forward, *size, *task.packed, counters, k, phase, rows, mode)

    def _measure(
        self, task: Task, counters: Any, loss: int, first: int, rows: int, n: int, begins: bool, answer: Any
    ) -> None:
        count = sizes.threads(task.near.operations, rows)
        where = task.network, task.workspace, task.examples, counters
        launch(train.measure, 1, count, *where, loss, first, rows, n, begins, answer)


def _alone(task: Task) -> tuple[Any, ...]:
    """The task's network, workspace and examples as those of one block."""
    order = task.examples.order
    examples = task.examples._replace(order=order.reshape(1, order.size))
    return alone(task.network), alone(task.workspace), examples
