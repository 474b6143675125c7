"""What part of this machine is ours: cores by affinity, cgroup quota and Slurm; whether others work here.

Read from the kernel's own files, so that no command is run and no library is needed.
"""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

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
    quotas = [quota for folder in _cgroup_folders(root) if (quota := _quota_of(folder)) is not None]
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


def _cgroup_folders(root: Path) -> Iterator[Path]:
    """The folders of this process's cpu cgroup and of those around it, up to where they are mounted."""
    try:
        mounts = (root / "proc/self/mountinfo").read_text().splitlines()
        members = (root / "proc/self/cgroup").read_text().splitlines()
    except (OSError, ValueError):
        return
    for member in members:
        _, _, rest = member.partition(":")
        controllers, _, path = rest.partition(":")
        if controllers and "cpu" not in controllers.split(","):
            continue
        for mount in mounts:
            place, top = _mounted(mount, version_1=bool(controllers))
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


def _mounted(line: str, *, version_1: bool) -> tuple[str, str]:
    """Of a line of mountinfo: where the cpu cgroups are mounted, and which lies there; else ("", "")."""
    before, _, after = line.partition(" - ")
    fields, kind = before.split(" "), after.split(" ")
    if len(fields) < 5 or len(kind) < 3:
        return "", ""
    of_cpu = kind[0] == "cgroup" and "cpu" in kind[2].split(",")
    fits = of_cpu if version_1 else kind[0] == "cgroup2"
    return (fields[4], fields[3].rstrip("/")) if fits else ("", "")
