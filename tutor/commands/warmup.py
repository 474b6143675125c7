"""``dltutor warmup``: compile the training kernels ahead of time, for a class or a batch job."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--float64",
        action="store_true",
        help="compile the double-precision kernels too (the lessons do without)",
    )


def run(args: argparse.Namespace) -> int:
    from tutor import engine, limits

    limits.keep()
    dtypes = ("float32", "float64") if args.float64 else ("float32",)
    seconds = engine.warm_up(print, dtypes)
    print(f"The kernels are ready after {seconds:.1f} s.")
    return 0
