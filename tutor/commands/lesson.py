"""``dltutor lesson ID``: the app, opened at one lesson."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The lesson."""
    parser.add_argument("id", metavar="ID", help="the lesson's id, its number, or the beginning of its id")


def run(args: argparse.Namespace) -> int:
    """Open the app at the lesson."""
    from tutor.ui.run import run as run_app
    from tutor.ui.start import at_lesson

    return run_app(at_lesson(args.id))
