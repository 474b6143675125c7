"""What part of this machine is ours: cores by affinity, quota and Slurm; memory; whether others work here.

Read from the kernel's own files, so that no command is run and no library is needed.
"""

from __future__ import annotations

import contextlib
import math
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_NO_LIMIT = 1 << 60
"""Bytes: version 1 writes a number as large as that where there is no limit on memory."""

NICE = 10
"""How far training steps back where others work (``nice``): what they do comes first."""


@dataclass(frozen=True)
class Share:
    """How many cores may be used, and what says so."""

    cores: int
    why: str
    shared: bool
    """Whether this is a login node: no Slurm job, and others are logged in."""
    found: Mapping[str, str] = field(default_factory=dict)
    """Each thing that was looked at and what it said, for ``dltutor doctor``."""


@dataclass(frozen=True)
class Memory:
    """How many bytes this process may still take, and what leaves no more."""

    left: int
    why: str
    """As in "100 MB are left *on this machine*"."""
    used: int
    """What it has already, as RLIMIT_DATA counts it; 0 where the system does not tell."""


@cache
def share() -> Share:
    """What part of the machine this process may use; looked up once."""
    return look(os.environ)


def look(environment: Mapping[str, str], root: Path = Path("/")) -> Share:
    """As :func:`share`; ``root`` holds ``proc``, ``sys`` and ``dev``.

    The least of affinity, cgroup quota and ``SLURM_CPUS_PER_TASK`` counts. On a login node it is one core.
    """
    limits: dict[str, int] = {"the cores it may run on": _affinity()}
    found = {"affinity": f"{_affinity()} of {os.cpu_count()}"}
    quota = cgroup_quota(root)
    found["cgroup"] = "no quota" if quota is None else f"a quota of {quota:g} cores"
    if quota is not None:
        limits["the cgroup's quota"] = max(1, math.floor(quota))
    job = environment.get("SLURM_JOB_ID", "")
    asked = environment.get("SLURM_CPUS_PER_TASK", "")
    found["slurm"] = "not inside a job"
    if job:
        found["slurm"] = f"inside a job; SLURM_CPUS_PER_TASK={asked or 'not set'}"
        if asked.isdecimal() and int(asked):
            limits["SLURM_CPUS_PER_TASK"] = int(asked)
    others = 0 if job else other_people(root)
    found["others"] = "not asked inside a job" if job else f"{others} logged in beside you"
    if others:
        return Share(1, f"a login node: no Slurm job, and others work here (nice {NICE})", True, found)
    why, cores = min(limits.items(), key=lambda item: item[1])
    return Share(cores, why, False, found)


def _affinity() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def other_people(root: Path = Path("/")) -> int:
    """How many users other than this one and root hold a pseudo-terminal: that is, are logged in.

    A terminal's device file belongs to the user at it. There is no record of logins on newer systems (utmp
    ends in 2038), and in a container others are not to be seen, as they should be.
    """
    owners: set[int] = set()
    with contextlib.suppress(OSError):
        for entry in (root / "dev" / "pts").iterdir():
            if entry.name.isdecimal():
                with contextlib.suppress(OSError):  # closed meanwhile
                    owners.add(entry.stat().st_uid)
    return len(owners - {0, os.getuid() if hasattr(os, "getuid") else 0})


def cgroup_quota(root: Path = Path("/")) -> float | None:
    """The cores that the cgroups of this process may use together, by version 1 or 2; None: no limit."""
    quotas = [quota for folder in _cgroup_folders(root, "cpu") if (quota := _quota_of(folder)) is not None]
    return min(quotas, default=None)


def _quota_of(folder: Path) -> float | None:
    """What one cgroup allows; -1 and "max" stand for all."""
    try:
        if (file := folder / "cpu.max").exists():
            quota, period = file.read_text().split()
        else:
            quota = (folder / "cpu.cfs_quota_us").read_text()
            period = (folder / "cpu.cfs_period_us").read_text()
        return int(quota) / int(period) if int(quota) > 0 and int(period) > 0 else None
    except (OSError, ValueError):
        return None


def memory(root: Path = Path("/")) -> Memory:
    """What can be had now, before an allocation fails or the system kills; looked up anew each time.

    The least of the machine's available memory (without swap), the cgroups' limits (version 1 and 2),
    RLIMIT_AS and RLIMIT_DATA. Where there is no ``/proc`` nothing is known, and nothing limits.
    """
    size, data = _occupied(root)
    bounds = {
        "on this machine": _available(root),
        "by the cgroup's limit": cgroup_memory(root),
        "by ulimit -v": _rest_of("RLIMIT_AS", size),
        "by ulimit -d": _rest_of("RLIMIT_DATA", data),
    }
    known = {why: left for why, left in bounds.items() if left is not None}
    why, left = min(known.items(), key=lambda item: item[1], default=("", sys.maxsize))
    return Memory(max(0, left), why, data)


def _occupied(root: Path) -> tuple[int, int]:
    """Bytes of address space and of data that this process has, whether touched or not; zeros if unknown."""
    try:
        pages = (root / "proc/self/statm").read_text().split()
        return int(pages[0]) * os.sysconf("SC_PAGE_SIZE"), int(pages[5]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0, 0


def _available(root: Path) -> int | None:
    try:
        lines = (root / "proc/meminfo").read_text().splitlines()
        return next((int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:")), None)
    except (OSError, ValueError, IndexError):
        return None


def _rest_of(name: str, used: int) -> int | None:
    """Of one of the limits that the kernel itself keeps; elsewhere than on Linux they mean something else."""
    if not sys.platform.startswith("linux"):
        return None
    import resource

    limit = resource.getrlimit(getattr(resource, name))[0]
    return None if limit == resource.RLIM_INFINITY else limit - used


def cgroup_memory(root: Path = Path("/")) -> int | None:
    """Bytes that the cgroups of this process leave to it, by version 1 or 2; None: no limit."""
    folders = _cgroup_folders(root, "memory")
    return min((left for folder in folders if (left := _memory_of(folder)) is not None), default=None)


def _memory_of(folder: Path) -> int | None:
    """What one cgroup leaves; files that were read count as used in it, but make room when room is needed."""
    try:
        if (folder / "memory.max").exists():
            limits, used, total = ["memory.max", "memory.high"], "memory.current", ""
        else:
            limits, used, total = ["memory.limit_in_bytes"], "memory.usage_in_bytes", "total_"
        texts = [(folder / name).read_text().strip() for name in limits]
        limit = min(_NO_LIMIT if text == "max" else int(text) for text in texts)
        if limit >= _NO_LIMIT:
            return None
        counts = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
        files = int(counts[f"{total}inactive_file"]) + int(counts[f"{total}active_file"])
        return limit - int((folder / used).read_text()) + files
    except (OSError, ValueError, KeyError):
        return None


def _cgroup_folders(root: Path, controller: str) -> Iterator[Path]:
    """The folders of this process's cgroup of that kind and of those around it, up to where it is mounted."""
    try:
        mounts = (root / "proc/self/mountinfo").read_text().splitlines()
        members = (root / "proc/self/cgroup").read_text().splitlines()
    except (OSError, ValueError):
        return
    for member in members:
        _, _, rest = member.partition(":")
        controllers, _, path = rest.partition(":")
        if controllers and controller not in controllers.split(","):
            continue
        for mount in mounts:
            place, top = _mounted(mount, controller if controllers else "")
            if not place:
                continue
            top_folder = root / place.lstrip("/")
            inside = path[len(top) :] if path.startswith(top) else path
            folder = top_folder / inside.lstrip("/")
            while ".." not in folder.parts:
                yield folder
                if folder in (top_folder, folder.parent):
                    break
                folder = folder.parent


def _mounted(line: str, controller: str) -> tuple[str, str]:
    """Of a line of mountinfo: where that kind's cgroups are mounted, and which lies there; else ("", "").

    An empty kind stands for version 2, where all kinds are in one place.
    """
    before, _, after = line.partition(" - ")
    fields, kind = before.split(" "), after.split(" ")
    if len(fields) < 5 or len(kind) < 3:
        return "", ""
    of_kind = kind[0] == "cgroup" and controller in kind[2].split(",")
    fits = of_kind if controller else kind[0] == "cgroup2"
    return (fields[4], fields[3].rstrip("/")) if fits else ("", "")
