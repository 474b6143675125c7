"""The form of the free bench without a screen: every setting can be changed, and what is saved is a lab."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lab.examples import network, perceptron
from tutor.content.check import check_pack
from tutor.content.labfile import read_lab, write_lab
from tutor.content.model import DataSpec
from tutor.engine import activations, datasets, initializers, losses, optimizers, parse_layers
from tutor.errors import InputError
from tutor.lab.check import validate
from tutor.lab.data import CSV, load
from tutor.ui.workshop import choices
from tutor.ui.workshop.form import FIRST, Form
from tutor.ui.workshop.layers import STARTS, LayerText

LESSONS = Path(__file__).resolve().parents[2] / "lessons"


def go_to(form: Form, label: str) -> Form:
    """The form with the first row of that label chosen."""
    form.chosen = next(number for number, row in enumerate(form.rows) if row.label.strip() == label)
    return form


@pytest.fixture
def flowers(tmp_path: Path) -> Path:
    lines = ["petal,region,kind"]
    lines += [f"{number % 3 + number / 100},{'NS'[number % 2]},{'abc'[number % 3]}" for number in range(60)]
    path = tmp_path / "flowers.csv"
    path.write_text("\n".join(lines))
    return path


# ------------------------------------------------------------------------------- the core knows it too


def test_the_choices_are_those_of_the_training_core() -> None:
    known = {name: datasets.options(name) for name in datasets.GENERATORS}
    assert {name: dict(options) for name, options in choices.DATA_SETS.items() if name != CSV} == known
    limited = {
        (name, option): datasets.choices(name, option)
        for name, options in known.items()
        for option in options
        if datasets.choices(name, option)
    }
    assert {key: few for key, few in choices.OPTION_CHOICES.items() if key[0] != CSV} == limited
    assert set(choices.ACTIVATIONS) == set(activations.NAMES)
    assert set(choices.LOSSES) == set(losses.NAMES)
    assert set(choices.OPTIMIZERS) == set(optimizers.NAMES)
    assert set(choices.INITIALIZERS) == set(initializers.NAMES)
    pictures = {name for name in known if datasets.load(name, 0).image_shape}
    assert set(choices.IMAGES) == pictures


@pytest.mark.parametrize("name", [*choices.DATA_SETS])
def test_every_data_set_gets_a_network_that_can_be_built(name: str, flowers: Path) -> None:
    form = go_to(Form(), "data set")
    assert form.enter(name)
    if name == CSV:
        assert go_to(form, "file").enter(str(flowers))
    validate(form.experiment)


def test_the_number_of_classes_follows_the_options(flowers: Path) -> None:
    form = go_to(Form(), "data set")
    form.enter("digits")
    assert form.experiment.model.layers.endswith("dense 10 softmax") and "digits" in form.notice
    go_to(form, "pair").enter("3 8")
    assert form.experiment.model.layers.endswith("dense 1 sigmoid")
    go_to(form, "data set").enter("csv")
    go_to(form, "file").enter(str(flowers))
    assert form.experiment.data.options["target"] == "kind"
    assert form.experiment.model.layers.endswith("dense 3 softmax")
    go_to(form, "target").turn(-1)
    assert form.experiment.data.options["target"] == "region"
    assert form.experiment.model.loss == "binary_crossentropy"
    go_to(form, "target").enter("petal")
    assert form.experiment.model.loss == "mean_squared_error"
    validate(form.experiment)


# ------------------------------------------------------------------------------- rows


def test_every_row_takes_its_own_value_and_all_its_stops() -> None:
    form = go_to(Form(), "data set")
    form.enter("digits")
    go_to(form, "layer 1").enter("conv 8 3x3 relu")
    for row in form.rows:
        for stop in (row.value, *row.stops):
            row.enter(stop)
        for direction in (-1, 1):
            row.turned(direction)


def test_left_and_right_stop_at_the_ends_and_find_their_way_from_between() -> None:
    form = go_to(Form(), "learning rate")
    form.enter("0.017")
    form.turn(1)
    assert form.row.value == "0.02"
    form.turn(-1)
    form.turn(-1)
    assert form.row.value == "0.005"
    for _ in range(40):
        form.turn(-1)
    assert "the first value here" in form.notice and form.experiment.model.learning_rate > 0


@pytest.mark.parametrize(
    ("label", "text", "message"),
    [
        ("learning rate", "fast", "must be a number above 0, not 'fast'"),
        ("learning rate", "0", "above 0"),
        ("learning rate", "nan", "must be a number"),
        ("momentum", "1", "below 1"),
        ("epochs", "2.5", "must be a whole number of 1 or more"),
        ("units", "0", "must be a whole number of 1 or more"),
        ("activation", "swish", "it can be: linear"),
        ("loss", "guess", "cannot be 'guess'"),
        ("shuffle", "perhaps", "on or off"),
        ("layer 1", "dense 8, dense 9", "without a comma"),
        ("stop when", "accuracy >>> 3", ""),
        ("data set", "mnist", "there is no data set 'mnist'"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(label: str, text: str, message: str) -> None:
    form = go_to(Form(), "optimizer")
    form.enter("sgd")
    before = form.experiment
    assert not go_to(form, label).enter(text)
    assert message in form.notice and form.notice and "\n" not in form.notice
    assert form.experiment == before


def test_layers_are_added_changed_and_taken_out() -> None:
    form = go_to(Form(), "layer 1")
    form.add()
    assert (
        form.experiment.model.layers == "dense 8 tanh, dense 8 tanh, dense 1 sigmoid" and form.row.layer == 1
    )
    form.turn(1)
    assert "conv 8 3x3 same relu" in form.experiment.model.layers
    form.delete()
    assert form.experiment.model.layers == "dense 8 tanh, dense 1 sigmoid"
    go_to(form, "units").turn(1)
    assert form.experiment.model.layers.startswith("dense 12 tanh")
    go_to(form, "layer 2").delete()
    form.delete()
    assert "one layer at least" in form.notice
    go_to(form, "loss").delete()
    assert "Choose a layer first" in form.notice


@st.composite
def layer_texts(draw: st.DrawFn) -> str:
    """A layer as people write it, its words in any order that is understood."""
    kind = draw(st.sampled_from(sorted(set(STARTS) - {"residual"})))
    count, name = str(draw(st.integers(1, 9))), draw(st.sampled_from(choices.ACTIVATIONS))
    if kind == "dense":
        return f"dense {count} {draw(st.sampled_from(['', name]))}".strip()
    if kind in ("conv", "maxpool", "avgpool"):
        more = [
            draw(st.sampled_from(["", "stride 2", "stride 2x1"])),
            draw(st.sampled_from(["", "same", "valid"])),
        ]
        more = draw(st.permutations(more))
        first = f"{kind} {count} 3x2 {name}" if kind == "conv" else f"{kind} {count}"
        return " ".join([first, *filter(None, more)])
    return {"dropout": "dropout 0.3", "activation": f"activation {name}"}.get(kind, kind)


@settings(deadline=None, max_examples=200)
@given(layer_texts())
def test_a_layer_taken_apart_and_put_together_is_the_same(text: str) -> None:
    assert parse_layers(LayerText.read(text).write()) == parse_layers(text)


@pytest.mark.parametrize(
    ("label", "value", "message"),
    [
        ("loss", "categorical_crossentropy", "needs softmax in the last layer, not sigmoid"),
        ("layer 2", "dense 3 sigmoid", "the last layer has 1 or 2 units"),
        ("data set", "csv", "no table yet"),
    ],
)
def test_what_would_be_refused_in_the_lab_is_told_before(label: str, value: str, message: str) -> None:
    form = go_to(Form(), label)
    assert form.problem == ""
    form.enter(value)
    assert message in form.problem
    if label != "data set":
        with pytest.raises(InputError):
            validate(form.experiment)


def test_an_output_of_two_units_for_yes_or_no_is_no_problem() -> None:
    form = go_to(Form(), "layer 2")
    form.enter("dense 2 softmax")
    go_to(form, "loss").enter("categorical_crossentropy")
    assert form.problem == ""
    validate(form.experiment)


# ------------------------------------------------------------------------------- files


def test_what_is_saved_comes_back_and_is_named_after_its_title(tmp_path: Path) -> None:
    form = go_to(Form(), "title")
    form.enter("My first net")
    go_to(form, "stop when").enter("val_accuracy >= 0.95")
    go_to(form, "learning rate").enter("0.0125")
    form.save(str(tmp_path / "mine"))
    (read,) = read_lab(tmp_path / "mine.toml")
    assert read == form.experiment and read.id == "my-first-net" and read.goal
    again = Form()
    again.open(str(tmp_path / "mine.toml"))
    assert again.experiment == read and again.text == form.text


def test_other_experiments_and_own_knobs_of_a_file_are_kept(tmp_path: Path) -> None:
    first = network(data=DataSpec("moons", {"noise": 0.1, "examples": 200}))
    second = network(id="two", title="Two")
    (tmp_path / "lab.toml").write_text(write_lab([first, second]))
    form = Form()
    form.open(str(tmp_path / "lab.toml"))
    assert form.experiment == first
    go_to(form, "batch size").enter("17")
    assert [knob.name for knob in form.experiment.knobs] != [knob.name for knob in first.knobs]
    form.save(str(tmp_path / "lab.toml"))
    changed, kept = read_lab(tmp_path / "lab.toml")
    assert changed.training.batch_size == 17 and kept == second


def test_a_saved_bench_is_a_lesson_s_lab(tmp_path: Path) -> None:
    shutil.copytree(LESSONS / "xor-winter", tmp_path / "xor-winter")
    form = go_to(Form(), "data set")
    form.enter("spiral")
    form.save(str(tmp_path / "xor-winter" / "lab.toml"))
    faults = [
        str(fault) for fault in check_pack(tmp_path / "xor-winter", validate) if "lab.toml" in fault.file
    ]
    assert faults == []


def test_what_is_not_for_the_bench_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lab.toml").write_text(write_lab([perceptron()]))
    form = Form()
    with pytest.raises(InputError, match="the bench is for networks"):
        form.open(str(tmp_path / "lab.toml"))
    with pytest.raises(InputError, match="cannot be written"):
        form.save(str(tmp_path / "nowhere" / "x"))
    with pytest.raises(InputError, match="needs a name"):
        form.save(" ")
    assert form.experiment.data == FIRST.data


def test_a_table_is_split_standardized_and_named(flowers: Path) -> None:
    options = {"file": str(flowers), "target": "kind", "task": "auto", "held_out": 0.25}
    data = load(DataSpec(CSV, options), seed=1)
    assert data.kind == "classes" and data.names == ("a", "b", "c")
    assert data.x.shape == (45, 3) and len(data.y_val) == 15
    assert abs(float(data.x.mean())) < 1e-5
    amount = load(DataSpec(CSV, {"file": str(flowers), "target": "petal"}), seed=1)
    assert amount.kind == "regression" and abs(float(amount.y.std()) - 1) < 1e-5
    for wrong in ({"colour": "red"}, {"task": "guess"}, {"file": ""}, {"held_out": "half"}):
        with pytest.raises(InputError):
            load(DataSpec(CSV, options | wrong), seed=1)
