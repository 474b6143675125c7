"""``dltutor lab``: what it prints, for people and for programs, and what it refuses."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.refusals import refusal
from tests.content.pack import files, write
from tests.lab.examples import network
from tutor.cli import main
from tutor.content.labfile import write_lab


def lab(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["lab", *words]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def lab_json(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    record: dict[str, Any] = json.loads(lab(capsys, *words, "--json"), parse_constant=refuse)
    return record


def test_one_unit_never_gets_all_rows_of_xor_right(capsys: pytest.CaptureFixture[str]) -> None:
    record = lab_json(capsys, "xor-winter", "--seeds", "20")
    assert (record["seeds"], record["reached"]) == (20, 0)
    assert all(run["metrics"]["min_errors"] >= 1 for run in record["runs"])
    assert all(run["goal"]["reached"] is False for run in record["runs"])


def test_a_hidden_layer_gets_them_right(capsys: pytest.CaptureFixture[str]) -> None:
    record = lab_json(capsys, "backprop", "--seeds", "20")
    assert record["reached"] >= 18
    assert record["share"] == record["reached"] / 20
    low, high = record["interval_95"]
    assert low < record["share"] <= high


def test_the_json_of_a_run_has_what_was_promised(capsys: pytest.CaptureFixture[str]) -> None:
    record = lab_json(capsys, "backprop", "--seed", "3")
    assert (record["lesson"], record["seed"], record["backend"]) == ("backprop", 3, "cpu")
    assert record["steps"] > 0 and record["epochs"] > 0 and record["steps_per_second"] > 0
    assert set(record["loss"]) == {"first", "last"}
    assert record["loss"]["last"] < record["loss"]["first"]
    assert list(record["gradient_norms"]) == ["dense_1", "dense_2"]
    assert set(record["goal"]) == {"reached", "target", "at_step"}
    assert record["stopped_because"] in ("goal", "budget")
    assert record["metrics"]["accuracy"] <= 1


def test_what_is_infinite_or_missing_is_null(capsys: pytest.CaptureFixture[str]) -> None:
    record = lab_json(capsys, "xor-winter")
    assert record["metrics"]["bound"] is None
    assert record["loss"] == {"first": None, "last": None}
    assert record["goal"]["at_step"] is None and record["quantities"]["goal_step"] is None


def test_the_same_seed_prints_the_same_run(capsys: pytest.CaptureFixture[str]) -> None:
    def record(seed: str) -> dict[str, Any]:
        run = lab_json(capsys, "backprop/digits", "--seed", seed)
        del (
            run["seconds"],
            run["steps_per_second"],
            run["quantities"]["seconds"],
            run["quantities"]["throughput"],
        )
        return run

    assert record("1") == record("1")
    assert record("1")["loss"] != record("2")["loss"]


def test_the_summary_is_plain_text_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    text = lab(capsys, "perceptron")
    assert "\x1b" not in text and "\r" not in text
    assert "perceptron/gates, seed 0" in text
    assert "The goal was reached after 5 epochs (20 steps)" in text
    assert "Novikoff's bound" in text and "51" in text


def test_many_seeds_are_counted_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    text = lab(capsys, "xor-winter", "--seeds", "4", "--seed", "7")
    assert "0 of 4 seeds reached it" in text and "95 % confidence" in text
    assert [line.split()[0] for line in text.splitlines() if line.startswith("  ")][1:] == [
        "7",
        "8",
        "9",
        "10",
    ]


def test_knobs_are_set_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    record = lab_json(capsys, "backprop", "--set", "hidden_units=1", "--set", "learning_rate=0.75")
    assert record["knobs"]["hidden_units"] == 1 and record["knobs"]["learning_rate"] == 0.75
    assert record["goal"]["reached"] is False
    record = lab_json(capsys, "perceptron", "--set", "data.gate=or")
    assert record["metrics"]["updates"] == 5


def test_a_run_that_explodes_says_so_to_people_and_programs(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["backprop/digits", "--set", "learning_rate=1e30", "--set", "activation=relu"]
    assert "stopped being finite" in lab(capsys, *words)
    record = lab_json(capsys, *words)
    assert record["stopped_because"] == "diverged" and record["quantities"]["diverged"] == 1


def test_steps_may_stop_short_of_the_budget_and_go_beyond_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert lab_json(capsys, "xor-winter", "--steps", "7")["steps"] == 7
    assert lab_json(capsys, "xor-winter", "--steps", "5001")["steps"] == 5001


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["backprop/no-such"], "no-such"),
        (["backprop", "--set", "colour=red"], "no knob 'colour'"),
        (["backprop", "--set", "hidden_units=5"], "hidden_units cannot be '5'"),
        (["backprop", "--set", "learning_rate=-1"], "learning_rate cannot be '-1'"),
        (["backprop", "--set", "hidden_units"], "cannot read --set"),
        (["perceptron", "--backend", "cuda"], "only a network learns on the GPU"),
        (["backprop", "--backend", "tpu"], "--backend"),
        (["backprop", "--steps", "0"], "whole number from 1"),
        (["backprop", "--seed", "1.5"], "whole number from 0"),
        (["backprop", "--seeds", "zero"], "whole number from 1"),
    ],
)
def test_what_cannot_be_done_is_one_error_and_one_hint(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in refusal(capsys, "lab", *words)


def in_a_terminal(term: str) -> bytes:
    """All that a run writes to a terminal of this kind."""
    parent, child = pty.openpty()
    command = [sys.executable, "-m", "tutor", "lab", "xor-winter", "--seeds", "2", "--steps", "50000"]
    process = subprocess.Popen(command, stdout=child, stderr=child, env=os.environ | {"TERM": term})
    os.close(child)
    written = b""
    try:
        while chunk := os.read(parent, 4096):
            written += chunk
    except OSError:  # Linux says so when the other end has closed
        pass
    finally:
        os.close(parent)
    assert process.wait() == 0
    return written


def test_progress_is_shown_on_a_terminal_without_escape_codes() -> None:
    written = in_a_terminal("xterm-256color")
    assert b"[####" in written and b"\x1b" not in written


def test_a_dumb_terminal_gets_lines_only() -> None:
    written = in_a_terminal("dumb")
    assert b"[####" not in written and b"seeds reached it" in written
    assert b"\r" not in written.replace(b"\r\n", b"\n")


def test_the_median_of_two_runs_is_the_number_of_steps_of_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "perceptron/margin", "--seeds", "2", "--json"]) == 0
    count = json.loads(capsys.readouterr().out)
    reached = [run["goal"]["at_step"] for run in count["runs"]]
    assert reached[0] != reached[1]
    assert count["median_steps_to_goal"] == min(reached)


@pytest.fixture
def convolution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of an experiment of a pack of one's own: a small convolutional network on a few digits."""
    lesson = files()["first/lab.toml"]
    head, network = lesson.split('id = "net"')
    network = network.replace('name = "gate", options = { gate = "xor" }', 'name = "digits", examples = 100')
    network = network.replace(
        'layers = "dense 4 tanh, dense 1 sigmoid", learning_rate = 0.5',
        'layers = "conv 2 3x3 relu, maxpool 2, flatten, dense 10 softmax", optimizer = "adam", '
        'loss = "categorical_crossentropy", learning_rate = 0.02',
    )
    network = network.replace("epochs = 100, batch_size = 0", "epochs = 4, batch_size = 10")
    network = network.replace(
        '[[experiment.knobs]]\nname = "hidden_units"',
        '[experiment.goal]\nwhen = "accuracy > 0.2"\ntext = "better than chance"\nseeds = 3\nat_least = 2\n'
        + "".join(
            f'[[experiment.knobs]]\nname = "{name}"\nlabel = "{name}"\nvalues = {values}\nhelp = "."\n'
            for name, values in (
                ("standardize", ["off", "on"]),
                ("shuffled_labels", [0.0, 1.0]),
                ("l2", [0.0, 0.1]),
                ("weight_decay", [0.0, 0.1]),
                ("global_clipnorm", [0.0, 1e-9]),
                ("rotate", [0.0, 20.0]),
                ("patience", [0, 2]),
                ("examples", [50, 100]),
            )
        )
        + '[[experiment.knobs]]\nname = "activation"',
    ).replace("values = [2, 4]", 'values = ["relu", "tanh"]')
    texts = files() | {"first/lab.toml": head + 'id = "net"' + network}
    write(tmp_path / "data" / "lessons", texts)
    monkeypatch.setenv("DLTUTOR_DATA_DIR", str(tmp_path / "data"))
    return "first/net"


def test_a_convolutional_network_of_ones_own_is_trained_and_all_its_knobs_turn(
    convolution: str, capsys: pytest.CaptureFixture[str]
) -> None:
    own = lab_json(capsys, convolution, "--steps", "8")
    assert list(own["gradient_norms"]) == ["conv2d_1", "dense_1"]
    for setting in (
        "standardize=on",
        "shuffled_labels=1",
        "l2=0.1",
        "weight_decay=0.1",
        "global_clipnorm=1e-9",
        "rotate=20",
        "examples=50",
        "activation=tanh",
    ):
        turned = lab_json(capsys, convolution, "--steps", "8", "--set", setting)
        assert turned["loss"] != own["loss"], setting
    assert "patience cannot be '3'" in refusal(capsys, "lab", convolution, "--set", "patience=3")


def test_a_goal_over_several_seeds_is_judged_when_all_of_them_ran(
    convolution: str, capsys: pytest.CaptureFixture[str]
) -> None:
    count = lab_json(capsys, convolution, "--seeds", "3")
    assert count["goal_needs"] == [2, 3] and count["goal_met"] is (count["reached"] >= 2)
    assert lab_json(capsys, convolution, "--seeds", "2")["goal_met"] is None
    text = lab(capsys, convolution, "--seeds", "3", "--set", "global_clipnorm=1e-9")
    assert "The goal counts if 2 of the seeds 0 to 2 reach it: not met." in text
    assert "--seeds 3 tells" in lab(capsys, convolution, "--seeds", "2")


def test_an_experiment_of_a_file_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(write_lab([network(), network(id="other", title="The other")]))
    record = lab_json(capsys, str(path), "--steps", "5")
    assert (record["lesson"], record["experiment"], record["steps"]) == ("bench", "moons", 5)
    assert "Free bench: The other" in lab(capsys, f"{path}/other", "--steps", "1")
    assert "no experiment 'third'" in refusal(capsys, "lab", f"{path}/third")
    assert "nothing.toml" in refusal(capsys, "lab", str(tmp_path / "nothing.toml"))
