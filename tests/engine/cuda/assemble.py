"""Compile every kernel to PTX and assemble it: `python -m tests.engine.cuda.assemble`. It needs no GPU.

What it needs is numba-cuda with its compiler (the extra cuda12 or cuda13), and on the PATH a `ptxas` no
older than that. For each kernel and number type a line tells registers, spilled bytes and the stack; it ends
with status 1 if a kernel spills or takes so many registers that its block of threads could not start.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numba
import numpy as np
from numba import cuda
from numba.cuda import dispatcher

from tutor.engine import Dense, Sequential
from tutor.engine.kernels import description as d
from tutor.engine.kernels.cpu.dropout import Mode
from tutor.engine.kernels.cuda import sizes, train, wide
from tutor.engine.kernels.cuda.jit import Workspace
from tutor.engine.kernels.cuda.memory import alone

REGISTERS = 65536
"""Of a multiprocessor, which is the most a block can have."""


def kernels(dtype: str) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """Each kernel that Python launches, with arguments of the types that it is launched with."""
    model = Sequential([Dense(1)], (1,), dtype=dtype)
    model.compile()
    network, run, counters = model.network, model.run, np.zeros(d.COUNTERS, np.int64)
    assert run is not None
    host = model.plan.workspace(1, dtype)
    workspace = Workspace(1, *host[1:], host.values)
    examples = model.data([[0.0]], [0.0]).examples
    answer, mode, flags = np.zeros(1), Mode(True, 0, 0, 0), np.zeros(train.FLAGS, np.int64)
    order = np.zeros((1, 1), np.int64)
    one = alone(network), alone(workspace), examples._replace(order=order)
    yield train.train_steps, (*one, alone(run), order, 1)
    yield train.batch_gradients, (*one, 0, True, answer)
    yield train.evaluate, (*one, 0, True, np.zeros((1, 1), dtype), answer)
    here = network, workspace, examples, counters
    yield train.measure, (*here, 0, 0, 1, 1, True, answer)
    yield train.judge, (network, run, flags, answer, 0)
    yield wide.order_epoch, (examples.order, counters, 0, 0)
    yield wide.gather, (*here, 0, 1)
    flat = host.values, host.values, network.operations, counters, counters
    yield wide.forward, (*flat, 0, 0, 1, mode)
    yield wide.backward, (*flat, 0, 0, 1, mode)
    yield wide.copy_outputs, (network, workspace, host.values, 0, 1)
    yield wide.penalize, (network, counters)
    yield wide.inspect, (network, run, flags, True)
    yield wide.move, (network, run, flags, 0)
    yield wide.settle, (run, flags, answer, 1, 1)


def assembled(entry: Any, args: tuple[Any, ...], capability: tuple[int, int]) -> tuple[int, int, int]:
    """Registers a thread, bytes spilled and bytes of stack, as ptxas tells them."""
    signature = tuple(numba.typeof(arg) for arg in args)
    text, _ = cuda.compile_ptx(entry.py_func, signature, cc=capability)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "kernel.ptx")
        source.write_text(text)
        command = ["ptxas", "-v", f"-arch=sm_{capability[0]}{capability[1]}", str(source), "-o", "/dev/null"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    spilled = sum(map(int, re.findall(r"(\d+) bytes spill", told)))
    stack = max(map(int, re.findall(r"(\d+) bytes stack frame", told)))
    return max(map(int, re.findall(r"Used (\d+) registers", told))), spilled, stack


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description="compile every kernel and count its registers")
    parser.add_argument("--cc", default="9.0", help="compute capability (default: 9.0)")
    parser.add_argument("--only", nargs="+", help="names of kernels (default: all)")
    wanted = parser.parse_args()
    major, minor = map(int, wanted.cc.split("."))
    # The functions that kernels call are compiled for the GPU that is there; here it is made up.
    dispatcher.get_current_device = lambda: SimpleNamespace(compute_capability=(major, minor))
    bad = 0
    for dtype in ("float32", "float64"):
        for entry, args in kernels(dtype):
            if wanted.only and entry.py_func.__name__ not in wanted.only:
                continue
            registers, spilled, stack = assembled(entry, args, (major, minor))
            bad += spilled > 0 or registers * sizes.BLOCK_THREADS > REGISTERS
            where = f"{dtype} {entry.py_func.__name__}"
            print(f"{where:<24} {registers:4} registers {spilled:4} spilled {stack:4} stack", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
