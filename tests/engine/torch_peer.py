"""The network of a case in PyTorch, whose images are channels-first."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.engine.random_networks import Case
from tests.engine.reference_images import windows
from tests.engine.rounding import nudged
from tutor.engine import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Residual,
)


class Peer:
    """The same layers, weights and examples, in any number type, and nudged by rounding if asked to be."""

    def __init__(self, case: Case, dtype: str = "float64", rng: np.random.Generator | None = None) -> None:
        import torch

        torch.set_num_threads(1)  # with more, so small networks wait most of the time
        self.torch, self.functional = torch, torch.nn.functional
        self.layers, self.loss_name = case.model.layers, case.model.loss
        self.weights = [
            torch.tensor(nudged(array, rng, dtype), requires_grad=tensor.learned)
            for array, tensor in zip(case.model.get_weights(), case.model.plan.tensors, strict=True)
        ]
        self.x, self.y = torch.tensor(nudged(case.x, rng, dtype)), torch.tensor(case.y.astype(dtype))

    def forward(self, training: bool) -> tuple[Any, Any]:
        """z and p of the last layer."""
        self.left = list(self.weights)
        return self._through(self.layers, self.x, training)

    def _through(self, layers: Any, a: Any, training: bool) -> tuple[Any, Any]:
        z = a
        for layer in layers:
            if isinstance(layer, Residual):
                z = self._residual(layer, a, training)
            elif isinstance(layer, Flatten):
                z = a.reshape(len(a), -1)
            elif a.ndim == 4:
                z = self._layer(layer, a.movedim(-1, 1), training)
                z = z.movedim(1, -1) if z.ndim == 4 else z
            else:
                z = self._layer(layer, a, training)
            a = self._active(getattr(layer, "activation", "linear"), z)
        return z, a

    def _residual(self, layer: Residual, a: Any, training: bool) -> Any:
        branch = self._through(layer.layers, a, training)[1]
        if layer.projection is None:
            return branch + a
        if layer.projection == "dense":
            return branch + a @ self.left.pop(0) + self.left.pop(0)
        if layer.projection == "conv":
            w, b = self.left.pop(0), self.left.pop(0)  # each filter sees one pixel: a matrix product
            down, across = (-(-a.shape[axis] // branch.shape[axis]) for axis in (1, 2))
            return branch + a[:, ::down, ::across] @ w[0, 0] + b
        return branch + self._through(layer.projection, a, training)[1]

    def _layer(self, layer: Layer, a: Any, training: bool) -> Any:
        functional = self.functional
        match layer:
            case Conv2D():
                w, b = self.left.pop(0), self.left.pop(0)
                padded = functional.pad(a, self._around(layer, layer.kernel_size, a))
                return functional.conv2d(padded, w.permute(3, 2, 0, 1).contiguous(), b, layer.strides)  # type: ignore[arg-type]
            case MaxPooling2D():
                padded = functional.pad(a, self._around(layer, layer.pool_size, a), value=-np.inf)
                return functional.max_pool2d(padded, layer.pool_size, layer.strides)
            case AveragePooling2D():
                around = self._around(layer, layer.pool_size, a)
                sums, shares = (
                    functional.avg_pool2d(functional.pad(part, around), layer.pool_size, layer.strides)
                    for part in (a, self.torch.ones_like(a))
                )
                return sums / shares
            case GlobalAveragePooling2D():
                return a.mean((2, 3))
            case BatchNormalization():
                gamma, beta, *kept = (self.left.pop(0) for _ in range(4))
                if training:
                    self._move(kept, a, layer.momentum)
                return functional.batch_norm(a, *kept, gamma, beta, training, 0.0, layer.epsilon)
            case Dense():
                return a @ self.left.pop(0) + self.left.pop(0)
        return a

    def _move(self, kept: Any, a: Any, momentum: float) -> None:
        """PyTorch's own rule keeps the unbiased variance, Keras's the biased one."""
        with self.torch.no_grad():
            variances, means = self.torch.var_mean(a, [0, *range(2, a.ndim)], unbiased=False)
            for old, new in zip(kept, (means, variances), strict=True):
                old.mul_(momentum).add_(new * (1 - momentum))

    def _around(self, layer: Any, size: Any, a: Any) -> list[int]:
        (top, bottom), (left, right) = windows(tuple(a.shape[2:]), size, layer.strides, layer.padding)[1]
        return [left, right, top, bottom]

    def _active(self, name: str, z: Any) -> Any:
        torch, functional = self.torch, self.functional
        functions = {
            "linear": lambda z: z,
            "sigmoid": torch.sigmoid,
            "tanh": torch.tanh,
            "relu": torch.relu,
            "softmax": lambda z: torch.softmax(z, -1),
            "leaky_relu": lambda z: functional.leaky_relu(z, 0.2),
            "elu": functional.elu,
            "gelu": functional.gelu,
            "softplus": lambda z: functional.softplus(z, threshold=1000),
        }
        return functions[name](z)

    def loss(self, training: bool) -> Any:
        """The mean loss."""
        functional = self.functional
        z, p = self.forward(training)
        match self.loss_name:
            case "mean_absolute_error":
                return functional.l1_loss(p, self.y)
            case "mean_squared_error":
                return functional.mse_loss(p, self.y)
            case "hinge":
                return self.torch.relu(1 - self.y * p).mean()
            case "binary_crossentropy":
                return functional.binary_cross_entropy_with_logits(z, self.y)
        return functional.cross_entropy(z, self.y)
