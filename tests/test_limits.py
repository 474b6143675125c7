"""What the learner allows training to use: read from options and the environment, or refused in one line."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_cli import dltutor
from tests.worker.talk import wait_for_event
from tutor import limits
from tutor.cli import main
from tutor.engine import threads
from tutor.errors import UsageError
from tutor.worker.client import WorkerClient
from tutor.worker.protocol import Ready


@pytest.mark.parametrize(
    ("text", "size"), [("500M", 500 << 20), ("2g", 2 << 30), ("1GiB", 1 << 30), ("734003200", 700 << 20)]
)
def test_sizes_of_memory(text: str, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(limits.MAX_MEMORY, text)
    assert limits.max_memory() == size


@pytest.mark.parametrize("text", ["much", "-1G", "1.5G", "2 G", "٣G", "1M", "0"])
def test_what_is_no_size_or_too_small_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(limits.MAX_MEMORY, text)
    with pytest.raises(UsageError, match="--max-memory must be"):
        limits.max_memory()


@pytest.mark.parametrize("text", ["0", "-1", "two", "²", "9999999999"])
def test_what_is_no_number_of_threads_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(limits.MAX_THREADS, text)
    with pytest.raises(UsageError, match="--max-threads must be"):
        limits.max_threads()


def test_the_most_threads_bind_whatever_else_asks_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(threads.VARIABLE, "8")
    assert threads.threads() == 8
    monkeypatch.setenv(limits.MAX_THREADS, "1")
    assert threads.threads() == threads.usable_cores() == 1


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="counts threads in /proc")
def test_libraries_start_no_threads_of_their_own() -> None:
    command = ["lab", "svm-winter", "--max-threads", "1", "--json"]
    script = (
        f"import os; from tutor.cli import main; main({command}); print(len(os.listdir('/proc/self/task')))"
    )
    asked = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "4")  # as in many a .bashrc
    done = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | asked, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "1"


def test_numba_is_kept_from_loading_scipy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scipy.py").write_text("import os; os._exit(9)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with WorkerClient() as client:
        assert wait_for_event(client, Ready)
    done = dltutor("lab", "xor-winter", "--json")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words", [["--max-threads", "no"], ["lab", "xor-winter", "--max-memory", "1K"]])
def test_a_wrong_limit_ends_the_program_at_once(words: list[str]) -> None:
    done = dltutor(*words)
    assert done.returncode == 2
    assert done.stderr.startswith("error: --max-")


def test_the_options_stand_before_the_command_or_behind_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(limits.MAX_THREADS, "")
    monkeypatch.setenv(limits.MAX_MEMORY, "")
    assert main(["--max-threads", "1", "--max-memory", "700M", "doctor"]) in (0, 1)
    said = capsys.readouterr().out
    assert re.search(r"memory +[\d.]+ [MG]B left (on|by) th", said) or not Path("/proc/meminfo").exists()
    assert "--max-threads 1\n" in said and "--max-memory  700 MB\n" in said
    for words in (["lab", "--help"], ["fit", "--help"], ["--help"]):
        with pytest.raises(SystemExit):
            main(words)
        assert "--max-memory SIZE" in capsys.readouterr().out
