"""``Sequential``: a stack of layers with its weights, what it learns by, and what can be asked of it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tutor.engine import activations, backends, checks, initializers, losses, optimizers, plan, storage
from tutor.engine import metrics as measures
from tutor.engine.augmentation import Augmentation
from tutor.engine.history import History
from tutor.engine.kernels import description as d
from tutor.engine.layers import Activation, Conv2D, Dense, Layer
from tutor.engine.optimizers import Optimizer
from tutor.engine.report import TrainingReport
from tutor.engine.stopping import EarlyStopping
from tutor.engine.trainer import Data, Trainer
from tutor.errors import EngineError

Array = NDArray[Any]
Pair = tuple[ArrayLike, ArrayLike]

DTYPES = ("float32", "float64")
_CHUNK = 256
"""Examples that go through the network at once when it is only asked."""


class Sequential:
    """A network of layers in a row.

    ``input_shape`` is the shape of one example, for example (2,) or (8, 8); arrays of examples are (n,
    *input_shape). The same seed gives the same starting weights and the same order of examples. ``backend``
    is "cpu", "cuda", or "auto", which chooses (``backends.choose``: so far always the CPU). Raises
    EngineError if the layers do not fit together, or the GPU is asked for and cannot be used.
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        input_shape: Sequence[int],
        seed: int = 0,
        dtype: str = "float32",
        backend: str = "cpu",
    ) -> None:
        self.input_shape = tuple(
            checks.whole_number("each size in input_shape", size, least=1) for size in input_shape
        )
        if not self.input_shape or math.prod(self.input_shape) > plan.MAX_WORKSPACE:
            raise EngineError(
                f"the input shape {self.input_shape} cannot be used", "write it like (2,) or (8, 8)"
            )
        self.layers = list(layers)
        for layer in self.layers:
            if not isinstance(layer, Layer):
                raise EngineError(
                    f"{str(layer)[:40]!r} is not a layer", "write for example Dense(8, activation='tanh')"
                )
        self.seed = checks.whole_number("the seed", seed, least=0)
        self.dtype = checks.choice("number type", dtype, DTYPES)
        self.plan = plan.make_plan(self.layers, self.input_shape)
        self.backend, self._kernels = backends.choose(backend, self.plan)
        self._network = self.plan.network(dtype)
        self._draw_weights()
        self._asking: d.Workspace | None = None
        self.optimizer: Optimizer | None = None
        self.loss = ""
        self.metrics: tuple[str, ...] = ()
        self.run: d.Run | None = None

    @property
    def network(self) -> d.Network:
        """The kernels' description, with all numbers as they stand, to be read and written."""
        self._kernels.fetch()
        return self._network

    # ----------------------------------------------------------------- weights

    def _draw_weights(self) -> None:
        for number, tensor in enumerate(self.plan.tensors):
            # One stream per array: widening a layer leaves the others' starting weights as they were.
            rng = np.random.default_rng((self.seed, number))
            draw = initializers.parse(tensor.initializer).draw
            tensor.view(self.network.parameters)[...] = draw(rng, tensor.shape, *tensor.fans)

    def get_weights(self) -> list[Array]:
        """Copies of all weight arrays, layer after layer, in Keras's order and shapes."""
        return [tensor.view(self.network.parameters).copy() for tensor in self.plan.tensors]

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Take over arrays as :meth:`get_weights` gives them."""
        if len(weights) != len(self.plan.tensors):
            raise EngineError(f"the network has {len(self.plan.tensors)} weight arrays, not {len(weights)}")
        arrays = []
        for tensor, values in zip(self.plan.tensors, weights, strict=True):
            array = checks.numbers(f"the {tensor.label} of {tensor.layer}", values, self.dtype)
            if array.shape != tensor.shape:
                raise EngineError(
                    f"the {tensor.label} of {tensor.layer} have shape {tensor.shape}, not {array.shape}"
                )
            if tensor.label == "moving variances" and (array < 0).any():
                raise EngineError(f"the {tensor.label} of {tensor.layer} must not be negative")
            arrays.append(array)
        for tensor, array in zip(self.plan.tensors, arrays, strict=True):
            tensor.view(self.network.parameters)[...] = array

    def count_params(self) -> int:
        """Numbers in all weight arrays, also those that are not learned."""
        return sum(tensor.size for tensor in self.plan.tensors)

    def summary(self) -> str:
        """A table of the layers, their output shapes and their numbers of parameters, as text."""
        rows = [("layer", "output shape", "parameters")]
        for name, shape in zip(self.plan.layer_names, self.plan.output_shapes, strict=False):
            count = sum(t.size for t in self.plan.tensors if t.layer.partition("/")[0] == name)
            rows.append((name, "(n, " + ", ".join(map(str, shape)) + ")", f"{count:,}"))
        total, learned = self.count_params(), sum(tensor.size for tensor in self.plan.learned)
        rows.append(("total", "", f"{total:,}"))
        if learned < total:
            rows += [("learned", "", f"{learned:,}"), ("not learned", "", f"{total - learned:,}")]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        return "\n".join(f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:>{widths[2]}}" for a, b, c in rows)

    # ----------------------------------------------------------------- learning

    def compile(
        self,
        optimizer: str | Optimizer = "sgd",
        loss: str = "mean_squared_error",
        metrics: Sequence[str] = (),
    ) -> None:
        """Choose how to learn; forgets what an optimizer of before remembered."""
        loss = losses.canonical(loss)
        losses.check_output(loss, self._last_activation(), self.plan.outputs)
        self.metrics = tuple(measures.check(name) for name in metrics)
        self.loss = loss
        self.optimizer = optimizer if isinstance(optimizer, Optimizer) else optimizers.make(optimizer)
        controls = self.optimizer.controls()
        controls[d.LOSS], controls[d.SEED] = losses.CODES[loss], self.seed
        slots = plan.zeros(self.optimizer.slots * self.plan.parameters, self.dtype)
        slots[:] = self.optimizer.start_of_slots()
        counters, sums = np.zeros(d.COUNTERS, np.int64), np.zeros(d.SUMS)
        before = plan.zeros(self.plan.parameters, self.dtype)
        before[:] = math.nan  # no update yet
        self.run = d.Run(controls, self.optimizer.rates(), counters, sums, slots, before)

    def set_activation(self, layer_index: int, name: str) -> None:
        """Exchange the activation function of one layer, also in the middle of training."""
        code = activations.code(name)
        index = checks.whole_number("the layer index", layer_index, least=0)
        layer = self.layers[index] if index < len(self.layers) else None
        if not isinstance(layer, Dense | Conv2D | Activation):
            raise EngineError(f"there is no activation function at layer index {layer_index}")
        changed = [
            *self.layers[:index],
            dataclasses.replace(layer, activation=name),
            *self.layers[index + 1 :],
        ]
        if len(plan.make_plan(changed, self.input_shape).operations) != len(self.plan.operations):
            raise EngineError(f"{name} cannot be put in here later", "build the network with it")
        operations = self.network.operations
        row = (operations[:, d.LAYER] == index) & (operations[:, d.KIND] == d.ACTIVATION)
        if self.loss and row[-1]:
            losses.check_output(self.loss, name, self.plan.outputs)
        operations[row, d.FUNCTION] = code
        self.layers = changed

    def trainer(
        self,
        x: ArrayLike,
        y: ArrayLike,
        batch_size: int | None = None,
        validation_data: Pair | None = None,
        shuffle: bool = True,
        augment: Augmentation | None = None,
    ) -> Trainer:
        """A trainer that goes step by step. ``batch_size`` None is 32, or all examples if there are fewer."""
        data = self.data(x, y)
        size = min(32, data.count) if batch_size is None else batch_size
        validation = self.data(*validation_data) if validation_data is not None else None
        return Trainer(self, data, size, validation, shuffle, augment)

    def advance(self, workspace: d.Workspace, examples: d.Examples, run: d.Run, steps: int) -> None:
        """Do ``steps`` updates; for :class:`Trainer`. What is learnt may stay on the GPU until asked for."""
        self._kernels.train_steps(self._network, workspace, examples, run, steps)

    def train(
        self,
        x: ArrayLike,
        y: ArrayLike,
        batch_size: int | None = None,
        steps: int = 1000,
        report_every: int = 50,
        validation_data: Pair | None = None,
        shuffle: bool = True,
    ) -> Iterator[TrainingReport]:
        """Do ``steps`` updates, a report after every ``report_every``; ends early if training diverges."""
        trainer = self.trainer(x, y, batch_size, validation_data, shuffle)
        checks.whole_number("report_every", report_every, least=1)
        left = checks.whole_number("the number of steps", steps, least=0)
        while left > 0 and not trainer.diverged:
            trainer.run(min(report_every, left))
            left -= report_every
            yield trainer.report()

    def fit(
        self,
        x: ArrayLike,
        y: ArrayLike,
        batch_size: int | None = None,
        epochs: int = 1,
        validation_data: Pair | None = None,
        shuffle: bool = True,
        callbacks: Sequence[EarlyStopping] = (),
        augment: Augmentation | None = None,
    ) -> History:
        """Train for whole epochs; EngineError if training diverges.

        ``history["loss"]`` is the mean of the minibatch losses during the epoch, as in Keras; metrics and
        everything ``val_`` are evaluated at the epoch's end, on the examples as given. ``callbacks`` may end
        the training early; ``augment`` changes the training images anew for each epoch.
        """
        trainer = self.trainer(x, y, batch_size, validation_data, shuffle, augment)
        for callback in callbacks:
            if not isinstance(callback, EarlyStopping):
                raise EngineError(f"{str(callback)[:40]!r} is no callback", "there is EarlyStopping")
            callback.begin()
        history = History()
        for epoch in range(checks.whole_number("the number of epochs", epochs, least=1)):
            trainer.run(trainer.steps_per_epoch)
            if trainer.diverged:
                raise EngineError(
                    f"training diverged at step {trainer.step + 1}: {trainer.diverged} stopped being finite",
                    "take a smaller learning rate, or scale the inputs",
                )
            values = history.add(epoch, trainer.loss, trainer.report())
            ends = [callback.after_epoch(epoch, values, self) for callback in callbacks]  # all are told
            if any(ends):
                break
        for callback in callbacks:
            callback.end(self)
        return history

    # ----------------------------------------------------------------- asking

    def predict(self, x: ArrayLike) -> Array:
        """The outputs (n, *output shape) for the inputs (n, *input_shape)."""
        rows = checks.inputs(x, self.input_shape, self.dtype)
        outputs = self.answer(Data.of(rows, np.zeros((0, 1)), self.dtype))[0]
        return outputs.reshape(len(rows), *self.plan.output_shapes[-1])

    def evaluate(self, x: ArrayLike, y: ArrayLike) -> dict[str, float]:
        """``loss`` and the compiled metrics over a whole set."""
        return self.score(self.data(x, y))

    def gradients(self, x: ArrayLike, y: ArrayLike, training: bool = False) -> tuple[float, list[Array]]:
        """The loss over all examples as one batch, and its gradient by each array of :meth:`get_weights`.

        ``training`` is as in a step of training: with the batch's own statistics and with dropout. Gradients
        by what is not learned are 0. Nothing in the network changes.
        """
        data = self.data(x, y)
        parameters = plan.zeros(self.network.parameters.size, self.dtype)
        parameters[:] = self.network.parameters  # its moving statistics may move
        gradients = plan.zeros(parameters.size, self.dtype)
        network = self.network._replace(parameters=parameters, gradients=gradients[: self.plan.parameters])
        workspace = self.plan.workspace(data.count, self.dtype)
        code = losses.CODES[self.loss]
        loss = self._kernels.batch_gradients(network, workspace, data.examples, code, training)
        return loss, [tensor.view(gradients).copy() for tensor in self.plan.tensors]

    def data(self, x: ArrayLike, y: ArrayLike) -> Data:
        """Inputs and targets, checked against the network and laid out for the kernels."""
        if self.run is None:
            raise EngineError("the network is not compiled", "call compile(optimizer, loss) first")
        rows = checks.inputs(x, self.input_shape, self.dtype)
        return Data.of(
            rows, checks.targets(y, len(rows), self.plan.outputs, self.loss, self.dtype), self.dtype
        )

    def answer(self, data: Data) -> tuple[Array, float]:
        """The outputs (n, outputs) for ``data``, and the mean loss (0 if it has no targets)."""
        capacity = min(_CHUNK, data.count)
        if self._asking is None or self._asking.capacity < capacity:
            self._asking = self.plan.workspace(capacity, self.dtype)
        stride = d.padded(self.plan.outputs)
        outputs = plan.zeros(data.count * stride, self.dtype)
        code = losses.CODES.get(self.loss, 0)
        loss = self._kernels.evaluate(
            self._network, self._asking, data.examples, code, len(data.targets) > 0, outputs
        )
        return outputs.reshape(-1, stride)[:, : self.plan.outputs].copy(), loss

    def score(self, data: Data) -> dict[str, float]:
        """``loss`` and the compiled metrics over ``data``."""
        outputs, loss = self.answer(data)
        return {"loss": loss, **measures.compute(self.metrics, outputs, data.targets, self.loss)}

    # ----------------------------------------------------------------- files

    def save(self, path: str | Path) -> None:
        """Write layers, weights and compile settings to an .npz file."""
        storage.save(self, Path(path))

    @classmethod
    def load(cls, path: str | Path) -> Sequential:
        """Read what :meth:`save` wrote; EngineError if it is anything else."""
        return storage.load(cls, Path(path))

    def _last_activation(self) -> str:
        last = self.network.operations[-1]
        if last[d.KIND] != d.ACTIVATION:
            return "linear"
        name = activations.NAMES[int(last[d.FUNCTION])]
        whole = name != "softmax" or last[d.OUT_CHANNELS] == last[d.OUT_WIDTH]
        return name if whole else "softmax of each pixel"
