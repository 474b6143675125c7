"""``dltutor fit`` on tables as people have them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.refusals import refusal
from tutor.cli import main


@pytest.fixture
def flowers(tmp_path: Path) -> Path:
    """Two kinds of flowers that their petals tell apart; a region that says nothing."""
    rng = np.random.default_rng(0)
    path = tmp_path / "flowers.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["petal length", "region", "kind"])
        for number in range(120):
            kind = ("rose", "tulip")[number % 2]
            writer.writerow([f"{rng.normal(3 + 3 * (number % 2), 0.5):.2f}", rng.choice(["N", "S"]), kind])
    return path


def test_classes_are_learnt_and_judged_beside_the_commonest(
    flowers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fit", str(flowers), "--target", "kind", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["task"] == "classification" and record["classes"] == ["rose", "tulip"]
    assert record["inputs"] == ["petal length", "region = N", "region = S"]
    assert record["rows"] == {"training": 96, "held_out": 24}
    assert record["held_out"]["accuracy"] > 0.95
    assert record["baseline"]["accuracy"] < 0.75


def test_a_regression_tells_its_errors(flowers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["fit", str(flowers), "--target", "petal length", "--layers", "dense 8 relu, dense 4 tanh"]) == 0
    )
    text = capsys.readouterr().out
    assert "root mean squared error" in text and "R²" in text and "always the mean" in text
    assert "is clearly better than the answer that needs no network" in text
    assert "\x1b" not in text and "\r" not in text


def test_the_seed_decides(flowers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def printed(seed: str) -> str:
        assert main(["fit", str(flowers), "--target", "petal length", "--json", "--seed", seed]) == 0
        return capsys.readouterr().out

    assert printed("1") == printed("1")
    assert printed("1") != printed("2")


def test_noise_is_not_sold_as_knowledge(flowers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = flowers.read_text(encoding="utf-8-sig").splitlines()
    noise = flowers.with_name("noise.csv")
    rng = np.random.default_rng(5)
    lines = [f"{row.split(';')[1]};{rng.normal():.3f};{rng.normal():.3f}" for row in rows[1:]]
    noise.write_text("\n".join(["region;a;b", *lines]))
    assert main(["fit", str(noise), "--target", "b", "--epochs", "300"]) == 0
    assert "not clearly better than the answer that needs no network" in capsys.readouterr().out


def test_what_cannot_be_done_is_one_error_and_one_hint(
    flowers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "no column 'color'" in refusal(capsys, "fit", flowers, "--target", "color")
    assert "there is no file" in refusal(capsys, "fit", flowers.parent / "none.csv", "--target", "kind")
    assert "unknown kind of layer" in refusal(
        capsys, "fit", flowers, "--target", "kind", "--layers", "dance 4"
    )
    assert "unknown optimizer" in refusal(capsys, "fit", flowers, "--target", "kind", "--optimizer", "luck")
    assert "number above 0" in refusal(capsys, "fit", flowers, "--target", "kind", "--learning-rate", "nan")
    assert "whole number" in refusal(capsys, "fit", flowers, "--target", "kind", "--epochs", "0")
    assert "between 0 and 1" in refusal(capsys, "fit", flowers, "--target", "kind", "--test-fraction", "3")
    assert "holds texts" in refusal(capsys, "fit", flowers, "--target", "kind", "--task", "regression")


def test_an_explosion_is_a_failure_that_is_named(flowers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["fit", str(flowers), "--target", "petal length", "--optimizer", "sgd", "--learning-rate", "1e6"]
    assert main(words) == 1
    assert "error: training diverged at step" in capsys.readouterr().err
