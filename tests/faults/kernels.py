"""Damage to the cache of compiled kernels, in every way a file system knows.

The kernel is a tiny one, compiled and kept exactly as those of the training core are: ``cache.prepare``
chooses and cleans the directory, ``jit.entry`` compiles into it, ``cache.seal`` notes the digests.
"""

from __future__ import annotations

import atexit
import functools
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.faults.table import Injected, stopwatch

PROGRAM = """
import sys
sys.path.insert(0, {folder!r})
from tutor.engine import cache
from tiny import doubled
assert doubled(21.0) == 42.0
cache.seal()
print("loaded" if doubled.stats.cache_hits else "compiled", cache.describe().get("problem", ""))
"""
KERNEL = """
from tutor.engine.kernels.cpu.jit import entry

@entry
def doubled(x):
    return 2 * x
"""
NOBODY = 65534


@functools.cache
def home() -> Path:
    """A folder with the kernel's source, and a sound cache of it."""
    folder = Path(tempfile.mkdtemp(prefix="dltutor-kernel-"))
    atexit.register(shutil.rmtree, folder)
    (folder / "tiny.py").write_text(KERNEL)
    assert run(folder) == "compiled"
    return folder


def run(folder: Path, largest: int | None = None) -> str:
    """What a new process says that uses the kernel: "loaded" or "compiled", and the problem if there is one.

    Its cache lies in ``folder``; no file grows beyond ``largest`` bytes, as on a full disk.
    """
    source = folder if (folder / "tiny.py").exists() else home()
    command = [sys.executable, "-c", PROGRAM.format(folder=str(source))]
    environment = os.environ | {"DLTUTOR_CACHE_DIR": str(folder / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("NUMBA_CACHE_DIR", None)

    def limit() -> None:
        if largest is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=120,
        preexec_fn=limit,
    )
    assert done.returncode == 0, done.stderr[-400:]
    assert "Traceback" not in done.stderr, done.stderr[-400:]
    return done.stdout.strip()


def flip(path: Path, rng: random.Random) -> None:
    data = bytearray(path.read_bytes())
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    path.write_bytes(data)


def cut(path: Path, rng: random.Random) -> None:
    os.truncate(path, rng.randrange(path.stat().st_size))


def rubbish(path: Path, rng: random.Random) -> None:
    path.write_bytes(rng.randbytes(rng.randrange(5000)))


def empty(path: Path, rng: random.Random) -> None:
    path.write_bytes(b"")


def remove(path: Path, rng: random.Random) -> None:
    path.unlink()


def folder_instead(path: Path, rng: random.Random) -> None:
    path.unlink()
    path.mkdir()
    (path / "x.nbc").write_bytes(b"x")


def pipe_instead(path: Path, rng: random.Random) -> None:
    path.unlink()
    os.mkfifo(path)


def link_instead(path: Path, rng: random.Random) -> None:
    path.unlink()
    path.symlink_to(rng.choice(["/dev/zero", "/nowhere", path.name, str(path.parent)]))


def grown(path: Path, rng: random.Random) -> None:
    with path.open("ab") as file:
        file.write(rng.randbytes(64))


DAMAGES: tuple[Callable[[Path, random.Random], None], ...] = (
    flip, cut, pipe_instead, rubbish, link_instead, empty, remove, folder_instead, grown,
)  # fmt: skip


def damage(number: int, folder: Path) -> float:
    """Damage one file or two, or the note of their digests: the next start goes on, the one after loads."""
    rng = random.Random(number)
    shutil.copytree(home() / "cache", folder / "cache")
    parts = sorted(path for path in (folder / "cache").rglob("*") if path.is_file())
    for path in rng.sample(parts, 1 + number % 2):
        DAMAGES[number % len(DAMAGES)](path, rng)
    taken = stopwatch()
    said = run(folder)
    seconds = taken()
    assert said in ("compiled", "loaded"), said
    assert run(folder) == "loaded", "it was not put right"
    return seconds


def somebody_elses(folder: Path) -> None:
    """The directory belongs to another user."""
    shutil.copytree(home() / "cache", folder / "cache")
    for path in (folder / "cache").iterdir():
        os.chown(path, NOBODY, NOBODY)


def open_to_all(folder: Path) -> None:
    """Everybody may write to the directory."""
    shutil.copytree(home() / "cache", folder / "cache")
    for path in (folder / "cache").iterdir():
        path.chmod(0o777)


def a_file(folder: Path) -> None:
    """Where the directory should be stands a file."""
    (folder / "cache").write_text("not a directory")


def dangling(folder: Path) -> None:
    """The directory is a link to nowhere."""
    (folder / "cache").symlink_to("/nowhere/at/all")


def unwritable(folder: Path) -> None:
    """The directory lies where not even root may write."""
    (folder / "cache").symlink_to("/proc/sys")


PLACES = (somebody_elses, open_to_all, a_file, dangling, unwritable)


def unusable(number: int, folder: Path) -> float:
    """A directory that cannot be used is explained, and the kernels are compiled for the moment."""
    if os.geteuid() != 0 and number % len(PLACES) == 0:
        number = 1  # only root can give a directory away
    PLACES[number % len(PLACES)](folder)
    taken = stopwatch()
    said = run(folder)
    assert said.startswith("compiled the cache directory cannot be used: "), said
    return taken()


def full(number: int, folder: Path) -> float:
    """A disk that fills up while kernels are written: compiled for the moment, kept once there is room."""
    taken = stopwatch()
    assert run(folder, largest=(2000, 300, 1, 0)[number % 4]).startswith("compiled")
    seconds = taken()
    assert run(folder) == "compiled"
    assert run(folder) == "loaded"
    return seconds


FAULTS = (
    Injected(
        "kernel cache damaged",
        "compiled again, and loaded the next time",
        count=200,
        short=2,
        attempt=damage,
    ),
    Injected(
        "kernel cache unwritable or somebody else's",
        "said by doctor; compiled for the moment",
        count=20,
        short=2,
        attempt=unusable,
    ),
    Injected(
        "disk full while kernels are compiled",
        "compiled for the moment, kept once there is room",
        count=20,
        short=1,
        attempt=full,
    ),
)
