"""How a run stands or ended, as it is printed and as the database keeps it."""

from __future__ import annotations

import math

from tutor.content.model import Experiment
from tutor.lab.course import Course
from tutor.lab.explain import explain
from tutor.report import Result

_METRICS = (
    "accuracy",
    "val_loss",
    "val_accuracy",
    "member_accuracy",
    "best_member_accuracy",
    "errors",
    "min_errors",
    "max_errors",
    "updates",
    "bound",
    "stable_rate",
    "support_vectors",
    "margin",
    "reconstruction_error",
    "val_reconstruction_error",
    "free_energy_gap",
    "scratch_accuracy",
    "first_source_accuracy",
    "source_accuracy",
)
"""The quantities that a result shows as metrics, where the run has them."""


def result(course: Course, experiment: Experiment, lesson: str, seed: int, before: str) -> Result:
    """Of a course of that experiment; ``before`` tells what was learned earlier."""
    quantities, learner = course.quantities(), course.learner
    goal, reached = experiment.goal, course.history.goal_step
    return Result(
        lesson=lesson,
        experiment=experiment.id,
        seed=seed,
        backend=learner.backend,
        knobs=dict(course.knobs),
        steps=learner.step,
        epochs=learner.epoch,
        seconds=course.seconds,
        steps_per_second=rate(learner.step, course.seconds),
        loss={"first": quantities.get("first_loss", math.nan), "last": quantities.get("loss", math.nan)},
        metrics={name: quantities[name] for name in _METRICS if name in quantities},
        gradient_norms={layer.name: layer.gradient_norm for layer in course.observe().layers},
        goal={
            "reached": math.isfinite(reached),
            "target": goal.text if goal else None,
            "at_step": int(reached) if math.isfinite(reached) else None,
        },
        stopped_because=course.stopped,
        explanation=explain(course.stopped, goal, learner.step, learner.epoch, course.what_diverged()),
        quantities=quantities,
        before=before,
    )


def rate(steps: int, seconds: float) -> float:
    """Steps a second; 0 before any time was spent."""
    return steps / seconds if seconds > 0 else 0.0
