"""A network as a lab experiment: one minibatch is one step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.content.model import Experiment, ModelSpec
from tutor.content.part import Value
from tutor.content.settings import activation_place, hidden_specs
from tutor.engine import (
    Augmentation,
    AveragePooling2D,
    Conv2D,
    Dense,
    EarlyStopping,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Residual,
    Sequential,
    TrainingReport,
    optimizers,
    parse_layers,
    threads,
)
from tutor.engine.datasets import Dataset
from tutor.engine.plan import make_plan
from tutor.errors import InputError
from tutor.lab import data
from tutor.lab.learner import Arrays, Kept, Observation, below, under
from tutor.report import Layer as LayerReport

MOST_WORK = 50_000_000_000
"""Multiply-adds of one epoch, some ten seconds or twenty; no bundled lesson takes more than 1.2 billion."""


class NetworkLearner:
    """A feed-forward network trained by back-propagation on one of the lessons' data sets."""

    told = ""
    """What happened before the first step that people should know."""
    curves: tuple[str, ...] = ("loss", "val_loss", "accuracy", "val_accuracy")

    def __init__(self, experiment: Experiment, seed: int, backend: str, data_seed: int | None = None) -> None:
        """``seed`` draws weights and orders, and the data too, unless there is a ``data_seed`` for them."""
        self.dataset = examples = data.load(experiment.data, seed if data_seed is None else data_seed)
        self._scaling = data.Scaling.of(experiment.data, examples.x)
        self._layers = experiment.model.layers
        self._threads = experiment.training.threads
        self.model = self._network(experiment, examples, seed, backend)
        self.backend = self.model.backend
        held_out = self.inputs(examples.x_val), self.targets(examples.y_val)
        self.trainer = self.model.trainer(
            self.inputs(examples.x),
            self.targets(examples.y),
            batch_size=_batch(experiment.training.batch_size, len(examples.y)),
            validation_data=held_out if len(examples.y_val) else None,
            shuffle=experiment.training.shuffle,
            augment=_augmentation(experiment, examples, seed),
        )
        self._stopping = _stopping(experiment, examples)

    def _network(self, experiment: Experiment, examples: Dataset, seed: int, backend: str) -> Sequential:
        """The network as it stands before the first step."""
        return build(experiment, examples, seed, backend)

    def inputs(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """Inputs as they were measured (n, inputs), as the network takes them: scaled, (n, *input_shape)."""
        return self._scaling(x).reshape(len(x), *self.model.input_shape)

    def targets(self, y: NDArray[np.generic]) -> NDArray[np.generic]:
        """Targets (n,) as the loss takes them: class ids as rows of 0s and a 1, unless it takes ids."""
        if self.dataset.kind != "classes" or self.model.loss == "categorical_crossentropy":
            return y
        rows: NDArray[np.generic] = np.eye(self.dataset.n_classes, dtype=np.float32)[y.astype(int)]
        return rows

    @property
    def step(self) -> int:
        return self.trainer.step

    @property
    def epoch(self) -> int:
        return self.trainer.epoch

    @property
    def epochs_exactly(self) -> float:
        trainer = self.trainer
        return trainer.epoch + 1 - trainer.steps_to_epoch_end / trainer.steps_per_epoch

    @property
    def diverged(self) -> str:
        return self.trainer.diverged

    def steps_until(self, epoch: int) -> int:
        trainer = self.trainer
        return trainer.steps_to_epoch_end + (epoch - trainer.epoch - 1) * trainer.steps_per_epoch

    def train(self, steps: int) -> None:
        with threads.at_most(self._threads):
            self.trainer.run(steps)

    def observe(self) -> Observation:
        report = self.trainer.report()
        quantities = {"loss": report.loss, **_named(report.metrics)}
        if report.val_loss is not None:
            quantities |= {"val_loss": report.val_loss, **_named(report.val_metrics, "val_")}
        if "accuracy" in quantities:
            wrong = (1 - quantities["accuracy"]) * len(self.dataset.y)
            quantities["errors"] = float(round(wrong)) if math.isfinite(wrong) else math.nan
        quantities |= _through_the_layers(report)
        return Observation(quantities, layers_of(report))

    def turn(self, name: str, value: Value) -> bool:
        trainer = self.trainer
        if name == "learning_rate":
            trainer.set_learning_rate(float(value))
        elif name == "momentum":
            trainer.set_momentum(float(value))
        elif name == "weight_decay":
            trainer.set_weight_decay(float(value))
        elif name == "batch_size":
            trainer.set_batch_size(_batch(int(value), len(self.dataset.y)))
        elif name == "activation":
            for index, words in enumerate(hidden_specs(self._layers)):
                if activation_place(words) is not None:
                    self.model.set_activation(index, str(value))
        else:
            return False
        return True

    def snapshot(self) -> Kept:
        snapshot = self.trainer.snapshot()
        arrays = [part for part in vars(snapshot).values() if isinstance(part, np.ndarray)]
        return Kept((snapshot, copy(self._stopping)), sum(array.nbytes for array in arrays))

    def restore(self, kept: Kept) -> None:
        snapshot, stopping = kept.state
        self.trainer.restore(snapshot)
        self._stopping = copy(stopping)  # what it holds it exchanges and never changes

    def arrays(self) -> Arrays:
        """All that it goes on from, for a file."""
        stopping = self._stopping.arrays() if self._stopping is not None else {}
        return self.trainer.snapshot().arrays() | under("stopping", stopping)

    def take_up(self, arrays: Arrays) -> None:
        """Go on from what :meth:`arrays` gave; EngineError if that was another network's."""
        self.trainer.restore(self.trainer.snapshot().filled(arrays))
        if self._stopping is not None:
            self._stopping.take_up(below("stopping", arrays))

    def outputs(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        answers: NDArray[np.float64] = self.model.predict(self.inputs(x)).astype(np.float64)
        if self.model.loss == "hinge":
            answers = (answers + 1) / 2
        answers = np.clip(answers, 0, 1)
        return answers[:, 0] if answers.shape[1] == 1 else answers

    def gave_up(self, epoch: int, quantities: Mapping[str, float]) -> bool:
        return self._stopping is not None and self._stopping.after_epoch(epoch, quantities, self.model)

    def end(self) -> None:
        if self._stopping is not None:
            self._stopping.end(self.model)


def build(experiment: Experiment, examples: Dataset, seed: int, backend: str) -> Sequential:
    """The experiment's network, compiled; raises EngineError where its parts do not fit together."""
    spec = experiment.model
    layers = parse_layers(spec.layers, spec.kernel_initializer, spec.bias_initializer)
    if spec.l2:
        layers = [_with_penalty(layer, f"l2 {spec.l2!r}") for layer in layers]
    shape = _input_shape(layers, examples)
    _check_work(layers, shape, len(examples.x))
    model = Sequential(layers, input_shape=shape, seed=seed, dtype=spec.dtype, backend=backend)
    model.compile(
        optimizer=optimizers.make(spec.optimizer, **_optimizer_settings(spec)),
        loss=spec.loss,
        metrics=[] if examples.kind == "regression" else ["accuracy"],
    )
    return model


def _check_work(layers: list[Layer], shape: tuple[int, ...], examples: int) -> None:
    """Refuse what is within the limits of memory and would take minutes for each look at all examples."""
    work = make_plan(layers, shape).work * examples
    if work > MOST_WORK:
        raise InputError(
            f"an epoch of {examples:,} examples takes {work:,} multiplications, more than {MOST_WORK:,}",
            "take fewer examples, or fewer or smaller layers",
        )


def _optimizer_settings(spec: ModelSpec) -> dict[str, Any]:
    settings: dict[str, Any] = {"learning_rate": spec.learning_rate, "weight_decay": spec.weight_decay}
    if spec.optimizer == "sgd":
        settings |= {"momentum": spec.momentum, "nesterov": spec.nesterov}
    if spec.global_clipnorm:
        settings["global_clipnorm"] = spec.global_clipnorm
    return settings


def _with_penalty(layer: Layer, penalty: str) -> Layer:
    if isinstance(layer, Residual):
        return replace(layer, layers=[_with_penalty(inner, penalty) for inner in layer.layers])
    return replace(layer, kernel_regularizer=penalty) if isinstance(layer, Dense | Conv2D) else layer


def _input_shape(layers: list[Layer], examples: Dataset) -> tuple[int, ...]:
    """Layers that slide windows get images with a channel; all others rows of numbers."""
    if examples.image_shape is None:
        return (examples.x.shape[1],)
    if any(_needs_images(layer) for layer in layers):
        return (*examples.image_shape, 1)
    return examples.image_shape if isinstance(layers[0], Flatten) else (examples.x.shape[1],)


def _needs_images(layer: Layer) -> bool:
    if isinstance(layer, Residual):
        return any(_needs_images(inner) for inner in layer.layers)
    return isinstance(layer, Conv2D | MaxPooling2D | AveragePooling2D | GlobalAveragePooling2D)


def _augmentation(experiment: Experiment, examples: Dataset, seed: int) -> Augmentation | None:
    """How the training inputs are changed in each epoch; InputError where that means nothing."""
    training = experiment.training
    if not (training.shift or training.rotate or training.noise):
        return None
    shape = examples.image_shape
    if shape is None and (training.shift or training.rotate):
        message = f"{experiment.data.name} holds no images, so nothing can be shifted or rotated"
        raise InputError(message, "noise goes with any inputs")
    return Augmentation(
        training.shift, training.rotate, training.noise, seed, shape or (1, examples.x.shape[1])
    )


def _stopping(experiment: Experiment, examples: Dataset) -> EarlyStopping | None:
    patience = experiment.training.patience
    if patience == 0:
        return None
    if len(examples.y_val) == 0:
        message = f"patience waits for the held-out loss, and {experiment.data.name} holds nothing out"
        raise InputError(message, "set patience = 0, or take another data set")
    return EarlyStopping("val_loss", patience=patience, restore_best_weights=True)


def layers_of(report: TrainingReport) -> list[LayerReport]:
    """The length of every layer's gradient and weights, NaN where not all of them are finite."""
    return [
        LayerReport(
            layer.name,
            math.nan if layer.gradients.not_finite else layer.gradient_norm,
            math.nan if layer.weights.not_finite else layer.weight_norm,
        )
        for layer in report.layers
        if not math.isnan(layer.weight_norm)
    ]


def _through_the_layers(report: TrainingReport) -> dict[str, float]:
    """How signals fare forward (``spread``) and gradients backward, as far as there is anything to tell."""
    layers = report.layers
    told = {"spread": layers[-2].activation_deviation} if len(layers) > 1 else {}
    norms = [layer.gradient_norm for layer in layers if not math.isnan(layer.gradient_norm)]
    if norms:
        told["gradient_norm"] = math.hypot(*norms)
    if norms and norms[-1] > 0:
        told["gradient_ratio"] = norms[0] / norms[-1]
    return told


def _batch(batch_size: int, examples: int) -> int:
    return min(batch_size, examples) if batch_size > 0 else examples


def _named(metrics: dict[str, float], prefix: str = "") -> dict[str, float]:
    return {prefix + name: value for name, value in metrics.items()}
