"""Commands that are refused: exit status 2, nothing on the output, two lines beside it."""

from __future__ import annotations

import pytest

from tutor.cli import main


def refusal(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    """Run a command that must be refused; returns what it says."""
    try:
        status = main([str(word) for word in words])
    except SystemExit as stop:
        status = stop.code  # type: ignore[assignment]
    captured = capsys.readouterr()
    assert status == 2 and captured.out == ""
    error, hint = captured.err.splitlines()
    assert error.startswith("error: ") and hint.startswith("hint: ")
    return captured.err
