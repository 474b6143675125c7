"""A GPU that is absent, lost in the middle or out of memory: the lab's run goes on to the CPU.

The GPU is numba's simulator in a process of its own; what fails is the driver's boundary: the launch of a
kernel raises what numba-cuda raises.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.faults.table import Injected, stopwatch

PROGRAM = """
import sys
from msgspec.structs import replace
from tests.engine.cuda.test_failures import CudaAPIError
from tests.worker.experiments import load
from tutor import lab
from tutor.engine.kernels.cuda import launches, memory
from tutor.worker.host import Host
from tutor.worker.keeper import Keeper
from tutor.worker.protocol import Failed, Pull, Reported, Start

code, launches_left = map(int, sys.argv[1:])
launch = memory.launch

def failing(*arguments):
    global launches_left
    launches_left -= 1
    if launches_left < 0:
        raise CudaAPIError(code, "Call to cuLaunchKernel results in CUDA_ERROR_SOMETHING")
    launch(*arguments)

launches.launch = failing
said = []

def run(one):
    return lab.Run(one.experiment, one.lesson, one.knobs, one.seed, one.backend)

host = Host(said.append, run, None, Keeper(None))
asked = load(epochs=40)
model = replace(asked.experiment.model, layers="dense 2 tanh, dense 1 sigmoid")
training = replace(asked.experiment.training, backend="cuda")
changed = replace(asked.experiment, model=model, training=training, knobs=[])
host.handle(replace(asked, experiment=changed))
for _ in range(2):
    host.handle(Start(paced=False))
    while host.training:
        host.advance()
host.handle(Pull())
failures = [one for one in said if isinstance(one, Failed)]
report = said[-1].report
print(len(failures), report.backend, report.state, int(report.quantities["steps"]))
print(failures[0].message, "|", failures[0].hint)
"""
LABS = ("backprop", "mlp")
LOST = (719, 700, 702, 999, 2)


def failing(number: int, folder: Path) -> float:
    """The GPU fails at some launch of a training run; the run is then trained on the CPU."""
    code = LOST[number % len(LOST)]
    taken = stopwatch()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(code), str(number % 4)],
        capture_output=True,
        text=True,
        env=os.environ | {"NUMBA_ENABLE_CUDASIM": "1"},
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-600:]
    figures, sentence = done.stdout.splitlines()
    assert figures == "1 cpu finished 40", done.stdout
    assert ("too little free memory" if code == 2 else "stopped answering") in sentence, sentence
    assert sentence.endswith(("the run begins again on the CPU: space starts it", "training takes the CPU"))
    return taken()


def absent(number: int, folder: Path) -> float:
    """A GPU is asked for where there is none: refused in two lines; left to choose, the run takes the CPU."""
    command = [sys.executable, "-m", "tutor", "lab", LABS[number % len(LABS)], "--steps", "20", "--json"]
    environment = os.environ | {"DLTUTOR_DATA_DIR": str(folder)}
    taken = stopwatch()
    refused, chosen = (
        subprocess.run(
            [*command, "--backend", backend],
            capture_output=True, text=True, env=environment, check=False, timeout=240,
        )
        for backend in ("cuda", "auto")
    )  # fmt: skip
    assert (refused.returncode, refused.stdout) == (2, ""), refused
    assert refused.stderr == "error: there is no CUDA driver on this machine\nhint: take the backend cpu\n", (
        refused
    )
    assert chosen.returncode in (0, 1) and json.loads(chosen.stdout)["backend"] == "cpu", chosen
    return taken()


def driver() -> str:
    """Why a GPU cannot be missing here; "" where it is."""
    return "there is a CUDA driver" if Path("/dev/nvidiactl").exists() else ""


FAULTS = (
    Injected(
        "GPU asked for where there is no driver",
        "said in one line; left to choose, the run takes the CPU",
        count=20,
        short=1,
        attempt=absent,
        unable=driver,
    ),
    Injected(
        "GPU lost or out of memory while training (simulator)",
        "said; the run begins again on the CPU",
        count=20,
        short=1,
        attempt=failing,
    ),
)
