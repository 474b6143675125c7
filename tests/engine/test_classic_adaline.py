"""ADALINE: steps by hand, the least-squares floor, the limit of stability, the outliers that mislead it."""

import math

import numpy as np
import pytest

from tutor.engine import datasets
from tutor.engine.classic.adaline import Adaline, largest_stable_rate, least_squares
from tutor.engine.classic.perceptron import Perceptron
from tutor.errors import EngineError

OUTLIERS = np.array([-3, -2, -1, 1, 2, 3, 30, 30, 30.0])[:, None]
SIDES = np.array([-1, -1, -1, 1, 1, 1, 1, 1, 1.0])


def blobs(seed):
    data = datasets.load("blobs", seed)
    return data.x.astype(np.float64), 2.0 * data.y - 1.0


def floor(x, y):
    weights, bias = least_squares(x, y)
    return float(np.mean((y - x @ weights - bias) ** 2))


def test_the_first_step_by_hand():
    unit = Adaline(2, learning_rate=0.1)
    assert unit.fit_one(np.array([1.0, 2.0]), 1.0) == 1.0
    assert (*unit.weights, unit.bias) == pytest.approx((0.1, 0.2, 0.1))
    assert unit.fit_one(np.array([1.0, 2.0]), 1.0) == pytest.approx(1 - 0.6)  # right already, and still moved


def test_a_batch_step_is_the_gradient_of_the_loss():
    (x, y), unit = blobs(0), Adaline(2, learning_rate=0.5)
    unit.weights[:], unit.bias = (0.3, -0.2), 0.1
    start, h = (*unit.weights, unit.bias), 1e-6

    def loss(w1, w2, b):
        unit.weights[:], unit.bias = (w1, w2), b
        return unit.loss(x, y)

    slopes = [(loss(*(start + d)) - loss(*(start - d))) / (2 * h) for d in h * np.eye(3)]
    loss(*start)
    unit.fit_batch(x, y)
    assert np.subtract((*unit.weights, unit.bias), start) == pytest.approx(-0.25 * np.array(slopes), abs=1e-8)


@pytest.mark.parametrize("seed", range(5))
def test_both_forms_reach_the_least_squares_value_on_overlapping_blobs(seed):
    x, y = blobs(seed)
    one_by_one, batch = Adaline(2, 0.01), Adaline(2, 0.1)
    assert one_by_one.fit(x, y, 50, seed=seed)[-1] == pytest.approx(floor(x, y), abs=0.004)
    assert batch.fit(x, y, 100, batch=True)[-1] == pytest.approx(floor(x, y), abs=1e-6)
    assert 0.3 < floor(x, y) < 0.55
    assert batch.weights == pytest.approx(least_squares(x, y)[0], abs=1e-4)
    assert batch.errors(x, y) <= 20 and abs(batch.errors(x, y) - one_by_one.errors(x, y)) <= 3


@pytest.mark.parametrize("seed", range(5))
def test_the_batch_form_converges_below_the_largest_stable_rate_and_diverges_above(seed):
    x, y = blobs(seed)
    limit = largest_stable_rate(x)
    below, above = Adaline(2, 0.95 * limit), Adaline(2, 1.05 * limit)
    assert 0.7 < limit < 1.5
    assert below.fit(x, y, 100, batch=True)[-1] == pytest.approx(floor(x, y), abs=1e-6)
    assert 1e7 < above.fit(x, y, 100, batch=True)[-1] < 1e9


def test_the_largest_stable_rate_by_hand():
    # Mean of (x, 1)(x, 1)^T is the diagonal (4, 1).
    assert largest_stable_rate([[2.0], [-2.0]]) == pytest.approx(0.5)


def test_a_run_that_overflows_ends_early_and_says_so_by_its_loss():
    losses = Adaline(1, 1e6).fit([[1.0], [2.0]], [1.0, -1.0], 1000)
    assert len(losses) < 100 and not math.isfinite(losses[-1])


def test_three_far_points_on_the_right_side_cost_one_error_that_the_perceptron_avoids():
    weights, bias = least_squares(OUTLIERS, SIDES)
    assert -bias / weights[0] == pytest.approx(1.54, abs=0.005)
    unit, rosenblatt = Adaline(1), Perceptron(1)
    unit.weights[:], unit.bias = weights, bias
    assert unit.errors(OUTLIERS, SIDES) == 1 and unit.predict([[1.0]]) == [-1]
    for _ in range(100):
        rosenblatt.run(OUTLIERS, SIDES, np.arange(9))
    assert rosenblatt.errors(OUTLIERS, SIDES) == 0


def test_many_batch_steps_in_one_call_are_the_same_steps():
    (x, y), one_by_one, at_once = blobs(0), Adaline(2, 0.1), Adaline(2, 0.1)
    assert [one_by_one.fit_batch(x, y) for _ in range(7)] == [1] * 7
    assert at_once.fit_batch(x, y, 7) == 7
    assert (*at_once.weights, at_once.bias) == (*one_by_one.weights, one_by_one.bias)
    assert Adaline(2, 1e300).fit_batch(x, y, 7) < 7, "it ends once the weights have overflowed"


def test_the_best_fit_to_xor_is_zero_everywhere():
    data = datasets.load("gate", 0, gate="xor")
    x, y = data.x.astype(np.float64), 2.0 * data.y - 1.0
    weights, bias = least_squares(x, y)
    assert (*weights, bias) == pytest.approx((0, 0, 0), abs=1e-12)
    assert Adaline(2, 0.5).fit(x, y, 200, batch=True)[-1] == pytest.approx(1)


def test_a_seed_shuffles_and_none_keeps_the_order():
    x, y = blobs(0)
    assert Adaline(2).fit(x, y, 3, seed=1) == Adaline(2).fit(x, y, 3, seed=1)
    assert Adaline(2).fit(x, y, 3, seed=1) != Adaline(2).fit(x, y, 3, seed=2)
    unit = Adaline(2)
    unit.run(x, y, np.arange(len(y)))
    assert Adaline(2).fit(x, y, 1) == [unit.loss(x, y)]


@pytest.mark.parametrize(
    "refused",
    [
        lambda: Adaline(2, 0.0),
        lambda: Adaline(2, math.nan),
        lambda: Adaline(0),
        lambda: Adaline(10**12),
        lambda: Adaline(2, "0.1"),
        lambda: Adaline(2, 10**400),
        lambda: Adaline(2).decision_function([[1.0]]),
        lambda: Adaline(2).predict([[1.0, math.nan]]),
        lambda: Adaline(1).errors([[1.0]], [0]),
        lambda: Adaline(2).loss([[1.0]], [1.0]),
        lambda: Adaline(1).loss([[1.0]], [math.nan]),
        lambda: Adaline(1).loss([[1.0], [2.0]], [1.0]),
        lambda: Adaline(2).fit_one(np.ones(3), 1.0),
        lambda: Adaline(1).fit_one(np.ones(1), math.nan),
        lambda: Adaline(2).run([[1.0]], [1.0], [0]),
        lambda: Adaline(1).run([[math.nan]], [1.0], [0]),
        lambda: Adaline(1).run([[1.0]], [1.0], [1]),
        lambda: Adaline(2).fit_batch([[1.0]], [1.0]),
        lambda: Adaline(1).fit_batch([[1.0]], [1.0, 2.0]),
        lambda: Adaline(1).fit_batch([[math.inf]], [1.0]),
        lambda: Adaline(1).fit_batch([[1.0]], [1.0], -1),
        lambda: Adaline(1).fit([[1.0]], [1.0], batch="yes"),
        lambda: Adaline(1).fit([[1.0]], [1.0], seed=-1),
        lambda: Adaline(1).fit([[1.0 + 1.0j]], [1.0]),
        lambda: Adaline(1).fit([[10**400]], [1.0]),
        lambda: Adaline(2).fit([[1.0]], [1.0]),
        lambda: Adaline(1).fit([[1.0]], [1.0, 2.0]),
        lambda: Adaline(1).fit([[math.inf]], [1.0]),
        lambda: Adaline(1).fit([[1.0]], [1.0], -1),
        lambda: Adaline(1).fit(np.empty((0, 1)), []),
        lambda: largest_stable_rate([1.0, 2.0]),
        lambda: largest_stable_rate([[1e200]]),
        lambda: least_squares([1.0], [1.0]),
        lambda: least_squares([[1.0]], [1.0, 2.0]),
    ],
)
def test_nonsense_is_refused_in_one_line(refused):
    with pytest.raises(EngineError) as caught:
        refused()
    assert "\n" not in caught.value.message
