"""``dltutor lesson ID``: the app, opened at one lesson."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The lesson."""
    parser.add_argument("id", metavar="ID", help="the lesson's id, its number, or the beginning of its id")


def run(args: argparse.Namespace) -> int:
    """Open the app at the lesson."""
    from tutor.ui.app import run as run_app

    return run_app(lesson=args.id)
