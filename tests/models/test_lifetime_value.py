"""Lifetime value: summaries by hand, the sum over steps, and what is said where a model has no place."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_lib.errors import InputError
from analytics_lib.models.account import account_of
from analytics_lib.models.lifetime_value import lifetime_value
from analytics_lib.models.purchases import purchase_days, purchase_summary
from tests.models import cdnow

ROWS = [
    ("ann", "2026-01-01", 10.0),
    ("ann", "2026-01-08", 20.0),
    ("ann", "2026-01-08", 10.0),
    ("ann", "2026-01-22", 50.0),
    ("bob", "2026-01-05", 99.0),
    ("cy", "2026-01-02", 7.0),
    ("cy", "2026-01-16", None),
]


def made(rows: list[tuple[str, str, float | None]] = ROWS) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["customer_id", "date", "value"])


def test_summary_by_hand() -> None:
    found = purchase_summary(made(), until="2026-01-29")
    assert found.columns.tolist() == ["customer_id", "frequency", "recency", "age", "mean_value"]
    assert found["customer_id"].tolist() == ["ann", "bob", "cy"]
    assert found["frequency"].tolist() == [2, 0, 1]
    assert found["recency"].tolist() == [3.0, 0.0, 2.0]
    assert found["age"].tolist() == pytest.approx([4.0, 24 / 7, 27 / 7])
    # The first purchase is no repeat, two of one day are one, and what is not known is not nothing.
    assert found["mean_value"].tolist() == pytest.approx([40.0, np.nan, np.nan], nan_ok=True)


def test_summary_knows_nothing_of_later_days() -> None:
    found = purchase_summary(made(), until="2026-01-08", unit_days=1)
    assert found["frequency"].tolist() == [1, 0, 0]
    assert found["age"].tolist() == [7.0, 3.0, 6.0]
    assert purchase_summary(made())["age"].max() == 3.0


def test_summary_of_cdnow_is_the_authors() -> None:
    found, said = purchase_summary(cdnow.transactions(), until="1997-09-30"), cdnow.summary()
    assert (found["frequency"].to_numpy() == said["x"].to_numpy()).all()
    assert found["recency"].to_numpy() == pytest.approx(said["t_x"].to_numpy(), abs=0.006)
    assert found["age"].to_numpy() == pytest.approx(said["age"].to_numpy(), abs=0.006)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 28), st.integers(1, 9)), max_size=20))
def test_the_order_of_rows_does_not_matter(rows: list[tuple[str, int, int]]) -> None:
    frame = made([(who, f"2026-02-{day:02d}", float(value)) for who, day, value in rows])
    pd.testing.assert_frame_equal(purchase_summary(frame), purchase_summary(frame.iloc[::-1]))
    days = purchase_days(frame)
    assert days["value"].sum() == pytest.approx(frame["value"].sum())
    assert not days.duplicated(["customer", "day"]).any()


def test_it_does_not_touch_what_it_is_given() -> None:
    given_frame = made()
    before = given_frame.copy(deep=True)
    lifetime_value(given_frame, horizon=4)
    pd.testing.assert_frame_equal(given_frame, before)


def test_cdnow_is_the_discounted_sum_over_steps() -> None:
    frame = lifetime_value(cdnow.transactions(), horizon=39, discount=0.15, until="1997-09-30")
    purchases, spending = frame.attrs["purchases"], frame.attrs["spending"]
    assert (purchases.customers, spending.customers) == (2357, 946)
    row = frame.loc[frame["frequency"].idxmax()]
    ends = [30 / 7 * step for step in range(10)] + [39.0]
    by_then = purchases.expected_purchases(np.array(ends), row["frequency"], row["recency"], row["age"])
    discounted = sum(
        (later - before) / 1.15 ** (end * 7 / 365)
        for before, later, end in zip(by_then, by_then[1:], ends[1:], strict=False)
    )
    assert row["expected_purchases"] == pytest.approx(by_then[-1])
    assert row["expected_value"] == pytest.approx(
        float(spending.expected_value(row["frequency"], row["mean_value"]))
    )
    assert row["lifetime_value"] == pytest.approx(discounted * row["expected_value"])
    plain = lifetime_value(cdnow.transactions(), horizon=39, until="1997-09-30")
    assert plain["lifetime_value"].to_numpy() == pytest.approx(
        (plain["expected_purchases"] * plain["expected_value"]).to_numpy()
    )
    assert (frame["lifetime_value"] < plain["lifetime_value"]).all()


def test_its_quality_is_that_on_days_held_back() -> None:
    account = account_of(lifetime_value(cdnow.transactions(), horizon=39, until="1998-06-30"))
    # A third of the 545 days is less than the horizon; counted from the purchases themselves.
    known = purchase_summary(cdnow.transactions(), until="1997-12-31")
    later = purchase_days(cdnow.transactions())
    made_later = (later["day"] > "1997-12-31").sum()
    assert "Fitted without the last 181 days" in account.quality
    assert f"of {len(known):,} customers in them, and {made_later:,} were made" in account.quality
    assert "2,357 customers from 1997-01-01 to 1998-06-30" in account.data
    assert any("seasons" in doubt for doubt in account.doubts)
    assert not any("out by" in doubt for doubt in account.doubts)


def test_money_in_another_unit_is_worth_as_much() -> None:
    euros = cdnow.transactions().head(600)
    cents = euros.assign(value=euros["value"] * 100)
    one, other = (lifetime_value(each, horizon=20, discount=0.1) for each in (euros, cents))
    assert other["lifetime_value"].to_numpy() == pytest.approx(
        one["lifetime_value"].to_numpy() * 100, rel=1e-4
    )


def test_losses_are_counted_and_told() -> None:
    frame = cdnow.transactions().head(1_500).drop_duplicates(["customer_id", "date"]).copy()
    busiest = frame["customer_id"].mode()[0]
    frame.loc[frame["customer_id"] == busiest, "value"] = -3.0
    answer = lifetime_value(frame, horizon=20)
    found = answer.set_index("customer_id")
    assert found.loc[busiest, "expected_value"] == -3.0
    assert found.loc[busiest, "lifetime_value"] < 0
    assert found["lifetime_value"].notna().all()
    doubts = account_of(answer).doubts
    assert any(doubt.startswith("1 customer brought nothing or a loss") for doubt in doubts)


def test_unknown_values_and_loose_ends_are_told() -> None:
    chance = np.random.default_rng(2)
    rows = [
        (f"c{who:03d}", str(pd.Timestamp("2026-01-01") + pd.Timedelta(days=int(day)))[:10], 10.0 * count)
        for who in range(120)
        for count in [int(chance.integers(2, 12))]
        for day in chance.choice(200, count, replace=False)
    ]
    rows += [("unpaid", "2026-01-01", 5.0), ("unpaid", "2026-02-01", None)]  # type: ignore[list-item]
    found = lifetime_value(made(rows), horizon=10)  # type: ignore[arg-type]
    doubts = " ".join(account_of(found).doubts)
    assert "121 customers only" in doubts
    assert "the unknown one of the repeat purchases of 1 customer." in doubts
    assert "correlate at" in doubts and "bent" in doubts
    assert found["lifetime_value"].notna().all()


def test_nobody_and_one_customer() -> None:
    nobody = lifetime_value(made([]), horizon=4)
    assert nobody.empty and "lifetime_value" in nobody
    assert "No customer" in account_of(nobody).did
    one = lifetime_value(made(ROWS[4:5]), horizon=4)
    assert one["lifetime_value"].isna().all() and one.attrs["purchases"] is None
    assert "Nobody has come back yet" in str(account_of(one))
    back = lifetime_value(made(ROWS[:4]), horizon=4)
    assert back["lifetime_value"].notna().all()
    assert "untested" in account_of(back).quality


def test_what_was_out_by_far_says_so_first() -> None:
    # Four in five come until late August, and then no more.
    chance = np.random.default_rng(4)
    rows = [
        (f"c{who:03d}", str(pd.Timestamp("2025-01-01") + pd.Timedelta(days=int(day)))[:10], 9.0)
        for who in range(150)
        for day in chance.integers(0, 364 if who % 5 == 0 else 240, 12)
    ]
    frame = made(rows)  # type: ignore[arg-type]
    account = account_of(lifetime_value(frame, horizon=20, until="2025-12-31"))
    assert "out by" in account.doubts[0]


@pytest.mark.parametrize("seed", [1, 2])
def test_any_order_of_rows_has_the_same_worth(seed: int) -> None:
    frame = cdnow.transactions().head(300)
    one = lifetime_value(frame, horizon=10, discount=0.1)
    other = lifetime_value(frame.sample(frac=1, random_state=seed), horizon=10, discount=0.1)
    pd.testing.assert_frame_equal(one, other)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match="horizon 0 is no time ahead"):
        lifetime_value(made(), horizon=0)
    with pytest.raises(InputError, match="discount -1 is no yearly rate"):
        lifetime_value(made(), horizon=4, discount=-1)
    with pytest.raises(InputError, match="unit of 0 days is no time"):
        lifetime_value(made(), horizon=4, unit_days=0)
    with pytest.raises(InputError, match="horizon of 7,000,000 days is too far ahead"):
        lifetime_value(made(), horizon=1_000_000)
    with pytest.raises(InputError, match="36,526 days is too far ahead"):
        lifetime_value(made(), horizon=36_526, unit_days=1)
    with pytest.raises(InputError, match="no column 'margin'"):
        lifetime_value(made(), horizon=4, value="margin")
    with pytest.raises(InputError, match="'soon' is no last day"):
        lifetime_value(made(), horizon=4, until="soon")
    with pytest.raises(InputError, match="no customer or no date"):
        purchase_summary(made([*ROWS, (None, "2026-01-01", 1.0)]))  # type: ignore[list-item]
    with pytest.raises(InputError, match="date or value that is none"):
        purchase_summary(made([("ann", "2026-13-01", 1.0)]))
    with pytest.raises(InputError, match="unit of -1 days"):
        purchase_summary(made(), unit_days=-1)
