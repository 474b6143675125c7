"""Support vector machines in the lab: one step, what is kept, votes, margins, and refusals."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lab.examples import perceptron
from tutor.charts import boundary
from tutor.content.model import DataSpec, Experiment, Goal, Knob, ModelSpec, TrainingSpec
from tutor.engine.classic.svm import SVC
from tutor.errors import EngineError, InputError
from tutor.lab import Run
from tutor.lab.svm import SvmLearner


def svm(data: str = "moons", epochs: int = 1, options: dict | None = None, **model) -> Experiment:
    return perceptron(
        kind="svm",
        data=DataSpec(data, options or {}),
        model=ModelSpec(**model),
        training=TrainingSpec(epochs),
        goal=Goal("val_accuracy > 0.9", "nine in ten"),
        knobs=[
            Knob("gamma", "gamma", [0.0, 1.0], "How near."),
            Knob("C", "C", [1.0, 10.0, 100.0], "How strict."),
        ],
    )


def test_one_step_fits_it_and_ends_the_run():
    run = Run(svm(), "a")
    assert "accuracy" not in run.quantities() and not run.finished
    assert set(run.report("ready", 1).surface.values) == {128}, "before the step both classes are as likely"
    run.step()
    assert run.finished and run.quantities()["steps"] == 1 and run.stopped_because == "goal"


def test_it_is_the_engines_machine():
    experiment = svm(gamma=1.0, C=10.0)
    quantities = Run(experiment, "a", seed=3).run_to_end().quantities
    data = SvmLearner(experiment, 3).dataset
    machine = SVC(10.0, "rbf", 1.0).fit(data.x, data.y)
    assert quantities["support_vectors"] == len(machine.support)
    assert quantities["margin"] == pytest.approx(machine.margin_width.min())
    assert quantities["accuracy"] == machine.score(data.x, data.y)
    assert quantities["val_accuracy"] == machine.score(data.x_val, data.y_val)


def test_many_classes_vote():
    learner = SvmLearner(svm("digits", options={"examples": 100}), 0)
    learner.train(1)
    shares = learner.outputs(learner.dataset.x_val)
    right = shares.argmax(axis=1) == learner.dataset.y_val
    assert shares.shape == (500, 10) and shares.max() <= 1 and np.allclose(shares.sum(axis=1), 5)
    assert right.mean() == pytest.approx(learner.observe().quantities["val_accuracy"])


def test_the_picture_shows_the_support_vectors_and_dots_for_the_rest():
    run = Run(svm("margin", kernel="linear", C=100.0), "a")
    run.run_to_end()
    report = run.report("finished", 1)
    assert sum(report.points.support) == report.perceptron.support_vectors == 3
    text = "".join(span[0] for line in boundary(report.surface, report.points, 120, 60) for span in line)
    assert text.count("o") + text.count("x") == 3 and text.count("·") > 50 and not {"O", "X"} & set(text)


def test_going_back_before_the_step_forgets_it():
    run = Run(svm(), "a", rewindable=True)
    run.step()
    run.rewind(0)
    assert "accuracy" not in run.quantities() and not run.finished
    run.step()
    assert run.finished and run.report("finished", 1).perceptron.support_vectors > 0


@pytest.mark.parametrize(
    ("experiment", "message"),
    [(svm("sine"), "tells classes apart"), (svm(epochs=2), "one step"), (svm(degree=40), "too high")],
)
def test_what_cannot_be_is_refused(experiment, message):
    with pytest.raises((InputError, EngineError), match=message):
        Run(experiment, "a")
