"""The command line: which command, its options, and errors as one clear line.

Each command lives in a module of ``tutor.commands`` with ``add_arguments(parser)`` and ``run(args)``;
only the chosen one is imported, so that the app opens quickly.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from tutor import __version__
from tutor.errors import TutorError

COMMANDS: dict[str, str] = {
    "lesson": "open one lesson in the app",
    "lab": "run a lesson's experiment without the app",
    "fit": "train a network on your own CSV file",
    "quiz": "be quizzed on the lessons you have read",
    "progress": "show what you have done and scored; reset a lesson",
    "check": "check a lesson pack and name each fault by file, key and line",
    "doctor": "say what was found: terminal, CPU, kernel cache, database",
    "warmup": "compile the training kernels ahead of time",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``dltutor``; returns the exit status: 0 done, 1 the work failed, 2 bad usage or bad input."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        args = _parser(arguments).parse_args(arguments)
        return _run(args)
    except TutorError as error:
        _complain(error.message, error.hint)
        return error.exit_status
    except KeyboardInterrupt:
        _complain("interrupted", "what was finished before is saved")
        return 130
    except BrokenPipeError:
        # The reader of our output (a pager, head) has gone: nothing is left to say to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(args: argparse.Namespace) -> int:
    name = args.command or "open"
    module = importlib.import_module(f"tutor.commands.{name}")
    status: int = module.run(args)
    return status


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="dltutor",
        description="A tutor for deep learning in the terminal. Without a command it opens where you were.",
        epilog="Each command has its own help: dltutor lab --help",
    )
    parser.add_argument("--version", action="version", version=f"dltutor {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    chosen = next((word for word in arguments if not word.startswith("-")), None)
    for name, summary in COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        if name == chosen:
            importlib.import_module(f"tutor.commands.{name}").add_arguments(sub)
    return parser


class _Parser(argparse.ArgumentParser):
    """argparse, with the two lines that every error of the program has."""

    def error(self, message: str) -> None:  # type: ignore[override]
        _complain(
            message.replace("argument COMMAND: invalid choice", "unknown command"), f"see {self.prog} --help"
        )
        self.exit(2)


def _complain(message: str, hint: str) -> None:
    print(f"error: {message}", file=sys.stderr)  # noqa: T201
    if hint:
        print(f"hint: {hint}", file=sys.stderr)  # noqa: T201
