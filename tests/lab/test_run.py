"""A run from first step to result: the same whatever the chunks, right at its ends, honest when it fails."""

from __future__ import annotations

import math

import msgspec
import pytest

from tests.lab.examples import TIMES, network, perceptron
from tutor.content.model import DataSpec, Goal, Prediction
from tutor.content.questions import PredictionOption
from tutor.engine import gpu
from tutor.errors import EngineError, InputError
from tutor.lab import Run, check_interval
from tutor.report import Wanted

EXPERIMENTS = {"network": network(), "long": network(training={"epochs": 1500, "batch_size": 0}, goal=None)}
EXPERIMENTS |= {"perceptron": perceptron(), "xor": perceptron("xor", shuffle=True)}
TIMING = {"seconds": 0.0, "steps_per_second": 0.0}


class Clock:
    """Time that passes only when slept, or by ``tick`` at each look."""

    def __init__(self, tick: float = 0.0) -> None:
        self.now, self.tick = 0.0, tick

    def __call__(self) -> float:
        self.now += self.tick
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def without_timing(run):
    """All that a run tells, as bytes, but for how long it took."""
    report = run.report("finished", 1)
    result = msgspec.structs.replace(
        report.result,
        **TIMING,
        quantities={k: v for k, v in report.result.quantities.items() if k not in TIMES},
    )
    quantities = {name: value for name, value in report.quantities.items() if name not in TIMES}
    report = msgspec.structs.replace(report, steps_per_second=0.0, quantities=quantities, result=result)
    return msgspec.msgpack.encode(report)


def at_once(run):
    run.run_to_end()


def in_chunks(run):
    while not run.finished:
        run.advance(1e-5)


def by_steps(run):
    while not run.finished:
        run.step()


def by_epochs(run):
    run.step()
    while not run.finished:
        run.finish_epoch()


def watched_closely(run):
    for _ in range(40):
        run.step()
        run.report("running", 0)
        run.quantities()
    run.run_to_end()


@pytest.mark.parametrize("name", EXPERIMENTS)
@pytest.mark.parametrize("way", [at_once, in_chunks, by_steps, by_epochs, watched_closely])
def test_however_a_run_is_advanced_it_tells_the_same_to_the_byte(name, way):
    reference, other = Run(EXPERIMENTS[name], "a", seed=3), Run(EXPERIMENTS[name], "a", seed=3)
    at_once(reference)
    way(other)
    assert without_timing(other) == without_timing(reference)


def test_pacing_changes_when_but_not_what():
    clock = Clock()
    paced = Run(network(), "a", seed=1, paced=True, clock=clock, sleep=clock.sleep)
    while not paced.finished:
        paced.advance(0.05)
    free = Run(network(), "a", seed=1)
    free.run_to_end()
    assert without_timing(paced) == without_timing(free)
    assert clock.now > 3


def test_an_unpaced_run_never_sleeps():
    run = Run(network(), "a", sleep=lambda _: pytest.fail("slept"))
    in_chunks(run)


def test_advance_stops_when_its_time_is_up():
    clock = Clock(tick=0.001)
    run = Run(EXPERIMENTS["long"], "a", clock=clock)
    run.advance(0.05)
    assert not run.finished
    assert clock.now < 0.12


def test_a_long_epoch_is_finished_in_pieces_and_at_the_same_step():
    clock = Clock(tick=0.001)
    one_by_one = network(training={"epochs": 20, "batch_size": 1}, goal=None, knobs=[])
    run, whole = (Run(one_by_one, "a", clock=clock) for _ in range(2))
    assert whole.finish_epoch()
    started = clock.now
    assert not run.finish_epoch(seconds=0.01)
    assert clock.now - started < 0.03
    assert run.quantities()["epochs"] == 0
    while not run.finish_epoch(seconds=0.01):
        pass
    assert run.quantities()["epochs"] == 1
    assert run.quantities()["steps"] == whole.quantities()["steps"]


@pytest.mark.parametrize("experiment", [network(), perceptron("xor", shuffle=True)])
def test_a_seed_fixes_the_run_and_another_gives_another(experiment):
    def finished(seed):
        run = Run(experiment, "a", seed=seed)
        run.run_to_end()
        return without_timing(run)

    assert finished(5) == finished(5)
    assert finished(5) != finished(6)


def test_the_goal_ends_the_run_at_the_end_of_the_epoch_that_meets_it():
    result = Run(perceptron("and"), "lesson").run_to_end()
    assert result.stopped_because == "goal"
    assert (result.steps, result.epochs, result.metrics["updates"]) == (20, 5, 11)
    assert result.goal == {"reached": True, "target": "no row wrong", "at_step": 20}
    assert "goal" in result.explanation and "no row wrong" in result.explanation
    assert result.metrics["bound"] == pytest.approx(51)


def test_the_budget_ends_a_run_that_cannot_reach_its_goal():
    result = Run(perceptron("xor"), "lesson").run_to_end()
    assert result.stopped_because == "budget"
    assert (result.epochs, result.metrics["min_errors"], result.metrics["max_errors"]) == (50, 2, 2)
    assert result.goal["reached"] is False and result.goal["at_step"] is None
    assert math.isinf(result.quantities["goal_step"]) and math.isinf(result.metrics["bound"])


def test_a_steps_limit_replaces_the_budget_either_way():
    short = Run(network(goal=None), "a", max_steps=7).run_to_end()
    long = Run(network(goal=None), "a", max_steps=1000).run_to_end()
    assert (short.steps, short.stopped_because) == (7, "budget")
    assert (long.steps, long.epochs) == (1000, 1000 // 13)


def test_the_extremes_are_those_after_whole_epochs():
    run = Run(perceptron("xor", shuffle=True), "a", seed=2)
    seen = []
    while not run.finished:
        run.finish_epoch()
        seen.append(run.quantities()["errors"])
    assert len(seen) == 50
    result = run.result()
    assert (result.metrics["min_errors"], result.metrics["max_errors"]) == (min(seen), max(seen))


@pytest.mark.parametrize(("epochs", "interval"), [(1, 1), (999, 1), (1000, 2), (5000, 10)])
def test_long_runs_of_networks_are_checked_less_often(epochs, interval):
    assert check_interval(network(training={"epochs": epochs})) == interval
    assert check_interval(perceptron()) == 1


def test_the_goal_of_a_long_run_is_seen_only_at_its_checks():
    experiment = network(training={"epochs": 2000, "batch_size": 0}, goal=Goal("steps >= 5", "five steps"))
    assert Run(experiment, "a").run_to_end().goal["at_step"] == 8


@pytest.mark.parametrize("way", [at_once, by_steps])
def test_what_explodes_is_named_and_stops_the_run(way):
    experiment = network(
        model={"layers": "dense 4 relu, dense 1 linear", "loss": "mean_squared_error", "learning_rate": 1e6},
        goal=None,
        knobs=[],
    )
    run = Run(experiment, "a")
    way(run)
    result = run.result()
    assert result.stopped_because == "diverged"
    assert result.quantities["diverged"] == 1
    assert "dense_" in result.explanation or "loss" in result.explanation
    assert result.steps < 100
    assert any(math.isnan(norm) for norm in result.gradient_norms.values()), "it is no number any more"


def test_a_perceptron_whose_weights_overflow_has_diverged():
    result = Run(perceptron("and"), "a", knobs={"learning_rate": 1.7e308}).run_to_end()
    assert result.stopped_because == "diverged" and "perceptron" in result.explanation


def test_curves_begin_before_the_first_step_and_end_with_the_last():
    run = Run(network(), "a")
    first = run.quantities()["loss"]
    run.run_to_end()
    curves = {series.name: series for series in run.report("finished", 0).series}
    assert set(curves) == {"loss", "val_loss", "accuracy", "val_accuracy"}
    assert (curves["loss"].x[0], curves["loss"].y[0]) == (0.0, first)
    assert curves["loss"].x == [float(epoch) for epoch in range(len(curves["loss"].x))]
    assert curves["loss"].y[-1] == run.quantities()["loss"]
    assert run.result().loss == {"first": first, "last": curves["loss"].y[-1]}


def test_a_perceptron_has_a_curve_of_its_bound_only_where_there_is_one():
    def names(gate):
        run = Run(perceptron(gate), "a")
        run.run_to_end()
        return [series.name for series in run.report("finished", 0).series]

    assert names("and") == ["errors", "updates", "bound"]
    assert names("xor") == ["errors", "updates"]


def test_layers_show_no_gradient_before_the_first_step():
    run = Run(network(), "a")
    before = run.report("ready", 0).layers
    run.step()
    after = run.report("paused", 0).layers
    assert [layer.name for layer in before] == ["dense_1", "dense_2"]
    assert all(math.isnan(layer.gradient_norm) for layer in before)
    assert all(layer.gradient_norm > 0 for layer in after)


def test_quantities_in_the_midst_of_an_epoch_are_those_of_now():
    run = Run(perceptron("and"), "a")
    run.step()
    assert run.quantities()["updates"] == 1
    assert run.quantities()["epochs"] == 0
    assert "min_errors" not in run.quantities()
    assert run.report("paused", 0).perceptron.bias == -1


def predicting(*conditions):
    options = [PredictionOption(f"option {i}", when, "because") for i, when in enumerate(conditions)]
    return perceptron("and", prediction=Prediction("What?", options))


@pytest.mark.parametrize(
    ("conditions", "outcome"),
    [
        (["updates <= 4", "updates > 4 and updates <= bound", "updates > bound"], 1),
        (["updates <= 4", "loss < 1"], None),
        (["updates > 4", "updates == 11"], None),
    ],
)
def test_the_outcome_is_the_one_option_that_holds(conditions, outcome):
    run = Run(predicting(*conditions), "a")
    assert run.outcome() is None and run.report("ready", 0).outcome is None
    run.run_to_end()
    assert run.outcome() == outcome
    assert run.report("finished", 0).outcome == outcome


def test_a_report_holds_no_result_until_the_run_is_finished():
    run = Run(network(), "a")
    run.step()
    assert run.report("paused", 4).result is None
    assert run.result().stopped_because == "" and run.result().explanation == ""
    run.run_to_end()
    report = run.report("finished", 4)
    assert report.run == 4 and report.result == run.result()


def test_a_finished_run_does_not_move_any_more():
    run = Run(perceptron("or"), "a")
    run.run_to_end()
    before = without_timing(run)
    run.step()
    run.finish_epoch()
    run.advance(0.01)
    assert without_timing(run) == before


def test_reset_begins_again_as_a_fresh_run_would():
    run = Run(network(), "a", seed=0)
    run.run_to_end()
    run.reset(9)
    run.run_to_end()
    fresh = Run(network(), "a", seed=9)
    fresh.run_to_end()
    assert without_timing(run) == without_timing(fresh)


def test_steps_per_second_of_a_report_are_those_of_the_last_moments():
    clock = Clock()
    run = Run(EXPERIMENTS["long"], "a", paced=True, clock=clock, sleep=clock.sleep)
    assert run.report("ready", 0).steps_per_second == 0
    run.advance(0.5)
    slow = run.report("running", 0).steps_per_second
    for _ in range(60):
        run.advance(0.05)
    assert 0 < slow < 20
    assert run.report("running", 0).steps_per_second > 3 * slow


def test_refusals(monkeypatch):
    monkeypatch.setattr(gpu, "_library", lambda: None)
    with pytest.raises(EngineError, match="no CUDA driver"):
        Run(network(), "a", backend="cuda")
    with pytest.raises(InputError, match="unknown backend 'tpu'"):
        Run(network(), "a", backend="tpu")
    with pytest.raises(InputError, match="no knob 'gravity'"):
        Run(network(), "a", knobs={"gravity": 1})
    with pytest.raises(InputError, match="hidden_units cannot be 3"):
        Run(network(), "a", knobs={"hidden_units": 3})
    with pytest.raises(InputError, match="needs two classes"):
        Run(perceptron(data=DataSpec("digits"), knobs=[]), "a")
    with pytest.raises(EngineError, match="no data set"):
        Run(network(data=DataSpec("cats"), knobs=[]), "a")


def test_a_network_tells_how_its_signals_and_gradients_fare() -> None:
    layers = "dense 4 tanh, dense 3 tanh, dense 1 sigmoid"
    run = Run(network(model={"layers": layers}, goal=None), "test")
    assert not {"gradient_norm", "gradient_ratio"} & set(run.quantities())
    run.run_to_end()
    norms = list(run.result().gradient_norms.values())
    told = run.quantities()
    assert told["gradient_ratio"] == pytest.approx(norms[0] / norms[-1])
    assert told["gradient_norm"] == pytest.approx(math.sqrt(sum(norm**2 for norm in norms)))
    assert told["spread"] == run.report("finished", 1, Wanted(["health"])).health.layers[1].deviation > 0
    assert "spread" not in Run(perceptron(), "test").quantities()
