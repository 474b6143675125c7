"""Where the compiled kernels are kept: a private directory that is made anew whenever the kernels change.

Numba unpickles and links what it finds in its cache, and does not notice when a function that a cached one
calls was edited in another file. So the directory's name carries a hash of all kernel sources and of the
processor, only its owner may write it, and :func:`seal` notes the digest of every file: one that does not
match when the program starts is thrown away before numba sees it. Where no directory can be used, the kernels
are compiled each time.

:func:`prepare` must run before numba is imported; ``tutor.engine`` does so.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import stat
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from llvmlite import binding

from tutor import paths

_KERNELS = Path(__file__).resolve().parent / "kernels"
_PREFIX = "kernels-"
_SEAL = "seal.json"
_PRUNE_AFTER = 14 * 24 * 3600.0
"""Seconds that directories of other versions are left alone: another checkout may be using them."""


@dataclass
class _Choice:
    """The directory chosen by :func:`prepare`, once per process."""

    directory: Path | None = None
    problem: str = ""
    prepared: bool = False


_choice = _Choice()


def prepare() -> None:
    """Choose the directory, throw away what is damaged or old in it, and point numba there. Never raises."""
    if _choice.prepared:
        return
    _choice.prepared = True
    try:
        directory = _private_directory(paths.cache_dir() / fingerprint())
        _drop_damaged(directory)
        _prune(directory)
        _choice.directory = directory  # only now: what could not be thrown away must not be loaded
    except (OSError, ValueError, ImportError) as error:
        _choice.problem = f"the cache directory cannot be used: {error}"
    if _choice.directory is not None:
        os.environ["NUMBA_CACHE_DIR"] = str(_choice.directory)
        numba_config = sys.modules.get("numba.core.config")
        if numba_config is not None:  # somebody imported numba before us: it has read the variable already
            numba_config.CACHE_DIR = str(_choice.directory)  # type: ignore[attr-defined]


def enabled() -> bool:
    """Whether compiled kernels are kept anywhere."""
    return _choice.directory is not None


def fingerprint() -> str:
    """The name of the directory: a hash of the kernels' sources, of Python and of the processor."""
    digest = hashlib.sha256()
    for path in sorted(_KERNELS.rglob("*.py")):
        digest.update(path.relative_to(_KERNELS).as_posix().encode())
        digest.update(path.read_bytes())
    digest.update(binding.get_host_cpu_name().encode())
    digest.update(binding.get_host_cpu_features().flatten().encode())
    digest.update(f"{sys.version_info[:2]} {binding.llvm_version_info}".encode())
    return _PREFIX + digest.hexdigest()[:16]


def seal() -> None:
    """Note the digests of all files, so that damage is seen at the next start. Call after compiling."""
    directory = _choice.directory
    if directory is None or _choice.problem:
        return
    digests = {path.relative_to(directory).as_posix(): _digest(path) for path in _files(directory)}
    if digests == _read_seal(directory):
        return
    with contextlib.suppress(OSError):  # a full disk: the files will be compiled again, that is all
        temporary = directory / f"{_SEAL}.{os.getpid()}"
        temporary.write_text(json.dumps(digests))
        if (directory / _SEAL).is_dir():  # nothing but another directory could take its place
            _throw_away(directory / _SEAL)
        temporary.replace(directory / _SEAL)


def describe() -> dict[str, str]:
    """What ``dltutor doctor`` shows: directory, writable, entries, bytes, and the problem if there is one."""
    directory = _choice.directory
    if directory is None:
        return {
            "directory": "none",
            "writable": "no",
            "entries": "0",
            "bytes": "0",
            "problem": _choice.problem,
        }
    files = _files(directory)
    findings = {
        "directory": str(directory),
        "writable": "yes" if os.access(directory, os.W_OK) else "no",
        "entries": str(sum(path.suffix == ".nbc" for path in files)),
        "bytes": f"{sum(_size(path) for path in files):,}",
    }
    return findings | {"problem": _choice.problem} if _choice.problem else findings


def _private_directory(directory: Path) -> Path:
    """Make ``directory`` if need be; OSError unless it is ours alone and can be written."""
    paths.private_directory(directory.parent)
    directory.mkdir(mode=0o700, exist_ok=True)
    status = directory.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise OSError(f"{directory} is not a directory")
    if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & 0o022):
        raise OSError(f"{directory} can be written by others")
    with tempfile.TemporaryFile(dir=directory) as probe:
        probe.write(b"x")
    return directory


def _files(directory: Path) -> list[Path]:
    return sorted(directory.rglob("*.nb[ic]"))


def _digest(path: Path) -> str:
    """Of what is in a file of its own; "" for a link, a pipe (which might never end) and whatever else."""
    try:
        if stat.S_ISREG(path.lstat().st_mode):
            return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        pass
    return ""


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:  # another process has just thrown it away
        return 0


def _read_seal(directory: Path) -> dict[str, str]:
    seal = directory / _SEAL
    try:
        digests = json.loads(seal.read_text()) if stat.S_ISREG(seal.lstat().st_mode) else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return digests if isinstance(digests, dict) else {}


def _drop_damaged(directory: Path) -> None:
    """Delete files that are not as they were sealed (or never were: half of a compilation)."""
    sealed = _read_seal(directory)
    for path in _files(directory):
        digest = _digest(path)
        if digest and sealed.get(path.relative_to(directory).as_posix()) == digest:
            continue
        _throw_away(path)


def _throw_away(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _prune(current: Path) -> None:
    """Delete directories of other kernel versions that nobody has used for a while."""
    os.utime(current)
    for other in current.parent.glob(_PREFIX + "*"):
        if other != current and time.time() - other.lstat().st_mtime > _PRUNE_AFTER:
            shutil.rmtree(other, ignore_errors=True)
