"""What the lesson on deep belief nets says beside its claims: comparisons, gradients, likelihoods."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lessons.ends import end_of, experiment_at
from tutor.engine import datasets
from tutor.engine.classic.rbm import RBM
from tutor.engine.classic.svm import SVC
from tutor.lab import Run
from tutor.lab.network import NetworkLearner
from tutor.lab.pretraining import PretrainedLearner

SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3, 4))]


def held_out(name: str, labels: int, seed: int) -> float:
    return end_of(f"dbn/{name}", {"examples": labels}, seed).quantities["val_accuracy"]


@pytest.mark.parametrize("seed", SEEDS)
def test_with_few_labels_pretraining_is_ahead_and_with_300_about_even(seed: int) -> None:
    assert 0.01 < held_out("few", 100, seed) - held_out("rival", 100, seed) < 0.095
    assert abs(held_out("few", 300, seed) - held_out("rival", 300, seed)) < 0.03


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_with_50_labels_pretraining_is_ahead(seed: int) -> None:
    assert held_out("few", 50, seed) > held_out("rival", 50, seed)


@pytest.mark.parametrize(("labels", "least", "most"), [(100, 0.89, 0.935), (300, 0.96, 0.98)])
def test_a_support_vector_machine_does_as_well_without_the_other_images(
    labels: int, least: float, most: float
) -> None:
    for seed in range(5):
        data = datasets.load("digits", seed)
        machine = SVC(10.0, "rbf", 0.05).fit(data.x[:labels], data.y[:labels])
        assert least < machine.score(data.x_val, data.y_val) < most


@pytest.mark.parametrize("seed", SEEDS)
def test_pretraining_lifts_gradients_and_lets_images_through(seed: int) -> None:
    plain = NetworkLearner(experiment_at("dbn/rescue"), seed, "cpu")
    pretrained = PretrainedLearner(experiment_at("dbn/rescue"), seed, "cpu")
    pretrained.train(5 * 10 * 65)
    assert pretrained.epoch == 50 and not pretrained.pretraining
    ratios, spreads, sizes = [], [], []
    for learner in (plain, pretrained):
        x = learner.inputs(learner.dataset.x)
        slopes = learner.model.gradients(x, learner.targets(learner.dataset.y))[1]
        first, last = (np.concatenate([part.ravel() for part in pair]) for pair in (slopes[:2], slopes[-2:]))
        ratios.append(np.linalg.norm(first) / np.linalg.norm(last))
        spreads.append(learner.model.layer_outputs(x)[4][1].std(axis=0).mean())
        sizes.append(np.mean([kernel.std() for kernel in learner.model.get_weights()[:10:2]]))
    assert 0.001 < ratios[0] < 0.002 and 0.03 < ratios[1] < 0.08
    assert 1e-4 < spreads[0] < 3e-4 and 0.18 < spreads[1] < 0.22
    assert 1.5 < sizes[1] / sizes[0] < 2.5


@pytest.mark.parametrize("seed", [*SEEDS, pytest.param(5, marks=pytest.mark.slow)])
def test_the_error_falls_while_the_log_probability_sinks(seed: int) -> None:
    data = datasets.load("digits", seed)
    machine = RBM(64, 16, seed, sample_visible=False)
    errors, likelihoods = [], []
    for epochs in (10, 50):
        machine.fit(data.x, epochs, batch_size=20, momentum=0.5)
        errors.append(machine.reconstruction_error(data.x_val))
        likelihoods.append(machine.log_likelihood(data.x_val))
    assert 0.12 < 1 - errors[1] / errors[0] < 0.19
    assert likelihoods[1] < likelihoods[0]


@pytest.mark.parametrize("seed", range(5))
def test_the_first_passes_lead_to_the_mean_image_and_beyond(seed: int) -> None:
    data = datasets.load("digits", seed)
    assert 0.0725 < float(((data.x_val - data.x.mean(axis=0)) ** 2).mean()) < 0.0755
    run = Run(experiment_at("dbn/features"), "dbn", seed=seed)
    assert 0.175 < run.quantities()["val_reconstruction_error"] < 0.185
    run.finish_epoch()
    assert 0.072 < run.quantities()["val_reconstruction_error"] < 0.0765
    for _ in range(4):
        run.finish_epoch()
    assert 0.043 < run.quantities()["val_reconstruction_error"] < 0.047
