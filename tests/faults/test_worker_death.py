"""Kill the app, kill the training process: nothing is left behind, and the other one goes on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.worker.experiments import load
from tests.worker.talk import pull, steps, wait_for, wait_for_event
from tutor.worker.client import WorkerClient
from tutor.worker.protocol import Ready, Start

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")

APP = """
import sys, threading, time
from tests.worker.talk import pull, steps, wait_for, wait_for_event
from tests.worker.experiments import load
from tutor.worker.client import WorkerClient
from tutor.worker.protocol import Ready, Start

client = WorkerClient()

def train():
    client.start()
    if {wait}:
        wait_for_event(client, Ready)
        client.send(load())
        client.send(Start())
        wait_for(lambda: steps(pull(client)) > 0)
    print(client.pid, flush=True)
    time.sleep(600)

if {thread}:
    threading.Thread(target=train).start()
else:
    train()
"""


def is_running(pid: int) -> bool:
    """Whether the process does anything; a zombie that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def kill_app(
    number: int, *, wait: bool, thread: bool = False, delay: float = 0.0, env: dict[str, str] | None = None
) -> float:
    """Start an app with a training process, kill the app; returns how long the process outlived it."""
    script = APP.format(wait=wait, thread=thread)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=env) as app:
        child = int(app.stdout.readline())
        time.sleep(delay)
        assert is_running(child)
        app.send_signal(number)
        app.wait()
    return wait_for(lambda: not is_running(child), 2)


@pytest.mark.parametrize("repetition", range(3))
def test_a_killed_app_leaves_no_training_behind(repetition):
    kill_app(signal.SIGKILL, wait=True)


@pytest.mark.parametrize("delay", [0.0, 0.02, 0.3])
def test_nor_if_it_is_killed_while_the_process_starts(delay):
    kill_app(signal.SIGKILL, wait=False, delay=delay)


def test_nor_if_it_was_started_from_a_thread():
    """Then the kernel is not asked to help, and the end of the socket's stream must do."""
    kill_app(signal.SIGKILL, wait=True, thread=True)


def test_nor_if_it_is_compiling_just_then(tmp_path):
    """Started from a thread, so that only the socket tells; the reader must get its turn while LLVM works."""
    cold = {**os.environ, "DLTUTOR_CACHE_DIR": str(tmp_path)}
    kill_app(signal.SIGKILL, wait=False, thread=True, delay=1.5, env=cold)


def test_nor_if_it_died_before_the_process_had_begun():
    script = (
        f"from tutor.worker.service import tie_to_parent; tie_to_parent({os.getpid() + 1}); print('alive')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=20, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_nor_if_it_is_told_to_end(number):
    kill_app(number, wait=True)


@pytest.mark.slow
@pytest.mark.parametrize("repetition", range(100))
def test_a_hundred_killed_apps_leave_no_training_behind(repetition):
    kill_app(signal.SIGKILL, wait=repetition % 2 == 0, delay=repetition / 200)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
def test_a_killed_training_process_is_reported_and_can_be_started_again(number):
    with WorkerClient() as client:
        wait_for_event(client, Ready)
        client.send(load())
        client.send(Start())
        wait_for(lambda: steps(pull(client)) > 0)
        os.kill(client.pid, number)
        wait_for(lambda: not client.alive, 2)
        assert f"(signal {int(number)}, {number.name})" in client.exit_reason
        client.send(Start())  # into the void
        client.restart()
        assert client.exit_reason == ""
        wait_for_event(client, Ready)
        client.send(load())
        assert steps(pull(client)) == 0
