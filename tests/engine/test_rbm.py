"""The Boltzmann machine against sums over all its states, and what a stack of them does for a network."""

import itertools
import math

import numpy as np
import pytest

from tutor.engine import SGD, Sequential, datasets, parse_layers
from tutor.engine.classic.dbn import DBN
from tutor.engine.classic.rbm import RBM
from tutor.errors import EngineError

VISIBLE, HIDDEN = 6, 4
PARTS = ("weights", "visible_bias", "hidden_bias")
# Bars and stripes of 2 x 3 pixels: every row alike, or every column alike.
BARS = np.array([np.repeat(bits, 3) for bits in itertools.product((0, 1), repeat=2)], dtype=np.float64)
STRIPES = np.array([np.tile(bits, 2) for bits in itertools.product((0, 1), repeat=3)], dtype=np.float64)
TOY = np.unique(np.vstack((BARS, STRIPES)), axis=0)


def machine(seed=0, n_visible=VISIBLE, n_hidden=HIDDEN, scale=1.0, **options):
    """One with large random weights and biases."""
    made = RBM(n_visible, n_hidden, seed, scale, **options)
    rng = np.random.default_rng(seed + 100)
    made.visible_bias[:] = rng.normal(size=n_visible)
    made.hidden_bias[:] = rng.normal(size=n_hidden)
    return made


def states(count):
    return np.array(list(itertools.product((0, 1), repeat=count)), dtype=np.float64)


def joint(rbm):
    """All pairs of states and their probabilities, straight from the definition of the energy."""
    v, h = states(rbm.visible_bias.size), states(rbm.hidden_bias.size)
    energies = np.array(
        [
            [
                -sum(a * x for a, x in zip(rbm.visible_bias, one, strict=True))
                - sum(b * y for b, y in zip(rbm.hidden_bias, other, strict=True))
                - sum(
                    one[i] * rbm.weights[i, j] * other[j] for i in range(len(one)) for j in range(len(other))
                )
                for other in h
            ]
            for one in v
        ]
    )
    shares = np.exp(-energies)
    return v, h, energies, shares / shares.sum(), float(np.log(shares.sum()))


@pytest.fixture(scope="module", params=[(6, 4), (4, 6)], ids=["6x4", "4x6"])
def small(request):
    rbm = machine(1, *request.param)
    return rbm, joint(rbm)


def test_energy_free_energy_and_partition_are_those_of_the_definition(small):
    rbm, (v, h, energies, _, log_z) = small
    for row, one in enumerate(v):
        assert rbm.energy(np.tile(one, (len(h), 1)), h) == pytest.approx(energies[row])
    assert rbm.free_energy(v) == pytest.approx(-np.log(np.exp(-energies).sum(axis=1)))
    assert rbm.log_partition() == pytest.approx(log_z)
    assert np.exp(-rbm.free_energy(v) - log_z).sum() == pytest.approx(1)


def test_conditionals_are_shares_of_the_joint_distribution(small):
    rbm, (v, h, _, shares, _) = small
    assert rbm.hidden_probabilities(v) == pytest.approx(shares @ h / shares.sum(axis=1, keepdims=True))
    assert rbm.visible_probabilities(h) == pytest.approx(shares.T @ v / shares.sum(axis=0)[:, None])


def test_the_gradient_is_positive_minus_negative_phase_over_all_states(small):
    rbm, (v, h, _, shares, _) = small
    data = np.random.default_rng(0).integers(0, 2, (10, rbm.visible_bias.size)).astype(float)
    given = rbm.hidden_probabilities(data)
    gradient = rbm.log_likelihood_gradient(data)
    assert gradient.weights == pytest.approx(data.T @ given / 10 - v.T @ shares @ h, abs=1e-12)
    assert gradient.visible_bias == pytest.approx(data.mean(0) - shares.sum(1) @ v, abs=1e-12)
    assert gradient.hidden_bias == pytest.approx(given.mean(0) - shares.sum(0) @ h, abs=1e-12)


@pytest.mark.parametrize("part", PARTS)
def test_the_gradient_is_the_slope_of_the_exact_likelihood(part):
    rbm, step = machine(2), 1e-5
    gradient, parameters = getattr(rbm.log_likelihood_gradient(TOY), part), getattr(rbm, part)
    for place in np.ndindex(parameters.shape):
        kept, values = parameters[place], []
        for shift in (step, -step):
            parameters[place] = kept + shift
            values.append(rbm.log_likelihood(TOY))
        parameters[place] = kept
        assert gradient[place] == pytest.approx((values[0] - values[1]) / (2 * step), abs=1e-8)


def test_long_chains_estimate_the_exact_gradient_and_short_ones_do_not():
    rbm, data = machine(3, scale=1.5), np.tile(TOY, (2000, 1))
    exact = rbm.log_likelihood_gradient(TOY)

    def error(k):
        estimate = rbm.contrastive_divergence(data, k)
        return max(np.abs(getattr(estimate, part) - getattr(exact, part)).max() for part in PARTS)

    assert error(100) < 0.02 and error(1) > 0.05


def test_gibbs_samples_have_the_exact_distribution():
    rbm = machine(4, 3, 2)
    drawn = rbm.gibbs(np.zeros((40_000, 3)), 30)
    counts = np.bincount((drawn @ [4, 2, 1]).astype(int), minlength=8) / 40_000
    assert counts == pytest.approx(np.exp(-rbm.free_energy(states(3)) - rbm.log_partition()), abs=0.01)


@pytest.mark.parametrize("k", [1, 5])
def test_training_raises_the_exact_likelihood(k):
    rbm = RBM(VISIBLE, HIDDEN, seed=0)
    before = rbm.log_likelihood(TOY)
    assert before == pytest.approx(-6 * math.log(2), abs=0.01)  # all 64 images are as good as equally likely
    rbm.fit(TOY, 1500, batch_size=5, learning_rate=0.1, k=k)
    # No model can exceed the entropy of the toy set itself, -log of its number of images.
    assert before + 0.4 < rbm.log_likelihood(TOY) <= -math.log(len(TOY))


def test_a_seed_fixes_the_run_and_watching_changes_nothing():
    one, other, third = RBM(6, 4, 7), RBM(6, 4, 7), RBM(6, 4, 8)
    assert one.fit(TOY, 5, batch_size=4) == other.fit(TOY, 5, batch_size=4) != third.fit(TOY, 5, batch_size=4)
    one.reconstruction_error(TOY)
    assert (
        one.contrastive_divergence(TOY).weights.tolist() == other.contrastive_divergence(TOY).weights.tolist()
    )


def test_momentum_keeps_the_speed():
    rbm = RBM(6, 4)
    rbm.train_batch(TOY, learning_rate=0.1)
    weights = rbm.weights.copy()
    rbm.train_batch(TOY, learning_rate=1e-12, momentum=0.5)
    assert rbm.weights - weights == pytest.approx(0.5 * (weights - RBM(6, 4).weights), abs=1e-9)


def test_parameters_are_counted_with_both_biases():
    assert RBM(64, 48).count_params() == 3184


class TestDigits:
    """Pixels count as probabilities; CD-1, 30 epochs, rate 0.1, momentum 0.5, batches of 20."""

    @pytest.fixture(scope="class")
    def data(self):
        return datasets.load("digits", 0)

    @pytest.fixture(scope="class")
    def stack(self, data):
        made = DBN([64, 48, 48, 48, 48, 48], seed=0)
        made.progress = made.fit(data.x, 30, batch_size=20, learning_rate=0.1, momentum=0.5)
        return made

    def network(self, depth):
        layers = ", ".join(["dense 48 sigmoid"] * depth + ["dense 10 softmax"])
        model = Sequential(parse_layers(layers), (64,), seed=0)
        model.compile(SGD(learning_rate=0.1), "categorical_crossentropy", ["accuracy"])
        return model

    def lower(self, stack, depth):
        part = DBN([64] + [48] * depth)
        part.machines = stack.machines[:depth]
        return part

    def right(self, model, data):
        return float(np.mean(model.predict(data.x_val).argmax(axis=1) == data.y_val))

    def test_the_first_machine_learns_to_reconstruct(self, stack):
        first = [p.reconstruction_error for p in stack.progress if p.layer == 0]
        assert first[0] == pytest.approx(0.074, abs=0.005) and first[-1] == pytest.approx(0.031, abs=0.003)
        assert len(stack.progress) == 150 and stack.progress[-1].epoch == 30

    @pytest.mark.parametrize(("depth", "least"), [(3, 0.93), (5, 0.92)])
    def test_pretraining_rescues_a_deep_sigmoid_network(self, stack, data, depth, least):
        plain, pretrained = self.network(depth), self.network(depth)
        self.lower(stack, depth).initialize(pretrained)
        for model in (plain, pretrained):
            model.fit(data.x, data.y, batch_size=32, epochs=30)
        assert self.right(plain, data) < 0.45 and self.right(pretrained, data) >= least

    def test_pretraining_lifts_the_gradient_of_the_first_layer(self, stack, data):
        ratios = []
        for pretrained in (False, True):
            model = self.network(5)
            if pretrained:
                stack.initialize(model)
            slopes = model.gradients(data.x, data.y)[1]
            ratios.append(np.linalg.norm(slopes[0]) / np.linalg.norm(slopes[-2]))
        assert ratios[0] < 5e-3 and 1e-2 < ratios[1] < 0.1

    def test_the_network_computes_what_the_stack_does(self, stack, data):
        head = Sequential(parse_layers(", ".join(["dense 48 sigmoid"] * 5)), (64,), dtype="float64")
        stack.initialize(head)
        assert head.predict(data.x[:20]) == pytest.approx(stack.transform(data.x[:20]), abs=1e-9)

    def test_the_layers_above_keep_their_weights(self, stack):
        model = self.network(5)
        before = model.get_weights()
        stack.initialize(model)
        after = model.get_weights()
        assert after[0].tolist() == stack.machines[0].weights.astype(np.float32).tolist()
        assert after[-2].tolist() == before[-2].tolist()

    @pytest.mark.parametrize(
        "layers", ["dense 48 sigmoid", "dense 47 sigmoid, dense 48 sigmoid", "flatten, dense 9"]
    )
    def test_another_network_is_refused(self, layers):
        with pytest.raises(EngineError, match="does not begin with"):
            DBN([64, 48, 48]).initialize(Sequential(parse_layers(layers), (64,)))


@pytest.mark.parametrize(
    "refused",
    [
        lambda: RBM(0, 4),
        lambda: RBM(4, 0),
        lambda: RBM(10**6, 10**6),
        lambda: RBM(4, 4, -1),
        lambda: RBM(4, 4, scale=math.nan),
        lambda: RBM(4, 4).free_energy([[0, 0, 0]]),
        lambda: RBM(2, 2).free_energy([[0, 2]]),
        lambda: RBM(2, 2).free_energy([[0, math.nan]]),
        lambda: RBM(2, 2).free_energy(np.empty((0, 2))),
        lambda: RBM(20, 17).log_partition(),
        lambda: RBM(2, 2).contrastive_divergence([[0, 1]], 0),
        lambda: RBM(2, 2).fit([[0, 1]], 1, batch_size=2),
        lambda: RBM(2, 2).fit([[0, 1]], 1, batch_size=0),
        lambda: RBM(2, 2).fit([[0, 1]], 1, batch_size=1, learning_rate=-1),
        lambda: RBM(2, 2).fit([[0, 1]], 1, batch_size=1, learning_rate=math.nan),
        lambda: RBM(2, 2).fit([[0, 1]], 1, batch_size=1, momentum=1),
        lambda: RBM(2, 2).fit([[0, 1]], 1, batch_size=1, learning_rate=1e300),
        lambda: RBM(2, 2, sample_visible="no"),
        lambda: RBM(2, 2).train_batch([[0, 1]], learning_rate=-1),
        lambda: RBM(2, 2).train_batch([[0, 1]], learning_rate=math.nan),
        lambda: RBM(2, 2).train_batch([[0, 1]], learning_rate="fast"),
        lambda: RBM(2, 2).train_batch([[0, 1]], momentum=1),
        lambda: RBM(2, 2).train_batch([[0, 1]], k=0),
        lambda: RBM(2, 2).train_batch([[0, 2]]),
        lambda: RBM(2, 2).fit([[0, 1j]], 1, batch_size=1),
        lambda: DBN(None),
        lambda: DBN(4),
        lambda: DBN([4]),
        lambda: DBN([4, 0]),
        lambda: DBN([4, 4], -1),
        lambda: DBN([4, 4]).fit([[0, 1]], 1),
        lambda: DBN([2, 2]).fit([[0, 1], [0]], 1),
        lambda: DBN([2, 2]).transform([[0, 1], [0]]),
        lambda: DBN([2, 2]).initialize(None),
    ],
)
def test_nonsense_is_refused_in_one_line(refused):
    with pytest.raises(EngineError) as caught:
        refused()
    assert "\n" not in caught.value.message
