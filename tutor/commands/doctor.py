"""``dltutor doctor``: what was found on this machine, in plain lines that can be pasted into a mail."""

from __future__ import annotations

import argparse
import json
import locale
import os
import platform
import shutil
import sys
from collections.abc import Callable
from importlib import metadata

from tutor import __version__, limits, machine, paths
from tutor.console import say
from tutor.errors import EngineError, TutorError
from tutor.ui.terminal import LEAST_COLUMNS, LEAST_ROWS

Findings = dict[str, str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    report: dict[str, Findings] = {}
    problems: list[str] = []
    for name, examine in _EXAMINATIONS.items():
        try:
            report[name] = examine()
        except TutorError as error:
            report[name] = {"problem": error.message, "hint": error.hint}
        problem = report[name].get("problem")
        if problem:
            problems.append(problem)
    if args.json:
        print(json.dumps(report, indent=2))
    else:
        _print(report, problems)
    return 1 if problems else 0


def _print(report: dict[str, Findings], problems: list[str]) -> None:
    for name, findings in report.items():
        print(name)
        for key, value in findings.items():
            say(f"  {key:<13} {value}")
    print()
    say("Everything is in order." if not problems else f"{len(problems)} to mend: " + "; ".join(problems))


def _program() -> Findings:
    packages = ("textual", "plotext", "numpy", "numba", "msgspec")
    return {
        "dltutor": __version__,
        "python": f"{platform.python_version()} ({sys.executable})",
        "packages": ", ".join(f"{name} {metadata.version(name)}" for name in packages),
    }


def _terminal() -> Findings:
    columns, rows = shutil.get_terminal_size()
    term = os.environ.get("TERM", "")
    findings = {
        "TERM": term or "not set",
        "size": f"{columns}x{rows} (at least {LEAST_COLUMNS}x{LEAST_ROWS}; 80x24 is comfortable)",
        "encoding": locale.getpreferredencoding(False),
        "colours": _colours(term),
        "interactive": "yes" if sys.stdout.isatty() else "no (the app needs a terminal; the rest does not)",
    }
    if sys.stdout.isatty() and (columns < LEAST_COLUMNS or rows < LEAST_ROWS):
        findings["problem"] = f"the terminal is {columns}x{rows}, smaller than {LEAST_COLUMNS}x{LEAST_ROWS}"
    return findings


def _colours(term: str) -> str:
    if "NO_COLOR" in os.environ:
        return "off (NO_COLOR is set)"
    if os.environ.get("COLORTERM") in {"truecolor", "24bit"}:
        return "16 million"
    return "256" if "256" in term else "none" if term in {"", "dumb"} else "16"


def _processor() -> Findings:
    from tutor.engine.threads import threads

    share, most, memory = machine.share(), limits.max_threads(), limits.max_memory()
    left = machine.memory()
    return {
        "machine": f"{platform.machine()}, {platform.system()} {platform.release()}",
        "cores": f"{share.cores} to be used of {os.cpu_count()}, by {share.why}",
        **share.found,
        "threads": f"{threads()} for a large network, one for a small one",
        "memory": f"{limits.in_words(left.left)} left {left.why}"
        if left.why
        else "how much is left is not known",
        "--max-threads": "not set" if most is None else str(most),
        "--max-memory": "not set" if memory is None else limits.in_words(memory),
        "priority": f"nice {machine.NICE}: others go first" if share.shared else "as it was started",
    }


def _gpu() -> Findings:
    from tutor.engine import gpu

    if gpu.simulated():
        return {"found": "numba's simulator (NUMBA_ENABLE_CUDASIM is set)"}
    try:
        found = gpu.find()
    except EngineError as error:
        return {"found": f"none: {error.message}; training takes the CPU"}
    return {"found": found.name, "driver": f"CUDA {found.driver}", "compiler": _cuda_compiler()}


def _cuda_compiler() -> str:
    try:
        return f"numba-cuda {metadata.version('numba-cuda')}"
    except metadata.PackageNotFoundError:
        return "numba's own, which needs a CUDA toolkit; the extras cuda12 and cuda13 bring one"


def _kernels() -> Findings:
    from tutor.engine import cache

    return cache.describe()


def _progress() -> Findings:
    from tutor.progress.backups import backups_of
    from tutor.progress.store import Store

    store = Store.open()
    findings = {"database": "in memory only" if store.in_memory else str(paths.database())}
    if store.path is not None:
        kept = backups_of(store.path, store.now().date())
        findings["backups"] = f"{len(kept)}, the newest {kept[0]}" if kept else "none yet"
    if store.problem:
        findings["problem"] = store.problem
    store.close()
    return findings


def _lessons() -> Findings:
    from tutor.content.catalog import Catalog

    catalog = Catalog.open()
    return {
        "packs": ", ".join(map(str, paths.lesson_packs())),
        "lessons": ", ".join(lesson.id for lesson in catalog.lessons),
    }


_EXAMINATIONS: dict[str, Callable[[], Findings]] = {
    "program": _program,
    "terminal": _terminal,
    "processor": _processor,
    "gpu": _gpu,
    "kernels": _kernels,
    "progress": _progress,
    "lessons": _lessons,
}
