"""A Boltzmann machine in the lab: the engine's own, watched, rewound, turned; what it shows and refuses."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lab.examples import perceptron
from tests.lab.looks import look
from tutor.content.model import DataSpec, Experiment, Goal, Knob, ModelSpec, TrainingSpec
from tutor.engine.classic.rbm import RBM
from tutor.errors import EngineError, InputError
from tutor.lab import Run
from tutor.lab.rbm import RbmLearner

NAMES = ("reconstruction_error", "val_reconstruction_error", "free_energy_gap")


def rbm(data: DataSpec | None = None, epochs: int = 3, **model) -> Experiment:
    settings = {"hidden_units": 12, "momentum": 0.5, "learning_rate": 0.1} | model
    return perceptron(
        kind="rbm",
        data=data or DataSpec("digits", examples=90),
        model=ModelSpec(**settings),
        training=TrainingSpec(epochs, batch_size=20),
        goal=Goal("reconstruction_error < 0.04", "it draws well"),
        knobs=[
            Knob("hidden_units", "hidden units", [4, 12], "Features."),
            Knob("gibbs_steps", "chain", [1, 5], "How long."),
            Knob("learning_rate", "learning rate", [0.1, 0.5], "How far."),
            Knob("momentum", "momentum", [0.0, 0.5], "How much of before."),
        ],
    )


def numbers(run: Run) -> list[float]:
    return [run.quantities()[name] for name in NAMES]


def test_it_is_the_engines_machine_however_it_is_advanced():
    run = Run(rbm(), "a", seed=3)
    while not run.finished:
        run.step()
    learner = RbmLearner(rbm(), 3)
    x, held_out = learner.dataset.x.astype(np.float64), learner.dataset.x_val.astype(np.float64)
    machine = RBM(64, 12, 3, sample_visible=False)
    errors = machine.fit(x, 3, batch_size=20, momentum=0.5)
    gap = machine.free_energy(held_out).mean() - machine.free_energy(x).mean()
    assert numbers(run) == [errors[-1], machine.reconstruction_error(held_out), gap]
    assert numbers(run) == [Run(rbm(), "a", seed=3).run_to_end().quantities[name] for name in NAMES]
    curve = next(one for one in run.report("finished", 1).series if one.name == "reconstruction_error")
    assert curve.x == [0, 1, 2, 3] and curve.y[1:] == errors


def test_going_back_and_on_again_ends_in_the_same_numbers():
    run = Run(rbm(), "a", rewindable=True)
    run.run_to_end()
    end, marks = numbers(run), run.report("finished", 1).marks
    run.rewind(len(marks) // 2)
    assert not run.finished and numbers(run) != end
    run.fork("before")
    run.run_to_end()
    assert numbers(run) == end and run.report("finished", 1).overlays


def test_rate_momentum_and_chain_turn_while_it_learns_and_the_units_begin_anew():
    run = Run(rbm(), "a")
    run.step()
    assert all(run.turn(name, value) for name, value in (("learning_rate", 0.5), ("momentum", 0.0)))
    assert run.turn("gibbs_steps", 5) and run.quantities()["steps"] == 1
    assert not run.turn("hidden_units", 4) and run.quantities()["steps"] == 0
    assert (
        run.run_to_end().quantities["reconstruction_error"]
        != Run(rbm(), "a").run_to_end().quantities[NAMES[0]]
    )


def test_lots_count_the_seeds_that_reach_the_goal():
    easy = rbm(epochs=40)
    run = Run(easy, "a")
    run.draw_lots(3)
    while run.drawing:
        run.draw(1.0)
    lottery = run.report("ready", 1).lottery
    steps = [Run(easy, "a", seed=seed).run_to_end().goal["at_step"] for seed in range(3)]
    assert lottery.done == 3 and lottery.reached == sum(step is not None for step in steps)


def test_it_shows_filters_hidden_units_and_images_drawn_back():
    run = Run(rbm(), "a")
    run.run_to_end()
    report, learner = look(run, example=4), RbmLearner(rbm(), 0)
    learner.train(15)
    pairs = np.frombuffer(report.reconstructions.pixels, np.uint8).reshape(-1, 2, 64) / 255
    seen = learner.dataset.x_val[:12]
    assert pairs[:, 0] == pytest.approx(seen, abs=0.003)
    assert pairs[:, 1] == pytest.approx(learner.again(seen), abs=0.003)
    visible, hidden = report.drawing.layers
    assert visible.parameters + hidden.parameters == learner.machine.count_params()
    chances = learner.machine.hidden_probabilities(learner.inputs(learner.dataset.x_val[4:5]))
    assert hidden.outputs == pytest.approx(chances[0])
    (filters,) = report.drawing.filters
    assert filters.count == 12 and filters.high == pytest.approx(learner.machine.weights.max())
    assert report.samples is report.confusion is report.health is report.inspection is None


def test_a_rate_without_bounds_is_told_as_diverged():
    run = Run(rbm(), "a", {"learning_rate": 1e308})
    assert run.run_to_end().stopped_because == "diverged"


@pytest.mark.parametrize(
    ("experiment", "message"),
    [
        (rbm(DataSpec("moons")), "looked at as images"),
        (rbm(DataSpec("digits", input_scale=16.0)), "between 0 and 1"),
        (rbm(hidden_units=0), "hidden units"),
    ],
)
def test_what_cannot_be_is_refused(experiment, message):
    with pytest.raises((InputError, EngineError), match=message):
        RbmLearner(experiment, 0).observe()


def test_it_does_not_run_on_a_gpu():
    with pytest.raises(EngineError, match="only a network"):
        Run(rbm(), "a", backend="cuda")
