"""``dltutor lab``: run a lesson's experiment without the app, once or from many seeds."""

from __future__ import annotations

import argparse
import math
import textwrap
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from tutor import limits
from tutor.commands import target
from tutor.commands.output import ProgressLine, aligned, bar, to_json, whole_number
from tutor.content.model import LAYERED, Experiment, Lesson
from tutor.report import Result

if TYPE_CHECKING:
    from tutor.lab import Run

_LABELS = {
    "accuracy": "training examples right",
    "val_accuracy": "held-out examples right",
    "member_accuracy": "by its nets singly, mean",
    "best_member_accuracy": "by the best of them",
    "val_loss": "held-out loss",
    "errors": "wrong at the end",
    "min_errors": "fewest wrong",
    "max_errors": "most wrong",
    "updates": "mistakes made",
    "bound": "Novikoff's bound",
    "stable_rate": "stable batch rates below",
    "support_vectors": "support vectors",
    "margin": "width of the margin",
    "reconstruction_error": "reconstruction error",
    "val_reconstruction_error": "held-out reconstruction error",
    "free_energy_gap": "free energy gap",
    "scratch_accuracy": "held-out right from scratch",
    "first_source_accuracy": "source task right at first",
    "source_accuracy": "source task right now",
}

_FALLING = (("loss", "loss"), ("reconstruction_error", "reconstruction error"))
"""What the progress line tells, the first that there is."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar=target.METAVAR, help=target.HELP)
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="turn a knob of the experiment to one of its stops; learning_rate takes any positive number",
    )
    parser.add_argument(
        "--steps",
        type=whole_number(1, 10**9),
        metavar="N",
        help="do N updates; the budget of epochs is ignored",
    )
    parser.add_argument("--seed", type=whole_number(0, 2**32 - 1), default=0, metavar="N", help="default: 0")
    parser.add_argument(
        "--seeds",
        type=whole_number(1, 10_000),
        metavar="N",
        help="run N seeds and count how many reach the goal",
    )
    parser.add_argument("--backend", choices=["auto", "cpu", "cuda"], default="auto", help="default: auto")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    limits.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    limits.keep()
    from tutor import engine, lab  # not at the top: they import numba, and --help should not wait for that

    lesson, experiment = target.find_experiment(args.target)
    knobs = target.read_settings(args.set)

    def start(seed: int, *, learn_source: bool = True) -> lab.Run:
        return lab.Run(
            experiment,
            lesson.id,
            knobs,
            seed,
            args.backend,
            max_steps=args.steps,
            learn_source=learn_source,
        )

    with ProgressLine() as line:
        run = start(args.seed, learn_source=False)  # refuses what cannot be run before anything is compiled
        if experiment.kind in LAYERED:
            engine.warm_up(lambda text: line.show(f"{text} ..."), (experiment.model.dtype,))
        if experiment.transfer is not None:
            line.show("learning the source task ...")
            run = start(args.seed)
        if args.seeds is None:
            result = _watch(run, line)
        else:
            numbers = range(args.seed, args.seed + args.seeds)
            results = [_watch(start(seed), line, f"seed {seed} ") for seed in numbers]
    if args.seeds is None:
        print(to_json(msgspec.to_builtins(result)) if args.json else _summary(lesson, experiment, result))
    else:
        count = _count(lesson, experiment, results)
        print(
            to_json(count | {"runs": msgspec.to_builtins(results)}) if args.json else _table(count, results)
        )
    return 0


def _watch(run: Run, line: ProgressLine, label: str = "") -> Result:
    def show(run: Run) -> None:
        numbers = run.quantities()
        loss = next((f"  {label} {numbers[name]:.4g}" for name, label in _FALLING if name in numbers), "")
        line.show(f"{label}{bar(run.fraction)} {run.fraction:4.0%}  {numbers['steps']:,.0f} steps{loss}")

    return run.run_to_end(show)


# ------------------------------------------------------------------------------- one run


def _summary(lesson: Lesson, experiment: Experiment, result: Result) -> str:
    rows = [
        ("steps", f"{result.steps:,} in {result.epochs:,} epochs"),
        ("time", f"{result.seconds:.3g} s, {result.steps_per_second:,.0f} steps a second ({result.backend})"),
    ]
    if math.isfinite(result.loss["first"]):
        rows.append(
            ("loss", f"{_number(result.loss['first'])} at first, {_number(result.loss['last'])} at the end")
        )
    for name, value in result.metrics.items():
        rows.append((_LABELS[name], f"{value:.1%}" if "accuracy" in name else _number(value)))
    for layer, norm in result.gradient_norms.items():
        frozen = math.isnan(norm) and result.stopped_because != "diverged"
        rows.append((f"gradient of {layer}", "none, it is frozen" if frozen else _number(norm)))
    rows += [(name, str(value)) for name, value in result.knobs.items()]
    return "\n".join(
        [
            f"{lesson.title}: {experiment.title}",
            f"{lesson.id}/{experiment.id}, seed {result.seed}",
            "",
            *aligned(rows),
            "",
            *textwrap.wrap(result.before, 80),
            *textwrap.wrap(result.explanation, 80),
        ]
    )


def _number(value: float) -> str:
    if not math.isfinite(value):
        return "infinite" if math.isinf(value) else "not a number"
    return f"{value:,.0f}" if value == round(value) and abs(value) < 1e15 else f"{value:.4g}"


# ------------------------------------------------------------------------------- many runs


def _count(lesson: Lesson, experiment: Experiment, results: list[Result]) -> dict[str, Any]:
    """How many runs reached the goal, with a 95 % interval for the share among all seeds."""
    from tutor.lab.statistics import count_reached

    goal = experiment.goal
    at_steps = [result.goal["at_step"] for result in results]
    count = count_reached([step if isinstance(step, int) else None for step in at_steps])
    needed, met = _luck(experiment, results)
    return {
        "lesson": lesson.id,
        "experiment": experiment.id,
        "seeds": len(results),
        "goal": goal.text if goal else None,
        "reached": count.reached if goal else None,
        "share": count.reached / len(results) if goal else None,
        "interval_95": [count.low, count.high] if goal else None,
        "median_steps_to_goal": int(count.median_step) if count.reached else None,
        "goal_needs": needed,
        "goal_met": met,
        "stopped_because": dict(Counter(result.stopped_because for result in results)),
    }


def _luck(experiment: Experiment, results: list[Result]) -> tuple[list[int] | None, bool | None]:
    """Where the goal asks for several seeds: how many of how many; and whether they do, if all ran."""
    goal = experiment.goal
    if goal is None or goal.seeds == 1:
        return None, None
    needed = goal.at_least or goal.seeds
    asked = [result.goal["reached"] is True for result in results if result.seed < goal.seeds]
    return [needed, goal.seeds], sum(asked) >= needed if len(asked) == goal.seeds else None


def _table(count: dict[str, Any], results: list[Result]) -> str:
    lines = [f"{count['lesson']}/{count['experiment']}", ""]
    rows = [("seed", "stopped", "steps", "right")]
    for result in results:
        right = f"{result.metrics['accuracy']:.1%}" if "accuracy" in result.metrics else ""
        rows.append((str(result.seed), result.stopped_because, f"{result.steps:,}", right))
    lines += [*aligned(rows), ""]
    if count["goal"] is None:
        return "\n".join([*lines, "The experiment has no goal to count."])
    low, high = count["interval_95"]
    lines.append(f"Goal: {count['goal']}.")
    lines.append(
        f"{count['reached']} of {count['seeds']} seeds reached it; "
        f"with 95 % confidence the share among all seeds is {low:.0%} to {high:.0%}."
    )
    if count["goal_needs"] is not None:
        needed, seeds = count["goal_needs"]
        met = {True: "met", False: "not met", None: f"open (--seed 0 --seeds {seeds} tells)"}[
            count["goal_met"]
        ]
        lines.append(f"The goal counts if {needed} of the seeds 0 to {seeds - 1} reach it: {met}.")
    return "\n".join(lines)
