"""``dltutor export``: what it writes, and what it refuses."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.cli.refusals import refusal
from tests.lab.examples import network
from tutor.cli import main
from tutor.content.labfile import write_lab


def test_a_small_script_goes_to_the_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "pytorch", "backprop", "--set", "hidden_units=2"]) == 0
    captured = capsys.readouterr()
    assert captured.err == "" and "nn.Linear(2, 2)" in captured.out
    ast.parse(captured.out)


def test_a_large_one_names_the_file_that_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "keras", "backprop/digits"]) == 0
    captured = capsys.readouterr()
    assert "digits.npz" in captured.out
    assert captured.err.startswith("note: The script reads digits.npz") and "-o digits.py" in captured.err


def test_both_files_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "mine.py"
    assert main(["export", "keras", "backprop/digits", "-o", str(script)]) == 0
    assert (tmp_path / "mine.npz").stat().st_size > 10_000
    assert 'with_name("mine.npz")' in script.read_text()
    assert str(tmp_path / "mine.npz") in capsys.readouterr().out


def test_an_experiment_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "lab.toml"
    path.write_text(write_lab([network(), network(id="other", title="The other one")]))
    assert main(["export", "keras", str(path)]) == 0
    assert capsys.readouterr().out.startswith('"""Moons')
    assert main(["export", "keras", f"{path}/other"]) == 0
    assert capsys.readouterr().out.startswith('"""The other one')
    assert "there are: moons, other" in refusal(capsys, "export", "keras", f"{path}/third")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["tensorflow", "backprop"], "tensorflow"),
        (["keras", "perceptron"], "is of kind perceptron"),
        (["keras", "nonsense"], "nonsense"),
        (["keras", "backprop", "--set", "hidden_units"], "cannot read --set"),
        (["keras", "backprop", "-o", "script.npz"], "does not end in .py"),
        (["keras", "missing.toml"], "missing"),
    ],
)
def test_what_cannot_be_exported(capsys: pytest.CaptureFixture[str], words: list[str], message: str) -> None:
    assert message in refusal(capsys, "export", *words)
