"""Transfer: a network whose first layers come from another task, and beside it the same one without them."""

from __future__ import annotations

import time

from msgspec.structs import replace

from tutor.content.model import Experiment, TrainingSpec, TransferSpec
from tutor.content.part import Value
from tutor.engine import Sequential
from tutor.engine.datasets import Dataset
from tutor.errors import EngineError, InputError
from tutor.lab import data
from tutor.lab.learner import Arrays, Kept, Observation, below, under
from tutor.lab.network import NetworkLearner
from tutor.lab.pretraining import PretrainedLearner

MOST_STEPS = 20_000
"""Updates that the source task may take: nothing else is answered while it is learned."""


def network(experiment: Experiment, seed: int, backend: str, *, learn_source: bool = True) -> NetworkLearner:
    """The learner of an experiment with a network; ``learn_source`` as in :class:`TransferLearner`.

    Raises :class:`InputError`, of which EngineError is a kind, where its parts do not fit together.
    """
    if experiment.transfer is not None:
        return TransferLearner(experiment, experiment.transfer, seed, backend, learn_source=learn_source)
    learner = PretrainedLearner if experiment.training.pretraining else NetworkLearner
    return learner(experiment, seed, backend)


class TransferLearner(NetworkLearner):
    """Learns the source task when it is made, then step by step its own one, and a twin learns beside it.

    The twin is the same network on the same examples in the same order, from random weights. Without
    ``learn_source`` everything is built and nothing is learned yet.
    """

    curves = (*NetworkLearner.curves, "scratch_accuracy", "source_accuracy")

    def __init__(
        self,
        experiment: Experiment,
        spec: TransferSpec,
        seed: int,
        backend: str,
        *,
        learn_source: bool = True,
    ) -> None:
        self._spec = spec
        self._source = NetworkLearner(_source(experiment, spec, seed), seed, backend)
        self.told = _learn(self._source, spec) if learn_source else ""
        """What was learned before, how long it took and how well it went."""
        self._first = _held_out_accuracy(self._source)
        self._scratch = NetworkLearner(replace(experiment, transfer=None), seed, backend)
        super().__init__(experiment, seed, backend)

    def _network(self, experiment: Experiment, examples: Dataset, seed: int, backend: str) -> Sequential:
        model = super()._network(experiment, examples, seed, backend)
        source, keep = self._source.model, self._spec.keep
        if source.input_shape != model.input_shape:
            message = f"the source has inputs of the shape {source.input_shape}, the task {model.input_shape}"
            raise InputError(message, "layers can only go over where inputs have the same shape")
        for place in range(keep):
            model.set_layer_weights(place, source.get_layer_weights(place))
            if self._spec.frozen:
                model.set_trainable(place, False)
        return model

    def train(self, steps: int) -> None:
        super().train(steps)
        self._scratch.train(steps)

    def observe(self) -> Observation:
        seen = super().observe()
        own, without = seen.quantities["val_accuracy"], _held_out_accuracy(self._scratch)
        told = {
            "scratch_accuracy": without,
            "gain": own - without,
            "first_source_accuracy": self._first,
            "source_accuracy": self._source_accuracy(),
        }
        return Observation(seen.quantities | told, seen.layers)

    def _source_accuracy(self) -> float:
        """How much of the source task is still right with the kept layers as they are now."""
        if self._spec.frozen or self._spec.keep == 0:
            return self._first
        for place in range(self._spec.keep):
            self._source.model.set_layer_weights(place, self.model.get_layer_weights(place))
        return _held_out_accuracy(self._source)

    def turn(self, name: str, value: Value) -> bool:
        # The kept layers were learned with the other function: that calls for a new start.
        return name != "activation" and self._scratch.turn(name, value) and super().turn(name, value)

    def snapshot(self) -> Kept:
        own, twin = super().snapshot(), self._scratch.snapshot()
        return Kept((own, twin), own.size + twin.size)

    def restore(self, kept: Kept) -> None:
        own, twin = kept.state
        super().restore(own)
        self._scratch.restore(twin)

    def arrays(self) -> Arrays:
        """The source is left out: it is learned once more, which gives the same."""
        return under("own", super().arrays()) | under("twin", self._scratch.arrays())

    def take_up(self, arrays: Arrays) -> None:
        super().take_up(below("own", arrays))
        self._scratch.take_up(below("twin", arrays))


def _source(experiment: Experiment, spec: TransferSpec, seed: int) -> Experiment:
    """The source task as an experiment: the same hidden layers under a last one of its own."""
    examples = data.load(spec.data, seed)
    _refuse(experiment, spec, examples, data.load(experiment.data, seed))
    model = experiment.model
    if spec.keep < _count(experiment):
        last, loss = _head(examples)
        hidden = model.layers.rpartition(",")[0]
        model = replace(model, layers=f"{hidden}, {last}" if hidden else last, loss=loss)
    return replace(
        experiment,
        data=spec.data,
        model=replace(model, learning_rate=spec.learning_rate),
        training=TrainingSpec(max(spec.epochs, 1), spec.batch_size),
        transfer=None,
        goal=None,
    )


def _count(experiment: Experiment) -> int:
    return len(experiment.model.layers.split(","))


def _refuse(experiment: Experiment, spec: TransferSpec, source: Dataset, own: Dataset) -> None:
    """InputError for settings that make no sense, or that would make the comparison with the twin unfair."""
    training, layers = experiment.training, _count(experiment)
    if training.pretraining or training.patience or training.shift or training.rotate or training.noise:
        message = "pretraining, patience, shift, rotate and noise do not go with a transfer"
        raise InputError(message, "set them to 0 there")
    if spec.epochs < 0 or spec.batch_size < 1 or not spec.learning_rate > 0:
        message = "the source task needs a number of epochs, a batch size and a learning rate"
        raise InputError(message, "epochs = 0 learns nothing; the other two are more than 0")
    if spec.epochs * -(-len(source.y) // spec.batch_size) > MOST_STEPS:
        message = f"the source task would take more than {MOST_STEPS:,} steps"
        raise InputError(message, "take fewer epochs, or larger batches")
    if not 0 <= spec.keep <= layers:
        message = f"the network has {layers} layers, so {spec.keep} cannot be kept"
        raise InputError(message, "keep = 0 is none of them")
    if "regression" in (source.kind, own.kind) or not (len(source.y_val) and len(own.y_val)):
        message = "source and task need classes, and held-out examples to tell how well they were learned"
        raise InputError(message, "take digits, or strokes")
    if spec.keep == layers and source.names != own.names:
        # The last layer's units stand for classes: each would get a new meaning.
        message = "the last layer can only be kept where source and task name the same classes"
        raise InputError(message, "keep one layer less, or give both the same classes")


def _head(examples: Dataset) -> tuple[str, str]:
    """The last layer and the loss for these examples."""
    if examples.kind == "binary":
        return "dense 1 sigmoid", "binary_crossentropy"
    return f"dense {examples.n_classes} softmax", "categorical_crossentropy"


def _learn(source: NetworkLearner, spec: TransferSpec) -> str:
    """Train it; EngineError if that diverges. The answer says what was done, for people."""
    began = time.perf_counter()
    source.train(source.steps_until(spec.epochs) if spec.epochs else 0)
    seconds = time.perf_counter() - began
    if source.diverged:
        message = f"learning the source task diverged: {source.diverged} stopped being finite"
        raise EngineError(message, "take a smaller learning rate for it")
    right = _held_out_accuracy(source)
    if spec.epochs == 0:
        return f"Nothing was learned before: its first layers are random ({right:.0%} of the source right)."
    return (
        f"Learned before, in {seconds:.2g} s: {spec.epochs} epochs of {len(source.dataset.y):,} "
        f"examples; {right:.1%} of new ones right."
    )


def _held_out_accuracy(learner: NetworkLearner) -> float:
    """Without what else an observation costs."""
    held_out = learner.trainer.validation
    return learner.model.score(held_out)["accuracy"] if held_out is not None else float("nan")
