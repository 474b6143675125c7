"""The kernels against PyTorch: the same weights, the same examples, the same answers, on random networks."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.engine.random_networks import Case, draw
from tests.engine.reference_images import windows
from tests.engine.test_reference import SMOOTH, TOLERANCE, close
from tutor.engine import (
    SGD,
    Adagrad,
    Adam,
    AdamW,
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
    RMSprop,
)

pytestmark = pytest.mark.peers
Array = NDArray[Any]
NETWORKS = 240
TINY = 1e-30
"""For epsilon where Keras adds it under the root and PyTorch outside."""


class Peer:
    """The network of a case, in PyTorch, whose images are channels-first."""

    def __init__(self, case: Case) -> None:
        import torch

        torch.set_num_threads(1)  # with more, so small networks wait most of the time
        self.torch, self.functional = torch, torch.nn.functional
        self.layers, self.loss_name = case.model.layers, case.model.loss
        dtype = getattr(torch, case.model.dtype)
        self.weights = [
            torch.tensor(w, dtype=dtype, requires_grad=tensor.learned)
            for w, tensor in zip(case.model.get_weights(), case.model.plan.tensors, strict=True)
        ]
        self.x, self.y = torch.tensor(case.x, dtype=dtype), torch.tensor(case.y, dtype=dtype)

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
                gamma, beta, means, variances = (self.left.pop(0) for _ in range(4))
                kept = (means.clone(), variances.clone())
                return functional.batch_norm(a, *kept, gamma, beta, training, 0.0, layer.epsilon)
            case Dense():
                return a @ self.left.pop(0) + self.left.pop(0)
        return a

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


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_outputs_losses_and_gradients(dtype: str) -> None:
    tolerance = TOLERANCE[dtype]
    for seed in range(NETWORKS):
        case = draw(seed, dtype)
        model, x, y = case
        assert close(model.predict(x), Peer(case).forward(False)[1].detach().numpy(), tolerance), seed
        for training in (False, True):
            peer = Peer(case)
            loss = peer.loss(training)
            loss.backward()
            found_loss, gradients = model.gradients(x, y, training=training)
            assert found_loss == pytest.approx(loss.item(), rel=tolerance, abs=tolerance), seed
            for found, weight in zip(gradients, peer.weights, strict=True):
                wanted = weight.grad.numpy() if weight.requires_grad else 0 * found
                assert close(found, wanted, tolerance), (seed, training, model.layers)


OPTIMIZERS = [
    SGD(0.1),
    SGD(0.05, momentum=0.9),
    SGD(0.05, momentum=0.9, nesterov=True),
    Adam(0.01),
    AdamW(0.01, weight_decay=0.1),
    Adagrad(0.05, epsilon=TINY),
    RMSprop(2**-7),  # Keras keeps the rate in float32
    RMSprop(2**-7, momentum=0.8),
]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_twenty_steps_of_each_optimizer(optimizer: Optimizer) -> None:
    first = NETWORKS + 40 * OPTIMIZERS.index(optimizer)
    for seed in range(first, first + 40):
        # Below a normalization, and where signs cancel, gradients are 0 up to rounding, whose sign is enough
        # for the other rules to make a step of the usual length.
        case = draw(seed, functions=SMOOTH, normalized=isinstance(optimizer, SGD))
        peer = Peer(case)
        rule = torch_rule(peer, optimizer)
        case.model.compile(optimizer, case.model.loss)
        case.model.trainer(case.x, case.y, batch_size=len(case.x), shuffle=False).run(20)
        for step in range(1, 21):
            rule.zero_grad()
            if isinstance(optimizer, Adam):  # PyTorch adds epsilon after correcting the root, Keras before
                rule.param_groups[0]["eps"] = optimizer.epsilon / (1 - optimizer.beta_2**step) ** 0.5
            peer.loss(True).backward()
            rule.step()
        for found, weight, tensor in zip(
            case.model.get_weights(), peer.weights, case.model.plan.tensors, strict=True
        ):
            if tensor.learned:
                assert close(found, weight.detach().numpy(), 1e-10), (seed, case.model.layers)


def torch_rule(peer: Peer, optimizer: Optimizer) -> Any:
    """PyTorch's optimizer with the same settings."""
    weights = [weight for weight in peer.weights if weight.requires_grad]
    optim, rate = peer.torch.optim, optimizer.learning_rate
    match optimizer:
        case SGD(momentum=momentum, nesterov=nesterov):
            return optim.SGD(weights, lr=rate, momentum=momentum, nesterov=nesterov)
        case Adagrad(initial_accumulator_value=first, epsilon=epsilon):
            return optim.Adagrad(weights, lr=rate, initial_accumulator_value=first, eps=epsilon)
        case RMSprop():
            return KerasRMSprop(weights, optimizer)
        case AdamW(weight_decay=decay):
            return optim.AdamW(weights, lr=rate, weight_decay=decay)
    assert isinstance(optimizer, Adam)
    return optim.Adam(weights, lr=rate)


class KerasRMSprop:
    """Keras's own rule on PyTorch's weights: PyTorch's adds epsilon to the root, and not under it."""

    def __init__(self, weights: Any, optimizer: RMSprop) -> None:
        os.environ["KERAS_BACKEND"] = "torch"
        import keras

        self.weights = weights
        self.variables = [keras.Variable(weight.detach().numpy(), dtype="float64") for weight in weights]
        self.rule = keras.optimizers.RMSprop(
            optimizer.learning_rate, optimizer.rho, optimizer.momentum, optimizer.epsilon
        )
        self.rule.build(self.variables)

    def zero_grad(self) -> None:
        for weight in self.weights:
            weight.grad = None

    def step(self) -> None:
        import torch

        self.rule.apply([weight.grad for weight in self.weights], self.variables)
        with torch.no_grad():
            for weight, variable in zip(self.weights, self.variables, strict=True):
                weight.copy_(variable.value)


def test_a_long_float32_run_ends_close_by() -> None:
    """200 minibatch steps in each library: rounding grows, but stays rounding."""
    import torch

    from tutor.engine import Dense, Sequential

    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(64, 8)).astype(np.float32), rng.integers(0, 3, 64)
    model = Sequential([Dense(16, "tanh"), Dense(3, "softmax")], (8,), seed=2)
    model.compile(SGD(0.1, momentum=0.9), "categorical_crossentropy")
    weights = [torch.tensor(w, requires_grad=True) for w in model.get_weights()]
    rule = torch.optim.SGD(weights, lr=0.1, momentum=0.9)
    model.trainer(x, y, batch_size=16, shuffle=False).run(200)
    for step in range(200):
        batch = slice(step * 16 % 64, step * 16 % 64 + 16)
        rule.zero_grad()
        hidden = torch.tanh(torch.tensor(x[batch]) @ weights[0] + weights[1])
        torch.nn.functional.cross_entropy(hidden @ weights[2] + weights[3], torch.tensor(y[batch])).backward()
        rule.step()
    for found, weight in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_allclose(found, weight.detach().numpy(), rtol=2e-3, atol=2e-4)
