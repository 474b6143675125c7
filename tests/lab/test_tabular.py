"""Tables as numbers: what is learnt comes from the training rows, what does not belong is named."""

from __future__ import annotations

import numpy as np
import pytest

from tutor.content.table import Table
from tutor.errors import InputError, UsageError
from tutor.lab.tabular import is_numeric, prepare


def table(**columns):
    cells = {name: [str(cell) for cell in values] for name, values in columns.items()}
    return Table(cells, list(range(2, 2 + len(next(iter(cells.values()))))))


RNG = np.random.default_rng(0)
AGES = RNG.integers(18, 90, 50).tolist()
COLOURS = RNG.choice(["red", "green", "blue"], 50).tolist()
PRICES = (RNG.normal(100, 20, 50)).round(2).tolist()
SHIRTS = table(age=AGES, colour=COLOURS, price=PRICES)


def test_inputs_are_standardized_with_the_training_rows_alone():
    made = prepare(SHIRTS, "price", test_fraction=0.3, seed=1)
    assert made.task == "regression"
    assert made.inputs == ["age", "colour = blue", "colour = green", "colour = red"]
    assert made.x.shape == (35, 4) and made.x_test.shape == (15, 4)
    assert made.x.mean(axis=0) == pytest.approx(np.zeros(4), abs=1e-6)
    assert made.x.std(axis=0) == pytest.approx(np.ones(4), abs=1e-5)
    assert np.abs(made.x_test.mean(axis=0)).max() > 0.01
    assert made.centre == pytest.approx(made.y.mean()) and made.spread == pytest.approx(made.y.std())


def test_held_out_rows_cannot_reach_the_training_part():
    def training_part(last_price):
        rows = prepare(SHIRTS, "price", seed=3)
        where = next(i for i, price in enumerate(PRICES) if price in rows.y_test)
        prices = [*PRICES]
        prices[where] = last_price
        ages = [*AGES]
        ages[where] = 1e6
        return prepare(table(age=ages, colour=COLOURS, price=prices), "price", seed=3)

    one, other = training_part(1.5), training_part(-1e9)
    assert one.x.tobytes() == other.x.tobytes() == prepare(SHIRTS, "price", seed=3).x.tobytes()
    assert (one.centre, one.spread) == (other.centre, other.spread)


def test_the_split_follows_the_seed():
    assert prepare(SHIRTS, "price", seed=1).y.tolist() == prepare(SHIRTS, "price", seed=1).y.tolist()
    assert prepare(SHIRTS, "price", seed=1).y.tolist() != prepare(SHIRTS, "price", seed=2).y.tolist()
    whole = prepare(SHIRTS, "price", seed=1)
    assert sorted([*whole.y, *whole.y_test]) == sorted(PRICES)


def test_text_targets_are_classes():
    made = prepare(SHIRTS, "colour")
    assert made.task == "classification" and made.classes == ["blue", "green", "red"]
    assert set(made.y) | set(made.y_test) == {0, 1, 2}
    assert (made.centre, made.spread) == (0, 1)


@pytest.mark.parametrize(
    ("values", "task", "noted"),
    [
        ([0, 1] * 10, "classification", True),
        ([1.5, 2.5] * 10, "classification", True),
        (list(range(10)) * 2, "classification", True),
        (list(range(20)), "regression", False),
        ([0.5, 1.5, 2.5, 3.0] * 5, "regression", False),
    ],
)
def test_the_task_is_guessed_and_the_doubtful_guess_is_said(values, task, noted):
    made = prepare(table(x=RNG.normal(size=20), y=values), "y")
    assert made.task == task
    assert any("--task regression" in note for note in made.notes) is noted


def test_the_guess_can_be_overruled():
    numbers = table(x=RNG.normal(size=20), y=[3, 4] * 10)
    assert prepare(numbers, "y", task="regression").task == "regression"
    assert prepare(numbers, "y", task="classification").classes == ["3", "4"]
    with pytest.raises(InputError, match="holds texts"):
        prepare(SHIRTS, "colour", task="regression")
    with pytest.raises(InputError, match="makes no classes"):
        prepare(table(x=range(50), y=RNG.normal(size=50)), "y", task="classification")


def test_classes_that_are_numbers_come_in_the_order_of_their_size():
    assert prepare(table(x=range(30), y=[10, 9, 2] * 10), "y").classes == ["2", "9", "10"]


def test_a_category_met_only_in_the_held_out_part_is_taken_for_none_and_said():
    first = prepare(SHIRTS, "price", seed=0)
    where = next(i for i, price in enumerate(PRICES) if price in first.y_test)
    colours = [*COLOURS]
    colours[where] = "mauve"
    made = prepare(table(age=AGES, colour=colours, price=PRICES), "price", seed=0)
    row = made.y_test.tolist().index(PRICES[where])
    assert "colour = mauve" not in made.inputs
    assert (made.x_test[row, 1:] < 0).all()  # 0, standardized, lies under every mean
    assert any("mauve" in note and "1 held-out row has" in note for note in made.notes)


def test_a_slip_in_a_column_of_numbers_is_named():
    prices = [*PRICES[:-1], "ten"]
    with pytest.raises(InputError, match=r"'ten' in line 51, column 'price' is no number"):
        prepare(table(age=AGES, colour=COLOURS, price=prices), "age")


@pytest.mark.parametrize("cell", ["1e999", "nan", "inf", "1_000", "١", "0x10", "1,5"])
def test_odd_numbers_are_no_numbers(cell):
    with pytest.raises(InputError, match="line 51"):
        prepare(table(age=AGES, price=[*PRICES[:-1], cell]), "age")


@pytest.mark.parametrize("cell", ["1", "-1.5", "+.5", "5.", "1e-3", "2E+4"])
def test_numbers_as_people_write_them(cell):
    assert is_numeric([cell])


def test_decimal_commas_are_refused_with_the_way_out():
    commas = [f"{i},5" for i in range(300)]
    with pytest.raises(InputError) as caught:
        prepare(table(x=commas, y=range(300)), "y")
    assert "decimal point" in caught.value.hint


def test_what_says_nothing_is_left_out_and_said():
    made = prepare(table(same=[7] * 50, almost=[0.1] * 50, age=AGES, price=PRICES), "price")
    assert made.inputs == ["age"]
    assert sum("left out" in note for note in made.notes) == 2
    with pytest.raises(InputError, match="no column is left"):
        prepare(table(same=[7] * 50, price=PRICES), "price")
    with pytest.raises(InputError, match="only one value"):
        prepare(table(age=AGES, price=[5.5] * 50), "price", task="regression")


def test_numbers_beyond_all_measure_are_refused():
    with pytest.raises(InputError, match="too large"):
        prepare(table(age=[1e308, -1e308] * 25, price=PRICES), "price")


def test_an_unknown_target_is_told_the_columns_there_are():
    with pytest.raises(UsageError, match="no column 'cost'") as caught:
        prepare(SHIRTS, "cost")
    assert "'price'" in caught.value.hint


@pytest.mark.parametrize("fraction", [0.0, 1.0, 2.0])
def test_the_held_out_part_must_be_a_part(fraction):
    with pytest.raises(UsageError):
        prepare(SHIRTS, "price", test_fraction=fraction)


@pytest.mark.parametrize("fraction", [0.001, 0.999])
def test_both_parts_hold_at_least_one_row(fraction):
    made = prepare(SHIRTS, "age", test_fraction=fraction, task="regression") if fraction < 0.5 else None
    if made is None:
        with pytest.raises(InputError):  # one training row has no spread
            prepare(SHIRTS, "age", test_fraction=fraction, task="regression")
    else:
        assert len(made.y_test) == 1
