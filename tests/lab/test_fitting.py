"""Networks on tables: they learn what can be learnt, beside the answer that needs no network."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lab.test_tabular import table
from tutor.errors import EngineError, TutorError
from tutor.lab.fitting import Recipe, clearly_better, fit, judge
from tutor.lab.tabular import prepare

RNG = np.random.default_rng(1)
X1, X2 = RNG.normal(5, 2, 300), RNG.normal(-40, 10, 300)
AMOUNT = 3000 + 200 * X1 - 30 * X2 + RNG.normal(0, 20, 300)
SIDE = np.where(X1 * (X2 + 40) > (X2 + 40) * 5, "same", "other")
THIRDS = np.digitize(AMOUNT, np.quantile(AMOUNT, [1 / 3, 2 / 3]))


def prepared(target, values, **options):
    return prepare(table(x1=X1, x2=X2, **{target: values}), target, **options)


def test_a_regression_is_judged_in_the_targets_own_units():
    result = fit(prepared("amount", AMOUNT), Recipe())
    assert result.held_out["rmse"] < 60  # the noise is 20, the amounts spread over some 500
    assert result.held_out["r2"] > 0.97
    assert result.baseline["rmse"] > 300
    assert result.baseline["r2"] == pytest.approx(0, abs=0.2)
    assert result.held_out["mae"] <= result.held_out["rmse"]


def test_two_classes_that_no_line_divides_are_learnt():
    result = fit(prepared("side", SIDE), Recipe())
    assert result.held_out["accuracy"] > 0.9
    assert result.baseline["accuracy"] < 0.75
    assert result.parameters == (2 * 16 + 16) + (16 + 1)


def test_without_hidden_layers_the_network_is_linear():
    linear = fit(prepared("side", SIDE), Recipe(layers=""))
    assert linear.parameters == 3
    assert linear.held_out["accuracy"] < 0.75


def test_three_classes():
    result = fit(prepared("third", THIRDS), Recipe())
    assert result.held_out["accuracy"] > 0.9
    assert result.baseline["accuracy"] < 0.5


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_the_default_rates_suit_each_optimizer(optimizer):
    assert fit(prepared("third", THIRDS), Recipe(optimizer=optimizer)).held_out["accuracy"] > 0.85


def test_the_same_seed_gives_the_same_fit():
    assert fit(prepared("side", SIDE), Recipe(seed=3)) == fit(prepared("side", SIDE), Recipe(seed=3))
    assert fit(prepared("side", SIDE), Recipe(seed=3)) != fit(prepared("side", SIDE), Recipe(seed=4))


def test_the_baseline_is_the_commonest_training_class_judged_on_the_held_out_rows():
    made = prepared("side", SIDE, seed=2)
    commonest = np.bincount(made.y.astype(int)).argmax()
    assert fit(made, Recipe(epochs=1)).baseline["accuracy"] == np.mean(made.y_test == commonest)


def test_figures_by_hand():
    made = prepared("amount", AMOUNT)
    figures = judge(made, np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 6.0]))
    assert figures == pytest.approx({"rmse": 3**0.5, "mae": 1.0, "r2": 1 - 9 / 2})
    assert np.isnan(judge(made, np.array([2.0, 2.0]), np.array([1.0, 2.0]))["r2"])


def test_a_lead_counts_only_if_chance_does_not_explain_it():
    made = prepared("amount", AMOUNT)
    assert clearly_better(made, made.y_test, np.full(60, made.centre))
    # Nearer than the constant answer in some rows, further off in the others: 1.7 and 3.7 standard errors.
    for rows, clear in ((40, False), (46, True)):
        answers = made.y_test + np.where(np.arange(60) < rows, 1.0, 2.8)
        assert clearly_better(made, answers, made.y_test + 2.0) is clear
    assert not clearly_better(made, np.full(60, made.centre), made.y_test)


def test_progress_rises_to_the_end():
    seen = []
    fit(prepared("side", SIDE), Recipe(epochs=3), lambda done, loss: seen.append(done))
    assert seen == sorted(seen) and seen[-1] == 1.0


def test_nonsense_is_refused_and_explosions_are_named():
    with pytest.raises(EngineError):
        fit(prepared("side", SIDE), Recipe(layers="dense many"))
    with pytest.raises(EngineError):
        fit(prepared("side", SIDE), Recipe(optimizer="magic"))
    with pytest.raises(TutorError, match="diverged"):
        fit(prepared("amount", AMOUNT), Recipe(optimizer="sgd", learning_rate=1e6))


def test_ten_rows_and_a_huge_batch_are_enough_to_run():
    small = prepare(table(x=range(10), y=["a", "b"] * 5), "y")
    assert fit(small, Recipe(batch_size=1000, epochs=2)).steps == 2
