"""What processes cost: memory that is theirs, CPU time, and how long a key takes."""

from __future__ import annotations

import os
from pathlib import Path

MB = 1 << 20
_TICKS = os.sysconf("SC_CLK_TCK")


def pss(pid: int) -> float:
    """Megabytes that a process has alone, and its share of what it has with others; 0 once it ended."""
    return _of_all_maps(pid, "Pss:")


def own(pid: int) -> float:
    """Megabytes that a process has written to, in memory or swapped out; 0 once it ended.

    Unlike :func:`pss` it does not change with how many others have the same libraries open.
    """
    return _of_all_maps(pid, "Anonymous:", "Swap:")


def _of_all_maps(pid: int, *names: str) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(1024 * int(line.split()[1]) / MB for line in lines if line.startswith(names))


def cpu_seconds(pid: int) -> float:
    """CPU time that a process has used so far; 0 once it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def percentile(values: list[float], share: float) -> float:
    """The smallest value that so large a share of them does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]
