"""``dltutor export``: an experiment as a script for Keras or PyTorch that runs as it is."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tutor.commands import target
from tutor.commands.output import whole_number
from tutor.commands.terminal import note
from tutor.console import say
from tutor.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("framework", choices=["keras", "pytorch"], help="what the script is written for")
    add("target", metavar=target.METAVAR, help=target.HELP)
    add("--set", action="append", default=[], metavar="KEY=VALUE", help="turn a knob of the experiment first")
    add("--seed", type=whole_number(0, 2**32 - 1), default=0, metavar="N", help="default: 0")
    add(
        "-o",
        "--output",
        type=Path,
        metavar="FILE.py",
        help="write the script there, and beside it FILE.npz with its data, where it has much",
    )


def run(args: argparse.Namespace) -> int:
    lesson, experiment = target.find_experiment(args.target)
    output: Path | None = args.output
    if output is not None and output.suffix != ".py":
        raise UsageError(f"{output} does not end in .py", f"take -o {experiment.id}.py")
    from tutor.export import export  # not at the top: it imports numba, and --help should not wait for that

    knobs = target.read_settings(args.set)
    data_file = output.with_suffix(".npz").name if output else ""
    script = export(args.framework, experiment, lesson.id, knobs, args.seed, data_file)
    if output is None:
        sys.stdout.write(script.text)
        if script.arrays:
            note([f"The script reads {script.data_file}: -o {experiment.id}.py writes that file too."])
        return 0
    written = [output]
    output.write_text(script.text, encoding="utf-8")
    if script.arrays:
        written.append(output.with_suffix(".npz"))
        written[-1].write_bytes(script.data())
    say(f"Wrote {' and '.join(map(str, written))}. Run it with: python {output}")
    return 0
