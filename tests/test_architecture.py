"""The promises of the layout that no single part can keep alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TUTOR = Path(__file__).parent.parent / "tutor"


def modules_after(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_package_imports_nothing_else() -> None:
    ours = {name for name in modules_after("import tutor") if name.startswith("tutor")}
    assert ours == {"tutor"}


ABSENT = ("textual", "rich", "plotext", "msgspec", "markdown_it", "fsrs", "platformdirs")


def test_the_engine_runs_where_only_numpy_and_numba_are_installed() -> None:
    hide = f"import sys\nsys.modules.update(dict.fromkeys({ABSENT}))"
    loaded = modules_after(f"{hide}\nfrom tutor.engine import Dense, Sequential, datasets")
    assert "numba" in loaded


APP_SIDE = ["tutor.ui.run", "tutor.worker.client", "tutor.charts", "tutor.progress.store"]
TERMINAL_FREE = ["tutor.content.catalog", "tutor.quiz.session", "tutor.lab", "tutor.worker.host"]


@pytest.mark.parametrize("module", APP_SIDE)
def test_the_apps_process_never_loads_the_training_core(module: str) -> None:
    loaded = modules_after(f"import {module}")
    assert module in loaded
    assert not loaded & {"numba", "llvmlite", "tutor.engine", "tutor.lab"}


@pytest.mark.parametrize("module", TERMINAL_FREE)
def test_only_the_app_loads_textual(module: str) -> None:
    assert "textual" not in modules_after(f"import {module}")


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in TUTOR.rglob("*.py")}
    assert not {str(path.relative_to(TUTOR)): n for path, n in lengths.items() if n > 400}


@pytest.mark.parametrize(
    "module", ["tutor.ui.start", "tutor.ui.screens.home", "tutor.quiz.deck", "tutor.quiz.due"]
)
def test_the_app_opens_without_the_scheduler(module: str) -> None:
    assert "fsrs" not in modules_after(f"import {module}")
