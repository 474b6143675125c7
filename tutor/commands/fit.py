"""``dltutor fit``: train a network on the learner's own table."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor import limits
from tutor.commands.output import ProgressLine, aligned, bar, positive, to_json, whole_number

if TYPE_CHECKING:
    from tutor.lab.fitting import Fit, Recipe
    from tutor.lab.tabular import Prepared

_LABELS = {
    "accuracy": "answered right",
    "rmse": "root mean squared error",
    "mae": "mean absolute error",
    "r2": "R² (1 is perfect)",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("data", metavar="DATA.csv", type=Path, help="a table: the first line names the columns")
    add("--target", required=True, metavar="COLUMN", help="the column to predict")
    add(
        "--layers",
        default="dense 16 relu",
        help='hidden layers, default "dense 16 relu"; the last one is added',
    )
    add("--epochs", type=whole_number(1, 100_000), default=100, metavar="N", help="default: 100")
    add("--batch-size", type=whole_number(1, 100_000), default=32, metavar="N", help="default: 32")
    add("--learning-rate", type=positive, metavar="RATE", help="default: what suits the optimizer")
    add("--optimizer", default="adam", metavar="NAME", help="default: adam")
    add("--test-fraction", type=positive, default=0.2, metavar="PART", help="rows held out, default 0.2")
    add("--seed", type=whole_number(0, 2**32 - 1), default=0, metavar="N", help="default: 0")
    add(
        "--task",
        choices=["auto", "classification", "regression"],
        default="auto",
        help="default: texts and a few whole numbers are classes, other numbers are amounts",
    )
    add("--json", action="store_true", help="print one JSON object")
    limits.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    limits.keep()
    # Not at the top: these import numba, and --help should not wait for that.
    from tutor.content.table import read_table
    from tutor.lab.fitting import Recipe, fit
    from tutor.lab.tabular import prepare

    task = None if args.task == "auto" else args.task
    prepared = prepare(
        read_table(args.data), args.target, test_fraction=args.test_fraction, seed=args.seed, task=task
    )
    recipe = Recipe(args.layers, args.epochs, args.batch_size, args.optimizer, args.learning_rate, args.seed)
    with ProgressLine() as line:
        line.show("Preparing the training kernels ...")
        result = fit(
            prepared, recipe, lambda done, loss: line.show(f"{bar(done)} {done:4.0%}  loss {loss:.4g}")
        )
    print(to_json(_record(prepared, recipe, result)) if args.json else _text(prepared, result))
    return 0


def _record(prepared: Prepared, recipe: Recipe, result: Fit) -> dict[str, Any]:
    return {
        "task": prepared.task,
        "target": prepared.target,
        "classes": prepared.classes,
        "inputs": prepared.inputs,
        "rows": {"training": len(prepared.y), "held_out": len(prepared.y_test)},
        "seed": recipe.seed,
        "layers": recipe.layers,
        "parameters": result.parameters,
        "epochs": recipe.epochs,
        "steps": result.steps,
        "loss": result.loss,
        "training": result.training,
        "held_out": result.held_out,
        "baseline": result.baseline,
        "clearly_better": result.clearly_better,
        "notes": prepared.notes,
    }


def _text(prepared: Prepared, result: Fit) -> str:
    regression = prepared.task == "regression"
    guess = "always the mean" if regression else "always the commonest"
    rows: list[tuple[str, ...]] = [("", "training", "held out", guess)]
    for name, label in _LABELS.items():
        if name in result.held_out:
            figures = (result.training, result.held_out, result.baseline)
            shown = [f"{part[name]:.4g}" if regression else f"{part[name]:.1%}" for part in figures]
            # The baseline is judged on the held-out rows, so it stands beside them.
            rows.append((label, *shown))
    what = "an amount" if regression else f"one of {len(prepared.classes)} classes"
    count = len(prepared.inputs)
    return "\n".join(
        [
            f"Predicting {prepared.target}, {what}, from {count} input{'' if count == 1 else 's'}.",
            f"{len(prepared.y):,} rows to train on, {len(prepared.y_test):,} held out at random.",
            *(f"note: {note}" for note in prepared.notes),
            "",
            result.summary,
            "",
            *aligned(rows),
            "",
            _verdict(result),
        ]
    )


def _verdict(result: Fit) -> str:
    if result.clearly_better:
        return "On rows it never saw, the network is clearly better than the answer that needs no network."
    return (
        "On rows it never saw, the network is not clearly better than the answer that needs no network:\n"
        "what difference there is may be chance."
    )
