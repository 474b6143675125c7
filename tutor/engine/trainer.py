"""Training step by step: so many updates when asked. No threads, no clock, no screen."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.engine import checks, memory, optimizers, plan
from tutor.engine.augmentation import Augmentation
from tutor.engine.health import HealthCheck
from tutor.engine.kernels import description as d
from tutor.engine.rehearsal import Rehearsal, rehearse
from tutor.engine.report import HealthReport, TrainingReport
from tutor.engine.snapshot import Snapshot
from tutor.errors import EngineError

if TYPE_CHECKING:
    from tutor.engine.network import Sequential

Array = NDArray[Any]


@dataclass(frozen=True)
class Data:
    """Examples as the kernels read them, and the targets (n, outputs) as people do."""

    examples: d.Examples
    inputs: Array
    targets: Array
    count: int

    @classmethod
    def of(cls, inputs: Array, targets: Array, dtype: str) -> Data:
        """From arrays ``inputs`` and ``targets`` (n, width); the targets may be empty."""
        numbers = len(inputs) * d.padded(inputs.shape[1]) + len(targets) * d.padded(targets.shape[1])
        memory.check("the examples", numbers * np.dtype(dtype).itemsize, dtype, "take less data")
        order = np.arange(len(inputs), dtype=np.int64)
        return cls(d.Examples(_pad(inputs, dtype), _pad(targets, dtype), order), inputs, targets, len(inputs))

    def sample(self, count: int) -> Data:
        """So many of the examples, or all if there are fewer, spread evenly in the order given."""
        count = min(count, self.count)
        order = np.linspace(0, self.count - 1, count).astype(np.int64)
        chosen = self.examples.order[order]
        return Data(self.examples._replace(order=chosen), self.inputs[chosen], self.targets[chosen], count)


class Trainer:
    """Trains a compiled network on a set of examples, exactly so many steps as asked.

    What the optimizer remembers belongs to the network, so that a second trainer goes on where the first left
    off; the first one is over then, since both would write where the other is.
    """

    @memory.clear
    def __init__(
        self,
        model: Sequential,
        data: Data,
        batch_size: int,
        validation: Data | None = None,
        shuffle: bool = True,
        augment: Augmentation | None = None,
    ) -> None:
        if model.run is None:
            raise EngineError("the network is not compiled", "call compile(optimizer, loss) first")
        for examples in (data,) if validation is None else (data, validation):
            _check_layout(examples, model)
        if augment is not None:
            _check_augmentation(augment, model.input_shape)
        self.model = model
        self.data = data
        self.validation = validation
        self.loss = math.nan
        """Mean of the minibatch losses in the last :meth:`run`, each weighted by its examples; NaN before."""
        self._examples = data.examples._replace(order=data.examples.order.copy())  # this one gets shuffled
        self._augment = augment
        self._augmented_for = -1
        if augment is not None:
            changed = data.inputs.nbytes + data.examples.inputs.nbytes
            memory.check("images that change", changed, model.dtype, "take less data, or no augmentation")
        shuffle = checks.switch("shuffle", shuffle)
        size = fitting_batch(batch_size, data.count)
        self._room, self._room_for = self._room_of(size), size
        self._own_run = model.run = model.run._replace()  # the same arrays, but an earlier trainer's no more
        self._run.counters[d.POSITION] = 0
        self._run.counters[d.STATUS] = d.HEALTHY
        self._run.controls[d.SHUFFLE] = shuffle
        self._run.controls[d.BATCH_SIZE] = size
        self._ran = False
        self._check: HealthCheck | None = None
        self._val_sample: Data | None = None
        self.diverged = ""
        """Empty, or what stopped being finite first, as in "the weights of dense_1"."""

    # ----------------------------------------------------------------- where the run is

    @property
    def _run(self) -> d.Run:
        """The network's; EngineError if that is no longer the one that this trainer was made for."""
        if self.model.run is not self._own_run:
            raise EngineError(
                "the network was compiled, frozen or given to another trainer since this trainer was made",
                "make a new one: model.trainer(x, y)",
            )
        return self._own_run

    @property
    def step(self) -> int:
        """Updates done since the network was compiled."""
        return int(self._run.counters[d.STEPS])

    @property
    def epoch(self) -> int:
        """Completed passes over the examples."""
        return int(self._run.counters[d.EPOCHS])

    @property
    def learning_rate(self) -> float:
        """That of the last step; before the first, that of the first."""
        return float(self._run.rates[d.LEARNING_RATE])

    @property
    def batch_size(self) -> int:
        """Examples per update."""
        return int(self._run.controls[d.BATCH_SIZE])

    @property
    def steps_per_epoch(self) -> int:
        """Updates in a whole epoch; the last one may have fewer examples."""
        return -(-self.data.count // self.batch_size)

    @property
    def steps_to_epoch_end(self) -> int:
        """Updates until the present epoch is completed; at its beginning, all of them."""
        return -(-(self.data.count - int(self._run.counters[d.POSITION])) // self.batch_size)

    # ----------------------------------------------------------------- training

    @memory.clear
    def run(self, steps: int) -> None:
        """Do ``steps`` updates, fewer if a number stops being finite: then :attr:`diverged` says which."""
        steps = checks.whole_number("the number of steps", steps, least=0)
        if self.diverged or steps == 0:
            return
        self._run.sums[:] = 0
        for piece in self._pieces(steps):
            self.model.advance(self._room, self._examples, self._run, piece)
            if self._run.counters[d.STATUS] != d.HEALTHY:
                break
        self._ran = True
        if self._run.sums[d.EXAMPLES_SUM]:
            self.loss = float(self._run.sums[d.LOSS_SUM] / self._run.sums[d.EXAMPLES_SUM])
        if self._run.counters[d.STATUS] != d.HEALTHY:
            self.diverged = self._first_bad()
            self._run.before[:] = math.nan  # the step that would have been remembered was not reached
            if self._run.counters[d.STATUS] == d.BAD_LOSS:
                self.loss = math.nan

    def _pieces(self, steps: int) -> Iterator[int]:
        """``steps`` in one piece; with augmentation one per epoch, before which its images are made."""
        while self._augment is not None and steps > 0:
            self._make_images()
            piece = min(steps, self.steps_to_epoch_end)
            steps -= piece
            yield piece
        if steps > 0:
            yield steps

    def _make_images(self) -> None:
        """With augmentation, the images of the present epoch, which depend on nothing but its number."""
        if self._augment is None or self._augmented_for == self.epoch:
            return
        self._augmented_for = self.epoch
        shape = (self.data.count, *self.model.input_shape)
        images = self._augment.apply(self.data.inputs.reshape(shape), self.epoch)
        inputs = _pad(images.reshape(self.data.count, -1), self.model.dtype)
        self._examples = self._examples._replace(inputs=inputs)

    @memory.clear
    def rehearse(self) -> Rehearsal:
        """The step that comes next, done on copies; changes nothing in the run."""
        self._make_images()
        return rehearse(self.model, self._examples, self._run)

    def set_learning_rate(self, value: float) -> None:
        """From the next step on; it stays, also where there was a schedule."""
        self._run.rates[d.LEARNING_RATE] = checks.number("the learning rate", value, above=0.0)
        self._run.controls[d.SCHEDULE] = d.NO_SCHEDULE

    def set_momentum(self, value: float) -> None:
        """From the next step on; only some optimizers have a momentum."""
        optimizer = self.model.optimizer
        if not hasattr(optimizer, "momentum"):
            name = optimizer.name if optimizer else ""
            raise EngineError(f"the optimizer {name} has no momentum", "take sgd or rmsprop")
        self._run.rates[d.MOMENTUM] = optimizers.check_momentum(value)

    def set_weight_decay(self, value: float) -> None:
        """From the next step on."""
        self._run.rates[d.WEIGHT_DECAY] = checks.number("the weight decay", value, least=0.0)

    @memory.clear
    def set_batch_size(self, value: int) -> None:
        """From the next step on, also in the middle of an epoch."""
        run, size = self._run, fitting_batch(value, self.data.count)
        if size != self._room_for:
            self._room, self._room_for = self._room_of(size), size
        run.controls[d.BATCH_SIZE] = size

    def _room_of(self, size: int) -> d.Workspace | d.Shards:
        return self.model.plan.training_room(size, self.model.dtype, self.model.backend)

    def _state(self) -> dict[str, Array]:
        """All arrays that change, by their names in a snapshot."""
        run, network = self._run, self.model.network
        return {
            "parameters": network.parameters,
            "gradients": network.gradients,
            "before": run.before,
            "slots": run.slots,
            "rates": run.rates,
            "counters": run.counters,
            "controls": run.controls,
            "operations": network.operations,
        }

    @memory.clear
    def snapshot(self) -> Snapshot:
        """A copy of everything that changes."""
        return Snapshot(
            **{name: array.copy() for name, array in self._state().items()},
            layers=tuple(self.model.layers),
            loss=self.loss,
            ran=self._ran,
            diverged=self.diverged,
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to where ``snapshot`` was taken.

        EngineError, and nothing has changed, if that was in a network with other layers, with another
        optimizer, loss or number type, or amid more examples than there are here.
        """
        if not isinstance(snapshot, Snapshot):
            raise EngineError(f"{checks.shown(snapshot)} is no snapshot", "give what snapshot() returned")
        state = self._state()
        snapshot.check(state)
        if not 0 <= snapshot.counters[d.POSITION] < self.data.count:
            raise EngineError("the snapshot was taken amid more examples than there are here")
        self.set_batch_size(int(snapshot.controls[d.BATCH_SIZE]))
        for name, array in state.items():
            array[:] = getattr(snapshot, name)
        self.model.layers = list(snapshot.layers)
        self.loss, self._ran, self.diverged = snapshot.loss, snapshot.ran, snapshot.diverged

    @memory.clear
    def report(self, examples: int | None = None) -> TrainingReport:
        """Losses and metrics, evaluated now, and the health of each layer.

        They are those of the whole sets, or of so many examples of each, spread evenly and always the same:
        cheap enough to ask for every 50 steps (``tests/benchmarks`` measures it).
        """
        check = self._health_check(64 if examples is None else examples)
        look = check.look(self._run.before, self._ran)
        if examples is None:
            scores, validation = self.model.score(self.data), self.validation
        else:
            scores, validation = check.scores(), self._sample_of_validation(examples)
        val_scores = self.model.score(validation) if validation else {}
        return TrainingReport(
            step=self.step,
            epoch=self.epoch,
            loss=scores.pop("loss"),
            metrics=scores,
            val_loss=val_scores.pop("loss", None),
            val_metrics=val_scores,
            look=look,
            diverged=self.diverged,
        )

    @memory.clear
    def health(self, examples: int = 64) -> HealthReport:
        """How each layer fares now, seen on so many training examples (or all, if there are fewer).

        They are spread evenly over the set and always the same. Changes nothing in the run.
        """
        check = self._health_check(examples)
        look = check.look(self._run.before, self._ran)
        return HealthReport(self.step, self.epoch, self.loss, check.count, look)

    def _health_check(self, examples: int) -> HealthCheck:
        count = min(checks.whole_number("the number of examples", examples, least=1), self.data.count)
        if self._check is None or self._check.count != count:
            self._check = HealthCheck(self.model, self.data.sample(count))
        return self._check

    def _sample_of_validation(self, examples: int) -> Data | None:
        """Made once for reports of the same size."""
        if self.validation is None or self.validation.count <= examples:
            return self.validation
        if self._val_sample is None or self._val_sample.count != examples:
            self._val_sample = self.validation.sample(examples)
        return self._val_sample

    def _first_bad(self) -> str:
        """What stopped being finite first, in the order of computation: outputs, loss, gradients, weights.

        Where moving statistics are not finite, their layer's outputs are not either.
        """
        model, status = self.model, self._run.counters[d.STATUS]
        if status == d.BAD_LOSS:
            rows = min(self.batch_size, self.data.count - int(self._run.counters[d.POSITION]))
            for row in model.network.operations:
                if not all(np.isfinite(outputs).all() for outputs in _outputs(self._room, row, rows)):
                    layer = model.plan.layer_names[row[d.LAYER]]
                    return self._bad_statistics(layer) or f"the output of {layer}"
            return "the loss"
        backwards = status == d.BAD_GRADIENT
        buffer = model.network.gradients if backwards else model.network.parameters
        tensors = model.plan.learned[::-1] if backwards else model.plan.learned
        bad = next(t for t in tensors if not np.isfinite(t.view(buffer)).all())
        return (
            f"the gradient of {bad.layer}'s {bad.label}" if backwards else f"the {bad.label} of {bad.layer}"
        )

    def _bad_statistics(self, layer: str) -> str:
        """Which moving statistics of a layer are not finite, if any."""
        parameters = self.model.network.parameters
        for t in self.model.plan.tensors:
            if t.measured and t.layer == layer and not np.isfinite(t.view(parameters)).all():
                return f"the {t.label} of {layer}"
        return ""


def _outputs(room: d.Workspace | d.Shards, row: NDArray[np.int64], rows: int) -> Iterator[Array]:
    """What an operation has computed for a batch, shard after shard."""
    shards = room if isinstance(room, d.Shards) else d.Shards(room, 1, room.values[:0], 0)
    share = min(d.rows_per_shard(rows, shards.length), rows)
    for values in shards.workspace.values.reshape(shards.length, -1):
        start = int(row[d.OUTPUT]) * shards.workspace.capacity
        yield values[start : start + min(share, rows) * int(row[d.OUT_STRIDE])]
        rows -= min(share, rows)


def fitting_batch(batch_size: int, examples: int) -> int:
    """``batch_size`` if there are so many examples."""
    size = checks.whole_number("the batch size", batch_size, least=1)
    if size > examples:
        raise EngineError(
            f"the batch size {size} is larger than the {examples} examples", "take a smaller batch"
        )
    return size


def _check_layout(data: Data, model: Sequential) -> None:
    """The kernels would read past the end of rows that are too short for them."""
    widths = math.prod(model.input_shape), model.plan.outputs
    fits = isinstance(data, Data) and (data.inputs.shape[1], data.targets.shape[1]) == widths
    if not fits or data.examples.inputs.dtype != model.dtype:
        raise EngineError("these examples are not laid out for this network", "make them by model.data(x, y)")


def _check_augmentation(augment: Augmentation, input_shape: tuple[int, ...]) -> None:
    if not isinstance(augment, Augmentation):
        raise EngineError(
            f"{checks.shown(augment)} is no augmentation", "write for example Augmentation(shift=1)"
        )
    augment.shape_of(input_shape)  # refuses what is no image


def _pad(rows: Array, dtype: str) -> Array:
    """Rows (n, width) as a flat array with each row padded."""
    stride = d.padded(rows.shape[1])
    flat = plan.zeros(len(rows) * stride, dtype)
    flat.reshape(len(rows), stride)[:, : rows.shape[1]] = rows
    return flat
