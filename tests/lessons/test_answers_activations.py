"""What the lesson on activation functions says beyond the figures at the end of a run."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from tests.lessons.ends import experiment_at
from tutor.content.model import Experiment
from tutor.lab import Run
from tutor.lab.network import NetworkLearner


def trained(experiment: Experiment, seed: int) -> NetworkLearner:
    learner = NetworkLearner(experiment, seed, "cpu")
    learner.train(learner.steps_until(experiment.training.epochs))
    return learner


def sums_of_the_first_layer(learner: NetworkLearner) -> np.ndarray:
    kernel, bias, *_ = learner.model.get_weights()
    return np.asarray(learner.inputs(learner.dataset.x) @ kernel + bias)


def test_sign_units_stay_as_they_were_drawn() -> None:
    sign = experiment_at("activations/sign")
    frozen = replace(sign, knobs=[], model=replace(sign.model, layers=f"frozen {sign.model.layers}"))
    ends = [Run(one, "activations", seed=3, backend="cpu").run_to_end().quantities for one in (sign, frozen)]
    assert ends[0]["loss"] == ends[1]["loss"] < ends[0]["first_loss"]


@pytest.mark.parametrize("seed", range(3))
def test_a_rate_of_1_leaves_most_relu_units_dead(seed: int) -> None:
    first, second, _ = trained(experiment_at("activations/dead"), seed).trainer.health(256).layers
    assert first.dead > 0.6
    assert second.dead > 0.5


@pytest.mark.parametrize("seed", range(3))
def test_sigmoid_sums_stay_near_0_and_those_of_large_pixels_do_not(seed: int) -> None:
    slow = sums_of_the_first_layer(trained(experiment_at("activations/race"), seed))
    large = sums_of_the_first_layer(NetworkLearner(experiment_at("activations/scale"), seed, "cpu"))
    assert np.mean(np.abs(slow) > 3) < 0.01
    assert np.mean(np.abs(large) > 3) == pytest.approx(0.98, abs=0.007)
