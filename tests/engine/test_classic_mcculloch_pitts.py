"""The unit of 1943 and the weighted one: their gates, and exactly which functions one of them computes."""

import itertools
import math

import numpy as np
import pytest

from tutor.engine.classic.mcculloch_pitts import (
    McCullochPitts,
    ThresholdUnit,
    binary_rows,
    threshold_functions,
    truth_table,
    unit_for,
)
from tutor.errors import EngineError

AND, OR, NAND, XOR, XNOR = (0, 0, 0, 1), (0, 1, 1, 1), (1, 1, 1, 0), (0, 1, 1, 0), (1, 0, 0, 1)


@pytest.mark.parametrize(
    ("unit", "inputs", "table"),
    [
        (McCullochPitts(2, threshold=2), 2, AND),
        (McCullochPitts(2, threshold=1), 2, OR),
        (McCullochPitts(1, threshold=0, inhibitory=[0]), 1, (1, 0)),  # NOT
        (McCullochPitts(2, threshold=1, inhibitory=[1]), 2, (0, 0, 1, 0)),
        (McCullochPitts(3, threshold=2), 3, (0, 0, 0, 1, 0, 1, 1, 1)),  # majority
        (ThresholdUnit([1, 1], 1.5), 2, AND),
        (ThresholdUnit([1, 1], 1), 2, OR),
        (ThresholdUnit([-1, -1], -1.5), 2, NAND),
    ],
)
def test_gates_of_one_unit(unit, inputs, table):
    assert truth_table(unit, inputs) == table


def test_one_inhibitory_input_vetoes_any_number_of_others():
    unit = McCullochPitts(6, threshold=1, inhibitory=[5])
    answers = unit.predict(binary_rows(6))
    assert not answers[1::2].any()  # the last input is on
    assert answers[2::2].all()


def test_a_unit_at_its_threshold_fires():
    assert ThresholdUnit([1, 1], 1.5).predict([[1, 1]]).tolist() == [1]
    assert ThresholdUnit([2.0], 2.0).predict([[1]]).tolist() == [1]


def test_two_layers_make_xor():
    rows = binary_rows(2)
    first = np.column_stack([unit_for(OR).predict(rows), unit_for(NAND).predict(rows)])
    assert tuple(unit_for(AND).predict(first)) == XOR


@pytest.mark.parametrize(("inputs", "count"), [(1, 4), (2, 14), (3, 104), (4, 1882)])
def test_so_many_functions_can_be_computed_by_one_unit(inputs, count):
    assert len(threshold_functions(inputs)) == count


def test_of_two_inputs_only_xor_and_its_complement_are_beyond_one_unit():
    every = set(itertools.product((0, 1), repeat=4))
    assert every - {tuple(table) for table in threshold_functions(2)} == {XOR, XNOR}


def test_the_unit_found_computes_its_function_and_no_whole_numbers_do_where_none_is_found():
    grid = [
        truth_table(ThresholdUnit([*weights], threshold), 3)
        for weights in itertools.product(range(-2, 3), repeat=3)
        for threshold in np.arange(-6.5, 7)
    ]
    reached = set(grid)
    for table in itertools.product((0, 1), repeat=8):
        unit = unit_for(table)
        assert (unit is not None) == (table in reached)
        assert unit is None or truth_table(unit, 3) == table


def test_the_best_unit_of_a_grid_gets_three_rows_of_xor():
    rows = binary_rows(2)
    right = [
        (ThresholdUnit(weights, threshold).predict(rows) == XOR).sum()
        for weights in itertools.product(range(-3, 4), repeat=2)
        for threshold in np.arange(-6, 6.5, 0.5)
    ]
    assert max(right) == 3


@pytest.mark.parametrize(
    "refused",
    [
        lambda: McCullochPitts(0, 1),
        lambda: McCullochPitts(2, 1.5),
        lambda: McCullochPitts(2, -1),
        lambda: McCullochPitts(2, 1, inhibitory=[2]),
        lambda: McCullochPitts(2, 1, inhibitory=1),
        lambda: McCullochPitts(2, 1, inhibitory=None),
        lambda: McCullochPitts(10**12, 1),
        lambda: McCullochPitts(2, 1).predict([[0, 1j]]),
        lambda: McCullochPitts(2, 1).predict([[0, 2]]),
        lambda: McCullochPitts(2, 1).predict([[0, 1, 1]]),
        lambda: ThresholdUnit([1, math.nan], 0),
        lambda: ThresholdUnit([1], math.inf),
        lambda: ThresholdUnit([1], [1, 2]),
        lambda: ThresholdUnit([1], None),
        lambda: ThresholdUnit([[1, 2], [3, 4]], 0),
        lambda: truth_table(None, 2),
        lambda: ThresholdUnit([1, 1], 0).predict([1, 1]),
        lambda: threshold_functions(5),
        lambda: binary_rows(40),
        lambda: unit_for((0, 1, 1)),
        lambda: unit_for((0, 2)),
        lambda: unit_for(()),
        lambda: unit_for([[0, 1], [1]]),
        lambda: unit_for(None),
        lambda: unit_for([0] * 2**20),
    ],
)
def test_nonsense_is_refused_in_one_line(refused):
    with pytest.raises(EngineError) as caught:
        refused()
    assert "\n" not in caught.value.message
