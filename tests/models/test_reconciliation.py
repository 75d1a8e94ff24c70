"""Parts and their total: forecasts that add up, and are no worse for it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_lib.errors import InputError
from analytics_lib.models.account import account_of
from analytics_lib.models.reconciliation import forecast_parts
from tests.models.series_made import weekly_counts


def parts(days: int) -> pd.DataFrame:
    levels = {"b2c": 60.0, "b2b": 30.0, "b2b2c": 10.0}
    return pd.DataFrame(
        {
            name: weekly_counts(days, seed=place, level=level)
            for place, (name, level) in enumerate(levels.items())
        }
    )


def by_part(frame: pd.DataFrame, column: str = "mean") -> pd.DataFrame:
    return frame.pivot(index="step", columns="part", values=column)


def test_the_parts_add_up_at_every_step() -> None:
    frame = forecast_parts(parts(300), 14, 7)
    means = by_part(frame)
    assert means.drop(columns="total").sum(axis=1).to_numpy() == pytest.approx(means["total"].to_numpy())
    # Not all parts are high at once, so the interval of the total is narrower than their sum.
    width = by_part(frame, "upper_95") - by_part(frame, "lower_95")
    assert (width["total"] < width.drop(columns="total").sum(axis=1)).all()
    assert set(frame.attrs["accounts"]) == {"b2c", "b2b", "b2b2c", "total"}
    for name, held in frame.attrs["coverage"].items():
        assert held[80] == pytest.approx(0.8, abs=0.08), name
    assert "add up" in account_of(frame).did


def test_too_short_to_try_still_adds_up() -> None:
    frame = forecast_parts(pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [10.0, 11.0, 9.0]}), 2)
    means = by_part(frame)
    assert (means["a"] + means["b"]).to_numpy() == pytest.approx(means["total"].to_numpy())


def test_a_part_that_never_moves_is_no_hindrance() -> None:
    table = parts(200).assign(nothing=0.0)
    means = by_part(forecast_parts(table, 7, 7))
    assert means["nothing"].to_numpy() == pytest.approx(0, abs=1e-6)
    assert means.drop(columns="total").sum(axis=1).to_numpy() == pytest.approx(means["total"].to_numpy())


@settings(max_examples=15)
@given(
    st.integers(5, 40).flatmap(
        lambda rows: st.lists(
            st.lists(st.floats(-1e6, 1e6), min_size=rows, max_size=rows), min_size=1, max_size=3
        )
    ),
    st.integers(1, 5),
)
def test_any_parts_add_up(columns: list[list[float]], horizon: int) -> None:
    table = pd.DataFrame({f"p{place}": values for place, values in enumerate(columns)})
    means = by_part(forecast_parts(table, horizon))
    size = float(np.abs(table.to_numpy()).max()) or 1.0
    total = means.drop(columns="total").sum(axis=1)
    assert total.to_numpy() == pytest.approx(means["total"].to_numpy(), abs=1e-6 * size)


def test_what_cannot_be_is_one_sentence() -> None:
    with pytest.raises(InputError, match="none of them 'total'"):
        forecast_parts(pd.DataFrame({"total": [1.0, 2.0, 3.0]}), 2)
    with pytest.raises(InputError, match="no step at which all parts are known"):
        forecast_parts(pd.DataFrame({"a": [1.0, np.nan], "b": [np.nan, 1.0]}), 2)
    with pytest.raises(InputError, match="no number"):
        forecast_parts(pd.DataFrame({"a": ["x", "y", "z"]}), 2)
    with pytest.raises(InputError, match="no frame"):
        forecast_parts(pd.Series([1.0, 2.0]), 2)  # type: ignore[arg-type]


def test_numbers_of_any_kind_are_numbers() -> None:
    table = pd.DataFrame({"a": [1, 2, None, 4, 5, 6], "b": [1.0, 2.0, 3.0, 4.0, 5.0, 7.0]}, dtype=object)
    means = by_part(forecast_parts(table, 2))
    assert (means["a"] + means["b"]).to_numpy() == pytest.approx(means["total"].to_numpy())
