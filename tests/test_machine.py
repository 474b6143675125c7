"""Which cgroup limits are read, of either version, wherever they are mounted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tutor import machine

ONE = "9:name=systemd:/\n5:cpu,cpuacct:/jobs/job7\n4:cpuset:/\n"
ONE_MOUNT = "31 23 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct"
TWO = "0::/jobs/job7\n"
TWO_MOUNT = "31 23 0:29 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate"


def system(root: Path, member: str, mount: str, files: dict[str, str]) -> Path:
    """A root with the kernel's files."""
    for name, text in {"proc/self/cgroup": member, "proc/self/mountinfo": mount, **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_version_2_takes_the_tightest_on_the_way_up(tmp_path: Path) -> None:
    files = {
        "sys/fs/cgroup/cpu.max": "800000 100000\n",  # above the groups: a container's own
        "sys/fs/cgroup/jobs/cpu.max": "150000 100000\n",
        "sys/fs/cgroup/jobs/job7/cpu.max": "max 100000\n",
    }
    assert machine.cgroup_quota(system(tmp_path, TWO, TWO_MOUNT, files)) == 1.5


def test_version_1(tmp_path: Path) -> None:
    folder = "sys/fs/cgroup/cpu,cpuacct/jobs"
    files = {
        f"{folder}/job7/cpu.cfs_quota_us": "400000\n",
        f"{folder}/job7/cpu.cfs_period_us": "100000\n",
        f"{folder}/cpu.cfs_quota_us": "-1\n",
        f"{folder}/cpu.cfs_period_us": "100000\n",
    }
    assert machine.cgroup_quota(system(tmp_path, ONE, ONE_MOUNT, files)) == 4


def test_a_container_that_sees_its_own_group_as_the_mount(tmp_path: Path) -> None:
    mount = TWO_MOUNT.replace("0:29 / ", "0:29 /jobs/job7 ")
    files = {"sys/fs/cgroup/cpu.max": "50000 100000\n"}
    root = system(tmp_path, TWO, mount, files)
    assert machine.cgroup_quota(root) == 0.5
    assert machine.look({}, root).cores == 1


@pytest.mark.parametrize("text", ["", "max", "0 100000", "50000 0", "rubbish here", "1 2 3"])
def test_what_cannot_be_read_limits_nothing(text: str, tmp_path: Path) -> None:
    root = system(tmp_path, TWO, TWO_MOUNT, {"sys/fs/cgroup/jobs/job7/cpu.max": text})
    assert machine.cgroup_quota(root) is None
    assert machine.cgroup_quota(tmp_path / "nowhere") is None
    assert machine.other_people(tmp_path / "nowhere") == 0


def test_slurm_counts_inside_a_job_only(tmp_path: Path) -> None:
    job = {"SLURM_JOB_ID": "42", "SLURM_CPUS_PER_TASK": "1"}
    share = machine.look(job, tmp_path)
    assert (share.cores, share.why) == (1, "SLURM_CPUS_PER_TASK")
    del job["SLURM_JOB_ID"]
    assert machine.look(job, tmp_path).cores == len(os.sched_getaffinity(0))
    assert machine.look(job | {"SLURM_JOB_ID": "42", "SLURM_CPUS_PER_TASK": "many"}, tmp_path).cores >= 1


STATM = "30000 5000 2000 1 0 20000 0\n"
MEMINFO = "MemTotal:       16000000 kB\nMemFree:         100000 kB\nMemAvailable:    8000000 kB\n"
GIB = 1 << 30


def remembering(root: Path, member: str, mount: str, files: dict[str, str]) -> machine.Memory:
    """What is left on a machine with 8 GB free and these cgroups' files."""
    machine_files = {"proc/self/statm": STATM, "proc/meminfo": MEMINFO}
    return machine.memory(system(root, member, mount, machine_files | files))


def test_memory_is_what_the_machine_has_free(tmp_path: Path) -> None:
    left = remembering(tmp_path, TWO, TWO_MOUNT, {})
    assert left == machine.Memory(8_000_000 << 10, "on this machine", 20_000 * os.sysconf("SC_PAGE_SIZE"))
    nowhere = machine.memory(tmp_path / "nowhere")
    assert nowhere.left > 1 << 60 and nowhere.used == 0


@pytest.mark.parametrize(("high", "left"), [("max", GIB + 300), (str(GIB), 300 + GIB // 2)])
def test_memory_of_cgroups_of_version_2(high: str, left: int, tmp_path: Path) -> None:
    """Files that were read make room; the tightest on the way up counts, be it a limit or a brake."""
    stat = "anon 5\ninactive_file 100\nactive_file 200\nslab 7\n"
    files = {
        "sys/fs/cgroup/jobs/memory.max": f"{3 * GIB // 2}\n",
        "sys/fs/cgroup/jobs/memory.high": f"{high}\n",
        "sys/fs/cgroup/jobs/memory.current": f"{GIB // 2}\n",
        "sys/fs/cgroup/jobs/memory.stat": stat,
        "sys/fs/cgroup/jobs/job7/memory.max": "max\n",
        "sys/fs/cgroup/jobs/job7/memory.high": "max\n",
        "sys/fs/cgroup/jobs/job7/memory.current": f"{GIB // 4}\n",
        "sys/fs/cgroup/jobs/job7/memory.stat": stat,
    }
    found = remembering(tmp_path, TWO, TWO_MOUNT, files)
    assert (found.left, found.why) == (left, "by the cgroup's limit")


def test_memory_of_cgroups_of_version_1(tmp_path: Path) -> None:
    folder = "sys/fs/cgroup/memory/jobs"
    files = {
        f"{folder}/job7/memory.limit_in_bytes": f"{GIB}\n",
        f"{folder}/job7/memory.usage_in_bytes": f"{GIB // 4}\n",
        f"{folder}/job7/memory.stat": "inactive_file 1\ntotal_inactive_file 50\ntotal_active_file 9\n",
        f"{folder}/memory.limit_in_bytes": "9223372036854771712\n",
        f"{folder}/memory.usage_in_bytes": "5\n",
    }
    member, mount = ONE.replace("cpu,cpuacct", "memory"), ONE_MOUNT.replace("cpu,cpuacct", "memory")
    found = remembering(tmp_path, member, mount, files)
    assert (found.left, found.why) == (3 * GIB // 4 + 59, "by the cgroup's limit")
    files[f"{folder}/job7/memory.usage_in_bytes"] = f"{2 * GIB}\n"
    assert remembering(tmp_path, member, mount, files).left == 0


@pytest.mark.parametrize("text", ["", "rubbish", "-"])
def test_memory_that_cannot_be_read_limits_nothing(text: str, tmp_path: Path) -> None:
    files = {f"sys/fs/cgroup/jobs/job7/memory.{name}": text for name in ("max", "high", "current", "stat")}
    assert remembering(tmp_path, TWO, TWO_MOUNT, files).why == "on this machine"
