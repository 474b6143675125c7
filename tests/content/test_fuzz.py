"""A damaged pack gives faults; it never raises anything else, and what the checker passes, the app opens."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from tests.content.pack import files, write
from tutor.content.catalog import Catalog
from tutor.content.check import check_pack
from tutor.content.fault import PackError
from tutor.content.page import layout
from tutor.errors import InputError

VALUES = [
    "0",
    "-1",
    '""',
    '"x"',
    "[]",
    "{}",
    "true",
    "1e308",
    "nan",
    "9999999999999999999",
    "1979-05-27",
    "[[1]]",
]
FILES = ["pack.toml", "first/lesson.md", "first/lab.toml", "first/quiz.toml"]


def damage_bytes(text: str, rng: random.Random) -> bytes:
    """Change, drop, insert, repeat or cut off some bytes."""
    raw = bytearray(text.encode())
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(raw) + 1)
        end = min(len(raw), start + rng.randint(0, 30))
        match rng.randrange(5):
            case 0:
                raw[start:end] = rng.randbytes(end - start)
            case 1:
                del raw[start:end]
            case 2:
                raw[start:start] = rng.choice(
                    [b'"', b"\n", b"[", b"]]", b"{", b"\x1b", b"```\n", b"## ", b"+++\n"]
                )
            case 3:
                raw[start:start] = raw[start:end]
            case _ if rng.random() < 0.2:
                del raw[start:]
    return bytes(raw)


def damage_value(text: str, rng: random.Random) -> bytes:
    """Put another value after one of the ``key =``: mostly valid TOML, and mostly nonsense."""
    places = list(re.finditer(r"= ([^,}\n]+)", text))
    if not places:
        return b""
    place = rng.choice(places)
    return (text[: place.start(1)] + rng.choice(VALUES) + text[place.end(1) :]).encode()


@pytest.mark.parametrize("count", [100, pytest.param(500, marks=pytest.mark.slow)])
@pytest.mark.parametrize("damage", [damage_bytes, damage_value])
def test_damaged_packs(pack: Path, damage: object, count: int) -> None:
    rng = random.Random(7)
    sound = files()
    passed = refused = 0
    for _ in range(count):
        name = rng.choice(FILES)
        write(pack, {name: damage(sound[name], rng)})  # type: ignore[operator]
        try:
            faults = check_pack(pack)
        except InputError:
            faults = None  # pack.toml is always there, so this would have to be a folder that vanished
        assert faults is not None
        try:
            for lesson in Catalog.open(pack).lessons:
                for page in lesson.pages:
                    layout(page.body)
        except PackError as error:
            assert error.faults[0] in faults
        if faults:
            refused += 1
            assert all(fault.line >= 1 and str(fault).isprintable() for fault in faults)
        else:
            passed += 1
        write(pack, {name: sound[name]})
    assert refused > 2 * count / 3
    assert passed > count / 60
