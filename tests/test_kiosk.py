"""Kiosk mode: what is left of the environment and the command line, and which paths lead nowhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tutor import kiosk, paths
from tutor.errors import InputError
from tutor.ui.closed import ClosedApp

MANUAL = Path(__file__).parent.parent / "docs" / "kiosk.md"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data directory of a kiosk."""
    monkeypatch.setenv(kiosk.VARIABLE, "1")
    monkeypatch.setenv("DLTUTOR_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


HOSTILE = {
    "PYTHONPATH": "/tmp/x", "PYTHONINSPECT": "1", "PYTHONSTARTUP": "/tmp/x", "LD_PRELOAD": "/tmp/x.so",
    "TEXTUAL": "devtools", "TEXTUAL_DRIVER": "x:Y", "TEXTUAL_LOG": "/tmp/log", "TEXTUAL_SCREENSHOT": "1",
    "TEXTUAL_SCREENSHOT_LOCATION": "/tmp", "TEXTUAL_ALLOW_SIGNALS": "1", "NUMBA_CACHE_DIR": "/tmp/x",
    "NUMBA_ENABLE_CUDASIM": "1", "DLTUTOR_DATA_DIR": "/tmp/x", "DLTUTOR_CACHE_DIR": "/tmp/x",
    "XDG_DATA_HOME": "/tmp/x", "XDG_CACHE_HOME": "/tmp/x", "SSH_ORIGINAL_COMMAND": "sh", "BROWSER": "sh",
    "BASH_ENV": "/tmp/x", "TMPDIR": "/tmp/x", "LC_ALL": "../../tmp/x", "TERM": "x\x1b]0;y\x07",
}  # fmt: skip


def test_the_environment_keeps_what_cannot_redirect_the_program() -> None:
    harmless = {
        "HOME": "/home/a b",
        "LANG": "de_DE.UTF-8",
        "LC_TIME": "C",
        "NO_COLOR": "",
        "COLORTERM": "24bit",
    }
    left = kiosk.environment({**HOSTILE, **harmless, "PATH": "/tmp/x"})
    assert left == {**harmless, "PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1", kiosk.VARIABLE: "1"}


def test_a_kiosk_works_in_the_root_for_its_owners_eyes_and_cannot_be_stopped_or_made_to_dump(
    tmp_path: Path,
) -> None:
    script = (
        "import os, resource, signal, sys; from tutor import kiosk; kiosk.enter(['--kiosk']); "
        "print(os.getcwd(), os.umask(0), *resource.getrlimit(resource.RLIMIT_CORE), sys.dont_write_bytecode, "
        "*(signal.getsignal(n) == signal.SIG_IGN for n in (signal.SIGTSTP, signal.SIGQUIT)))"
    )
    command = [sys.executable, "-I", "-c", script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["/", str(0o077), "0", "0", "True", "True", "True"]


def test_the_manual_names_every_variable_that_is_kept() -> None:
    said = set(re.findall(r"`([A-Z_]+)(?:\*?)`", MANUAL.read_text(encoding="utf-8")))
    assert said >= kiosk._KEPT | {"LC_"}


@pytest.mark.parametrize(
    ("given", "left"),
    [
        (["--kiosk", "--slow", "lab", "xor", "-c", "id"], ["--kiosk", "--slow"]),
        (
            ["--max-memory=1G", "--kiosk", "--max-threads=2"],
            ["--kiosk", "--max-memory=1G", "--max-threads=2"],
        ),
        (
            ["--max-memory", "1G", "--kiosk", "--max-threads"],
            ["--kiosk", "--max-memory=1G", "--max-threads="],
        ),
        (["--kiosk", "--max-threads", "--set", "x=1"], ["--kiosk", "--max-threads=--set"]),
    ],
)
def test_the_limits_that_the_administrator_wrote_stay_and_nothing_else(
    given: list[str], left: list[str]
) -> None:
    assert [kiosk.FLAG, *kiosk._options(given)] == left


@pytest.mark.parametrize("arguments", [("--kiosk",), ("--kiosk", "lab", "xor"), ("progress", "--kiosk")])
def test_without_a_terminal_a_kiosk_runs_no_command(arguments: tuple[str, ...], tmp_path: Path) -> None:
    environment = {**os.environ, "HOME": str(tmp_path), "SSH_ORIGINAL_COMMAND": "id", "PYTHONINSPECT": "1"}
    command = [sys.executable, "-m", "tutor", *arguments]
    done = subprocess.run(command, env=environment, input="id\n", capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: the app needs a terminal")
    assert "this account runs dltutor alone" in done.stderr
    assert not list(tmp_path.iterdir())


def test_paths_are_kept_inside_the_data_directory(home: Path) -> None:
    (home / "sub").mkdir()
    assert kiosk.confined("my.toml") == home / "my.toml"
    assert kiosk.confined("sub/../sub/my.csv") == home / "sub" / "my.csv"
    assert kiosk.confined(home / "my.toml") == home / "my.toml"


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "sub/../../x",
        "/etc/passwd",
        "~/x",
        "~root/x",
        "out",
        "out/x",
        "loop/x",
        "x\0y",
        "~nobody-here/x",
    ],
)
def test_paths_that_lead_out_are_refused_in_one_line(name: str, home: Path, tmp_path: Path) -> None:
    (home / "out").symlink_to(tmp_path)
    (home / "loop").symlink_to("loop")
    with pytest.raises(InputError) as refused:
        kiosk.confined(name)
    assert "\n" not in refused.value.message and refused.value.hint


def test_outside_of_kiosk_mode_paths_are_the_learners_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(kiosk.VARIABLE, raising=False)
    assert kiosk.confined("/etc/passwd") == Path("/etc/passwd")
    assert kiosk.confined("~/x") == Path.home() / "x"


def test_the_form_of_the_bench_writes_and_reads_in_the_data_directory_alone(
    home: Path, tmp_path: Path
) -> None:
    from tutor.ui.workshop.form import Form

    form = Form()
    form.save("mine")
    assert (home / "mine.toml").is_file()
    form.open("mine")
    (home / "out.toml").symlink_to(tmp_path / "elsewhere.toml")
    for name in (str(tmp_path / "x"), "../x.toml", "out", "/", "..", "."):
        with pytest.raises(InputError):
            form.save(name) if name not in (".", "..") else form.open(name)
    assert {path.name for path in tmp_path.iterdir()} == {"data"}
    assert paths.data_dir() == home


def test_a_table_outside_of_the_data_directory_is_not_read(home: Path, tmp_path: Path) -> None:
    from tests.ui.test_workshop import go_to
    from tutor.content.model import DataSpec
    from tutor.lab.data import table
    from tutor.ui.workshop.form import Form

    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n" + "1,2\n" * 20)
    with pytest.raises(InputError, match="lies outside of"):
        table(DataSpec("csv", {"file": str(secret), "target": "b"}), seed=0)
    form = Form()
    go_to(form, "data set").enter("csv")
    go_to(form, "file").enter(str(secret))
    assert "lies outside of" in form.notice, "not even for the names of its columns"


async def test_the_app_offers_no_way_out_of_textual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    monkeypatch.setattr(os, "kill", lambda *what: started.append(what))
    monkeypatch.setattr("webbrowser.open", lambda *what, **options: started.append(what))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    app = ClosedApp()
    async with app.run_test() as pilot:
        for action in ("suspend_process", "screenshot", "command_palette", "screenshot('x.svg', '/tmp')"):
            await app.run_action(action)
        app.open_url("https://example.org")
        app.deliver_text(__file__)
        app.deliver_binary(__file__)
        app.deliver_screenshot("x.svg", str(tmp_path))
        app.save_screenshot("x.svg", str(tmp_path))
        await pilot.press("ctrl+p", "ctrl+z", "ctrl+s", "ctrl+backslash")
        assert len(app.screen_stack) == 1
    assert not started and not list(tmp_path.iterdir())
