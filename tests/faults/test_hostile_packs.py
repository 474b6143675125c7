"""Packs by strangers are refused by the checker and by the app, whatever they hold."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.content.pack import files, write
from tests.faults.hostile_packs import PACKS, crowd, make, refuse

HANG = 60
"""Seconds after which a pack is called endless; how quick it really was is told by ``make faults``."""


@pytest.fixture(autouse=True)
def alarm() -> Iterator[None]:
    signal.alarm(HANG)  # ends the test run, and says where it stood
    yield
    signal.alarm(0)


@pytest.mark.parametrize("name", PACKS)
def test_a_hostile_pack_is_refused(name: str, tmp_path: Path) -> None:
    refuse(make(tmp_path / "pack", PACKS[name]))


@pytest.mark.slow
def test_a_million_files_are_not_all_looked_at(tmp_path: Path) -> None:
    refuse(make(tmp_path / "pack", crowd(1_000_000)))


def test_the_pack_that_is_made_hostile_was_sound(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="finds nothing wrong"):
        refuse(write(tmp_path / "pack", files()))
