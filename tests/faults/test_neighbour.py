"""A shared machine for real: cgroups, affinity, another user's terminal, limits of memory and processes."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.worker.experiments import load
from tests.worker.talk import pull, steps, wait_for, wait_for_event
from tutor import limits, machine
from tutor.worker.client import WorkerClient
from tutor.worker.protocol import Failed, Load, Ready, Rest, Start

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc and makes cgroups")

LOOK = "import json; from tutor import machine; s = machine.share(); print(json.dumps([s.cores, s.why]))"
LOOK_AT_MEMORY = LOOK.replace("share()", "memory()").replace("cores", "left")


def looked(
    script: str = LOOK, *, within: Path | None = None, cores: set[int] | None = None, **environment: str
) -> list[object]:
    """What a process finds that was put into a cgroup, or onto these cores."""

    def enter() -> None:
        if within is not None:
            (within / "cgroup.procs").write_text(str(os.getpid()))
        if cores is not None:
            os.sched_setaffinity(0, cores)

    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=enter,
        env=os.environ | environment,
    )
    found: list[object] = json.loads(done.stdout)
    return found


@contextmanager
def cgroup(controller: str, **settings: str) -> Iterator[Path]:
    """A cgroup of version 1 or 2 with these settings; skips the test where none can be made."""
    folder = Path("/sys/fs/cgroup") / controller
    if not folder.is_dir():
        folder = folder.parent
    folder = folder / f"dltutor-test-{os.getpid()}"
    try:
        folder.mkdir()
        for name, text in settings.items():
            (folder / f"{controller}.{name}").write_text(text)
    except OSError as error:
        with suppress(OSError):
            folder.rmdir()
        pytest.skip(f"no cgroup of {controller} can be made here ({error.strerror})")
    try:
        yield folder
    finally:
        wait_for(lambda: not (folder / "cgroup.procs").read_text(), 10)
        folder.rmdir()


@contextmanager
def somebody_else() -> Iterator[None]:
    """Another user holds a terminal."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    os.seteuid(65534)
    try:
        master, slave = pty.openpty()
    finally:
        os.seteuid(0)
    try:
        yield
    finally:
        os.close(master)
        os.close(slave)


def test_a_quota_is_kept() -> None:
    settings = {"max": "100000 100000"}
    if Path("/sys/fs/cgroup/cpu/cpu.cfs_quota_us").exists() or not Path("/sys/fs/cgroup/cpu.max").exists():
        settings = {"cfs_period_us": "100000", "cfs_quota_us": "100000"}
    with cgroup("cpu", **settings) as folder:
        assert machine.cgroup_quota() is None
        cores, why = looked(within=folder)
    assert cores == 1
    assert why == "the cgroup's quota" or len(os.sched_getaffinity(0)) == 1


def test_affinity_is_kept() -> None:
    assert looked(cores={min(os.sched_getaffinity(0))}) == [1, "the cores it may run on"]


def test_alone_on_the_machine_every_core_may_be_used() -> None:
    if machine.other_people() or machine.cgroup_quota() is not None:
        pytest.skip("others are logged in here, or there is a quota")
    assert looked()[0] == len(os.sched_getaffinity(0))


def test_on_a_login_node_training_is_one_thread_at_nice_10() -> None:
    with somebody_else():
        cores, why = looked()
        assert cores == 1 and "login node" in str(why)
        assert "login node" not in str(looked(SLURM_JOB_ID="42")[1])
        with WorkerClient() as client:
            wait_for_event(client, Ready)
            assert client.pid is not None
            assert os.getpriority(os.PRIO_PROCESS, client.pid) == machine.NICE
        doctor = subprocess.run(
            [sys.executable, "-m", "tutor", "doctor"], capture_output=True, text=True, check=False
        )
    assert "a login node: no Slurm job, and others work here" in doctor.stdout
    assert "1 logged in beside you" in doctor.stdout
    assert "nice 10: others go first" in doctor.stdout


def test_training_rests_and_takes_no_time_until_it_is_called() -> None:
    with WorkerClient() as client:
        wait_for_event(client, Ready)
        client.send(load())
        client.send(Start())
        wait_for(lambda: steps(pull(client)) > 0)
        client.send(Rest(True))
        before = steps(pull(client))
        assert steps(pull(client)) == before
        client.send(Rest(False))
        wait_for(lambda: steps(pull(client)) > before)


HUGE = "dense 4000 relu, dense 10000 relu"
"""Forty million weights: 160 MB, and as much again for their gradient."""


def huge() -> Load:
    """XOR for a network that is far too large for it."""
    command = load()
    model = replace(command.experiment.model, layers=f"{HUGE}, dense 1 sigmoid")
    return replace(command, experiment=replace(command.experiment, model=model, knobs=[]))


def test_what_needs_more_memory_than_allowed_is_refused_and_life_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(limits.MAX_MEMORY, "400M")
    with WorkerClient() as client:
        wait_for_event(client, Ready)
        client.send(huge())
        failures: list[Failed] = []
        wait_for(lambda: failures.extend(said(client, Failed)) or failures)
        assert failures[0].message.startswith(
            "611 MB of memory are needed for a network of 40,032,001 weights, "
        )
        assert failures[0].message.endswith(" MB are left")
        assert "raise the limit of 400 MB (--max-memory)" in failures[0].hint
        client.send(load())
        client.send(Start())
        wait_for(lambda: steps(pull(client)) > 0)


def said(client: WorkerClient, kind: type) -> list[Failed]:
    """What has come of this kind."""
    return [event for event in client.poll() if isinstance(event, kind)]


def test_the_command_line_says_that_memory_ran_out(tmp_path: Path) -> None:
    table = tmp_path / "points.csv"
    table.write_text("x,y\n" + "".join(f"{k},{k % 2}\n" for k in range(50)))
    words = ["fit", str(table), "--target", "y", "--layers", HUGE, "--max-memory", "400M"]
    done = subprocess.run(
        [sys.executable, "-m", "tutor", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    error, hint = done.stderr.splitlines()
    assert error.startswith("error: 611 MB of memory are needed for a network of 40,0")
    assert error.endswith(" MB are left")
    assert hint == "hint: take smaller layers, or raise the limit of 400 MB (--max-memory)"


def test_the_cgroups_limit_is_what_is_left() -> None:
    limit = 600 << 20
    version_1 = Path("/sys/fs/cgroup/memory/memory.limit_in_bytes").exists()
    with cgroup("memory", **{"limit_in_bytes" if version_1 else "max": str(limit)}) as folder:
        left, why = looked(LOOK_AT_MEMORY, within=folder)
    assert why == "by the cgroup's limit"
    assert isinstance(left, int) and limit // 2 < left < limit
