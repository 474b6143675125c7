"""The way down a bowl: its loss, its path, and optimizers that obey their textbooks on it."""

from __future__ import annotations

import numpy as np
import pytest

from tutor.charts import descent as chart
from tutor.content.model import DataSpec, Experiment, Goal, ModelSpec, TrainingSpec
from tutor.lab import Run
from tutor.report import Descent, Surface, Wanted


def bowl(curvature: float = 100.0, turned: float = 0.0, epochs: int = 900, **model) -> Experiment:
    return Experiment(
        id="bowl",
        title="Bowl",
        kind="network",
        about="A bowl.",
        seconds=1,
        data=DataSpec("bowl", {"curvature": curvature, "turned": turned}),
        model=ModelSpec(
            **{"layers": "dense 1 linear nobias", "kernel_initializer": "ones", "dtype": "float64", **model}
        ),
        training=TrainingSpec(epochs=epochs, batch_size=0, shuffle=False),
        goal=Goal("loss < 0.000001", "a loss below a millionth"),
    )


def path(run: Run) -> tuple[np.ndarray, Surface]:
    shown = run.report("running", 1, Wanted(["picture"])).descent
    return np.column_stack((shown.x, shown.y)), shown.surface


def test_the_path_is_what_gradient_descent_does_by_hand():
    run = Run(bowl(4.0, learning_rate=0.1), "a")
    for _ in range(5):
        run.step()
    steps = np.arange(6)[:, None]
    places, _ = path(run)
    np.testing.assert_allclose(places, np.array([1 - 0.1, 1 - 0.4]) ** steps, rtol=1e-6)
    a, b = places[-1]
    assert run.quantities()["loss"] == pytest.approx((a * a + 4 * b * b) / 2)


def test_a_turned_bowl_has_the_same_curvatures():
    run = Run(bowl(100.0, turned=30.0), "a")
    a, b = np.cos(np.pi / 6) + np.sin(np.pi / 6), np.cos(np.pi / 6) - np.sin(np.pi / 6)
    assert run.quantities()["first_loss"] == pytest.approx((a * a + 100 * b * b) / 2, rel=1e-5)


def test_the_picture_is_the_loss_on_a_logarithmic_scale():
    _, surface = path(Run(bowl(), "a"))
    levels = np.frombuffer(surface.values, np.uint8).reshape(surface.rows, surface.columns)
    assert levels[0].min() > levels[surface.rows // 2].max(), "the valley lies across the middle"
    assert levels.max() == 255 and levels[:, 0].tolist() == levels[:, -1].tolist()


def test_going_back_takes_the_path_back():
    run = Run(bowl(learning_rate=0.01), "a", rewindable=True)
    for _ in range(30):
        run.step()
    run.rewind(1)
    assert len(path(run)[0]) == run.report("paused", 1).quantities["steps"] + 1


def test_a_path_that_leaves_for_infinity_is_drawn_as_far_as_it_goes():
    run = Run(bowl(learning_rate=0.5), "a")
    run.run_to_end()
    places, surface = path(run)
    assert run.stopped_because == "diverged" and np.isfinite(places).all() and np.isfinite(surface.x_max)


@pytest.mark.parametrize("layers", ["dense 1 linear", "dense 1 sigmoid nobias", "dense 2 linear, dense 1"])
def test_other_networks_have_no_such_picture(layers):
    assert Run(bowl(layers=layers), "a").report("ready", 1, Wanted(["picture"])).descent is None


@pytest.mark.parametrize("colours", [True, False])
def test_the_chart_shows_where_training_was_and_where_it_is(colours):
    surface = Surface(-1, 1, -1, 1, 2, 1, bytes([0, 255]))
    lines = chart(Descent(surface, [-0.88, 0.01, 0.93, 5.0], [0.9, 0.0, -0.9, 0.0]), 20, 5, colours=colours)
    text = ["".join(span[0] for span in line) for line in lines]
    assert [len(line) for line in text] == [20] * 5
    assert text[0][1] == "o" and text[2][10] == "o" and text[4][19] == "o", "the fourth place lies outside"
    here = chart(Descent(surface, [-0.88, 0.01], [0.9, 0.0]), 20, 5, colours=colours)
    assert "@" in "".join(span[0] for span in here[2])
