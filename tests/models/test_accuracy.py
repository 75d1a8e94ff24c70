"""Measures of forecasts, by hand and against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_lib.errors import InputError
from analytics_lib.models.accuracy import bias, coverage, mase, wape, winkler

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20)


def test_mase_by_hand() -> None:
    # The naive steps of the history are 2, 1 and 3, on average 2; the errors 1 and 3, on average 2.
    assert mase([10, 12], [11, 9], [1, 3, 2, 5]) == 1.0
    # A season of two: steps 1 and 2, on average 1.5.
    assert mase([10, 12], [11, 9], [1, 3, 2, 5], season=2) == pytest.approx(2 / 1.5)


def test_where_nothing_can_be_measured_there_is_no_number() -> None:
    assert mase([1.0], [2.0], [5, 5, 5]) is None
    assert mase([1.0], [2.0], [5]) is None
    assert mase([np.nan], [2.0], [1, 2]) is None
    assert wape([0, 0], [1, 1]) is None
    assert bias([1, -1], [1, 1]) is None
    assert coverage([np.nan], [0], [1]) is None


def test_wape_and_bias_by_hand() -> None:
    assert wape([10, 30], [15, 25]) == 10 / 40
    assert bias([10, 30], [15, 31]) == 6 / 40
    assert bias([-100], [-90]) == 10 / 100


def test_coverage_counts_the_ends() -> None:
    assert coverage([1, 2, 3, np.nan], [1, 0, 4, 0], [1, 2, 9, 9]) == 2 / 3


def test_winkler_by_hand() -> None:
    # Width 4; the second lies 1 below, which costs 2 / 0.2 times 1.
    assert winkler([5, 2], [3, 3], [7, 7], 80) == pytest.approx(4 + 10 / 2)
    with pytest.raises(InputError, match="80 or 95"):
        winkler([1], [0], [2], 0.8 * 1000)


@given(NUMBERS, st.floats(0.1, 1e3))
def test_a_unit_changes_no_ratio(values: list[float], unit: float) -> None:
    history = [0.0, 1.0, 3.0]
    said = [value + 1 for value in values]
    scaled = mase(np.array(values) * unit, np.array(said) * unit, np.array(history) * unit)
    assert scaled == pytest.approx(mase(values, said, history), rel=1e-6)


def test_as_many_forecasts_as_values() -> None:
    with pytest.raises(InputError, match="2 actual values and 1 forecasts"):
        wape([1, 2], [1])
