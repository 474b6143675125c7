"""The perceptron against its hand-computable runs, and Novikoff's bound against known margins."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.engine import datasets
from tutor.engine.classic.perceptron import Perceptron, best_margin, novikoff_bound
from tutor.errors import EngineError


def examples(name, seed=0, **options):
    data = datasets.load(name, seed, **options)
    return data.x.astype(np.float64), 2.0 * data.y - 1.0


def errors_by_epoch(machine, x, y, epochs, rng=None):
    errors = []
    for _ in range(epochs):
        machine.run(x, y, np.arange(len(x)) if rng is None else rng.permutation(len(x)))
        errors.append(machine.errors(x, y))
    return errors


@pytest.mark.parametrize(("gate", "updates", "clean_after"), [("or", 5, 3), ("and", 11, 5), ("nand", 10, 5)])
def test_gates_take_exactly_so_many_updates(gate, updates, clean_after):
    x, y = examples("gate", gate=gate)
    machine = Perceptron(2)
    errors = errors_by_epoch(machine, x, y, 20)
    assert machine.updates == updates
    assert errors[clean_after - 2] > 0
    assert errors[clean_after - 1 :] == [0] * (21 - clean_after)


def test_xor_from_zero_in_fixed_order_has_two_errors_after_every_epoch():
    x, y = examples("gate", gate="xor")
    machine = Perceptron(2)
    assert errors_by_epoch(machine, x, y, 200) == [2] * 200
    assert (*machine.weights, machine.bias) == (-1, 0, 0)


def test_xor_shuffled_gets_three_right_at_best():
    x, y = examples("gate", gate="xor")
    for seed in range(10):
        errors = errors_by_epoch(Perceptron(2), x, y, 300, np.random.default_rng(seed))
        assert min(errors) == 1


def test_xor_is_learnt_with_the_product_feature():
    x, y = examples("gate", gate="xor", features="product")
    errors = errors_by_epoch(Perceptron(3), x, y, 8)
    assert errors[:6] == [2, 2, 2, 1, 1, 1] and errors[-1] == 0


def test_the_first_steps_by_hand():
    machine = Perceptron(2)
    assert machine.fit_one(np.array([2.0, 1.0]), -1.0)  # sign(0) = +1 is wrong here
    assert (*machine.weights, machine.bias) == (-2, -1, -1)
    assert not machine.fit_one(np.array([2.0, 1.0]), -1.0)
    assert (*machine.weights, machine.bias, machine.updates) == (-2, -1, -1, 1)


def test_the_learning_rate_only_scales_a_start_from_zero():
    x, y = examples("margin", gamma=0.1)
    one, other = Perceptron(2), Perceptron(2, learning_rate=0.25)
    assert errors_by_epoch(one, x, y, 10) == errors_by_epoch(other, x, y, 10)
    assert other.weights == pytest.approx(0.25 * one.weights)


def test_overlapping_blobs_never_settle():
    x, y = examples("blobs")
    errors = errors_by_epoch(Perceptron(2), x, y, 200, np.random.default_rng(0))
    assert min(errors) > 0 and max(errors) > 2 * min(errors)


@pytest.mark.parametrize("pair", ["5 6", "8 9", "1 8"])
def test_pairs_of_digits_are_separable(pair):
    data = datasets.load("digits", 0, pair=pair)
    x, y = data.x.astype(np.float64), 2.0 * data.y - 1.0
    machine = Perceptron(64)
    assert errors_by_epoch(machine, x, y, 40)[-1] == 0
    assert machine.errors(data.x_val, 2.0 * data.y_val - 1.0) <= 0.08 * len(data.x_val)
    assert machine.updates <= novikoff_bound(x, y)


X, Y = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]]), np.array([-1.0, 1.0, 1.0])
NOT_FINITE = [[0.0, math.nan], [0.0, 1.0], [1.0, 0.0]]
REFUSALS = {
    "no inputs": (lambda: Perceptron(0), "inputs must be 1 or more"),
    "fewer inputs than none": (lambda: Perceptron(-1), "inputs must be 1 or more"),
    "too many inputs": (lambda: Perceptron(10**12), "number of inputs is too large"),
    "inputs in words": (lambda: Perceptron("two"), "inputs must be a whole number"),
    "rate 0": (lambda: Perceptron(2, 0.0), "learning rate must be greater than 0"),
    "negative rate": (lambda: Perceptron(2, -1.0), "learning rate must be greater than 0"),
    "infinite rate": (lambda: Perceptron(2, math.inf), "must be a finite number"),
    "rate NaN": (lambda: Perceptron(2, math.nan), "must be a finite number"),
    "worded rate": (lambda: Perceptron(2, "a"), "learning rate must be a number, not 'a'"),
    "wide rows": (
        lambda: Perceptron(2).run([[1, 2, 3]], [1], [0]),
        r"have shape \(1, 3\), not \(n, 2\)",
    ),
    "NaN": (lambda: Perceptron(2).run(NOT_FINITE, Y, [0, 1, 2]), r"not finite in float64 \(row 0\)"),
    "labels 0 and 1": (lambda: Perceptron(2).run(X, [0, 1, 1], [0, 1, 2]), "labels must be -1 or \\+1"),
    "fewer labels": (lambda: Perceptron(2).run(X, [-1, 1], [0, 1]), "one per input"),
    "a row that there is not": (lambda: Perceptron(2).run(X, Y, [3]), "row numbers from 0 to 2"),
    "a row from the end": (lambda: Perceptron(2).run(X, Y, [-1]), "row numbers from 0 to 2"),
    "half a row": (lambda: Perceptron(2).run(X, Y, [0.5]), "row numbers"),
    "epochs for an order": (lambda: Perceptron(2).run(X, Y, 5), "row numbers"),
    "one wide row": (lambda: Perceptron(2).fit_one(np.ones(3), 1.0), "not \\(n, 2\\)"),
    "label 0": (lambda: Perceptron(2).fit_one(np.ones(2), 0.0), "labels must be -1 or \\+1"),
    "asked for a wide row": (lambda: Perceptron(2).answer([[1, 2, 3]]), "not \\(n, 2\\)"),
    "asked for NaN": (lambda: Perceptron(2).answer(NOT_FINITE), "not finite"),
    "judged by 0 and 1": (lambda: Perceptron(2).errors(X, [0, 1, 1]), "labels must be -1 or \\+1"),
    "bound of nothing": (lambda: novikoff_bound(np.zeros((0, 2)), []), "no examples"),
    "bound with NaN": (lambda: novikoff_bound(NOT_FINITE, Y), "not finite"),
    "bound with 0 and 1": (lambda: novikoff_bound(X, [0, 1, 1]), "labels must be -1 or \\+1"),
    "bound without rows": (lambda: novikoff_bound([1.0, 2.0], [1, -1]), "have shape"),
    "margin with fewer labels": (lambda: best_margin(X, [-1, 1]), "one per input"),
    "bound of numbers whose squares overflow": (
        lambda: novikoff_bound([[1e200], [-1e200]], [1, -1]),
        "numbers below 1e150",
    ),
    "perhaps tolerant": (lambda: best_margin(X, Y, tolerance="a"), "tolerance must be a number"),
    "margin of nothing": (lambda: best_margin(np.zeros((3, 0)), Y), "have shape"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refused_in_one_clear_line(name):
    action, message = REFUSALS[name]
    with pytest.raises(EngineError, match=message) as caught:
        action()
    assert (caught.value.message + caught.value.hint).isprintable()


def test_a_refused_run_teaches_nothing():
    machine = Perceptron(2)
    with pytest.raises(EngineError):
        machine.run(np.ones((2, 2)), [-1, 0], [0, 1])
    assert (*machine.weights, machine.bias, machine.updates) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("x", "y", "margin"),
    [
        ([[1.0, 0.0], [-1.0, 0.0]], [1, -1], 1.0),
        ([[3.0, 4.0]], [1], 5.0),
        ([[1.0, 1.0], [1.0, -1.0], [5.0, 0.0]], [1, 1, 1], 1.0),
        ([[1.0, 0.0], [1.0, 0.0]], [1, -1], 0.0),  # one point with both labels
        ([[0.0, 0.0], [0.0, 0.0]], [1, -1], 0.0),
        ([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]], [1, 1, 1], 0.0),
    ],
)
def test_margins_that_can_be_seen(x, y, margin):
    assert best_margin(x, y) == pytest.approx(margin, abs=1e-12)


def test_the_bound_of_or_is_that_of_its_best_plane():
    # (x, 1) of OR: the widest plane is (2, 2, -1) / 3 with margin 1/3; the longest vector is sqrt(3).
    assert novikoff_bound(*examples("gate", gate="or")) == pytest.approx(27)
    assert math.isinf(novikoff_bound(*examples("gate", gate="xor")))
    assert math.isinf(novikoff_bound(*examples("blobs")))


@pytest.mark.parametrize("gamma", [1.0, 0.2, 0.05])
@pytest.mark.parametrize("seed", range(5))
def test_mistakes_stay_under_the_bound(gamma, seed):
    x, y = examples("margin", seed, gamma=gamma)
    machine, rng = Perceptron(2), np.random.default_rng(seed)
    errors_by_epoch(machine, x, y, 100, rng)
    bound = novikoff_bound(x, y)
    assert machine.errors(x, y) == 0
    assert machine.updates <= bound <= (np.sqrt(9) / gamma) ** 2 + 1e-3


@settings(max_examples=60, deadline=None)
@given(
    points=st.lists(st.tuples(*[st.integers(-4, 4)] * 3), min_size=1, max_size=12),
    data=st.data(),
)
def test_no_direction_beats_the_best_margin(points, data):
    x = np.array(points, dtype=np.float64)
    y = np.array(data.draw(st.lists(st.sampled_from([-1, 1]), min_size=len(x), max_size=len(x))))
    margin = best_margin(x, y)
    directions = np.random.default_rng(0).normal(size=(400, 3))
    kept = (directions @ (x * y[:, None]).T).min(axis=1) / np.linalg.norm(directions, axis=1)
    assert margin >= kept.max() - 1e-9
