"""The cache of compiled kernels: private, rebuilt when damaged, done without when it cannot be had."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from queue import SimpleQueue

import pytest

from tutor import paths
from tutor.engine import cache, warmup
from tutor.engine.kernels.cpu import ahead

PREDICT = """
from tutor.engine import Dense, Sequential, cache
from tutor.engine.kernels.cpu.train import evaluate
print(Sequential([Dense(1, kernel_initializer="ones")], (1,)).predict([2.5])[0, 0])
print("loaded" if evaluate.stats.cache_hits else "compiled")
print("problem" in cache.describe(), cache.describe()["entries"], cache.describe()["directory"])
"""


def predict(directory: Path) -> list[str]:
    """The lines that a fresh process prints with its cache in ``directory``."""
    environment = {**os.environ, "DLTUTOR_CACHE_DIR": str(directory), "PYTHONWARNINGS": "ignore"}
    environment.pop("NUMBA_CACHE_DIR", None)
    done = subprocess.run(
        [sys.executable, "-c", PREDICT],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.split("\n")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A cache directory with the kernels that this test run uses."""
    name = cache.fingerprint()
    shutil.copytree(paths.cache_dir() / name, tmp_path / name)
    return tmp_path


# The quick tests of damage and of unusable places are in tests.faults.kernels: its kernel compiles at once.
@pytest.mark.slow
@pytest.mark.parametrize("damage", ["cut short", "one byte changed"])
def test_a_damaged_kernel_is_compiled_again(copy: Path, damage: str) -> None:
    assert predict(copy)[:2] == ["2.5", "loaded"]
    for victim in copy.rglob("*.evaluate-*.nbc"):
        content = bytearray(victim.read_bytes())
        if damage == "cut short":
            del content[len(content) // 2 :]
        else:
            content[len(content) // 2] ^= 0xFF
        victim.write_bytes(content)
    assert predict(copy)[:2] == ["2.5", "compiled"]
    assert predict(copy)[:2] == ["2.5", "loaded"]


@pytest.mark.slow
def test_damaged_index_and_seal_do_no_harm(copy: Path) -> None:
    next(copy.rglob("*.evaluate-*.nbi")).write_bytes(b"no pickle")
    (next(copy.iterdir()) / "seal.json").write_text("[")
    assert predict(copy)[0] == "2.5"
    assert predict(copy)[:2] == ["2.5", "loaded"]


@pytest.mark.slow
def test_without_a_usable_directory_kernels_are_compiled_for_the_moment(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a directory")
    value, origin, state, _ = predict(blocked)
    assert (value, origin) == ("2.5", "compiled")
    assert state == "True 0 none"


def test_the_directory_is_private(tmp_path: Path) -> None:
    directory = cache._private_directory(tmp_path / "kernels-x")
    assert directory.stat().st_mode & 0o777 == 0o700
    directory.chmod(0o777)
    with pytest.raises(OSError, match="can be written by others"):
        cache._private_directory(directory)
    (tmp_path / "link").symlink_to(directory)
    with pytest.raises(OSError, match="not a directory"):
        cache._private_directory(tmp_path / "link")


def test_only_long_unused_directories_of_other_versions_are_removed(tmp_path: Path) -> None:
    current, recent, old, foreign = (
        tmp_path / name for name in ("kernels-1", "kernels-2", "kernels-3", "other")
    )
    for directory in (current, recent, old, foreign):
        directory.mkdir()
        (directory / "a.nbc").write_bytes(b"x")
    for directory in (old, foreign, current):
        os.utime(directory, (0, 0))
    cache._prune(current)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kernels-1", "kernels-2", "other"]


def test_describe_says_where_and_how_much() -> None:
    findings = cache.describe()
    assert set(findings) >= {"directory", "writable", "entries", "bytes"}
    assert findings["writable"] == "yes" and int(findings["entries"]) >= 6
    assert all(isinstance(value, str) for value in findings.values())


def test_the_name_depends_on_the_kernels_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = cache.fingerprint()
    shutil.copytree(cache._KERNELS, tmp_path / "kernels", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(cache, "_KERNELS", tmp_path / "kernels")
    assert cache.fingerprint() == before
    path = tmp_path / "kernels" / "cpu" / "dense.py"
    path.write_text(path.read_text() + "\n")
    assert cache.fingerprint() != before


def test_a_helping_process_ends_with_the_one_that_it_helps(tmp_path: Path) -> None:
    code = "from tutor.engine.warmup import help_out; help_out('float64')"
    environment = os.environ | {"DLTUTOR_CACHE_DIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, env=environment) as helper:
        assert helper.stdin is not None
        helper.stdin.write(b"train_in_shards\n")
        helper.stdin.flush()
        with pytest.raises(subprocess.TimeoutExpired):
            helper.wait(1.5)  # it compiles for some seconds
        helper.stdin.close()  # as when its owner dies
        assert helper.wait(10) == 0


def test_a_helper_fills_the_cache_with_what_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DLTUTOR_CACHE_DIR", str(tmp_path))
    names: SimpleQueue[str] = SimpleQueue()
    for name in ("softmax_backward", "train_steps"):  # the one calls nothing, the other what does not stand
        names.put(name)
    warmup._feed("float32", names)
    kept = {path.name.split("-")[0] for path in tmp_path.rglob("*.nbc")}
    assert kept == {"activations.softmax_backward", "train.train_steps"}


def test_a_helper_that_is_gone_at_once_is_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warmup, "usable_cores", lambda: 2)
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    warmup._compile_elsewhere("float32")
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    warmup._compile_elsewhere("float32")


@pytest.mark.slow
def test_helpers_compile_every_kernel_once_and_nothing_is_left(tmp_path: Path) -> None:
    code = "from tutor.engine import warm_up; warm_up()"
    environment = os.environ | {"DLTUTOR_CACHE_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=600)
    kept = sorted(path.name.split("-")[0].split(".")[1] for path in tmp_path.rglob("*.nbc"))
    assert kept == sorted(ahead.names("float32"))


def test_the_seal_takes_the_place_of_whatever_stands_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.nbc").write_bytes(b"x")
    (tmp_path / "seal.json" / "inside").mkdir(parents=True)
    monkeypatch.setattr(cache._choice, "directory", tmp_path)
    monkeypatch.setattr(cache._choice, "problem", "")
    cache.seal()
    cache._drop_damaged(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.nbc", "seal.json"]
