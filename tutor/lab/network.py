"""A network as a lab experiment: one minibatch is one step."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tutor.content.model import Experiment, Value
from tutor.content.settings import hidden_specs
from tutor.engine import Dense, Flatten, Layer, Sequential, datasets, optimizers, parse_layers
from tutor.lab.learner import Observation
from tutor.report import Layer as LayerReport


class NetworkLearner:
    """A feed-forward network trained by back-propagation on one of the lessons' data sets."""

    curves: tuple[str, ...] = ("loss", "val_loss", "accuracy", "val_accuracy")

    def __init__(self, experiment: Experiment, seed: int, backend: str) -> None:
        self.dataset = datasets.load(experiment.data.name, seed, **experiment.data.options)
        self._layers = experiment.model.layers
        self._model = build(experiment, self.dataset, seed, backend)
        self.backend = self._model.backend
        data = self.dataset
        held_out = (self._shaped(data.x_val), data.y_val) if len(data.y_val) else None
        self.trainer = self._model.trainer(
            self._shaped(data.x),
            data.y,
            batch_size=_batch(experiment.training.batch_size, len(data.y)),
            validation_data=held_out,
            shuffle=experiment.training.shuffle,
        )

    @property
    def step(self) -> int:
        return self.trainer.step

    @property
    def epoch(self) -> int:
        return self.trainer.epoch

    @property
    def epochs_exactly(self) -> float:
        return self.epoch + 1 - self.trainer.steps_to_epoch_end / self.trainer.steps_per_epoch

    @property
    def diverged(self) -> str:
        return self.trainer.diverged

    def steps_until(self, epoch: int) -> int:
        trainer = self.trainer
        return trainer.steps_to_epoch_end + (epoch - trainer.epoch - 1) * trainer.steps_per_epoch

    def train(self, steps: int) -> None:
        self.trainer.run(steps)

    def observe(self) -> Observation:
        report = self.trainer.report()
        quantities = {"loss": report.loss, **_named(report.metrics)}
        if report.val_loss is not None:
            quantities |= {"val_loss": report.val_loss, **_named(report.val_metrics, "val_")}
        if "accuracy" in quantities:
            wrong = (1 - quantities["accuracy"]) * len(self.dataset.y)
            quantities["errors"] = float(round(wrong)) if math.isfinite(wrong) else math.nan
        layers = [LayerReport(layer.name, layer.gradient_norm, layer.weight_norm) for layer in report.layers]
        return Observation(quantities, layers)

    def turn(self, name: str, value: Value) -> bool:
        trainer = self.trainer
        if name == "learning_rate":
            trainer.set_learning_rate(float(value))
        elif name == "momentum":
            trainer.set_momentum(float(value))
        elif name == "batch_size":
            trainer.set_batch_size(_batch(int(value), len(self.dataset.y)))
        elif name == "activation":
            for index, words in enumerate(hidden_specs(self._layers)):
                if len(words) > 1 and words[-1].isidentifier():
                    self._model.set_activation(index, str(value))
        else:
            return False
        return True

    def outputs(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        answers = self._model.predict(self._shaped(x)).astype(np.float64)
        if self._model.loss == "hinge":
            answers = (answers + 1) / 2
        answers = np.clip(answers, 0, 1)
        return answers[:, 0] if answers.shape[1] == 1 else answers

    def _shaped(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        return x.reshape(len(x), *self._model.input_shape)


def build(experiment: Experiment, data: datasets.Dataset, seed: int, backend: str) -> Sequential:
    """The experiment's network, compiled; raises EngineError where its parts do not fit together."""
    spec = experiment.model
    layers = parse_layers(spec.layers, spec.kernel_initializer, spec.bias_initializer)
    model = Sequential(
        layers, input_shape=_input_shape(layers[0], data), seed=seed, dtype=spec.dtype, backend=backend
    )
    settings = {"learning_rate": spec.learning_rate}
    if spec.optimizer == "sgd":
        settings["momentum"] = spec.momentum
    model.compile(
        optimizer=optimizers.make(spec.optimizer, **settings),
        loss=spec.loss,
        metrics=[] if data.kind == "regression" else ["accuracy"],
    )
    return model


def _input_shape(first: Layer, data: datasets.Dataset) -> tuple[int, ...]:
    """A dense layer takes rows of numbers; anything else takes images as images, where there are any."""
    if isinstance(first, Dense) or data.image_shape is None:
        return (data.x.shape[1],)
    return data.image_shape if isinstance(first, Flatten) else (*data.image_shape, 1)


def _batch(batch_size: int, examples: int) -> int:
    return min(batch_size, examples) if batch_size > 0 else examples


def _named(metrics: dict[str, float], prefix: str = "") -> dict[str, float]:
    return {prefix + name: value for name, value in metrics.items()}
