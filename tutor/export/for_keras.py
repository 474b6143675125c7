"""The script for Keras 3. The engine has Keras's names and layouts, so little needs translating."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from tutor.engine import initializers
from tutor.engine.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Layer,
    MaxPooling2D,
    Residual,
)
from tutor.engine.optimizers import Optimizer
from tutor.errors import InputError
from tutor.export import arrays
from tutor.export.parts import (
    call,
    changed,
    heading,
    imports,
    one_or_pair,
    quoted,
    sections,
    shortcut,
    shuffle_note,
)
from tutor.export.source import Source

_OWN_ACTIVATIONS = {
    "sign": "def sign(z):\n    return keras.ops.where(z >= 0, 1.0, -1.0)  # without a gradient",
    "step": "def step(z):\n    return keras.ops.where(z >= 0, 1.0, 0.0)  # without a gradient",
}
_RESIDUAL = '''\
class Residual(keras.layers.Layer):
    """The branch's answer plus what went in, through the shortcut if there is one."""

    def __init__(self, branch, shortcut=None, **settings):
        super().__init__(**settings)
        self.branch = keras.Sequential(branch)
        self.shortcut = keras.Sequential(shortcut) if shortcut else None

    def call(self, x, training=False):
        branch = self.branch(x, training=training)
        return branch + (x if self.shortcut is None else self.shortcut(x, training=training))'''
Shape = tuple[int, ...]
_BARE = {"flatten": "Flatten", "global_average_pooling2d": "GlobalAveragePooling2D"}


def script(source: Source, file: str) -> str:
    """The whole script; ``file`` is the name of the data file beside it."""
    own = sorted({layer.activation for layer in _active(source.model.layers)} & set(_OWN_ACTIVATIONS))
    residual = any(isinstance(layer, Residual) for layer in source.model.layers)
    return sections(
        [
            heading(source, "Keras 3", "pip install keras, and one of torch, tensorflow, jax below it"),
            imports(source, ["import keras", "import numpy as np"]),
            _setup(source),
            arrays.loading(source, file),
            *(f"\n{_OWN_ACTIVATIONS[name]}\n" for name in own),
            f"\n{_RESIDUAL}\n" if residual else "",
            _network(source),
            "# The starting values of this seed; without this line Keras draws its own.\n"
            "model.set_weights(weights)",
            _compiling(source),
            _training(source),
        ]
    )


def _setup(source: Source) -> str:
    lines = [f"keras.utils.set_random_seed({source.seed})"]
    if source.model.dtype != "float32":
        lines.insert(0, f'keras.config.set_floatx("{source.model.dtype}")')
    return "\n".join(lines)


# ------------------------------------------------------------------------------- the network


def _network(source: Source) -> str:
    lines = [call("keras.Input", source.model.input_shape), *_augmenting(source)]
    shapes = [source.model.input_shape, *source.model.plan.output_shapes]
    for layer, start, end in zip(source.model.layers, shapes, shapes[1:], strict=False):
        lines.append(_residual(layer, start, end) if isinstance(layer, Residual) else _layer(layer))
        if isinstance(layer, Residual) and layer.activation != "linear":
            lines.append(_layer(Activation(layer.activation)))
    return f"model = keras.Sequential(\n{textwrap.indent(_listed(lines), '    ')}\n)"


def _listed(lines: Iterable[str]) -> str:
    """A list, one layer a line."""
    return "[\n" + "".join(f"{textwrap.indent(line, '    ')},\n" for line in lines) + "]"


def _residual(layer: Residual, start: Shape, end: Shape) -> str:
    parts = [
        _listed(_layer(part) for part in inner)
        for inner in (layer.layers, shortcut(layer, start, end))
        if inner
    ]
    if not layer.trainable:
        parts.append("trainable=False")
    inside = textwrap.indent(",\n".join(parts), "    ")
    return f"Residual(\n{inside},\n)"


def _layer(layer: Layer) -> str:
    match layer:
        case Dense():
            return call("keras.layers.Dense", layer.units, **_weighted(layer))
        case Conv2D():
            return call(
                "keras.layers.Conv2D",
                layer.filters,
                one_or_pair(layer.kernel_size),
                **_window(layer, (1, 1)),
                **_weighted(layer),
            )
        case MaxPooling2D() | AveragePooling2D():
            settings = _window(layer, layer.pool_size)
            return call(f"keras.layers.{type(layer).__name__}", one_or_pair(layer.pool_size), **settings)
        case BatchNormalization():
            settings = changed(layer, "momentum", "epsilon", "trainable")
            return call("keras.layers.BatchNormalization", **settings)
        case Dropout():
            return call("keras.layers.Dropout", layer.rate)
        case Activation():
            return call("keras.layers.Activation", _function(layer.activation))
    if layer.kind in _BARE:
        return call(f"keras.layers.{_BARE[layer.kind]}")
    raise InputError(f"a layer of the kind {layer.kind} cannot be exported", "take it out of the network")


def _window(layer: Conv2D | MaxPooling2D | AveragePooling2D, usual: object) -> dict[str, object]:
    settings: dict[str, object] = {}
    if layer.strides != usual:
        settings["strides"] = one_or_pair(layer.strides)
    if layer.padding != "valid":
        settings["padding"] = quoted(layer.padding)
    return settings


def _weighted(layer: Dense | Conv2D) -> dict[str, object]:
    settings: dict[str, object] = {}
    if layer.activation != "linear":
        settings["activation"] = _function(layer.activation)
    for name in ("kernel_initializer", "bias_initializer"):
        if name in changed(layer, name):
            settings[name] = _initializer(getattr(layer, name))
    for name in ("kernel_regularizer", "bias_regularizer"):
        if penalty := getattr(layer, name):
            settings[name] = _regularizer(penalty)
    if isinstance(layer, Dense) and not layer.use_bias:
        settings["use_bias"] = False
    return settings | changed(layer, "trainable") | changed(layer, "trainable")


def _function(name: str) -> str:
    return name if name in _OWN_ACTIVATIONS else quoted(name)


def _initializer(text: str) -> str:
    drawn = initializers.parse(text)
    match drawn.name:
        case "normal":
            return f"keras.initializers.RandomNormal(stddev={drawn.value!r})"
        case "uniform":
            return f"keras.initializers.RandomUniform({-drawn.value!r}, {drawn.value!r})"
        case "constant":
            return f"keras.initializers.Constant({drawn.value!r})"
        case "orthogonal":
            return f"keras.initializers.Orthogonal(gain={drawn.value!r})"
    return quoted(drawn.name)


def _regularizer(text: str) -> str:
    words = text.split()
    factors = dict(zip(words[::2], words[1::2], strict=True))
    if len(factors) == 2:
        return f"keras.regularizers.L1L2(l1={factors['l1']}, l2={factors['l2']})"
    (name, factor), *_ = factors.items()
    return f"keras.regularizers.{name.upper()}({factor})"


def _active(layers: Iterable[Layer]) -> Iterator[Dense | Conv2D | Activation | Residual]:
    for layer in layers:
        if isinstance(layer, Residual):
            yield from _active(layer.layers)
        if isinstance(layer, Dense | Conv2D | Activation | Residual):
            yield layer


def _augmenting(source: Source) -> list[str]:
    """Layers that change the images while the network learns, and do nothing when it is asked."""
    training, shape = source.experiment.training, source.model.input_shape
    lines = []
    if training.shift or training.rotate:
        height, width = source.image_shape or shape[:2]
        edge = 'fill_mode="constant"'
        if training.rotate:
            turn = f"{training.rotate:g} / 360"
            lines.append(f"keras.layers.RandomRotation({turn}, {edge})")
        if training.shift:
            moves = f"{training.shift} / {height}, {training.shift} / {width}"
            lines.append(f"keras.layers.RandomTranslation({moves}, {edge})")
        if len(shape) < 3:
            lines.insert(0, f"keras.layers.Reshape(({height}, {width}, 1))")
            lines.append(f"keras.layers.Reshape({shape})")
    if training.noise:
        lines.append(f"keras.layers.GaussianNoise({training.noise!r})")
    return lines


# ------------------------------------------------------------------------------- learning


def _compiling(source: Source) -> str:
    loss = "sparse_categorical_crossentropy" if source.classes else source.model.loss
    # "accuracy" would count answers above 0.5 as +1, and hinge parts them at 0.
    counted = source.has_accuracy and loss != "hinge"
    metrics = '\n    metrics=["accuracy"],' if counted else ""
    assert source.model.optimizer is not None
    optimizer = textwrap.indent(_optimizer(source.model.optimizer), "    ").lstrip()
    return f'model.compile(\n    optimizer={optimizer},\n    loss="{loss}",{metrics}\n)'


def _optimizer(optimizer: Optimizer) -> str:
    special = [
        name for name in ("momentum", "nesterov", "rho", "beta_1", "beta_2") if hasattr(optimizer, name)
    ]
    kept = changed(optimizer, *special, "weight_decay", "clipvalue", "clipnorm", "global_clipnorm")
    return call(f"keras.optimizers.{type(optimizer).__name__}", learning_rate=optimizer.learning_rate, **kept)


def _training(source: Source) -> str:
    training = source.experiment.training
    held_out = "    validation_data=(x_val, y_val),\n" if len(source.x_val) else ""
    callbacks = ["keras.callbacks.LambdaCallback(on_epoch_end=show)"]
    if training.patience:
        watched = "val_loss" if len(source.x_val) else "loss"
        callbacks.append(
            call(
                "keras.callbacks.EarlyStopping",
                monitor=quoted(watched),
                patience=training.patience,
                restore_best_weights=True,
            )
        )
    calls = "".join(f"        {callback},\n" for callback in callbacks)
    return f"""
def show(epoch, logs):
    if (epoch + 1) % {source.every} == 0:
        numbers = "  ".join(f"{{name}} {{value:.6f}}" for name, value in logs.items())
        print(f"epoch {{epoch + 1:5d}}  {{numbers}}")


{shuffle_note(source, "Keras")}
model.fit(
    x,
    y,
    batch_size={source.batch_size},
    epochs={training.epochs},
    shuffle={training.shuffle},
{held_out}    callbacks=[
{calls}    ],
    verbose=0,
)"""
