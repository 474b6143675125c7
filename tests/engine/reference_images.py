"""Layers for images in plain NumPy: a loop over the places of the window, nothing clever."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.engine.reference import BACKWARD, FORWARD, _last_delta, _loss
from tutor.engine import (
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
)

Array = NDArray[Any]
Back = Callable[[Array], tuple[Array, list[Array]]]
"""From the gradient by a layer's output to that by its input and those by its weights."""


@dataclass(frozen=True)
class ImageReference:
    """A stack of layers and a loss; weights are lists as ``get_weights`` gives them.

    In training the moving statistics among them are changed in place.
    """

    layers: Sequence[Layer]
    loss: str

    def forward(self, weights: Sequence[Array], x: Array, training: bool = False) -> Array:
        """The outputs."""
        return self._run(weights, x, training)[1]

    def loss_and_gradients(
        self, weights: Sequence[Array], x: Array, y: Array, training: bool = False
    ) -> tuple[float, list[Array]]:
        """The mean loss over the rows, and its gradient by every weight array."""
        z, p, backs = self._run(weights, x, training)
        value = float(_loss(self.loss, z, p, y.reshape(p.shape)))
        if self.loss.endswith("crossentropy"):
            delta, backs = _last_delta(self.loss, "", z, p, y), backs[:-1]
        else:
            delta = _last_delta(self.loss, "linear", p, p, y.reshape(p.shape))
        return value, _backwards(backs, delta)[1]

    def _run(self, weights: Sequence[Array], x: Array, training: bool) -> tuple[Array, Array, list[Back]]:
        left, backs = list(weights), []
        for step in (part for layer in self.layers for part in parts(layer)):
            z = x
            x, back = step(x, left, training)
            backs.append(back)
        assert not left
        return z, x, backs


Part = Callable[[Array, list[Array], bool], tuple[Array, Back]]
"""Takes its weights from the front of the list; gives the output and the way back."""


def parts(layer: Layer) -> list[Part]:
    """What a layer does, one thing after the other."""
    match layer:
        case Conv2D():
            return [_conv(layer), _activation(layer.activation)]
        case Dense():
            return [_dense, _activation(layer.activation)]
        case Activation():
            return [_activation(layer.activation)]
        case MaxPooling2D() | AveragePooling2D():
            return [_pool(layer)]
        case GlobalAveragePooling2D():
            return [_global_average]
        case BatchNormalization():
            return [_normalization(layer)]
        case Residual():
            return [_residual(layer)]
        case Flatten():
            return [_flatten]
    assert isinstance(layer, Dropout)
    return []


def _activation(name: str) -> Part:
    def part(z: Array, weights: list[Array], training: bool) -> tuple[Array, Back]:
        rows = z.reshape(-1, z.shape[-1])
        a = FORWARD[name](rows)
        return a.reshape(z.shape), lambda da: (
            BACKWARD[name](rows, a, da.reshape(rows.shape)).reshape(z.shape),
            [],
        )

    return part


def _flatten(x: Array, weights: list[Array], training: bool) -> tuple[Array, Back]:
    return x.reshape(len(x), -1), lambda delta: (delta.reshape(x.shape), [])


def _dense(x: Array, weights: list[Array], training: bool) -> tuple[Array, Back]:
    w, b = weights.pop(0), weights.pop(0)
    return x @ w + b, lambda dz: (dz @ w.T, [x.T @ dz, dz.sum(0)])


def windows(
    size: tuple[int, int], window: Sequence[int], steps: Sequence[int], padding: str
) -> tuple[tuple[int, int], list[tuple[int, int]]]:
    """Output size, and the zeros (before, after) around the image, by the formulas of TensorFlow's manual."""
    out, around = [], []
    for n, k, s in zip(size, window, steps, strict=True):
        if padding == "valid":
            out.append(-(-(n - k + 1) // s))
            around.append((0, 0))
        else:
            total = max(k - s, 0) if n % s == 0 else max(k - n % s, 0)
            out.append(-(-n // s))
            around.append((total // 2, total - total // 2))
    return (out[0], out[1]), around


def places(out: tuple[int, int], window: Any, steps: Any) -> Iterator[tuple[int, int, slice, slice]]:
    """Each place of the output, and the part of the padded image that it sees."""
    for y in range(out[0]):
        for x in range(out[1]):
            top, left = y * steps[0], x * steps[1]
            yield y, x, slice(top, top + window[0]), slice(left, left + window[1])


def _conv(layer: Conv2D) -> Part:
    size: Any = layer.kernel_size
    steps: Any = layer.strides

    def part(x: Array, weights: list[Array], training: bool) -> tuple[Array, Back]:
        w, b = weights.pop(0), weights.pop(0)
        out, around = windows(x.shape[1:3], size, steps, layer.padding)
        image = np.pad(x, [(0, 0), *around, (0, 0)])
        z = np.zeros((len(x), *out, layer.filters))
        for i, j, down, across in places(out, size, steps):
            z[:, i, j] = np.einsum("nuvc,uvcf->nf", image[:, down, across], w) + b

        def back(dz: Array) -> tuple[Array, list[Array]]:
            dw, dimage = np.zeros_like(w), np.zeros_like(image)
            for i, j, down, across in places(out, size, steps):
                dw += np.einsum("nuvc,nf->uvcf", image[:, down, across], dz[:, i, j])
                dimage[:, down, across] += np.einsum("nf,uvcf->nuvc", dz[:, i, j], w)
            return _without(around, dimage), [dw, dz.sum((0, 1, 2))]

        return z, back

    return part


def _without(around: list[tuple[int, int]], image: Array) -> Array:
    (top, bottom), (left, right) = around
    return image[:, top : image.shape[1] - bottom, left : image.shape[2] - right]


def _pool(layer: MaxPooling2D | AveragePooling2D) -> Part:
    size: Any = layer.pool_size
    steps: Any = layer.strides

    def part(x: Array, weights: list[Array], training: bool) -> tuple[Array, Back]:
        out, around = windows(x.shape[1:3], size, steps, layer.padding)
        image = np.pad(x, [(0, 0), *around, (0, 0)], constant_values=np.nan)
        a, shares = np.zeros((len(x), *out, x.shape[3])), []
        for i, j, down, across in places(out, size, steps):
            part = image[:, down, across]
            flat = part.reshape(len(x), -1, x.shape[3])
            if isinstance(layer, MaxPooling2D):
                a[:, i, j] = np.nanmax(flat, 1)
                share = np.arange(flat.shape[1])[:, None] == np.nanargmax(flat, 1)[:, None]
            else:
                a[:, i, j] = np.nanmean(flat, 1)
                share = ~np.isnan(flat) / (~np.isnan(flat)).sum(1, keepdims=True)
            shares.append(share.reshape(part.shape))

        def back(da: Array) -> tuple[Array, list[Array]]:
            dimage = np.zeros_like(image)
            for share, (i, j, down, across) in zip(shares, places(out, size, steps), strict=True):
                dimage[:, down, across] += share * da[:, i, j][:, None, None]
            return _without(around, dimage), []

        return a, back

    return part


def _global_average(x: Array, weights: list[Array], training: bool) -> tuple[Array, Back]:
    share = np.ones_like(x) / (x.shape[1] * x.shape[2])
    return x.mean((1, 2)), lambda da: (da[:, None, None] * share, [])


def _normalization(layer: BatchNormalization) -> Part:
    def part(x: Array, weights: list[Array], training: bool) -> tuple[Array, Back]:
        gamma, beta, means, variances = (weights.pop(0) for _ in range(4))
        axes = tuple(range(x.ndim - 1))
        if training:
            mean, variance = x.mean(axes), x.var(axes)
            means += (1 - layer.momentum) * (mean - means)
            variances += (1 - layer.momentum) * (variance - variances)
        else:
            mean, variance = means, variances
        deviation = np.sqrt(variance + layer.epsilon)
        normal = (x - mean) / deviation

        def back(da: Array) -> tuple[Array, list[Array]]:
            dnormal = da * gamma
            dx = dnormal
            if training:
                dx = dnormal - dnormal.mean(axes) - normal * (dnormal * normal).mean(axes)
            kept = [np.zeros_like(means), np.zeros_like(variances)]
            return dx / deviation, [(da * normal).sum(axes), da.sum(axes), *kept]

        return gamma * normal + beta, back

    return part


def _residual(layer: Residual) -> Part:
    def part(x: Array, weights: list[Array], training: bool) -> tuple[Array, Back]:
        branch, branch_backs = _through(layer.layers, x, weights, training)
        projection: Any = layer.projection or []
        if projection == "dense":
            projection = [Dense(branch.shape[-1])]
        elif projection == "conv":
            steps = [-(-n // m) for n, m in zip(x.shape[1:3], branch.shape[1:3], strict=True)]
            projection = [Conv2D(branch.shape[-1], 1, (steps[0], steps[1]), "same")]
        shortcut, shortcut_backs = _through(projection, x, weights, training)

        def back(delta: Array) -> tuple[Array, list[Array]]:
            dx, found = _backwards(branch_backs, delta)
            dx_shortcut, found_shortcut = _backwards(shortcut_backs, delta)
            return dx + dx_shortcut, found + found_shortcut

        return branch + shortcut, back

    return part


def _through(
    layers: Sequence[Layer], x: Array, weights: list[Array], training: bool
) -> tuple[Array, list[Back]]:
    backs = []
    for step in (part for layer in layers for part in parts(layer)):
        x, back = step(x, weights, training)
        backs.append(back)
    return x, backs


def _backwards(backs: Sequence[Back], delta: Array) -> tuple[Array, list[Array]]:
    found: list[Array] = []
    for back in reversed(backs):
        delta, gradients = back(delta)
        found[:0] = gradients
    return delta, found
