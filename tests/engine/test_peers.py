"""The kernels against PyTorch: the same weights, the same examples, the same answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

from tests.engine.test_reference import SMOOTH, TOLERANCE, Case, cases, close
from tutor.engine import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop

pytestmark = pytest.mark.peers
Array = NDArray[Any]
TINY = 1e-30
"""For epsilon where Keras adds it under the root and PyTorch outside."""


class Peer:
    """The network of a case, in PyTorch."""

    def __init__(self, case: Case, dtype: str) -> None:
        import torch

        self.torch = torch
        self.dtype = getattr(torch, dtype)
        self.reference = case.reference
        self.weights = [
            torch.tensor(w, dtype=self.dtype, requires_grad=True) for w in case.model.get_weights()
        ]
        self.x, self.y = torch.tensor(case.x, dtype=self.dtype), torch.tensor(case.y, dtype=self.dtype)

    def forward(self) -> tuple[Any, Any]:
        """z and p of the last layer."""
        torch, functional, a = self.torch, self.torch.nn.functional, self.x
        functions = {
            "linear": lambda z: z,
            "sigmoid": torch.sigmoid,
            "tanh": torch.tanh,
            "relu": torch.relu,
            "softmax": lambda z: torch.softmax(z, 1),
            "leaky_relu": lambda z: functional.leaky_relu(z, 0.2),
            "elu": functional.elu,
            "gelu": functional.gelu,
            "softplus": lambda z: functional.softplus(z, threshold=1000),
        }
        for number, name in enumerate(self.reference.activations):
            z = a @ self.weights[2 * number] + self.weights[2 * number + 1]
            a = functions[name](z)
        return z, a

    def loss(self) -> Any:
        """The mean loss."""
        functional = self.torch.nn.functional
        z, p = self.forward()
        match self.reference.loss:
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
    @settings(max_examples=100, deadline=None, derandomize=True)
    @given(cases(dtype))
    def check(case: Case) -> None:
        peer, tolerance = Peer(case, dtype), TOLERANCE[dtype]
        loss = peer.loss()
        loss.backward()
        assert close(case.model.predict(case.x), peer.forward()[1].detach().numpy(), tolerance)
        found_loss, gradients = case.model.gradients(case.x, case.y)
        assert found_loss == pytest.approx(loss.item(), rel=tolerance, abs=tolerance)
        for found, weight in zip(gradients, peer.weights, strict=True):
            assert close(found, weight.grad.numpy(), tolerance)

    check()


OPTIMIZERS = [
    SGD(0.1),
    SGD(0.05, momentum=0.9),
    SGD(0.05, momentum=0.9, nesterov=True),
    Adam(0.01),
    AdamW(0.01, weight_decay=0.1),
    Adagrad(0.05, epsilon=TINY),
    RMSprop(0.01, epsilon=TINY),
    RMSprop(0.01, momentum=0.8, epsilon=TINY),
]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_twenty_steps_of_each_optimizer(optimizer: Optimizer) -> None:
    @settings(max_examples=25, deadline=None, derandomize=True)
    @given(cases("float64", hidden=SMOOTH))
    def check(case: Case) -> None:
        peer = Peer(case, "float64")
        rule = torch_rule(peer, optimizer)
        case.model.compile(optimizer, case.reference.loss)
        case.model.trainer(case.x, case.y, batch_size=len(case.x), shuffle=False).run(20)
        for step in range(1, 21):
            rule.zero_grad()
            if isinstance(optimizer, Adam):  # PyTorch adds epsilon after correcting the root, Keras before
                rule.param_groups[0]["eps"] = optimizer.epsilon / (1 - optimizer.beta_2**step) ** 0.5
            peer.loss().backward()
            rule.step()
        for found, weight in zip(case.model.get_weights(), peer.weights, strict=True):
            # Where a gradient is as small as rounding, Adam makes of its sign a step of the usual length.
            assert close(found, weight.detach().numpy(), 1e-10 if isinstance(optimizer, SGD) else 1e-6)

    check()


def torch_rule(peer: Peer, optimizer: Optimizer) -> Any:
    """PyTorch's optimizer with the same settings."""
    optim, weights, rate = peer.torch.optim, peer.weights, optimizer.learning_rate
    match optimizer:
        case SGD(momentum=momentum, nesterov=nesterov):
            return optim.SGD(weights, lr=rate, momentum=momentum, nesterov=nesterov)
        case Adagrad(initial_accumulator_value=first, epsilon=epsilon):
            return optim.Adagrad(weights, lr=rate, initial_accumulator_value=first, eps=epsilon)
        case RMSprop(rho=rho, momentum=momentum, epsilon=epsilon):
            return optim.RMSprop(weights, lr=rate, alpha=rho, momentum=momentum, eps=epsilon)
        case AdamW(weight_decay=decay):
            return optim.AdamW(weights, lr=rate, weight_decay=decay)
    assert isinstance(optimizer, Adam)
    return optim.Adam(weights, lr=rate)


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
