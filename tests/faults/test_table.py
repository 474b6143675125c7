"""Every fault is injected: a few times in ``make test``, as often as the table says in the slow half.

Hours of use are left to ``make faults``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import long
from tests.faults.table import Fault, Injected, Result, faults, named, row

ALL = list(faults())

linux = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads /proc")


@linux
@pytest.mark.parametrize("fault", [fault for fault in ALL if fault.short], ids=lambda fault: fault.name)
def test_the_promise_is_kept(fault: Fault) -> None:
    if fault.unable():
        pytest.skip(fault.unable())
    result = fault.run(fault.short)
    assert not result.broken
    assert result.tried == fault.short


@linux
@pytest.mark.slow
@pytest.mark.parametrize(
    "fault", [fault for fault in ALL if fault not in long.FAULTS], ids=lambda fault: fault.name
)
def test_the_promise_is_kept_every_time(fault: Fault) -> None:
    if fault.unable():
        pytest.skip(fault.unable())
    result = fault.run(fault.count)
    assert not result.broken
    assert result.tried == fault.count


def test_a_try_that_broke_or_took_too_long_did_not_keep_the_promise() -> None:
    def attempt(number: int, folder: Path) -> float:
        assert number != 1, "something was lost"
        return float(number)

    fault = Injected("the moon falls", "nothing is lost", 4, 2, attempt, limit=2.0)
    result = fault.run(4)
    assert [text.splitlines()[0] for text in result.broken] == ["try 1: something was lost"]
    assert row(fault, result) == "| the moon falls | nothing is lost | 4 | 2 | 3.00 s |"


def test_without_a_time_promised_every_time_is_in_time() -> None:
    assert Result(None, [5.0, 99.0]).kept == 2


def test_a_fault_is_chosen_by_whole_words_of_its_name() -> None:
    assert {fault.name.split()[0] for fault in ALL if named(fault, "TERM")} == {"TERM"}
    for one in ALL:
        assert one.name in [fault.name for fault in ALL if named(fault, one.name)]
    assert all(named(fault, "") for fault in ALL)
