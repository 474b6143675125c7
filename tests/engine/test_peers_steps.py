"""Twenty steps of each optimizer against PyTorch's, on random networks in both number types."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

import pytest
from numpy.typing import NDArray

from tests.engine.random_networks import draw, in_shards
from tests.engine.rounding import TOLERANCE, beyond, bounds_after, rounded_apart
from tests.engine.test_reference import SMOOTH
from tests.engine.torch_peer import Peer
from tutor.engine import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop, plan
from tutor.engine.kernels import description as d

pytestmark = pytest.mark.peers
Array = NDArray[Any]
NETWORKS, STEPS = 200, 20
TINY = 1e-30
"""For epsilon where Keras adds it under the root and PyTorch outside."""
KINKED = ("hinge", "mean_absolute_error")
"""In float32 such a loss now and then ends on the other side of its kink, and the weights elsewhere. And its
slopes are all of one size: their sum may be 0 in one order and a rounding in another, which RMSprop without
an epsilon makes a step of the usual length. Nudges show neither; such a network may only not be counted."""
RATE = 2**-7
"""Keras keeps the rate in float32."""


class Rule(NamedTuple):
    """An optimizer, and with how many of the networks all arrays must be within their bounds in each type.

    Before a normalization, as in every second network, the gradient by a bias is 0 up to rounding. Adam and
    RMSprop divide it by its own length and make a step of the usual size of that, in whatever direction; the
    moving means go with it. There it is asked that PyTorch itself strays as far.
    """

    optimizer: Optimizer
    agreeing: tuple[int, int]
    """In float64 and in float32."""
    by_keras: bool = False


RULES = [
    Rule(SGD(0.1), (195, 195)),
    Rule(SGD(0.05, momentum=0.9), (190, 190)),
    Rule(SGD(0.05, momentum=0.9, nesterov=True), (190, 190)),
    Rule(Adagrad(0.05, epsilon=TINY), (195, 195)),
    Rule(Adam(0.01), (130, 115)),
    Rule(AdamW(0.01, weight_decay=0.1), (150, 115)),
    Rule(RMSprop(RATE, momentum=0.8, epsilon=TINY), (120, 100)),
    Rule(RMSprop(RATE), (130, 110), by_keras=True),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.optimizer!r}{' by Keras' * rule.by_keras}")
def test_twenty_steps_of_each_optimizer(rule: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    agreeing = dict.fromkeys(TOLERANCE, 0)
    for seed in range(NETWORKS):
        monkeypatch.setattr(plan, "shards_pay", lambda *_, seed=seed: in_shards(seed))
        single = draw(seed, functions=SMOOTH).cast("float32")
        double = single.cast("float64")  # one answer of PyTorch's is right for both
        start, expected = double.model.get_weights(), trained(Peer(double), rule)
        for case in (double, single):
            dtype = case.model.dtype
            model, x, y = case.cast(dtype)
            model.compile(rule.optimizer, model.loss)
            trainer = model.trainer(x, y, batch_size=len(x), shuffle=False)
            trainer.run(STEPS)
            assert isinstance(trainer._room, d.Shards) == in_shards(seed)
            found, allowed = model.get_weights(), bounds_after(STEPS, start, expected, dtype)
            if model.loss in KINKED and (case is single or is_undamped(rule.optimizer)):
                agreeing[dtype] += not beyond(found, expected, allowed)
                continue
            agreeing[dtype] += not rounded_apart(
                found,
                expected,
                allowed,
                lambda rng, case=case, dtype=dtype: trained(Peer(case, dtype, rng), rule, outside=True),
            )
    assert agreeing["float64"] >= rule.agreeing[0] and agreeing["float32"] >= rule.agreeing[1], agreeing


def is_undamped(optimizer: Optimizer) -> bool:
    """Whether it makes steps of the usual length of gradients that are next to nothing."""
    return isinstance(optimizer, RMSprop) and optimizer.epsilon == TINY


def trained(peer: Peer, rule: Rule, outside: bool = False) -> list[Array]:
    """PyTorch's weights and moving statistics after the steps; ``outside`` is for :func:`torch_rule`."""
    optimizer = rule.optimizer
    theirs = KerasRule(peer, optimizer) if rule.by_keras else torch_rule(peer, optimizer, outside)
    for step in range(1, STEPS + 1):
        theirs.zero_grad()
        if isinstance(optimizer, Adam):  # PyTorch adds epsilon after correcting the root, Keras before
            theirs.param_groups[0]["eps"] = optimizer.epsilon / (1 - optimizer.beta_2**step) ** 0.5
        peer.loss(True).backward()
        theirs.step()
    return [weight.detach().numpy() for weight in peer.weights]


def torch_rule(peer: Peer, optimizer: Optimizer, outside: bool) -> Any:
    """PyTorch's optimizer with the same settings.

    An epsilon under RMSprop's root keeps short the steps of gradients below its own root: even the tiny one
    those of saturated units. As long outside of the root, where ``outside`` puts it, it does that, too.
    """
    weights = [weight for weight in peer.weights if weight.requires_grad]
    optim, rate = peer.torch.optim, optimizer.learning_rate
    match optimizer:
        case SGD(momentum=momentum, nesterov=nesterov):
            return optim.SGD(weights, lr=rate, momentum=momentum, nesterov=nesterov)
        case Adagrad(initial_accumulator_value=first, epsilon=epsilon):
            return optim.Adagrad(weights, lr=rate, initial_accumulator_value=first, eps=epsilon)
        case RMSprop(rho=rho, momentum=momentum, epsilon=epsilon):
            epsilon = epsilon**0.5 if outside else epsilon
            return optim.RMSprop(weights, lr=rate, alpha=rho, eps=epsilon, momentum=momentum)
        case AdamW(weight_decay=decay):
            return optim.AdamW(weights, lr=rate, weight_decay=decay)
    assert isinstance(optimizer, Adam)
    return optim.Adam(weights, lr=rate)


class KerasRule:
    """Keras's RMSprop on PyTorch's weights: with an epsilon that counts, PyTorch's is another rule."""

    def __init__(self, peer: Peer, optimizer: Optimizer) -> None:
        os.environ["KERAS_BACKEND"] = "torch"
        import keras

        assert isinstance(optimizer, RMSprop)
        self.torch = peer.torch
        self.weights = [weight for weight in peer.weights if weight.requires_grad]
        self.variables = [keras.Variable(w.detach().numpy(), dtype=str(w.dtype)[6:]) for w in self.weights]
        self.rule = keras.optimizers.RMSprop(
            optimizer.learning_rate, optimizer.rho, optimizer.momentum, optimizer.epsilon
        )
        self.rule.build(self.variables)

    def zero_grad(self) -> None:
        for weight in self.weights:
            weight.grad = None

    def step(self) -> None:
        self.rule.apply([weight.grad for weight in self.weights], self.variables)
        with self.torch.no_grad():
            for weight, variable in zip(self.weights, self.variables, strict=True):
                weight.copy_(variable.value)
