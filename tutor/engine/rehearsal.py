"""The step that comes next, done on copies: what every unit computes in it, what becomes of the weights."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.engine import memory, plan
from tutor.engine.kernels import description as d
from tutor.engine.kernels import launch

if TYPE_CHECKING:
    from tutor.engine.network import Sequential
    from tutor.engine.planner import Tensor

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Passage:
    """What ``rows`` examples left in a workspace on their way through a network, and the loss on its way
    back.

    ``operation`` is a row of the network's table of operations. Arrays are (rows, numbers per example) for
    plain rows of numbers and (rows, lines, columns, channels) for images; they are views.
    """

    workspace: d.Workspace
    rows: int

    def inputs(self, operation: d.Integers) -> Array:
        """What the operation took."""
        return self._view(self.workspace.values, operation, d.INPUT, d.IN_LINES)

    def outputs(self, operation: d.Integers) -> Array:
        """What it gave."""
        return self._view(self.workspace.values, operation, d.OUTPUT, d.OUT_LINES)

    def output_gradients(self, operation: d.Integers) -> Array:
        """The gradients of the loss by what it gave; 0 where back-propagation did not come by."""
        return self._view(self.workspace.deltas, operation, d.OUTPUT, d.OUT_LINES)

    def _view(self, buffer: Array, operation: d.Integers, place: int, grid: int) -> Array:
        lines, columns, channels, pixel = (int(number) for number in operation[grid : grid + 4])
        stride = d.padded(lines * columns * pixel)
        start = int(operation[place]) * self.workspace.capacity
        rows = buffer[start : start + self.rows * stride].reshape(self.rows, stride)
        images = rows[:, : lines * columns * pixel].reshape(self.rows, lines, columns, pixel)
        return images[:, 0, 0, :channels] if lines == columns == 1 else images[..., :channels]


@dataclass(frozen=True, eq=False)
class Rehearsal:
    """One step of training as it would be; the flat arrays are as the network's (``Tensor.view``)."""

    examples: Array
    """The indices of the minibatch's examples in the training set."""
    loss: float
    """Of the minibatch, with penalties; NaN if a number stops being finite in this step."""
    learning_rate: float
    passage: Passage
    gradients: Array
    """Of the minibatch's loss, with penalties, before anything is clipped."""
    parameters: Array
    """After the step; as they were if the step is not done because a number is not finite."""

    def gradient(self, tensor: Tensor) -> Array:
        """The gradient by a weight array; zeros if it is not learned."""
        return tensor.view(self.gradients) if tensor.learned else np.zeros(tensor.shape)


def forward(model: Sequential, inputs: d.Examples) -> Passage:
    """Let examples through the network as when it is asked: no dropout, no statistics of the batch."""
    rows = inputs.order.size
    workspace = model.plan.workspace(rows, model.dtype)
    answers = plan.zeros(rows * d.padded(model.plan.outputs), model.dtype)
    launch.evaluate(_apart(model.network), workspace, inputs, 0, False, answers)
    return Passage(workspace, rows)


def rehearse(model: Sequential, examples: d.Examples, run: d.Run) -> Rehearsal:
    """Do the step that comes next in ``run`` on the CPU and on copies of all that it changes.

    Where a batch is trained in shards, or on a GPU, its sums are rounded otherwise: the last digits differ.
    """
    unclipped = done = _step(model, examples, run)
    if run.controls[d.CLIPPING] != d.NO_CLIPPING:
        free = run._replace(controls=run.controls.copy())
        free.controls[d.CLIPPING] = d.NO_CLIPPING
        unclipped = _step(model, examples, free)
    return Rehearsal(
        examples=done.examples,
        loss=done.loss,
        learning_rate=done.learning_rate,
        passage=done.passage,
        gradients=unclipped.gradients,
        parameters=done.parameters,
    )


def _apart(network: d.Network) -> d.Network:
    """The network with each operation done on its own, so that what each gives is there to be seen."""
    operations = network.operations.copy()
    operations[:, d.WITH_NEXT] = 0
    return network._replace(operations=operations)


def _step(model: Sequential, examples: d.Examples, run: d.Run) -> Rehearsal:
    network = model.network
    size = sum(array.nbytes for array in (network.parameters, network.gradients, run.slots, run.before))
    memory.check("a step on copies", size, model.dtype, "take a smaller network")
    parameters = plan.zeros(network.parameters.size, model.dtype)
    parameters[:] = network.parameters
    gradients = plan.zeros(network.gradients.size, model.dtype)
    trial = d.Run._make(array.copy() for array in run)
    trial.sums[:] = 0
    first, size = int(run.counters[d.POSITION]), int(run.controls[d.BATCH_SIZE])
    order = examples.order.copy()
    rows = min(size, order.size - first)
    workspace = model.plan.workspace(rows, model.dtype)
    launch.train_steps(
        _apart(network)._replace(parameters=parameters, gradients=gradients),
        workspace,
        examples._replace(order=order),
        trial,
        1,
    )
    loss = trial.sums[d.LOSS_SUM] / rows if trial.sums[d.EXAMPLES_SUM] else math.nan
    rate = float(trial.rates[d.LEARNING_RATE])
    passage = Passage(workspace, rows)
    return Rehearsal(order[first : first + rows], float(loss), rate, passage, gradients, parameters)
