"""``dltutor``: the app, where the learner left off."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing to say."""


def run(args: argparse.Namespace) -> int:
    """Open the app."""
    from tutor.ui.run import run as run_app

    return run_app()
