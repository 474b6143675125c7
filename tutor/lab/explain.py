"""Why a run ended, in one sentence for people."""

from __future__ import annotations

from tutor.content.model import Goal
from tutor.report import StopReason


def explain(stopped: StopReason, goal: Goal | None, steps: int, epochs: int, what_diverged: str) -> str:
    """The sentence; empty while the run goes on. ``what_diverged`` is for example "the loss"."""
    after = f"{_count(epochs, 'epoch')} ({_count(steps, 'step')})"
    if stopped == "goal" and goal is not None:
        return f"The goal was reached after {after}: {goal.text}."
    if stopped == "diverged":
        return (
            f"Training diverged after {_count(steps, 'step')}: {what_diverged} stopped being finite. "
            "A smaller learning rate usually helps."
        )
    missed = f", and the goal was not reached: {goal.text}" if goal else ""
    if stopped == "budget" and steps == 1:  # a machine that is fitted, not trained
        return f"One step was all there was to do{missed}."
    if stopped == "budget":
        return f"The budget was used up after {after}{missed}."
    if stopped == "patience":
        return f"The held-out loss fell no more; after {after} the best weights were taken back{missed}."
    return ""


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
