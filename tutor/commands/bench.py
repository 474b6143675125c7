"""``dltutor bench [FILE.toml]``: any data, any network, any training, set up in a form."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file."""
    help = "an experiment that was saved there; none: a new one"
    parser.add_argument("file", metavar="FILE.toml", nargs="?", type=Path, help=help)


def run(args: argparse.Namespace) -> int:
    """Open the app at the bench."""
    from tutor.ui.run import run as run_app
    from tutor.ui.start import at_bench

    return run_app(at_bench(args.file))
