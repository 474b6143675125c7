"""Numbers drawn for a question: each answer is worked out again from what the question says."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tutor.content.questions import Numeric, Trace
from tutor.errors import InputError
from tutor.lab.trace import pose
from tutor.quiz.grading import grade

NUMBER = r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?"
SQUASH: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "linear": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
}
SEEDS = st.integers(0, 2**31 - 1)


def trace(layers: str, asks: str, layer: int = 1, tolerance: float = 0.001, inputs: int = 2) -> Trace:
    return Trace(
        id="t",
        prompt="Work it out.",
        explanation="It is so.",
        page="p",
        asks=asks,
        tolerance=tolerance,
        layers=layers,
        layer=layer,
        inputs=inputs,
    )


def numbers(text: str) -> list[float]:
    return [float(found) for found in re.findall(NUMBER, text)]


class Read:
    """The network as the prompt tells it."""

    def __init__(self, prompt: str) -> None:
        text = prompt.replace("−", "-")
        self.x = np.array([float(v) for v in re.findall(rf"x\d = ({NUMBER})", text)])
        units = re.findall(r"\((\w+)\): weights (.*); bias (.*)\.\n", text)
        hidden = units[:-1]
        self.layers = [
            (
                group[0][0],
                np.array([numbers(w) for _, w, _ in group]),
                np.array([float(b) for *_, b in group]),
            )
            for group in (hidden, units[-1:])
            if group
        ]
        self.target = float(found[1]) if (found := re.search(rf"t = ({NUMBER})", text)) else 0.0
        self.rate = float(found[1]) if (found := re.search(rf"rate ({NUMBER})", text)) else 0.0
        self.asked = text.split("\n")[-1]

    def error(self, layers: list[tuple[str, np.ndarray, np.ndarray]]) -> float:
        return float((self.output(layers) - self.target) ** 2)

    def output(self, layers: list[tuple[str, np.ndarray, np.ndarray]]) -> float:
        a = self.x
        for name, weights, biases in layers:
            a = SQUASH[name](weights @ a + biases)
        return float(a[0])

    def place(self) -> tuple[int, int, int]:
        """Layer, unit and source of the weight asked about."""
        if found := re.search(r"from x(\d) to hidden unit (\d)", self.asked):
            return 0, int(found[2]) - 1, int(found[1]) - 1
        if found := re.search(r"from hidden unit (\d) to the output", self.asked):
            return 1, 0, int(found[1]) - 1
        found = re.search(r"w(\d)", self.asked)
        assert found
        return 0, 0, int(found[1]) - 1

    def slope(self) -> float:
        """By nudging the weight to both sides."""
        layer, unit, source = self.place()

        def nudged(by: float) -> float:
            layers = [(name, weights.copy(), biases) for name, weights, biases in self.layers]
            layers[layer][1][unit, source] += by
            return self.error(layers)

        return (nudged(1e-6) - nudged(-1e-6)) / 2e-6


NETS = ["dense 1 sigmoid", "dense 1 linear", "dense 2 sigmoid, dense 1 sigmoid", "dense 3 relu, dense 1 tanh"]


@given(st.sampled_from(NETS), SEEDS)
@settings(max_examples=40, deadline=None)
def test_the_output_is_what_the_numbers_give(layers: str, seed: int) -> None:
    posed = pose(trace(layers, "output"), seed)
    read = Read(posed.prompt)
    assert posed.answer == pytest.approx(read.output(read.layers), abs=1e-5)
    assert grade(posed, round(read.output(read.layers), 3)).correct


@given(st.sampled_from(NETS), st.booleans(), SEEDS)
@example("dense 3 relu, dense 1 tanh", False, 3313)  # whose first draw has a unit on ReLU's kink
@settings(max_examples=40, deadline=None)
def test_the_derivative_is_what_nudging_gives(layers: str, last: bool, seed: int) -> None:
    layer = 1 + layers.count(",") if last else 1
    posed = pose(trace(layers, "gradient", layer), seed)
    assert posed.answer == pytest.approx(Read(posed.prompt).slope(), abs=1e-4)


@given(st.sampled_from(NETS), SEEDS)
@settings(max_examples=40, deadline=None)
def test_the_new_weight_is_the_old_one_less_rate_times_derivative(layers: str, seed: int) -> None:
    posed = pose(trace(layers, "weight"), seed)
    read = Read(posed.prompt)
    layer, unit, source = read.place()
    before = read.layers[layer][1][unit, source]
    assert posed.answer == pytest.approx(before - read.rate * read.slope(), abs=3e-4)
    assert abs(posed.answer - before) >= 5 * posed.tolerance, "a step that can be seen"


@given(SEEDS, st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_a_perceptron_moves_only_after_a_mistake(seed: int, inputs: int) -> None:
    posed = pose(trace("perceptron", "weight", inputs=inputs), seed)
    text = posed.prompt.replace("−", "-")
    given_, example = text.split("\n")[2:4]
    weights = np.array(numbers(re.search(r"Weights (.*?);", given_)[1]))
    bias = float(re.search(rf"bias ({NUMBER})", given_)[1])
    rate = float(re.search(rf"rate ({NUMBER})", given_)[1])
    x = np.array([float(v) for v in re.findall(rf"x\d = ({NUMBER})", example)])
    label = float(re.search(r"label is ([-+]1)", example)[1])
    place = int(re.search(r"w(\d)", text.split("\n")[-1])[1]) - 1
    says = 1.0 if weights @ x + bias >= 0 else -1.0
    after = weights + (rate * label * x if says != label else 0)
    assert posed.answer == pytest.approx(after[place])


@given(st.sampled_from([*NETS, "perceptron"]), SEEDS)
@settings(max_examples=40, deadline=None)
def test_no_slip_is_near_the_answer_or_another(layers: str, seed: int) -> None:
    posed = pose(trace(layers, "weight"), seed)
    assert posed.slips
    values = sorted([posed.answer, *(slip.value for slip in posed.slips)])
    assert min(b - a for a, b in pairwise(values)) > posed.tolerance
    for slip in posed.slips:
        assert grade(posed, slip.value).remarks[0].text == slip.feedback


def test_the_same_seed_gives_the_same_numbers_and_another_one_others() -> None:
    question = trace(NETS[2], "gradient")
    assert pose(question, 5) == pose(question, 5)
    assert len({pose(question, seed).prompt for seed in range(20)}) == 20


def test_what_the_question_says_of_itself_is_kept() -> None:
    posed: Numeric = pose(trace(NETS[0], "output"), 1)
    assert (posed.id, posed.explanation, posed.page, posed.tolerance) == ("t", "It is so.", "p", 0.001)
    assert posed.prompt.startswith("Work it out.\n\nInputs: x1 = ")


@pytest.mark.parametrize(
    ("question", "complaint"),
    [
        (trace("dense 1 relu, dense 1 relu, dense 1 relu", "output"), "no network to trace"),
        (trace("dense 2 relu", "output"), "no network to trace"),
        (trace("dense 9 relu, dense 1 linear", "output"), "no network to trace"),
        (trace("conv 2 3x3, dense 1 linear", "output"), "no network to trace"),
        (trace("dense 1 linear", "weight", layer=2), "no layer 2"),
        (trace("perceptron", "output"), "only a new weight"),
        (trace("dense 1 sigmoid", "output", tolerance=1.0), "clear of the tolerance"),
    ],
)
def test_what_cannot_be_traced_is_refused(question: Trace, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        pose(question, 0)
