"""Every number that a quiz calls right is worked out here again, and what a run decides is run.

The numbers come from first principles: nothing of the engine is used for them.
"""

from __future__ import annotations

import itertools
import math
import statistics
import tomllib
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tutor.content.condition import Condition
from tutor.content.model import Experiment, LabFile, Numeric, QuizFile, Value
from tutor.lab import Run

LESSONS = Path(__file__).resolve().parents[2] / "lessons"
AND = [((0, 0), -1), ((0, 1), -1), ((1, 0), -1), ((1, 1), +1)]
XOR = [((0, 0), -1), ((0, 1), +1), ((1, 0), +1), ((1, 1), -1)]

LENET_MLP = "dense 46 relu, dense 10 softmax"


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
    ("tradeoffs", "curve"): lambda: 100 / 2500**0.5,
    ("tradeoffs", "multiplications"): lambda: 100 * 3**2 * 4,
}

HIDDEN_32 = "dense 32 tanh, dense 10 softmax"
RUNS: list[tuple[str, str, str, dict[str, Value], str]] = [
    ("ai-ml-dl", "line-fails", "first-run", {"learning_rate": 0.5}, "val_accuracy < 0.7"),
    ("ai-ml-dl", "line-fails", "first-run", {"data.features": "radius"}, "val_accuracy >= 0.99"),
    ("ai-ml-dl", "line-fails", "learned", {}, "val_accuracy >= 0.95"),
    ("ai-ml-dl", "deep-line", "no-bend", {"hidden_layers": 4}, "val_accuracy < 0.7"),
    ("ai-ml-dl", "brought-back", "digits", {"layers": HIDDEN_32}, "val_accuracy < 0.8"),
    ("mcculloch-pitts", "hundred", "xor", {}, "min_errors == 1 and max_errors == 1 and epochs == 100"),
    ("mcculloch-pitts", "learns", "gates", {}, "min_errors == 2 and max_errors == 2 and epochs == 100"),
    ("mcculloch-pitts", "best-xor", "xor", {}, "errors == 1"),
    ("perceptron", "learning-rate", "gates", {"learning_rate": 1.0}, "updates == 11 and epochs == 5"),
    ("perceptron", "learning-rate", "gates", {"learning_rate": 4.0}, "updates == 11 and epochs == 5"),
    ("perceptron", "no-settling", "overlap", {}, "min_errors > 0 and epochs == 200"),
    ("adaline", "beyond", "too-fast", {}, "loss > 10000"),
    ("adaline", "xor", "gates", {}, "loss == 1"),
    ("adaline", "far-out", "outliers", {}, "errors > 7 and min_errors == 0 and loss < first_loss"),
    ("adaline", "far-out", "unmoved", {}, "errors == 0"),
    ("adaline", "compare", "clouds", {}, "max_errors <= 22 and errors > 0"),
    ("xor-winter", "best-line", "xor", {}, "min_errors == 1"),
    ("xor-winter", "why-two", "xor", {"shuffle": "off"}, "min_errors == 2 and max_errors == 2"),
    ("xor-winter", "why-product", "feature", {}, "errors == 0"),
    ("mlp", "many-linear", "no-bend", {"hidden_layers": 3}, "loss > 0.42 and loss < 0.45"),
    ("mlp", "sigmoid-floor", "output", {"layers": "dense 16 tanh, dense 1"}, "goal_step < inf"),
    ("mlp", "between", "points", {}, "loss < 0.0001 and val_loss > 0.02"),
    ("backprop", "zero-start", "symmetry", {}, "loss == 0.25 and first_loss == 0.25 and goal_step > 5000"),
    ("backprop", "know-nothing", "symmetry", {}, "first_loss == 0.25"),
    ("backprop", "one-hidden", "xor", {"hidden_units": 1}, "accuracy < 1 and goal_step > 5000"),
    ("optimizers", "best-momentum", "valley", {"momentum": 0.8}, "goal_step == 96"),
    ("optimizers", "limit", "valley", {"learning_rate": 0.02}, "loss > 49.9 and loss < 50.6"),
    ("optimizers", "same-rate", "rates", {}, "val_accuracy < 0.3"),
    ("optimizers", "same-rate", "rates", {"optimizer": "adam"}, "val_accuracy > 0.86"),
    ("optimizers", "no-tuning", "rates", {"optimizer": "adam", "learning_rate": 1.0}, "val_accuracy < 0.2"),
    ("optimizers", "large-batch", "batches", {}, "val_accuracy < 0.94 and steps == 100"),
    ("optimizers", "turned", "race", {"optimizer": "rmsprop", "data.turned": 30.0}, "goal_step > 1e9"),
    ("regularization", "perfect-score", "few", {"examples": 1297}, "val_accuracy >= 0.95"),
    ("regularization", "random-labels", "by-heart", {}, "accuracy == 1 and val_accuracy < 0.15"),
    ("regularization", "noisy-remedies", "noisy", {}, "val_accuracy < 0.78"),
    ("regularization", "noisy-remedies", "noisy", {"patience": 5}, "val_accuracy > 0.8"),
    ("regularization", "noisy-remedies", "noisy", {"l2": 0.01}, "val_accuracy > 0.8"),
    ("regularization", "noisy-remedies", "noisy", {"dropout": 0.8}, "val_accuracy > 0.79"),
    ("regularization", "noisy-remedies", "noisy", {"l2": 0.1}, "val_accuracy < 0.2"),
    ("svm-winter", "islands", "digits", {}, "accuracy == 1 and val_accuracy < 0.2"),
    ("svm-winter", "islands", "digits", {"gamma": 0.05}, "accuracy == 1 and val_accuracy > 0.94"),
    ("svm-winter", "what-bends", "moons", {"kernel": "linear"}, "val_accuracy < 0.9"),
    ("svm-winter", "what-bends", "moons", {}, "val_accuracy > 0.95"),
    ("svm-winter", "only-wrong", "margin", {}, "errors == 0 and support_vectors >= 3"),
    ("vanishing", "deep-ratio", "measure", {}, "gradient_ratio > 1e-6 and gradient_ratio < 9e-6"),
    ("vanishing", "by-ratio", "measure", {"hidden_layers": 19}, "gradient_ratio < 1e-11"),
    (
        "vanishing",
        "by-ratio",
        "measure",
        {"hidden_layers": 4},
        "gradient_ratio > 1e-3 and gradient_ratio < 0.1",
    ),
    (
        "vanishing",
        "by-ratio",
        "measure",
        {"activation": "relu", "kernel_initializer": "he_normal"},
        "gradient_ratio > 0.1",
    ),
    ("vanishing", "flat-loss", "train", {}, "loss > 2.28 and loss < 2.32 and accuracy < 0.2"),
    ("vanishing", "slope-alone", "measure", {"kernel_initializer": "normal 0.1"}, "gradient_ratio < 1e-7"),
    ("vanishing", "large-weights", "train", {"kernel_initializer": "normal 4.0"}, "val_accuracy < 0.4"),
    ("keras-lenet", "sigmoid-run", "sigmoid", {}, "val_accuracy > 0.8 and val_accuracy < 0.92"),
    ("regularization", "one-pixel", "aside", {}, "val_accuracy < 0.5"),
    ("regularization", "one-pixel", "aside", {"shift": 1}, "val_accuracy > 0.85"),
    ("regularization", "one-pixel", "aside", {"dropout": 0.8}, "val_accuracy < 0.6"),
    ("activations", "sign-net", "sign", {}, "val_accuracy > 0.69 and val_accuracy < 0.81"),
    ("activations", "sign-net", "sign", {"activation": "tanh"}, "val_accuracy > 0.9"),
    ("activations", "sigmoid-slow", "race", {"learning_rate": 2.0}, "goal_step < inf"),
    ("activations", "sigmoid-slow", "race", {"learning_rate": 0.01}, "val_accuracy < 0.3"),
    ("activations", "dead-cause", "dead", {"learning_rate": 0.1}, "val_accuracy > 0.93"),
    ("cnn-lenet", "one-aside", "aside", {}, "val_accuracy > 0.54 and val_accuracy < 0.75"),
    ("cnn-lenet", "one-aside", "aside", {"layers": LENET_MLP}, "val_accuracy < 0.5"),
    ("cnn-lenet", "shuffled", "scrambled", {}, "val_accuracy > 0.9 and val_accuracy < 0.955"),
    ("cnn-lenet", "shuffled", "scrambled", {"layers": LENET_MLP}, "val_accuracy > 0.96"),
    ("cnn-lenet", "why-everywhere", "elsewhere", {}, "val_accuracy > 0.95"),
    ("frameworks", "thousandths", "not-spared", {}, "val_accuracy < 0.6 and diverged == 0"),
    ("frameworks", "thousandths", "not-spared", {"standardize": "on"}, "val_accuracy >= 0.97"),
    ("frameworks", "thousandths", "not-spared", {"learning_rate": 30.0}, "val_accuracy < 0.6"),
    ("init", "saturated-tanh", "spread", {"kernel_initializer": "normal 1.0"}, "spread > 0.85"),
    (
        "init",
        "saturated-tanh",
        "train",
        {"kernel_initializer": "normal 1.0", "activation": "tanh"},
        "val_accuracy < 0.5",
    ),
    ("init", "relu-keras", "train", {}, "goal_step == inf and val_accuracy > 0.2"),
    ("init", "by-spread", "spread", {}, "spread < 1e-9"),
    (
        "init",
        "by-spread",
        "spread",
        {"kernel_initializer": "glorot_uniform"},
        "spread > 0.1 and spread < 0.5",
    ),
    (
        "init",
        "by-spread",
        "spread",
        {"kernel_initializer": "glorot_uniform", "activation": "relu"},
        "spread > 1e-3 and spread < 0.1",
    ),
    (
        "init",
        "by-spread",
        "spread",
        {"kernel_initializer": "normal 1.0", "activation": "relu"},
        "spread > 1000",
    ),
    ("alexnet", "six-times", "switches", {}, "goal_step < inf and epochs <= 12"),
    ("alexnet", "sigmoid", "switches", {"activation": "sigmoid"}, "goal_step == inf and accuracy < 0.2"),
    ("alexnet", "moved-training", "moved", {}, "val_accuracy > 0.85"),
    ("deeper", "degradation", "plain", {}, "accuracy < 0.8"),
    ("deeper", "more-layers", "plain", {"hidden_layers": 5}, "accuracy > 0.9"),
    ("deeper", "breaks", "shortcuts", {"kernel_initializer": "he_normal"}, "diverged == 1"),
    ("deeper", "breaks", "shortcuts", {}, "diverged == 0 and accuracy > 0.85"),
    ("deeper", "rate-half", "big-steps", {}, "accuracy > 0.9"),
    ("deeper", "batch-norm", "big-steps", {"batch_size": 1}, "accuracy < 0.3"),
    ("exploding", "unclipped", "clip", {}, "diverged == 1 and steps < 20"),
    ("exploding", "only-recurrent", "clip", {}, "diverged == 1 and steps < 20"),
    (
        "exploding",
        "clipped-deep",
        "clip",
        {"kernel_initializer": "normal 0.5", "hidden_layers": 19, "global_clipnorm": 1},
        "diverged == 0 and val_accuracy < 0.33",
    ),
    ("exploding", "smaller-rate", "clip", {"learning_rate": 0.01}, "diverged == 0 and val_accuracy > 0.6"),
    ("gpu-hpc", "same-rate", "workers", {}, "goal_step > 200 and goal_step < 600 and epochs > 20"),
    ("gpu-hpc", "same-rate", "workers", {"batch_size": 32}, "goal_step > 200 and epochs <= 15"),
    ("tradeoffs", "svm-digits", "svm", {}, "val_accuracy >= 0.98"),
    ("tradeoffs", "svm-digits", "digits", {}, "val_accuracy < 0.99"),
    ("tradeoffs", "moved-why", "moved", {}, "accuracy > 0.99 and val_accuracy < 0.85"),
]
"""Lesson, question, experiment, knobs, and what must hold at the end for the answer to be right."""


def numeric_questions() -> list[tuple[str, Numeric]]:
    """All numeric questions of all lessons."""
    found = []
    for file in sorted(LESSONS.glob("*/quiz.toml")):
        quiz = msgspec.convert(tomllib.loads(file.read_text("utf-8")), QuizFile)
        found += [(file.parent.name, q) for q in quiz.question if isinstance(q, Numeric)]
    return found


QUESTIONS = numeric_questions()


@pytest.mark.parametrize(("lesson", "question"), QUESTIONS, ids=[f"{n}/{q.id}" for n, q in QUESTIONS])
def test_numeric_answer_is_recomputed(lesson: str, question: Numeric) -> None:
    assert (lesson, question.id) in RECOMPUTED, "a numeric question needs its own calculation in RECOMPUTED"
    assert math.isclose(RECOMPUTED[lesson, question.id](), question.answer, abs_tol=question.tolerance / 2)


@pytest.mark.parametrize(("lesson", "question"), QUESTIONS, ids=[f"{n}/{q.id}" for n, q in QUESTIONS])
def test_no_usual_mistake_counts_as_right(lesson: str, question: Numeric) -> None:
    assert question.slips, "name at least one usual wrong number"
    for slip in question.slips:
        assert abs(slip.value - question.answer) > question.tolerance


def test_no_calculation_is_left_without_its_question() -> None:
    assert set(RECOMPUTED) == {(lesson, question.id) for lesson, question in QUESTIONS}


def experiment(lesson: str, name: str) -> Experiment:
    lab = msgspec.convert(tomllib.loads((LESSONS / lesson / "lab.toml").read_text("utf-8")), LabFile)
    return next(one for one in lab.experiment if one.id == name)


@pytest.mark.parametrize(("lesson", "question", "name", "knobs", "expected"), RUNS)
def test_the_run_gives_the_answer(
    lesson: str, question: str, name: str, knobs: dict[str, Value], expected: str
) -> None:
    quiz = msgspec.convert(tomllib.loads((LESSONS / lesson / "quiz.toml").read_text("utf-8")), QuizFile)
    assert question in {one.id for one in quiz.question}
    for seed in range(3):
        result = Run(experiment(lesson, name), lesson, knobs, seed, backend="cpu").run_to_end()
        assert Condition.parse(expected).holds(result.quantities)


def test_two_hidden_units_succeed_from_some_starts_only() -> None:
    """The quiz on getting stuck rests on this."""
    xor = experiment("backprop", "xor")
    runs = [Run(xor, "backprop", {"hidden_units": 2}, seed, backend="cpu").run_to_end() for seed in range(12)]
    assert {run.stopped_because for run in runs} == {"goal", "budget"}


def test_a_valley_ten_times_as_narrow_takes_ten_times_as_many_steps() -> None:
    assert [steps_down_a_valley(k, rate=2 / (1 + k)) for k in (1, 10, 100, 1000)] == [1, 39, 444, 5008]


def test_tuned_momentum_goes_with_the_square_root() -> None:
    tuned = {k: ((2 / (1 + k**0.5)) ** 2, ((k**0.5 - 1) / (k**0.5 + 1)) ** 2) for k in (1, 10, 100, 1000)}
    assert [steps_down_a_valley(k, *settings) for k, settings in tuned.items()] == [1, 17, 69, 257]


def test_the_net_wired_by_hand_computes_xor() -> None:
    assert [threshold(wired_net_sum(*x)) for x, _ in XOR] == [label for _, label in XOR]


def test_no_setting_of_the_knobs_makes_xor() -> None:
    """What the quiz asks the learner to search for."""
    xor = experiment("mcculloch-pitts", "xor")
    stops = itertools.product(*(knob.values for knob in xor.knobs))
    names = [knob.name for knob in xor.knobs]
    errors = {
        Run(xor, "mcculloch-pitts", dict(zip(names, values, strict=True))).quantities()["errors"]
        for values in stops
    }
    assert min(errors) == 1
