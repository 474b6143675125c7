"""Kiosk mode: dltutor as the only program of an account, as under ``ForceCommand`` of an SSH server.

:func:`enter` leaves nothing of the environment but what cannot redirect the program, and starts the
interpreter once more with that alone. :func:`confined` keeps every path that a learner types, or that a
lesson names, inside the data directory. What the model is, and what it does not promise, stands in
SECURITY.md.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tutor import paths
from tutor.errors import InputError

VARIABLE = "DLTUTOR_KIOSK"
FLAG = "--kiosk"

_KEPT = {
    "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TERM", "COLORTERM", "NO_COLOR",
    "SLURM_JOB_ID", "SLURM_CPUS_PER_TASK", "DLTUTOR_SLOW", "DLTUTOR_THREADS", "DLTUTOR_MAX_THREADS",
    "DLTUTOR_MAX_MEMORY",
}  # fmt: skip
"""Variables that survive, with every LC_*. Of paths it is the home directory alone."""
_PLAIN = re.compile(r"[\w.@:+-]{0,64}", re.ASCII)
"""What a variable may hold (HOME apart): a locale with a slash in it would be a path."""
_LIMITS = ("--max-memory", "--max-threads")
"""Options that stay beside ``--slow``, with what they say; whoever writes ``ForceCommand`` may set them."""


def enabled() -> bool:
    """Whether this process runs in kiosk mode; true for the training process of such an app, too."""
    return os.environ.get(VARIABLE, "0") not in ("", "0")


def elsewhere(text: str) -> str:
    """``text``, which names what can be done outside of the app; "" in kiosk mode, where nothing can."""
    return "" if enabled() else text


def asked_for(arguments: Sequence[str]) -> bool:
    """Whether the command line or the environment asks for kiosk mode."""
    return FLAG in arguments or enabled()


def enter(arguments: Sequence[str]) -> list[str]:
    """Make this process a kiosk; returns what is left of the command line: no command, no file.

    Unless the interpreter was started with ``-I`` it is started anew so, without ``PYTHON*`` and ``LD_*``.
    """
    left = [FLAG, *_options(arguments)]
    kept = environment(os.environ)
    if not sys.flags.isolated and sys.executable:
        os.execve(sys.executable, [sys.executable, "-I", "-B", "-m", "tutor", *left], kept)
    os.environ.clear()
    os.environ.update(kept)
    for number in (signal.SIGTSTP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)  # until the app reads the keyboard raw, these are keys
    sys.dont_write_bytecode = True
    os.umask(0o077)
    os.chdir("/")  # numba reads a configuration file in the working directory
    _without_core_files()
    return left


def _options(arguments: Sequence[str]) -> Iterator[str]:
    """The options that stay, each as one word, whether it was written as ``--name=value`` or as two."""
    words = iter(arguments)
    for word in words:
        name, equals, value = word.partition("=")
        if word == "--slow":
            yield word
        elif name in _LIMITS:
            yield f"{name}={value if equals else next(words, '')}"


def environment(before: Mapping[str, str]) -> dict[str, str]:
    """What is left of the environment ``before``, with a fixed PATH and the sign of kiosk mode."""
    kept = {
        name: value
        for name, value in before.items()
        if name == "HOME" or ((name in _KEPT or name.startswith("LC_")) and _PLAIN.fullmatch(value))
    }
    return kept | {"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1", VARIABLE: "1"}


def confined(name: str | Path) -> Path:
    """The path ``name``, ``~`` expanded; in kiosk mode one in the data directory, or :class:`InputError`.

    There a name without a folder stands for a file in the data directory, and links are followed before
    it is asked whether they lead out.
    """
    try:
        if not enabled():
            return Path(name).expanduser()
        home = paths.data_dir().resolve()
        path = (home / Path(name).expanduser()).resolve()
    except RuntimeError:  # a "~nobody" without a home, or links in a circle
        raise InputError(f"{name} leads nowhere", "give a name without ~") from None
    except ValueError:  # a name with NUL in it
        raise InputError("a file's name has no such signs", "give a plain name") from None
    if not path.is_relative_to(home):
        raise InputError(f"{name} lies outside of {home}", "give a name without a folder, as in my.toml")
    return path


def _without_core_files() -> None:
    try:
        import resource
    except ModuleNotFoundError:  # Windows, which has none
        return
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
