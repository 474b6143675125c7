"""The support vector machine: problems by hand, the optimality conditions, and the figures of the digits."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.engine import datasets
from tutor.engine.classic.kernel_functions import Kernel
from tutor.engine.classic.kernel_perceptron import KernelPerceptron
from tutor.engine.classic.perceptron import Perceptron, best_margin
from tutor.engine.classic.smo import Smo
from tutor.engine.classic.svm import SVC
from tutor.errors import EngineError

KERNELS = [
    Kernel("linear"),
    Kernel("poly", gamma=1.0, degree=2),
    Kernel("poly", gamma=0.5, degree=3, coef0=0.5),
    Kernel("rbf", gamma=1.0),
]


def examples(name, seed=0, **options):
    data = datasets.load(name, seed, **options)
    return data.x.astype(np.float64), 2.0 * data.y.astype(np.float64) - 1.0


def solved(x, y, kernel, C, tol=1e-8):
    smo = Smo(kernel.square(x), y, C, tol)
    for _ in smo.run(2_000_000):
        pass
    return smo


def value(kernel_matrix, y, alpha):
    return alpha.sum() - 0.5 * (alpha * y) @ kernel_matrix @ (alpha * y)


def test_two_points_by_hand():
    # The line between (0, 0) and (2, 0): w = (1, 0), b = -1, alpha = 1/2 each, two apart from -1 to +1.
    machine = SVC(C=10, kernel="linear").fit([[0.0, 0.0], [2.0, 0.0]], [-1, 1])
    assert machine.dual_coef == pytest.approx(np.array([[-0.5, 0.5]]))
    assert machine.weights == pytest.approx(np.array([[1.0, 0.0]]))
    assert machine.intercept == pytest.approx([-1])
    assert machine.margin_width == pytest.approx([2])
    assert machine.decision_function([[3.0, 7.0]]) == pytest.approx([2])


def test_a_small_c_softens_the_two_points():
    # alpha stops at C = 0.1: w = 0.1 * (2, 0), and b in the middle of what is allowed.
    machine = SVC(C=0.1, kernel="linear").fit([[0.0, 0.0], [2.0, 0.0]], [-1, 1])
    assert machine.weights == pytest.approx(np.array([[0.2, 0.0]]))
    assert machine.intercept == pytest.approx([-0.2])


def test_the_kernels_by_hand():
    x, z = np.array([[1.0, 2.0]]), np.array([[3.0, 1.0]])
    assert Kernel("linear")(x, z) == 5
    assert Kernel("poly", 1.0, 2)(x, z) == 36
    assert Kernel("rbf", 1.0)(np.zeros((1, 2)), np.ones((1, 2))) == pytest.approx(math.exp(-2))


@pytest.mark.parametrize("C", [0.1, 1.0, 100.0])
@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: f"{kernel.name}{kernel.degree}")
@pytest.mark.parametrize("name", ["blobs", "moons"])
def test_the_optimality_conditions_hold(name, kernel, C):
    x, y = examples(name)
    smo = solved(x, y, kernel, C, tol=1e-6)
    alpha, margins = smo.alpha, y * (kernel.square(x) @ (smo.alpha * y) + smo.bias())
    assert smo.converged
    assert (alpha >= 0).all() and (alpha <= C).all() and abs(alpha @ y) < 1e-9 * C * len(y)
    assert margins[alpha == 0].min() >= 1 - 1e-5
    assert margins[alpha == C].max(initial=-np.inf) <= 1 + 1e-5
    assert margins[(alpha > 0) & (alpha < C)] == pytest.approx(1, abs=1e-5)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), C=st.floats(0.01, 100), kernel=st.sampled_from(KERNELS))
def test_no_feasible_direction_improves_the_objective(seed, C, kernel):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(30, 2)), np.where(np.arange(30) % 3, 1.0, -1.0)
    smo = solved(x, y, kernel, C)
    matrix, best = kernel.square(x), smo.objective()
    assert best == pytest.approx(value(matrix, y, smo.alpha))
    for size in (1e-4, 1e-2, 1.0):
        for _ in range(20):
            moved = np.clip(smo.alpha + size * C * rng.normal(size=30), 0, C)
            excess = moved @ y  # brought back onto the plane by shrinking the side that is too heavy
            heavy = (y > 0) == (excess > 0)
            moved[heavy] *= 1 - abs(excess) / moved[heavy].sum()
            assert abs(moved @ y) < 1e-9 * C * 30
            assert value(matrix, y, moved) <= best + 1e-6 * max(1, abs(best))


def test_the_objective_grows_with_every_step():
    x, y = examples("moons")
    smo, values = Smo(Kernel("rbf", 1.0).square(x), y, 10.0, 1e-6), []
    for most in range(1, 60):
        for _ in smo.run(most):
            values.append(smo.objective())
    assert smo.iterations == 59 and (np.diff(values) > 0).all()


@pytest.mark.parametrize("seed", range(4))
def test_the_widest_street_is_that_of_the_nearest_hull_points(seed):
    # Half the distance of two classes' hulls, found by another algorithm: a plane through the origin of
    # all differences of points of the two classes has the distance of the hulls as its margin.
    x, y = examples("margin", seed, gamma=0.3, examples=40)
    machine = SVC(C=1e6, kernel="linear", tol=1e-9).fit(x, y)
    differences = (x[y > 0][:, None] - x[y < 0][None]).reshape(-1, 2)
    assert machine.margin_width == pytest.approx([best_margin(differences, np.ones(len(differences)))])
    assert 2 <= len(machine.support) <= 6


@pytest.mark.parametrize(("name", "least"), [("moons", 0.99), ("rings", 0.97), ("circles", 0.99)])
@pytest.mark.parametrize("seed", range(3))
def test_rbf_bends_the_boundary(name, least, seed):
    data = datasets.load(name, seed)
    machine = SVC(C=10, gamma=1.0).fit(data.x, data.y)
    assert machine.score(data.x_val, data.y_val) >= least
    assert len(machine.support) < 120


def test_a_line_cannot_tell_rings_apart():
    data = datasets.load("rings", 0)
    assert SVC(kernel="linear").fit(data.x, data.y).score(data.x_val, data.y_val) < 0.7


@pytest.mark.parametrize(
    ("gamma", "train", "held_out"),
    [(0.001, (0.7, 0.9), (0.6, 0.8)), (0.05, (0.99, 1), (0.93, 0.98)), (10, (0.99, 1), (0, 0.25))],
)
def test_gamma_decides_between_too_smooth_right_and_memorised(gamma, train, held_out):
    data = datasets.load("digits", 0, examples=200)
    machine = SVC(C=10, gamma=gamma).fit(data.x, data.y)
    assert train[0] <= machine.score(data.x, data.y) <= train[1]
    assert held_out[0] <= machine.score(data.x_val, data.y_val) <= held_out[1]


def test_all_digits_one_against_one():
    data = datasets.load("digits", 0)
    machine = SVC(C=10, gamma=0.05).fit(data.x, data.y)
    assert machine.score(data.x_val, data.y_val) >= 0.98
    assert machine.pairs == list(itertools.combinations(range(10), 2))
    assert machine.decision_function(data.x_val).shape == (500, 45)
    assert machine.dual_coef.shape == (45, len(machine.support))


def test_labels_may_be_any_numbers_or_texts():
    x = [[0.0], [1.0], [5.0], [6.0], [10.0], [11.0]]
    names = ["cat", "cat", "ant", "ant", "bee", "bee"]
    assert SVC(C=10).fit(x, names).predict(x).tolist() == names
    assert SVC(C=10).fit(x[:4], [7, 7, 3.5, 3.5]).predict(x[:4]).tolist() == [7, 7, 3.5, 3.5]


def test_a_fit_hands_over_on_the_way_and_can_be_left_unfinished(monkeypatch):
    monkeypatch.setattr("tutor.engine.classic.smo._WORK", 100_000)
    x, y = examples("blobs")
    machine = SVC(C=1000, kernel="linear", tol=1e-6, max_iter=200_000)
    progress = list(machine.fit_in_steps(x, y))
    assert len(progress) >= 2 and progress[-1].iterations > progress[0].iterations > 0
    assert not SVC(C=1000, kernel="linear", tol=1e-6, max_iter=10).fit(x, y).converged


def test_equal_examples_with_both_labels_are_survived():
    machine = SVC(kernel="linear").fit([[1.0], [1.0], [1.0]], [0, 1, 1])
    assert machine.converged and np.isfinite(machine.decision_function([[0.0], [1.0]])).all()


def test_a_tolerance_below_rounding_ends():
    x, y = examples("moons")
    assert solved(x, y, Kernel("rbf", 1.0), 10.0, tol=1e-300).violation < 1e-9


class TestKernelPerceptron:
    def test_the_linear_kernel_is_rosenblatts_rule(self):
        x, y = examples("blobs")
        dual, primal = KernelPerceptron(x, y, Kernel("linear")), Perceptron(2)
        for order in np.random.default_rng(0).permuted(np.tile(np.arange(100), (20, 1)), axis=1):
            assert dual.run(order) == primal.run(x, y, order)
        assert (dual.mistakes * y) @ x == pytest.approx(primal.weights)
        assert (dual.bias, dual.updates) == (primal.bias, primal.updates)
        assert dual.predict(x).tolist() == primal.answer(x).tolist()

    @pytest.mark.parametrize(("kernel", "epochs"), [(KERNELS[1], 9), (KERNELS[3], 1)], ids=["poly", "rbf"])
    def test_xor_in_fixed_order_is_learnt_after_so_many_epochs(self, kernel, epochs):
        machine, errors = KernelPerceptron(*examples("gate", gate="xor"), kernel), []
        for _ in range(epochs + 1):
            mistakes = machine.run(np.arange(4))
            errors.append(machine.training_errors())
        assert errors[-2:] == [0, 0] and all(errors[:-2]) and mistakes == 0

    @pytest.mark.parametrize("seed", range(3))
    def test_rings_need_a_kernel_that_bends(self, seed):
        data, right = datasets.load("rings", seed), []
        for kernel in (KERNELS[0], KERNELS[1], KERNELS[3]):
            machine = KernelPerceptron(data.x, 2 * data.y - 1, kernel)
            for order in np.random.default_rng(seed).permuted(np.tile(np.arange(200), (6, 1)), axis=1):
                machine.run(order)
            right.append(np.mean(machine.predict(data.x_val) == 2 * data.y_val - 1))
        assert right[0] < 0.7 and min(right[1:]) >= 0.98


@pytest.mark.parametrize(
    "refused",
    [
        lambda: SVC(C=0),
        lambda: SVC(C=math.inf),
        lambda: SVC(C=1e300),
        lambda: SVC(kernel="radial"),
        lambda: SVC(gamma=0),
        lambda: SVC(gamma="auto"),
        lambda: SVC(degree=0),
        lambda: SVC(degree=10**9),
        lambda: SVC(coef0=-1),
        lambda: SVC(tol=0),
        lambda: SVC(max_iter=0),
        lambda: SVC().fit([[1.0], [2.0]], [1, 1]),
        lambda: SVC().fit([[1.0], [2.0]], [0, 1, 1]),
        lambda: SVC().fit([1.0, 2.0], [0, 1]),
        lambda: SVC().fit([[1.0], [math.nan]], [0, 1]),
        lambda: SVC().fit([[1.0], [2.0]], [0, math.nan]),
        lambda: SVC().fit(np.empty((0, 2)), []),
        lambda: SVC().fit(np.zeros((200, 1)), np.arange(200)),
        lambda: SVC().fit(np.zeros((10_000, 1)), np.arange(10_000) % 2),
        lambda: SVC(kernel="linear").fit([[1e200], [-1e200]], [0, 1]),
        lambda: SVC(kernel="poly", gamma=1.0, degree=20).fit([[1e9], [-1e9]], [0, 1]),
        lambda: SVC().decision_function([[1.0]]),
        lambda: SVC(kernel="linear").fit([[1.0], [2.0]], [0, 1]).predict([[1e200]]),
        lambda: SVC().fit([[1.0], [2.0]], [0, 1]).predict([[1.0, 2.0]]),
        lambda: SVC().fit([[1.0], [2.0]], [0, 1]).weights,
        lambda: KernelPerceptron([[1.0]], [0.5], KERNELS[0]),
        lambda: KernelPerceptron([[1.0]], [1, 1], KERNELS[0]),
        lambda: KernelPerceptron([[1.0]], [1], "rbf"),
        lambda: KernelPerceptron([[1.0]], [1], KERNELS[0]).run([1]),
        lambda: KernelPerceptron([[1.0]], [1], KERNELS[0]).run(5),
        lambda: KERNELS[0](np.zeros((1, 2)), np.zeros((1, 3))),
        lambda: KERNELS[0]([[math.nan]], [[1.0]]),
        lambda: Kernel("rbf", gamma=np.ones(2)),
        lambda: SVC(C=True),
        lambda: SVC(max_iter=10**400),
        lambda: SVC().fit([[1.0], [2.0]], [[0], [0, 1]]),
        lambda: SVC().fit([[1.0], [2j]], [0, 1]),
        lambda: Kernel("rbf")(np.zeros((1, 1)), np.zeros((1, 1))),
    ],
)
def test_nonsense_is_refused_in_one_line(refused):
    with pytest.raises(EngineError) as caught:
        refused()
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("size", [1e200, 1e-155])
def test_inputs_of_which_no_gamma_can_be_made_are_refused_by_name(size):
    with pytest.raises(EngineError, match="too far apart, or too close, to settle gamma"):
        SVC().fit([[size], [-size]], [0, 1])
