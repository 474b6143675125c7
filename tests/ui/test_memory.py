"""All threads of the app take memory from one stock: one for each would be left in pieces over the hours."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.ui.terminal import Terminal

_RESERVED = 64 << 20
"""Bytes of addresses that glibc sets aside for each further stock, a part of which it uses."""


def stocks(pid: int) -> int:
    """Stocks of memory beside the first: neighbouring regions that make up what is reserved for one."""
    found, begin, before = 0, 0, 0
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        start, end = (int(number, 16) for number in line.split()[0].split("-"))
        begin = start if start != before or start % _RESERVED == 0 else begin
        before = end
        found += begin % _RESERVED == 0 and end - begin == _RESERVED
    return found


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="there is no /proc")
def test_all_threads_of_the_app_share_one_stock_of_memory(tmp_path: Path) -> None:
    with Terminal(tmp_path) as terminal:
        terminal.wait_for("Next:")
        assert len(list(Path(f"/proc/{terminal.pid}/task").iterdir())) > 3
        assert stocks(terminal.pid) == 0
