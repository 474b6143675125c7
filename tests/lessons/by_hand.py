"""What a learner works out with pencil and paper, worked out again: the answers of numeric questions."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Callable

AND = [((0, 0), -1), ((0, 1), -1), ((1, 0), -1), ((1, 1), +1)]
XOR = [((0, 0), -1), ((0, 1), +1), ((1, 0), +1), ((1, 1), -1)]


def threshold(weighted_sum: float) -> int:
    """The perceptron's answer; a sum of 0 counts as +1."""
    return 1 if weighted_sum >= 0 else -1


def mistakes_of_a_pass(rows: list[tuple[tuple[int, int], int]], rate: float = 1.0) -> tuple[int, list[float]]:
    """Mistakes of one pass from a zero start, and the weights and bias it ends with."""
    w1 = w2 = b = 0.0
    mistakes = 0
    for (x1, x2), label in rows:
        if threshold(w1 * x1 + w2 * x2 + b) != label:
            w1, w2, b = w1 + rate * label * x1, w2 + rate * label * x2, b + rate * label
            mistakes += 1
    return mistakes, [w1, w2, b]


def first_weight_after(x: tuple[int, int], label: int) -> float:
    return mistakes_of_a_pass([(x, label)])[1][0]


def lms_step(rate: float, weights: list[float], x: list[float], target: float) -> list[float]:
    """The weights after one step of the LMS rule; the last input is the 1 of the bias."""
    error = target - sum(w * one for w, one in zip(weights, x, strict=True))
    return [w + rate * error * one for w, one in zip(weights, x, strict=True)]


def best_share_of_xor() -> float:
    """In per cent. A finite grid finds every division of the four corners by a line."""
    grid = [step / 2 for step in range(-6, 7)]
    right = (
        sum(threshold(w1 * x1 + w2 * x2 + b) == label for (x1, x2), label in XOR)
        for w1, w2, b in itertools.product(grid, repeat=3)
    )
    return 100 * max(right) / len(XOR)


def truth_tables_of_one_unit() -> set[tuple[bool, ...]]:
    """All that a weighted unit with two inputs can compute; the grid finds every division of the corners."""
    grid = [step / 2 for step in range(-6, 7)]
    return {
        tuple(w1 * x1 + w2 * x2 >= threshold for (x1, x2), _ in XOR)
        for w1, w2, threshold in itertools.product(grid, repeat=3)
    }


def wired_net_sum(x1: int, x2: int) -> float:
    """The output unit's sum in the net for XOR that is wired from OR and NAND."""
    h1 = int(x1 + x2 - 0.5 >= 0)
    h2 = int(-x1 - x2 + 1.5 >= 0)
    return h1 + h2 - 1.5


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def parameters(*sizes: int) -> int:
    """Weights and biases of a dense net, from the number of its inputs to that of its outputs."""
    return sum((inputs + 1) * units for inputs, units in itertools.pairwise(sizes))


def slope(function: Callable[[float], float], at: float) -> float:
    """The derivative, by nudging to both sides."""
    nudge = 1e-5
    return (function(at + nudge) - function(at - nudge)) / (2 * nudge)


def first_adam_step(derivative: float, rate: float) -> float:
    """How far a weight moves in the first step, by the formulas of the lesson."""
    mean, mean_square = 0.1 * derivative, 0.001 * derivative**2
    return rate * (mean / (1 - 0.9)) / math.sqrt(mean_square / (1 - 0.999))


def steps_down_a_valley(curvature: float, rate: float, momentum: float = 0.0) -> int:
    """Steps of gradient descent from (1, 1) until (a² + curvature · b²) / 2 is below a millionth."""
    a, b, step_a, step_b, steps = 1.0, 1.0, 0.0, 0.0, 0
    while (a * a + curvature * b * b) / 2 >= 1e-6:
        step_a, step_b = momentum * step_a - rate * a, momentum * step_b - rate * curvature * b
        a, b, steps = a + step_a, b + step_b, steps + 1
    return steps


def sum_for(value: float) -> float:
    """The weighted sum at which a sigmoid has this value."""
    return math.log(value / (1 - value))


def doubled_up(x: float) -> float:
    """The program of the lesson on frameworks."""
    while x < 100:
        x = 2 * x
    return x


def speed_up(rest: float, shared: float, processors: float) -> float:
    """Time of one processor over that of many, in minutes of work."""
    return (rest + shared) / (rest + shared / processors)


RECOMPUTED: dict[tuple[str, str], Callable[[], float]] = {
    ("ai-ml-dl", "score"): lambda: 2 * 1 + -1 * 3 + 0.5,
    ("ai-ml-dl", "radius"): lambda: abs(complex(1.5, -2)) ** 2,
    ("ai-ml-dl", "melt"): lambda: slope(lambda x: 4 * (2 * x + 3) - 5, 0),
    ("mcculloch-pitts", "weighted"): lambda: 1 * 1 + 1 * 1 >= 1.5,
    ("mcculloch-pitts", "veto"): lambda: 3 >= 2 and 1 == 0,
    ("mcculloch-pitts", "how-many"): lambda: len(truth_tables_of_one_unit()),
    ("mcculloch-pitts", "best-xor"): lambda: best_share_of_xor() * 4 / 100,
    ("perceptron", "weighted-sum"): lambda: 2 * 1 + 1 * 0 - 3,
    ("perceptron", "update-by-hand"): lambda: first_weight_after((2, 1), -1),
    ("perceptron", "first-pass"): lambda: mistakes_of_a_pass(AND)[0],
    ("perceptron", "bound"): lambda: (2 / 0.5) ** 2,
    ("adaline", "step"): lambda: lms_step(0.1, [0, 0, 0], [1, 2, 1], 1)[1],
    ("adaline", "too-right"): lambda: 1 - 3,
    ("adaline", "lambda"): lambda: 2 / 2,
    ("xor-winter", "best-line"): best_share_of_xor,
    ("xor-winter", "product-sum"): lambda: 1 * 1 + 1 * 1 - 3 * (1 * 1) - 1,
    ("xor-winter", "wired-net"): lambda: wired_net_sum(1, 1),
    ("mlp", "count-parameters"): lambda: parameters(64, 16, 10),
    ("mlp", "count-layers"): lambda: len(list(itertools.pairwise((64, 32, 16, 10)))),
    ("mlp", "collapse"): lambda: 2 * (3 * 0 - 2) + 5,
    ("mlp", "xor-by-hand"): lambda: (1 + 1 - 0.5 >= 0) - (1 + 1 - 1.5 >= 0) - 0.5,
    ("backprop", "step"): lambda: 0.5 - 2 * -0.3,
    ("backprop", "output-delta"): lambda: slope(lambda z: (sigmoid(z) - 1) ** 2, sum_for(0.8)),
    ("backprop", "hidden-delta"): lambda: slope(lambda z: -0.2 * 1.5 * sigmoid(z), sum_for(0.5)),
    ("backprop", "know-nothing"): lambda: sum((0.5 - (label + 1) / 2) ** 2 for _, label in XOR) / len(XOR),
    ("backprop", "count"): lambda: parameters(2, 4, 1),
    ("optimizers", "one-step"): lambda: 2 + (0.9 * -1 - 0.1 * 3),
    ("optimizers", "steady-speed"): lambda: sum(0.95**power for power in range(1000)),
    ("optimizers", "limit"): lambda: (1 - -1) / 50,
    ("optimizers", "first-adam-step"): lambda: first_adam_step(1234.0, rate=0.001),
    ("optimizers", "best-momentum"): lambda: steps_down_a_valley(100, rate=0.01, momentum=0.8),
    ("regularization", "decay-step"): lambda: 2 - 0.1 * slope(lambda w: 0.05 * w * w, 2),
    ("regularization", "dropout-scale"): lambda: 3 / (1 - 0.25),
    ("regularization", "vote"): lambda: (
        100 * sum(math.comb(3, right) * 0.9**right * 0.1 ** (3 - right) for right in (2, 3))
    ),
    ("svm-winter", "width"): lambda: 2 / math.hypot(3, 4),
    ("svm-winter", "polynomial"): lambda: sum(p * q for p, q in ((1, 3), (2, 1), (1, 1))) ** 2,
    ("svm-winter", "radial"): lambda: math.exp(-(math.dist((0, 0), (1, 1)) ** 2)),
    ("svm-winter", "pairs"): lambda: len(list(itertools.combinations(range(6), 2))),
    ("vanishing", "nine-quarters"): lambda: 1e6 * slope(sigmoid, 0) ** 9,
    ("vanishing", "bracket"): lambda: slope(lambda z: 0.2 * 3 * sigmoid(z), sum_for(0.9)),
    ("keras-lenet", "conv-parameters"): lambda: 16 * (3 * 3 * 6 + 1),
    ("keras-lenet", "dense-after-flatten"): lambda: 32 * (8 * 8 * 16 + 1),
    ("keras-lenet", "valid-places"): lambda: sum(first + 3 <= 8 for first in range(8)),
    ("keras-lenet", "steps-per-epoch"): lambda: len(range(0, 1297, 32)),
    ("activations", "tanh-slope"): lambda: slope(math.tanh, math.atanh(0.8)),
    ("activations", "two-sigmoids"): lambda: slope(sigmoid, 0) ** 2,
    ("activations", "softmax-equal"): lambda: math.exp(5) / sum(math.exp(z) for z in (5, 5, 5, 5)),
    ("activations", "leaky"): lambda: max(-4, 0) + 0.2 * min(-4, 0),
    ("cnn-lenet", "map-side"): lambda: len(range(0, 8 + 2 * 1 - 3 + 1)),
    ("cnn-lenet", "conv-parameters"): lambda: 6 * (5 * 5 + 1),
    ("cnn-lenet", "second-layer"): lambda: sum(6 * 3 * 3 + 1 for _ in range(16)),
    ("cnn-lenet", "edge-filter"): lambda: sum(w * x for w, x in ((-1, 0.9), (1, 0.2))),
    ("frameworks", "loop"): lambda: slope(doubled_up, 3),
    ("frameworks", "used-twice"): lambda: slope(lambda x: x * 5 + x * x, 2),
    ("init", "he-64"): lambda: math.sqrt(2 / 64),
    ("init", "xavier-limit"): lambda: math.sqrt(3 * 2 / (64 + 32)),
    ("init", "factor"): lambda: math.sqrt(100 * (0.05 * 1) ** 2),
    ("dbn", "parameters"): lambda: 64 * 48 + 64 + 48,
    ("dbn", "probability"): lambda: 1 / (1 + math.exp(-(1.5 * 1 - 2 * 0 + 0.5 * 1 - 1))),
    ("dbn", "cd-step"): lambda: 0.1 * (1 * 0.9 - 0.5 * 0.8),
    ("alexnet", "blind-guess"): lambda: 100 * (1 - 5 / 1000),
    ("alexnet", "top-two"): lambda: 100 * sum(place > 2 for place in (1, 2, 2, 4)) / 4,
    ("alexnet", "relative-cut"): lambda: 100 * (1 - 15.3 / 26.2),
    ("alexnet", "first-map"): lambda: len(range(0, 227 - 11 + 1, 4)),
    ("deeper", "three-by-three"): lambda: 3 * 3**2 / 7**2,
    ("deeper", "normalize"): lambda: (6 - statistics.mean((2, 2, 6, 6))) / statistics.pstdev((2, 2, 6, 6)),
    ("deeper", "through-ten"): lambda: slope(lambda x: x + 0.1 * x, 2) ** 10,
    ("exploding", "clip-by-hand"): lambda: 6 * 5 / math.hypot(6, 8),
    ("exploding", "power"): lambda: slope(lambda w: w**20, 2) / 1e6,
    ("exploding", "thirty-steps"): lambda: math.prod([1.1] * 30),
    ("gpu-hpc", "amdahl"): lambda: speed_up(1, 9, 9),
    ("gpu-hpc", "amdahl-limit"): lambda: speed_up(4, 96, math.inf),
    ("gpu-hpc", "unequal-shards"): lambda: sum([3] * 2 + [1] * 6) / 8,
    ("gpu-hpc", "cluster"): lambda: sum([1] * 4 + [8] * 12),
    ("gpu-hpc", "bytes"): lambda: 25e6 * 4 / 1e6,
    ("transfer", "frozen-count"): lambda: parameters(32, 5),
    ("transfer", "one-layer-count"): lambda: parameters(64, 32, 5),
    ("transfer", "two-rates"): lambda: 0.5 - 0.002 * 3,
    ("tradeoffs", "curve"): lambda: 100 / 2500**0.5,
    ("tradeoffs", "multiplications"): lambda: 100 * 3**2 * 4,
}
