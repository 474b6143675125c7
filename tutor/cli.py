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

from tutor import __version__, kiosk, limits
from tutor.console import complain, interruptible, let_go, open_streams
from tutor.errors import TutorError

COMMANDS: dict[str, str] = {
    "lesson": "open one lesson in the app",
    "lab": "run a lesson's experiment without the app",
    "fit": "train a network on your own CSV file",
    "export": "write an experiment as a script for Keras or PyTorch",
    "bench": "set up your own experiment: any data, any network, any training",
    "quiz": "be quizzed on the lessons you have read",
    "exam": "be examined against the clock, with a report at the end",
    "gift": "turn Moodle's GIFT files into quizzes, and quizzes into GIFT",
    "review": "be asked what is due: questions come back before they are forgotten",
    "notes": "print what you wrote down in the lessons, as Markdown",
    "clinic": "find out what ails runs that train badly, and cure them",
    "progress": "show what you have done and scored; carry it elsewhere; reset a lesson",
    "check": "check a lesson pack and name each fault by file, key and line",
    "doctor": "say what was found: terminal, CPU, kernel cache, database",
    "warmup": "compile the training kernels ahead of time",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``dltutor``; returns the exit status: 0 done, 1 the work failed, 2 bad usage or bad input."""
    open_streams()
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        try:
            if kiosk.asked_for(arguments):
                arguments = kiosk.enter(arguments)
            os.environ.update(limits.ALONE)  # before a command imports numpy
            if argv is None:
                limits.leave_out_scipy()
            with interruptible():
                return _run(_parser(arguments).parse_args(arguments))
        finally:
            sys.stdout.flush()  # an output that takes no more is told here, not by the interpreter at its end
    except TutorError as error:
        complain(error.message, error.hint)
        return error.exit_status
    except KeyboardInterrupt:
        complain("interrupted", "what was finished before is saved")
        return 130
    except BrokenPipeError:
        let_go(sys.stdout)  # the reader of our output (a pager, head) has gone: nothing is left to say to it
        return 1
    except OSError as error:
        let_go(sys.stdout)
        where = f" ({error.filename})" if error.filename else ""
        complain(
            f"reading or writing failed: {(error.strerror or str(error)).lower()}{where}",
            "dltutor doctor says what can be used",
        )
        return 1
    except Exception as error:  # noqa: BLE001  (a traceback is for us, not for learners)
        from tutor.crash import crash_error

        broken = crash_error(error)
        complain(broken.message, broken.hint)
        return broken.exit_status


def _run(args: argparse.Namespace) -> int:
    name = args.command or "open"
    if args.slow:
        os.environ["DLTUTOR_SLOW"] = "1"
    limits.take(args)
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
    parser.add_argument(
        "--slow", action="store_true", help="fewer pictures a second, for a slow line (also DLTUTOR_SLOW=1)"
    )
    limits.add_arguments(parser)
    parser.add_argument(
        kiosk.FLAG,
        action="store_true",
        help="be the only program of an account (ForceCommand of sshd; also DLTUTOR_KIOSK=1): opens the app, "
        "ignores commands and the environment, keeps to the data directory",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    chosen = next((word for word in arguments if word in COMMANDS), None)
    for name, summary in COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        if name == chosen:
            importlib.import_module(f"tutor.commands.{name}").add_arguments(sub)
    return parser


class _Parser(argparse.ArgumentParser):
    """argparse, with the two lines that every error of the program has."""

    def error(self, message: str) -> None:  # type: ignore[override]
        complain(
            message.replace("argument COMMAND: invalid choice", "unknown command"), f"see {self.prog} --help"
        )
        self.exit(2)
