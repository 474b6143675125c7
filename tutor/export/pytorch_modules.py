"""Layers and their weights in PyTorch: channels first, kernels transposed, edges padded by hand.

Where PyTorch has no layer that does the same, a small class of a few lines stands in the script.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tutor.engine.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Residual,
    WeightedLayer,
)
from tutor.engine.layers.base import with_trainable
from tutor.engine.plan import make_plan
from tutor.errors import InputError
from tutor.export.parts import call, one_or_pair, shortcut

Shape = tuple[int, ...]

_ACTIVATIONS = {
    "sigmoid": "nn.Sigmoid()",
    "tanh": "nn.Tanh()",
    "relu": "nn.ReLU()",
    "softmax": "nn.Softmax(dim=1)",
    "leaky_relu": "nn.LeakyReLU(0.2)",
    "elu": "nn.ELU()",
    "gelu": "nn.GELU()",
    "softplus": "nn.Softplus()",
    "sign": "Sign()",
    "step": "Step()",
}

CLASSES = {
    "Residual": '''\
class Residual(nn.Module):
    """The branch's answer plus what went in, through the shortcut if there is one."""

    def __init__(self, branch, shortcut=None):
        super().__init__()
        self.branch, self.shortcut = branch, shortcut

    def forward(self, x):
        return self.branch(x) + (x if self.shortcut is None else self.shortcut(x))''',
    "Sign": '''\
class Sign(nn.Module):
    """+1 from 0 on, else -1; it passes no gradient back."""

    def forward(self, z):
        return (z >= 0).to(z.dtype) * 2 - 1''',
    "Step": '''\
class Step(nn.Module):
    """1 from 0 on, else 0; it passes no gradient back."""

    def forward(self, z):
        return (z >= 0).to(z.dtype)''',
    "FlattenAsKeras": '''\
class FlattenAsKeras(nn.Module):
    """Pixel by pixel, as Keras does; nn.Flatten would go channel by channel."""

    def forward(self, images):
        return images.movedim(1, -1).flatten(1)''',
    "AverageInside": '''\
class AverageInside(nn.Module):
    """Average pooling over padded images that counts only what lies inside the image."""

    def __init__(self, size, stride, around):
        super().__init__()
        self.pad, self.pool = nn.ZeroPad2d(around), nn.AvgPool2d(size, stride)

    def forward(self, images):
        return self.pool(self.pad(images)) / self.pool(self.pad(torch.ones_like(images)))''',
}
"""The classes that a script may need, by name."""


@dataclass
class Modules:
    """A list of modules as lines of ``nn.Sequential``, and the lines that copy the weights into them."""

    place: str = "model"
    """How the script names this list."""
    lines: list[str] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    """One for each weight array, in order; shared by all lists of a network."""
    penalized: list[str] = field(default_factory=list)
    """The kernels whose squares belong to the loss."""
    frozen: list[str] = field(default_factory=list)
    """Modules that do not learn."""
    resting: list[str] = field(default_factory=list)
    """Those of them that must always work as if they were asked: batch normalization."""

    @property
    def last(self) -> str:
        """The name of the module added last."""
        return f"{self.place}[{len(self.lines) - 1}]"

    def add(self, *lines: str) -> None:
        """One module each."""
        self.lines += lines

    def copy(self, layer: WeightedLayer, *parts: tuple[str, str]) -> None:
        """Fill ``parts``, (name, rearranged as) of the last module, with the next weight arrays."""
        for name, change in parts:
            source = f"torch.tensor(weights[{len(self.copies)}]){change}"
            self.copies.append(f"{self.last}.{name}.copy_({source})")
        if not layer.trainable:
            self.frozen.append(self.last)
        elif getattr(layer, "kernel_regularizer", ""):
            self.penalized.append(f"{self.last}.weight")

    def inside(self, part: str) -> Modules:
        """An empty list for ``part`` of the module that comes next."""
        place = f"{self.place}[{len(self.lines)}].{part}"
        return Modules(place, [], self.copies, self.penalized, self.frozen, self.resting)

    def sequential(self, indent: str = "    ") -> str:
        """All of them as one ``nn.Sequential``, with the lines behind the first one indented."""
        inner = "".join(f"{textwrap.indent(line, indent)},\n" for line in self.lines)
        return f"nn.Sequential(\n{inner})"

    @property
    def classes(self) -> Iterator[str]:
        """The sources of the classes that the lines use."""
        text = "\n".join(self.lines)
        return (source for name, source in CLASSES.items() if re.search(rf"\b{name}\(", text))


def modules(layers: Sequence[Layer], shapes: Sequence[Shape], *, logits: bool) -> Modules:
    """The layers for PyTorch. ``shapes`` are the input's and each layer's output shape, channels last.

    With ``logits`` the last activation is left out, because the loss has it inside.
    """
    result = Modules()
    _fill(result, layers, shapes, logits)
    return result


def _fill(result: Modules, layers: Sequence[Layer], shapes: Sequence[Shape], logits: bool = False) -> None:
    for place, (layer, shape, output) in enumerate(zip(layers, shapes[:-1], shapes[1:], strict=True)):
        _add(result, layer, shape, output)
        if isinstance(layer, Dense | Conv2D | Activation | Residual):
            last = place == len(layers) - 1
            if layer.activation != "linear" and not (last and logits):
                result.add(_ACTIVATIONS[layer.activation])


def _add(result: Modules, layer: Layer, shape: Shape, output: Shape) -> None:
    match layer:
        case Dense():
            bias = {} if layer.use_bias else {"bias": False}
            result.add(call("nn.Linear", math.prod(shape), layer.units, **bias))
            result.copy(layer, ("weight", ".T"), *([("bias", "")] if layer.use_bias else []))
        case Conv2D():
            _conv(result, layer, shape, output)
        case MaxPooling2D():
            around = _around(layer, layer.pool_size, shape, output)
            if any(around):
                result.add(f'nn.ConstantPad2d({around}, -float("inf"))')
            result.add(f"nn.MaxPool2d({_sizes(layer)})")
        case AveragePooling2D():
            around = _around(layer, layer.pool_size, shape, output)
            sizes = _sizes(layer)
            result.add(f"AverageInside({sizes}, {around})" if any(around) else f"nn.AvgPool2d({sizes})")
        case GlobalAveragePooling2D():
            result.add("nn.AdaptiveAvgPool2d(1)", "nn.Flatten()")
        case BatchNormalization():
            _normalization(result, layer, shape)
        case Dropout():
            result.add(f"nn.Dropout({layer.rate!r})")
        case Flatten():
            many = len(shape) == 3 and shape[2] > 1 and shape[0] * shape[1] > 1
            result.add("FlattenAsKeras()" if many else "nn.Flatten()")
        case Residual():
            _residual(result, layer, shape, output)
        case Activation():
            pass
        case _:
            raise InputError(
                f"a layer of the kind {layer.kind} cannot be exported", "take it out of the network"
            )


def _residual(result: Modules, layer: Residual, shape: Shape, output: Shape) -> None:
    parts = []
    for name, inner in (("branch", layer.layers), ("shortcut", shortcut(layer, shape, output))):
        if inner:
            made = result.inside(name)
            _fill(made, _as_frozen(layer, inner), [shape, *make_plan(inner, shape).output_shapes])
            parts.append(made.sequential())
    inside = textwrap.indent(",\n".join(parts), "    ")
    result.add(f"Residual(\n{inside},\n)")


def _as_frozen(block: Residual, inner: Sequence[Layer]) -> list[Layer]:
    """What is in a frozen block is frozen, too."""
    return [layer if block.trainable else with_trainable(layer, False) for layer in inner]


def _conv(result: Modules, layer: Conv2D, shape: Shape, output: Shape) -> None:
    left, right, top, bottom = around = _around(layer, layer.kernel_size, shape, output)
    settings: dict[str, object] = {}
    if layer.strides != (1, 1):
        settings["stride"] = one_or_pair(layer.strides)
    if (left, top) == (right, bottom):
        if any(around):
            settings["padding"] = one_or_pair((top, left))
    else:
        result.add(f"nn.ZeroPad2d({around})")
    result.add(call("nn.Conv2d", shape[2], layer.filters, one_or_pair(layer.kernel_size), **settings))
    result.copy(layer, ("weight", ".permute(3, 2, 0, 1)"), ("bias", ""))


def _normalization(result: Modules, layer: BatchNormalization, shape: Shape) -> None:
    kind = "nn.BatchNorm2d" if len(shape) == 3 else "nn.BatchNorm1d"
    result.add(call(kind, shape[-1], eps=layer.epsilon, momentum=round(1 - layer.momentum, 10)))
    result.copy(layer, ("weight", ""), ("bias", ""), ("running_mean", ""), ("running_var", ""))
    if not layer.trainable:
        result.resting.append(result.last)


def _sizes(layer: MaxPooling2D | AveragePooling2D) -> str:
    size, stride = one_or_pair(layer.pool_size), one_or_pair(layer.strides)
    return size if stride == size and not isinstance(layer, AveragePooling2D) else f"{size}, {stride}"


def _around(
    layer: Conv2D | MaxPooling2D | AveragePooling2D, size: object, shape: Shape, output: Shape
) -> tuple[int, int, int, int]:
    """What "same" puts around an image: left, right, top, bottom; the larger half behind."""
    if layer.padding == "valid":
        return 0, 0, 0, 0
    assert isinstance(size, tuple) and isinstance(layer.strides, tuple)
    down, across = (
        max((output[axis] - 1) * layer.strides[axis] + size[axis] - shape[axis], 0) for axis in (0, 1)
    )
    return across // 2, across - across // 2, down // 2, down - down // 2
