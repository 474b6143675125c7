"""The client's promises: it never blocks, keeps nothing for ever, and leaves the terminal alone."""

import os
import pty
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from tests.worker.experiments import load
from tests.worker.talk import pull, steps, wait_for, wait_for_event
from tutor.worker.client import WorkerClient
from tutor.worker.protocol import Busy, Pull, Ready, Reported, Start


def test_a_process_that_stands_still_never_blocks_the_app(client):
    client.send(load())
    pull(client)
    os.kill(client.pid, signal.SIGSTOP)

    def ask() -> None:
        for _ in range(20_000):  # far more than a pipe holds
            client.send(Pull())
            client.send(Start())
            client.poll()

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(60)
    assert not asking.is_alive()
    client.close()


def test_a_flood_of_requests_does_not_pile_up(client):
    client.send(load())
    client.send(Start())
    for _ in range(10_000):
        client.send(Pull())
    time.sleep(0.5)
    waiting = client.poll()
    assert sum(isinstance(event, Reported) for event in waiting) == 1 and len(waiting) <= 3
    assert client.alive and steps(pull(client)) > 0


def test_bytes_that_are_no_command_end_the_process_with_a_reason(client):
    client._process._channel.send(b"\xc1 not msgpack")
    wait_for(lambda: not client.alive, 5)
    assert "something that is no command" in client.exit_reason
    assert "\n" not in client.exit_reason


def test_a_length_that_makes_no_sense_ends_the_process_with_a_reason(client):
    client._process._channel._socket.sendall(b"\xff\xff\xff\xff garbage")
    wait_for(lambda: not client.alive, 5)
    assert "something that is no command" in client.exit_reason


def test_a_python_that_is_not_there_is_a_sentence_not_a_crash(tmp_path):
    client = WorkerClient(python=str(tmp_path / "python"))
    client.start()
    assert not client.alive
    assert client.exit_reason == "the training process could not be started (No such file or directory)"
    client.send(Start())
    assert client.poll() == []
    client.close()
    assert client.exit_reason == ""


def test_a_python_that_fails_is_quoted_by_its_last_line(tmp_path):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nprintf 'first\\nImportError: \\033[31mno numba\\n' >&2\nexit 3\n")
    python.chmod(0o755)
    log = tmp_path / "worker.log"
    with WorkerClient(python=str(python), log=log) as client:
        wait_for(lambda: not client.alive, 5)
        assert client.exit_reason == "the training process stopped unexpectedly: ImportError: [31mno numba"
    assert log.read_bytes().startswith(b"first\n")


def test_closing_twice_is_fine_and_leaves_no_zombie():
    client = WorkerClient()
    client.start()
    pid = client.pid
    client.close()
    client.close()
    assert not Path(f"/proc/{pid}").exists() and not client.alive and client.pid is None
    assert client.exit_reason == ""


def test_compiling_is_announced_and_can_be_broken_off(tmp_path, monkeypatch):
    monkeypatch.setenv("DLTUTOR_CACHE_DIR", str(tmp_path))
    with WorkerClient() as client:
        assert "Compiling" in wait_for_event(client, Busy).text
        pid = client.pid
    assert not Path(f"/proc/{pid}").exists()


def test_starting_twice_keeps_the_first_process(client):
    pid = client.pid
    client.start()
    assert client.pid == pid


def test_a_restart_is_another_process_that_knows_nothing(client):
    client.send(load())
    pull(client)
    client.send(Pull())
    pid = client.pid
    client.restart()
    assert client.pid != pid and not Path(f"/proc/{pid}").exists()
    wait_for_event(client, Ready)
    client.send(Pull())
    time.sleep(0.1)
    assert client.poll() == []


SCRIPT = """
import time
from tests.worker.talk import pull, wait_for_event
from tests.worker.experiments import load
from tutor.worker.client import WorkerClient
from tutor.worker.protocol import Ready, Start
with WorkerClient() as client:
    wait_for_event(client, Ready)
    client.send(load())
    client.send(Start())
    pull(client)
    client._process._channel.send(b"garbage")
    while client.alive:
        time.sleep(0.01)
print("said by the app")
"""


def test_the_terminal_is_the_apps_alone():
    """The process trains and dies with an error, on a terminal of its own, where only the app is heard."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", SCRIPT], stdin=theirs, stdout=theirs, stderr=theirs) as app:
        os.close(theirs)
        heard = b""
        while chunk := read(ours):
            heard += chunk
        assert app.wait(60) == 0
    os.close(ours)
    assert heard == b"said by the app\r\n"


def read(terminal):
    try:
        return os.read(terminal, 1024)
    except OSError:  # how Linux says that the last writer is gone
        return b""


def test_it_runs_the_same_code_wherever_the_learner_is(tmp_path, monkeypatch):
    """Files in the working directory that are called like modules are not imported."""
    for name in ("numpy", "msgspec", "tutor"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    with WorkerClient() as client:
        wait_for_event(client, Ready)


def test_ctrl_c_is_for_the_app_alone(client):
    os.kill(client.pid, signal.SIGINT)
    client.send(load())
    assert steps(pull(client)) == 0


def test_the_client_brings_neither_numba_nor_numpy_nor_the_engine():
    unwanted = {"numba", "numpy", "tutor.engine", "tutor.lab"}
    code = f"import tutor.worker.client, sys; print({unwanted} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def impostor(tmp_path, body):
    """Something else in the place of Python; it gets the same arguments and does ``body``."""
    python = tmp_path / "python"
    python.write_text(f"#!{sys.executable}\nimport os, sys, time\nend = int(sys.argv[3])\n{body}\n")
    python.chmod(0o755)
    return str(python)


def test_a_process_that_talks_nonsense_is_ended(tmp_path):
    with WorkerClient(impostor(tmp_path, "os.write(end, b'\\0\\0\\0\\4what'); time.sleep(60)")) as client:
        wait_for(lambda: not client.alive, 5)
        assert client.exit_reason.startswith("the training process sent something unreadable")


def test_a_process_that_hangs_up_is_ended(tmp_path):
    with WorkerClient(impostor(tmp_path, "os.close(end); time.sleep(60)")) as client:
        pid = client.pid
        wait_for(lambda: not client.alive, 5)
        assert not Path(f"/proc/{pid}").exists() and client.exit_reason


def test_a_process_that_floods_the_app_is_bounded(tmp_path):
    flood = (
        "from tutor.worker.protocol import Failed, encode\n"
        "message = encode(Failed('x' * 1000, ''))\n"
        "for _ in range(5000): os.write(end, len(message).to_bytes(4, 'big') + message)"
    )
    with WorkerClient(impostor(tmp_path, flood)) as client:
        wait_for(lambda: not client.alive, 20)
        assert len(client.poll()) == 1000
        assert client.exit_reason == "the training process has ended"
