"""The command line: which command, its options, and errors as one clear line.

Each command lives in a module of ``tutor.commands`` with ``add_arguments(parser)`` and ``run(args)``;
only the chosen one is imported, so that the app opens quickly.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import os
import sys
from collections.abc import Sequence
from typing import TextIO

from tutor import __version__
from tutor.errors import TutorError
from tutor.text import clean_line

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
    _open_streams()
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        try:
            return _run(_parser(arguments).parse_args(arguments))
        finally:
            sys.stdout.flush()  # an output that takes no more is told here, not by the interpreter at its end
    except TutorError as error:
        _complain(error.message, error.hint)
        return error.exit_status
    except KeyboardInterrupt:
        _complain("interrupted", "what was finished before is saved")
        return 130
    except BrokenPipeError:
        _let_go(sys.stdout)  # the reader of our output (a pager, head) has gone: nothing is left to say to it
        return 1
    except OSError as error:
        _let_go(sys.stdout)
        where = f" ({error.filename})" if error.filename else ""
        _complain(
            f"reading or writing failed: {(error.strerror or str(error)).lower()}{where}",
            "dltutor doctor says what can be used",
        )
        return 1
    except Exception as error:  # noqa: BLE001  (a traceback is for us, not for learners)
        from tutor.crash import crash_error

        broken = crash_error(error)
        _complain(broken.message, broken.hint)
        return broken.exit_status


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
    try:
        print(f"error: {clean_line(message)}", file=sys.stderr)  # noqa: T201
        if hint:
            print(f"hint: {clean_line(hint)}", file=sys.stderr)  # noqa: T201
    except OSError:
        _let_go(sys.stderr)


def _open_streams() -> None:
    """See that there is an input, an output and a place for errors, whatever the program was started with.

    A file opened later would take the number of a closed stream, and get what is printed to it. Bytes that
    are no text, and letters that the output cannot show, become question marks, not errors.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free, which is this one
            setattr(sys, name, os.fdopen(number, mode, closefd=False))
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _let_go(stream: TextIO) -> None:
    """Give up what ``stream`` did not take: the interpreter would try once more at its end, and complain."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
