"""``dltutor clinic [CASE]``: sick runs, to be looked at, named and cured."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The case."""
    parser.add_argument(
        "case", metavar="CASE", nargs="?", default="", help="a case's id, number, or the beginning of its id"
    )


def run(args: argparse.Namespace) -> int:
    """Open the app at the clinic."""
    from tutor.ui.run import run as run_app
    from tutor.ui.start import at_clinic

    return run_app(at_clinic(args.case))
