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

from tutor.engine import cache
from tutor.engine.architecture import parse_layers
from tutor.engine.kernels.cpu import ahead
from tutor.engine.network import Sequential
from tutor.engine.threads import usable_cores


def warm_up(progress: Callable[[str], None] | None = None, dtypes: Sequence[str] = ("float32",)) -> float:
    """Use every kernel once for each number type; returns the seconds it took.

    ``progress`` is called with a line of text before each type. From the cache this takes a fraction of a
    second, else some seconds each. Where nothing is in the cache and there is a second core, a second process
    compiles half of it.
    """
    start = time.perf_counter()
    empty = _is_empty()
    cold = empty and cache.enabled()
    for dtype in dtypes:
        if progress is not None:
            progress(_announcement(dtype, empty))
        with _no_garbage_collection(), _compiled_elsewhere(dtype) if cold else contextlib.nullcontext():
            _train(dtype)
        with _no_garbage_collection():
            _differentiate(dtype)
    return time.perf_counter() - start


def _train(dtype: str) -> None:
    """Use the kernels that ``_differentiate`` does not."""
    model = _smallest(dtype)
    trainer = model.trainer([0.0], [0.0])
    trainer.run(1)
    trainer.health()
    model.evaluate([0.0], [0.0])


def _differentiate(dtype: str) -> None:
    """Use the kernel that trains in shards, which gives gradients, too."""
    _smallest(dtype).gradients([0.0], [0.0])


def _smallest(dtype: str) -> Sequential:
    model = Sequential(parse_layers("dense 1"), (1,), dtype=dtype)
    model.compile("sgd", "mean_squared_error")
    return model


@contextlib.contextmanager
def _compiled_elsewhere(dtype: str) -> Iterator[None]:
    """Another process puts its half into the cache meanwhile; what it cannot do is done here afterwards.

    First each compiles some of the parts that they both need. With those of the other it goes on.
    """
    if usable_cores() < 2:
        yield
        return
    code = (
        "from tutor import limits; limits.leave_out_scipy(); "
        f"from tutor.engine.warmup import help_out; help_out({dtype!r})"
    )
    try:
        helper = subprocess.Popen(
            [sys.executable, "-P", "-c", code],
            bufsize=0,  # nothing is left for when the input of a helper that is gone is closed
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
    except OSError:  # no more processes: this one does it all
        yield
        return
    with helper:
        try:
            ahead.compile_products(dtype)
            _meet(helper)
            yield
            helper.wait()
        finally:
            helper.kill()  # if this process failed


def _meet(helper: subprocess.Popen[bytes]) -> None:
    """Tell the helper that the parts of this process stand, and wait for its own; or until it is gone."""
    assert helper.stdin is not None
    assert helper.stdout is not None
    with contextlib.suppress(OSError):
        helper.stdin.write(b"\n")
        helper.stdout.readline()
    helper.stdout.close()


def help_out(dtype: str) -> None:
    """The other process: compile, and end at once when the first one is gone."""
    met = threading.Event()
    threading.Thread(target=_end_with_input, args=(met,), daemon=True).start()
    with _no_garbage_collection():
        ahead.compile_others(dtype)
        os.write(sys.stdout.fileno(), b"\n")
        met.wait()
        _differentiate(dtype)


def _end_with_input(met: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 1):
        met.set()
    os._exit(1)


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
