"""Layers for images against PyTorch, whose images are channels-first."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

from tests.engine.reference_images import ImageReference, windows
from tests.engine.test_images import cases
from tests.engine.test_reference import TOLERANCE, close
from tutor.engine import (
    SGD,
    Adam,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Optimizer,
    Residual,
    Sequential,
)

pytestmark = pytest.mark.peers
Array = NDArray[Any]
Case = tuple[Sequential, ImageReference, Array, Array]


class Peer:
    """The network of a case, in PyTorch."""

    def __init__(self, case: Case, dtype: str) -> None:
        import torch

        model, reference, x, y = case
        self.torch, self.functional = torch, torch.nn.functional
        self.layers, self.loss_name = reference.layers, reference.loss
        self.weights = [
            torch.tensor(w, dtype=getattr(torch, dtype), requires_grad=tensor.learned)
            for w, tensor in zip(model.get_weights(), model.plan.tensors, strict=True)
        ]
        self.x, self.y = (torch.tensor(array, dtype=getattr(torch, dtype)) for array in (x, y))

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
        """With the projection "conv": every filter's only place is a pixel's channels."""
        branch = self._through(layer.layers, a, training)[1]
        w, b = self.left.pop(0), self.left.pop(0)
        return branch + a @ w[0, 0] + b

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
                gamma, beta, means, variances = (self.left.pop(0) for _ in range(4))
                kept = (means.clone(), variances.clone())
                if training and a.numel() == a.shape[1]:  # PyTorch refuses a single number: x̂ is 0
                    return (0 * a.movedim(1, -1) * gamma + beta).movedim(-1, 1)
                return functional.batch_norm(a, *kept, gamma, beta, training, 0.0, layer.epsilon)
            case Dense():
                return a @ self.left.pop(0) + self.left.pop(0)
        return a

    def _around(self, layer: Any, size: Any, a: Any) -> list[int]:
        (top, bottom), (left, right) = windows(tuple(a.shape[2:]), size, layer.strides, layer.padding)[1]
        return [left, right, top, bottom]

    def _active(self, name: str, z: Any) -> Any:
        if name == "linear":
            return z
        if name == "softmax":
            return self.torch.softmax(z, -1)
        return getattr(self.torch, name, None)(z) if hasattr(self.torch, name) else self._rarer(name, z)

    def _rarer(self, name: str, z: Any) -> Any:
        if name == "softplus":
            return self.functional.softplus(z, threshold=1000)
        return getattr(self.functional, name)(z)

    def loss(self, training: bool) -> Any:
        """The mean loss."""
        z, p = self.forward(training)
        if self.loss_name == "mean_squared_error":
            return self.functional.mse_loss(p, self.y)
        return self.functional.cross_entropy(z, self.y)


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_outputs_losses_and_gradients(dtype: str) -> None:
    @settings(max_examples=100, deadline=None, derandomize=True)
    @given(cases(dtype))
    def check(case: Case) -> None:
        model, _, x, y = case
        tolerance = TOLERANCE[dtype]
        for training in (False, True):
            peer = Peer(case, dtype)
            if not training:
                assert close(model.predict(x), peer.forward(False)[1].detach().numpy(), tolerance)
            loss = peer.loss(training)
            loss.backward()
            found_loss, gradients = model.gradients(x, y, training=training)
            assert found_loss == pytest.approx(loss.item(), rel=tolerance, abs=tolerance)
            for found, weight in zip(gradients, peer.weights, strict=True):
                assert close(found, weight.grad.numpy() if weight.requires_grad else 0 * found, tolerance)

    check()


@pytest.mark.parametrize("optimizer", [SGD(0.1, momentum=0.9), Adam(0.01)], ids=lambda rule: rule.name)
def test_twenty_steps(optimizer: Optimizer) -> None:
    @settings(max_examples=25, deadline=None, derandomize=True)
    @given(cases())
    def check(case: Case) -> None:
        model, reference, x, y = case
        peer = Peer(case, "float64")
        learned = [weight for weight in peer.weights if weight.requires_grad]
        if isinstance(optimizer, Adam):
            rule: Any = peer.torch.optim.Adam(learned, lr=0.01)
        else:
            rule = peer.torch.optim.SGD(learned, lr=0.1, momentum=0.9)
        model.compile(optimizer, reference.loss)
        model.trainer(x, y, batch_size=len(x), shuffle=False).run(20)
        for step in range(1, 21):
            rule.zero_grad()
            if isinstance(optimizer, Adam):  # PyTorch adds epsilon after correcting the root, Keras before
                rule.param_groups[0]["eps"] = optimizer.epsilon / (1 - optimizer.beta_2**step) ** 0.5
            peer.loss(True).backward()
            rule.step()
        for found, weight, tensor in zip(model.get_weights(), peer.weights, model.plan.tensors, strict=True):
            if tensor.learned:
                assert close(found, weight.detach().numpy(), 1e-9 if isinstance(optimizer, SGD) else 1e-6)

    check()
