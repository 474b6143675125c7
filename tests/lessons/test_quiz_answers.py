"""Every number that a quiz calls right is worked out here again, and what a run decides is run.

The numbers come from first principles: nothing of the engine is used for them.
"""

from __future__ import annotations

import itertools
import math

import pytest

from tests.lessons.by_hand import RECOMPUTED, XOR, steps_down_a_valley, threshold, wired_net_sum
from tests.lessons.ends import CATALOG, end_of, experiment_at
from tutor.content.condition import Condition
from tutor.content.part import Value
from tutor.content.questions import Numeric
from tutor.lab import Run

HIDDEN_32 = "dense 32 tanh, dense 10 softmax"
LENET_MLP = "dense 46 relu, dense 10 softmax"
SHARED: dict[str, Value] = {"transfer.keep": 1, "transfer.frozen": "on"}
SCRAMBLED: dict[str, Value] = {"transfer.data.pixel_order": "scrambled", "transfer.shuffled_labels": 0.0}

RUNS: list[tuple[str, str, str, dict[str, Value], str]] = [
    ("ai-ml-dl", "line-fails", "first-run", {"learning_rate": 0.5}, "val_accuracy < 0.7"),
    ("ai-ml-dl", "line-fails", "first-run", {"data.features": "radius"}, "val_accuracy >= 0.99"),
    ("ai-ml-dl", "line-fails", "learned", {}, "val_accuracy >= 0.95"),
    ("ai-ml-dl", "deep-line", "no-bend", {"hidden_layers": 4}, "val_accuracy < 0.7"),
    ("ai-ml-dl", "brought-back", "digits", {"layers": HIDDEN_32}, "val_accuracy < 0.8"),
    ("mcculloch-pitts", "hundred", "xor", {}, "min_errors == 1 and max_errors == 1 and epochs == 100"),
    ("mcculloch-pitts", "learns", "gates", {}, "min_errors == 2 and max_errors == 2 and epochs == 100"),
    ("mcculloch-pitts", "best-xor", "xor", {}, "errors == 1"),
    ("mcculloch-pitts", "inhibition", "veto", {}, "min_errors == 2 and max_errors == 2"),
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
    (
        "regularization",
        "together",
        "several",
        {},
        "member_accuracy < 0.83 and val_accuracy > best_member_accuracy",
    ),
    (
        "regularization",
        "together",
        "several",
        {"hidden_units": 64},
        "member_accuracy > 0.92 and val_accuracy < 0.96",
    ),
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
    ("dbn", "more-patience", "rescue", {"pretraining": 0}, "val_accuracy < 0.2 and epochs == 120"),
    (
        "dbn",
        "more-patience",
        "rescue",
        {"pretraining": 0, "hidden_layers": 3},
        "epochs > 88 and epochs < 116",
    ),
    ("dbn", "fewer-labels", "few", {"pretraining": 0}, "val_accuracy < 0.2"),
    ("alexnet", "six-times", "switches", {}, "goal_step < inf and epochs <= 12"),
    ("alexnet", "sigmoid", "switches", {"activation": "sigmoid"}, "goal_step == inf and accuracy < 0.2"),
    ("alexnet", "moved-training", "moved", {}, "val_accuracy > 0.75"),
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
    ("transfer", "narrow-source", "narrow", {}, "gain < -0.1 and first_source_accuracy > 0.97"),
    ("transfer", "old-digits", "forgetting", {}, "first_source_accuracy > 0.97 and source_accuracy < 0.05"),
    ("transfer", "remember", "forgetting", SHARED, "source_accuracy > 0.97 and val_accuracy > 0.94"),
    ("transfer", "remember", "forgetting", {"learning_rate": 0.0003}, "source_accuracy < 0.7"),
    ("transfer", "good-case", "narrow", {"transfer.data.classes": "01"}, "gain < -0.05"),
    ("transfer", "excellent-source", "nonsense", SCRAMBLED, "first_source_accuracy > 0.94 and gain < -0.05"),
    ("tradeoffs", "svm-digits", "svm", {}, "val_accuracy >= 0.98"),
    ("tradeoffs", "svm-digits", "digits", {}, "val_accuracy < 0.99"),
    ("tradeoffs", "moved-why", "moved", {}, "accuracy > 0.99 and val_accuracy < 0.85"),
]
"""Lesson, question, experiment, knobs, and what must hold at the end for the answer to be right."""


QUESTIONS = [(lesson.id, q) for lesson in CATALOG.lessons for q in lesson.questions if isinstance(q, Numeric)]


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


@pytest.mark.parametrize(("lesson", "question", "name", "knobs", "expected"), RUNS)
def test_the_run_gives_the_answer(
    lesson: str, question: str, name: str, knobs: dict[str, Value], expected: str
) -> None:
    assert question in {one.id for one in CATALOG.find(lesson).questions}
    for seed in range(3):
        assert Condition.parse(expected).holds(end_of(f"{lesson}/{name}", knobs, seed).quantities)


def test_two_hidden_units_succeed_from_some_starts_only() -> None:
    """The quiz on getting stuck rests on this."""
    ends = [end_of("backprop/xor", {"hidden_units": 2}, seed) for seed in range(12)]
    assert {end.stopped_because for end in ends} == {"goal", "budget"}


def test_a_valley_ten_times_as_narrow_takes_ten_times_as_many_steps() -> None:
    assert [steps_down_a_valley(k, rate=2 / (1 + k)) for k in (1, 10, 100, 1000)] == [1, 39, 444, 5008]


def test_tuned_momentum_goes_with_the_square_root() -> None:
    tuned = {k: ((2 / (1 + k**0.5)) ** 2, ((k**0.5 - 1) / (k**0.5 + 1)) ** 2) for k in (1, 10, 100, 1000)}
    assert [steps_down_a_valley(k, *settings) for k, settings in tuned.items()] == [1, 17, 69, 257]


def test_the_net_wired_by_hand_computes_xor() -> None:
    assert [threshold(wired_net_sum(*x)) for x, _ in XOR] == [label for _, label in XOR]


def test_no_setting_of_the_knobs_makes_xor() -> None:
    """What the quiz asks the learner to search for."""
    xor = experiment_at("mcculloch-pitts/xor")
    stops = itertools.product(*(knob.values for knob in xor.knobs))
    names = [knob.name for knob in xor.knobs]
    errors = {
        Run(xor, "mcculloch-pitts", dict(zip(names, values, strict=True))).quantities()["errors"]
        for values in stops
    }
    assert min(errors) == 1
