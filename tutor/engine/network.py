"""``Sequential``: a stack of layers with its weights, what it learns by, and what can be asked of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tutor.engine import (
    activations,
    backends,
    changes,
    checks,
    initializers,
    inspection,
    losses,
    memory,
    optimizers,
    plan,
    stopping,
    storage,
)
from tutor.engine import metrics as measures
from tutor.engine.augmentation import Augmentation
from tutor.engine.history import History
from tutor.engine.kernels import description as d
from tutor.engine.layers import Layer, layer_list
from tutor.engine.optimizers import Optimizer
from tutor.engine.planner import Tensor
from tutor.engine.report import TrainingReport
from tutor.engine.stopping import EarlyStopping
from tutor.engine.trainer import Data, Trainer
from tutor.errors import EngineError

Array = NDArray[Any]
Pair = tuple[ArrayLike, ArrayLike]

DTYPES = ("float32", "float64")
_CHUNK = 256
"""Examples that go through the network at once when it is only asked."""
_SEEN = 64
"""Examples of each set that a report of :meth:`Sequential.train` is about."""


class Sequential:
    """A network of layers in a row.

    ``input_shape`` is the shape of one example, for example (2,) or (8, 8); arrays of examples are (n,
    *input_shape). The same seed gives the same starting weights and the same order of examples. ``backend``
    is "cpu", "cuda", or "auto", which chooses (see ``backends.automatic``). Raises EngineError if the layers
    do not fit together, or the GPU is asked for and cannot be used.
    """

    @memory.clear
    def __init__(
        self,
        layers: Sequence[Layer],
        input_shape: Sequence[int],
        seed: int = 0,
        dtype: str = "float32",
        backend: str = "cpu",
    ) -> None:
        sizes = checks.listed("the input shape", input_shape, "write it like (2,) or (8, 8)")
        self.input_shape = tuple(checks.whole_number("each size in input_shape", n, least=1) for n in sizes)
        if not self.input_shape or math.prod(self.input_shape) > plan.MAX_WORKSPACE:
            raise EngineError(
                f"the input shape {self.input_shape} cannot be used", "write it like (2,) or (8, 8)"
            )
        self.layers = layer_list(layers)
        self.seed = checks.whole_number("the seed", seed, least=0)
        self.dtype = checks.choice("number type", dtype, DTYPES)
        layout = plan.make_plan(self.layers, self.input_shape)
        self.take_over(self.layers, layout, layout.network(self.dtype))
        self.backend, self._kernels = backends.choose(backend, self.plan)
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

    def take_over(self, layers: list[Layer], layout: plan.Plan, network: d.Network) -> None:
        """Be these layers, whose numbers have these places."""
        self.layers, self.plan, self._network = layers, layout, network

    # ----------------------------------------------------------------- weights

    def _draw_weights(self) -> None:
        for number, tensor in enumerate(self.plan.tensors):
            # One stream per array: widening a layer leaves the others' starting weights as they were.
            rng = np.random.default_rng((self.seed, number))
            draw = initializers.parse(tensor.initializer).draw
            tensor.view(self.network.parameters)[...] = draw(rng, tensor.shape, *tensor.fans)

    @memory.clear
    def get_weights(self) -> list[Array]:
        """Copies of all weight arrays, layer after layer, in Keras's order and shapes."""
        return [tensor.view(self.network.parameters).copy() for tensor in self.plan.tensors]

    @memory.clear
    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Take over arrays as :meth:`get_weights` gives them."""
        changes.set_weights(self, self.plan.tensors, weights, "the network")

    @memory.clear
    def get_layer_weights(self, layer: int | str) -> list[Array]:
        """Copies of the weight arrays of one layer, by its index or its name in :meth:`summary`.

        Those of a layer inside a residual block have names like "residual_1/dense_2".
        """
        tensors = self.tensors_of(self.layer_name(layer))
        return [tensor.view(self.network.parameters).copy() for tensor in tensors]

    def set_layer_weights(self, layer: int | str, weights: Sequence[ArrayLike]) -> None:
        """Take over arrays as :meth:`get_layer_weights` gives them."""
        name = self.layer_name(layer)
        changes.set_weights(self, self.tensors_of(name), weights, name)

    def layer_name(self, layer: int | str) -> str:
        """Of the layer with that index (-1 is the last) or that name; EngineError if there is none."""
        if isinstance(layer, str):
            return checks.choice("layer", layer, self.plan.layer_names)
        whole = isinstance(layer, int | np.integer) and not isinstance(layer, bool)
        if not whole or not -len(self.layers) <= layer < len(self.layers):
            raise EngineError(
                f"there is no layer with the index {checks.shown(layer)}",
                f"indices go from 0 to {len(self.layers) - 1}",
            )
        return self.plan.layer_names[range(len(self.layers))[layer]]

    def tensors_of(self, name: str) -> list[Tensor]:
        """Where the arrays of a layer, and of those inside it, are."""
        return [t for t in self.plan.tensors if t.layer == name or t.layer.startswith(f"{name}/")]

    def count_params(self, trainable: bool | None = None) -> int:
        """Numbers in all weight arrays; only those that are learned (True) or that are not (False)."""
        wanted = (True, False) if trainable is None else (checks.switch("trainable", trainable),)
        return sum(t.size for t in self.plan.tensors if t.learned in wanted)

    def summary(self) -> str:
        """A table of the layers, their output shapes and their numbers of parameters, as text."""
        return inspection.summary(self)

    # ----------------------------------------------------------------- learning

    @memory.clear
    def compile(
        self,
        optimizer: str | Optimizer = "sgd",
        loss: str = "mean_squared_error",
        metrics: Sequence[str] = (),
    ) -> None:
        """Choose how to learn; forgets what an optimizer of before remembered, and ends its trainers."""
        loss = losses.canonical(loss)
        losses.check_output(loss, self._last_activation(), self.plan.outputs)
        listed = checks.listed("metrics", metrics, 'write it like ["accuracy"]')
        metrics = tuple(measures.check(name) for name in listed)
        optimizer = optimizer if isinstance(optimizer, Optimizer) else optimizers.make(optimizer)
        remembered = changes.remembered(self.plan, self.dtype, optimizer)
        self.metrics, self.loss, self.optimizer = metrics, loss, optimizer
        controls = optimizer.controls()
        controls[d.LOSS], controls[d.SEED] = losses.CODES[loss], self.seed
        counters, sums = np.zeros(d.COUNTERS, np.int64), np.zeros(d.SUMS)
        self.run = d.Run(controls, optimizer.rates(), counters, sums, *remembered)

    @memory.clear
    def set_trainable(self, layer: int | str, trainable: bool) -> None:
        """Freeze a layer, or let it learn (again): by its index, or its name in :meth:`summary`.

        A compiled network stays compiled (in Keras it must be compiled again): steps count on, and the
        optimizer remembers what it did of all arrays that learned before and go on. Trainers of before end;
        make a new one. A residual block is frozen as a whole. A layer without weights stays as it is.
        """
        changes.set_trainable(self, self.layer_name(layer), trainable)

    def set_activation(self, layer_index: int, name: str) -> None:
        """Exchange the activation function of one layer, also in the middle of training."""
        changes.set_activation(self, layer_index, name)

    def with_head(
        self, head: Sequence[Layer], keep: int = -1, trainable: bool = False, seed: int | None = None
    ) -> Sequential:
        """A new network for another task: the first layers with all they learned, and a fresh end (*head*).

        ``keep`` is how many layers go over, as in ``layers[:keep]``: -1 are all but the last. They are frozen
        unless ``trainable``. ``seed`` draws the head's weights (None: this network's). Both networks go their
        own ways; the new one is not compiled.

            reader = Sequential([Dense(32, "relu"), Dense(5, "softmax")], input_shape=(64,))
            ...  # compile, and fit it on the digits 0 to 4
            other = reader.with_head([Dense(5, "softmax")])
            other.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
            other.fit(x_5_to_9, y_5_to_9 - 5, epochs=20)  # only the new layer learns
        """
        return changes.with_head(self, head, keep, trainable, seed)

    @memory.clear
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
        if validation_data is not None:
            validation_data = checks.pair("validation_data", validation_data, "(x_val, y_val)")
        validation = self.data(*validation_data) if validation_data is not None else None
        return Trainer(self, data, size, validation, shuffle, augment)

    def advance(self, room: d.Workspace | d.Shards, examples: d.Examples, run: d.Run, steps: int) -> None:
        """Do ``steps`` updates; for :class:`Trainer`. What is learnt may stay on the GPU until asked for."""
        self._kernels.train_steps(self._network, room, examples, run, steps)

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
        """Do ``steps`` updates, a report after every ``report_every``; ends early if training diverges.

        So that reports cost little, they are about 64 examples of each set (:meth:`Trainer.report`).
        """
        checks.whole_number("report_every", report_every, least=1)
        left = checks.whole_number("the number of steps", steps, least=0)
        trainer = self.trainer(x, y, batch_size, validation_data, shuffle)
        while left > 0 and not trainer.diverged:
            trainer.run(min(report_every, left))
            left -= report_every
            yield trainer.report(_SEEN)

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
        checks.whole_number("the number of epochs", epochs, least=1)
        told = ["loss", *self.metrics]
        told += [f"val_{name}" for name in told] if validation_data is not None else []
        callbacks = stopping.begun(callbacks, told)
        trainer = self.trainer(x, y, batch_size, validation_data, shuffle, augment)
        history = History()
        for epoch in range(epochs):
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

    @memory.clear
    def predict(self, x: ArrayLike) -> Array:
        """The outputs (n, *output shape) for the inputs (n, *input_shape)."""
        rows = checks.inputs(x, self.input_shape, self.dtype)
        outputs = self.answer(Data.of(rows, np.zeros((0, 1)), self.dtype))[0]
        return outputs.reshape(len(rows), *self.plan.output_shapes[-1])

    def layer_outputs(self, x: ArrayLike) -> list[tuple[str, Array]]:
        """Name and outputs (n, *output shape) of each layer for the inputs (n, *input_shape).

        As in :meth:`predict`, whose answers are the last.
        """
        return inspection.layer_outputs(self, x)

    def feature_maps(self, x_one: ArrayLike) -> list[tuple[str, Array]]:
        """Name and outputs (height, width, channels) of each layer that makes an image of *one* input."""
        return inspection.feature_maps(self, x_one)

    def filters(self, layer: int | str) -> Array:
        """A copy of a convolutional layer's windows (height, width, channels, filters)."""
        return inspection.filters(self, self.layer_name(layer))

    @memory.clear
    def evaluate(self, x: ArrayLike, y: ArrayLike) -> dict[str, float]:
        """``loss`` and the compiled metrics over a whole set."""
        return self.score(self.data(x, y))

    @memory.clear
    def gradients(self, x: ArrayLike, y: ArrayLike, training: bool = False) -> tuple[float, list[Array]]:
        """The loss over all examples as one batch, and its gradient by each array of :meth:`get_weights`.

        ``training`` is as in a step of training: with the batch's own statistics and with dropout. Gradients
        by what is not learned, as in frozen layers, are 0. Nothing in the network changes.
        """
        training, data = checks.switch("training", training), self.data(x, y)
        size = 3 * self.network.parameters.nbytes
        memory.check("the gradients", size, self.dtype, "take a smaller network")
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
        stride = d.padded(self.plan.outputs)
        size = data.count * (stride + self.plan.outputs) * np.dtype(self.dtype).itemsize
        memory.check("the answers", size, self.dtype, "ask for fewer at once")
        capacity = min(_CHUNK, data.count)
        if self._asking is None or self._asking.capacity < capacity:
            self._asking = self.plan.workspace(capacity, self.dtype)
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
        storage.save(self, checks.path(path))

    @classmethod
    def load(cls, path: str | Path) -> Sequential:
        """Read what :meth:`save` wrote; EngineError if it is anything else."""
        return storage.load(cls, checks.path(path))

    def _last_activation(self) -> str:
        last = self.network.operations[-1]
        if last[d.KIND] != d.ACTIVATION:
            return "linear"
        name = activations.NAMES[int(last[d.FUNCTION])]
        whole = name != "softmax" or last[d.OUT_CHANNELS] == last[d.OUT_WIDTH]
        return name if whole else "softmax of each pixel"
