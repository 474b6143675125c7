"""Experiments in files of their own: what is written is read again."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lab.examples import network, perceptron
from tutor.content.labfile import read_lab, write_lab
from tutor.content.model import (
    Claim,
    DataSpec,
    Experiment,
    Goal,
    Knob,
    ModelSpec,
    Prediction,
    PredictionOption,
    TrainingSpec,
)
from tutor.errors import InputError
from tutor.text import clean

texts = st.text(max_size=30).map(clean)
numbers = st.floats(allow_nan=False, allow_infinity=False)
whole = st.integers(-(2**62), 2**62)
values = st.one_of(whole, numbers, texts)
tables = st.dictionaries(texts, values, max_size=3)
experiments = st.builds(
    Experiment,
    id=texts,
    title=texts,
    kind=st.sampled_from(["network", "perceptron"]),
    about=texts,
    seconds=numbers,
    data=st.builds(DataSpec, name=texts, options=tables, examples=whole, standardize=st.booleans()),
    model=st.builds(ModelSpec, layers=texts, learning_rate=numbers, nesterov=st.booleans()),
    training=st.builds(TrainingSpec, epochs=whole, shuffle=st.booleans(), rotate=numbers),
    prediction=st.builds(
        Prediction,
        prompt=texts,
        options=st.lists(st.builds(PredictionOption, text=texts, when=texts, feedback=texts), max_size=2),
    ),
    goal=st.none() | st.builds(Goal, when=texts, text=texts),
    knobs=st.lists(
        st.builds(
            Knob,
            name=texts,
            label=texts,
            values=st.lists(values, max_size=3),
            help=texts,
            names=st.lists(texts),
        ),
        max_size=2,
    ),
    claims=st.lists(
        st.builds(Claim, text=texts, expect=texts, at_least=st.none() | whole, set=tables), max_size=2
    ),
)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(experiments, min_size=1, max_size=2))
def test_what_is_written_is_read_again(tmp_path: Path, made: list[Experiment]) -> None:
    path = tmp_path / "lab.toml"
    path.write_text(write_lab(made), encoding="utf-8")
    assert read_lab(path) == made


def test_defaults_are_left_out() -> None:
    text = write_lab([network(), perceptron()])
    assert "nesterov" not in text and "claims" not in text
    assert text.startswith('format_version = 1\n\n[[experiment]]\nid = "moons"\n')


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "format"),
        ("format_version = 2\nexperiment = []", "format 2"),
        ("format_version = 1\nexperiment = []", "no experiment"),
        ("format_version = 1\nexperiment = [{ id = 3 }]", "id: expected text"),
        ("format_version = ", "not TOML"),
    ],
)
def test_what_is_no_lab_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "lab.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        read_lab(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.toml"):
        read_lab(tmp_path / "nothing.toml")
