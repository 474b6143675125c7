"""The kernels against PyTorch: the same weights, the same examples, the same answers, on random networks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.engine.random_networks import draw
from tests.engine.rounding import TOLERANCE, beyond, bounds, rounded_apart
from tests.engine.torch_peer import Peer
from tutor.engine import SGD, Dense, Sequential

pytestmark = pytest.mark.peers
Array = NDArray[Any]
NETWORKS, AT_LEAST = 240, 200
"""So many are compared and must agree to the tolerance; of the rest, rounding must explain the difference."""


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_outputs_losses_and_gradients(dtype: str) -> None:
    tolerance, agreeing = TOLERANCE[dtype], 0
    for seed in range(NETWORKS):
        case = draw(seed).cast(dtype)
        model, x, y = case
        outputs = [Peer(case).forward(False)[1].detach().numpy()]
        assert not beyond([model.predict(x)], outputs, bounds(outputs, tolerance)), seed
        apart = 0
        for training in (False, True):
            expected_loss, expected = gradients(Peer(case), training)
            loss, found = model.gradients(x, y, training=training)
            assert loss == pytest.approx(expected_loss, rel=tolerance), seed
            apart += rounded_apart(
                found,
                expected,
                bounds(expected, tolerance),
                lambda rng, case=case, training=training: gradients(Peer(case, dtype, rng), training)[1],
            )
        agreeing += not apart
    assert agreeing >= AT_LEAST


def gradients(peer: Peer, training: bool) -> tuple[float, list[Array]]:
    """PyTorch's loss and its gradient by each weight array, 0 by what is not learned."""
    loss = peer.loss(training)
    loss.backward()
    return loss.item(), [
        np.zeros(weight.shape) if weight.grad is None else weight.grad.numpy() for weight in peer.weights
    ]


def test_a_long_float32_run_ends_close_by() -> None:
    """200 minibatch steps in each library: rounding grows, but stays rounding."""
    import torch

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
