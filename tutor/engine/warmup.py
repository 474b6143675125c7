"""Compiling or loading every kernel before the learner waits for one."""

from __future__ import annotations

import contextlib
import gc
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue

from tutor.engine import cache, checks
from tutor.engine.architecture import parse_layers
from tutor.engine.kernels.cpu import ahead
from tutor.engine.network import DTYPES, Sequential
from tutor.engine.threads import usable_cores

_MOST_HELPERS = 4
"""Each takes some 300 MB; with more the longest kernel decides."""


def warm_up(progress: Callable[[str], None] | None = None, dtypes: Sequence[str] = ("float32",)) -> float:
    """Use every kernel once for each number type; returns the seconds it took.

    ``progress`` is called with a line of text before each type. From the cache this takes a fraction of a
    second, else some seconds each. Where nothing is in the cache and there is a second core, other processes
    fill it.
    """
    checks.function("progress", progress)
    dtypes = [
        checks.choice("number type", dtype, DTYPES)
        for dtype in checks.listed("dtypes", dtypes, 'write it like ["float32"]')
    ]
    start = time.perf_counter()
    empty = _is_empty()
    cold = empty and cache.enabled()
    for dtype in dtypes:
        if progress is not None:
            progress(_announcement(dtype, empty))
        if cold:
            _compile_elsewhere(dtype)
        with _no_garbage_collection():
            _use_all(dtype)
    return time.perf_counter() - start


def _use_all(dtype: str) -> None:
    model = Sequential(parse_layers("dense 1"), (1,), dtype=dtype)
    model.compile("sgd", "mean_squared_error")
    trainer = model.trainer([0.0], [0.0])
    trainer.run(1)
    trainer.health()
    model.gradients([0.0], [0.0])


def _compile_elsewhere(dtype: str) -> None:
    """Have a process for each core fill the cache; what they cannot do is done here afterwards."""
    count = min(usable_cores(), _MOST_HELPERS)
    if count < 2:
        return
    names: SimpleQueue[str] = SimpleQueue()
    for name in ahead.names(dtype):
        names.put(name)
    feeders = [threading.Thread(target=_feed, args=(dtype, names), daemon=True) for _ in range(count)]
    for feeder in feeders:
        feeder.start()
    for feeder in feeders:
        feeder.join()


def _feed(dtype: str, names: SimpleQueue[str]) -> None:
    """Start a helper and tell it one name after the other, until none is left or it is gone."""
    code = (
        "from tutor import limits; limits.leave_out_scipy(); "
        f"from tutor.engine.warmup import help_out; help_out({dtype!r})"
    )
    with (
        contextlib.suppress(OSError, Empty),  # no more processes, or one that has been killed; no more names
        subprocess.Popen(
            [sys.executable, "-P", "-c", code],
            bufsize=0,  # nothing is left for when the input of a helper that is gone is closed
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        ) as helper,
    ):
        assert helper.stdin is not None
        assert helper.stdout is not None
        while True:
            helper.stdin.write(names.get_nowait().encode() + b"\n")
            if not helper.stdout.readline():
                return


def help_out(dtype: str) -> None:
    """The other process: compile what is named, and end at once when the first one is gone."""
    names: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_read, args=(names,), daemon=True).start()
    with _no_garbage_collection():
        while True:
            ahead.compile_alone(names.get(), dtype)
            os.write(sys.stdout.fileno(), b"\n")


def _read(names: SimpleQueue[str]) -> None:
    for line in sys.stdin:
        names.put(line.strip())
    os._exit(0)


@contextlib.contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Compiling makes millions of small objects and hardly any garbage: looking for it costs a tenth."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _is_empty() -> bool:
    return cache.describe()["entries"] == "0"


def _announcement(dtype: str, empty: bool) -> str:
    if empty:
        return f"compiling the training kernels for {dtype} (about half a minute, only this once)"
    return f"preparing the training kernels for {dtype}"
