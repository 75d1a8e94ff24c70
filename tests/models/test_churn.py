"""Churn: features from the past only, a test on later data, reasons, and honesty where nothing is learnt."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics_lib.errors import InputError
from analytics_lib.models.account import account_of
from analytics_lib.models.calibration import line_of, log_odds, scored
from analytics_lib.models.churn import churn_risk
from analytics_lib.models.churn_features import REASONS, comparable, known_before, stayed_away
from analytics_lib.models.purchases import purchase_days
from tests.models import cdnow

AS_OF = "1998-07-01"
BEGIN = pd.Timestamp("2024-01-01")


@pytest.fixture(scope="module")
def risks() -> pd.DataFrame:
    return churn_risk(cdnow.transactions(), as_of=AS_OF, horizon=90)


def drawn(customers: int, rate: float, *, days: int = 900, leaving: float = 0.0) -> pd.DataFrame:
    """Customers who buy on any day with the same chance, and after each purchase leave with another."""
    chance = np.random.default_rng(customers)
    rows = []
    for who in range(customers):
        day = int(chance.integers(0, days // 2))
        while day < days:
            rows.append((f"c{who:04d}", BEGIN + pd.Timedelta(days=day), 10.0))
            if chance.random() < leaving:
                break
            day += 1 + int(chance.exponential(1 / rate))
    return pd.DataFrame(rows, columns=["customer_id", "date", "value"])


def test_it_beats_the_base_rate_on_a_later_window(risks: pd.DataFrame) -> None:
    test = risks.attrs["test"]
    days = purchase_days(cdnow.transactions())
    known = days.loc[days["day"] < "1998-04-02", "customer"].unique()
    back = days.loc[days["day"] >= "1998-04-02", "customer"].unique()
    assert test.customers == len(known)
    assert test.prevalence == pytest.approx(1 - np.isin(known, back).mean())
    assert test.is_better
    assert test.pr_auc > test.prevalence + 0.05
    assert test.brier < 0.8 * test.brier_of_base_rate
    assert test.calibration_slope == pytest.approx(1, abs=0.15)
    assert sum(each.customers for each in test.bins) == test.customers
    assert [each.predicted for each in test.bins] == sorted(each.predicted for each in test.bins)
    assert all(each.observed == pytest.approx(each.predicted, abs=0.08) for each in test.bins)
    assert "beats the base rate" in account_of(risks).quality
    assert "other seasons" in account_of(risks).doubts[-1]


def test_its_rows_are_the_customers_by_risk(risks: pd.DataFrame) -> None:
    assert risks.columns.tolist() == ["customer_id", "risk", "days_since_last", "purchase_days", "reasons"]
    assert risks["customer_id"].is_unique and len(risks) == 2357
    assert risks["risk"].between(0, 1).all() and risks["risk"].is_monotonic_decreasing
    last = pd.to_datetime(cdnow.transactions().groupby("customer_id")["date"].max())
    first = risks.set_index("customer_id").loc[last.index]
    assert (first["days_since_last"] == (pd.Timestamp(AS_OF) - last).dt.days).all()
    safest = risks.iloc[-1]
    assert safest["purchase_days"] > 20 and safest["days_since_last"] < 60
    known = {words for pair in REASONS.values() for words in pair}
    assert {reason for text in risks["reasons"] for reason in text.split("; ") if text} <= known
    assert "few bookings so far" in risks.iloc[0]["reasons"]


def test_what_comes_later_changes_nothing(risks: pd.DataFrame) -> None:
    later = cdnow.transactions().assign(date="19980701")
    both = pd.concat([cdnow.transactions(), later.head(500)])
    pd.testing.assert_frame_equal(churn_risk(both, as_of=AS_OF, horizon=90), risks)


def test_the_order_of_rows_does_not_matter(risks: pd.DataFrame) -> None:
    turned = cdnow.transactions().iloc[::-1]
    pd.testing.assert_frame_equal(churn_risk(turned, as_of=AS_OF, horizon=90), risks)


def test_features_by_hand() -> None:
    rows = [("ann", "2025-01-11", 10.0), ("ann", "2025-12-22", 30.0), ("ann", "2026-01-01", 8.0)]
    rows += [("bob", "2025-12-02", 4.0)]
    days = purchase_days(pd.DataFrame(rows, columns=["customer_id", "date", "value"]))
    found = known_before(days, pd.Timestamp("2026-01-01"), pd.Timedelta(days=20))
    ann, bob = found.loc["ann"], found.loc["bob"]
    assert np.expm1(ann["silence"]) == pytest.approx(9) and np.expm1(bob["silence"]) == pytest.approx(29)
    assert np.expm1(ann["purchases"]) == pytest.approx(1) and bob["purchases"] == 0
    assert np.expm1(ann["interval"]) == pytest.approx(345) == pytest.approx(np.expm1(bob["interval"]))
    assert ann["lateness"] == pytest.approx(np.log(10 / 346))
    assert np.expm1(ann["age"]) == pytest.approx(354)
    assert np.expm1(ann["value"]) == pytest.approx(20)
    assert np.expm1(ann["recent"]) == pytest.approx(1) and np.expm1(ann["last_year"]) == pytest.approx(2)
    # Within the twenty days from a year before on.
    assert (ann["season"], bob["season"]) == (1, 0)


def test_the_window_is_half_open() -> None:
    rows = [("ann", "2026-01-01"), ("bob", "2026-01-20"), ("cy", "2026-01-21"), ("dan", "2025-12-31")]
    days = purchase_days(pd.DataFrame(rows, columns=["customer_id", "date"]), value=None)
    found = stayed_away(
        days, pd.Index(["ann", "bob", "cy", "dan"]), pd.Timestamp("2026-01-01"), pd.Timedelta(days=20)
    )
    assert found.to_dict() == {"ann": False, "bob": False, "cy": True, "dan": True}


def test_features_that_look_back_further_than_the_data_are_left_out() -> None:
    days = purchase_days(drawn(20, 0.05))
    ahead = pd.Timedelta(days=30)
    began = days["day"].min()
    assert set(comparable(days, began + pd.Timedelta(days=500), ahead)) == set(REASONS)
    after_200 = comparable(days, began + pd.Timedelta(days=200), ahead)
    assert set(REASONS) - set(after_200) == {"last_year", "season"}
    assert "recent" not in comparable(days, began + pd.Timedelta(days=100), ahead)


def test_customers_who_left_are_told_from_those_who_did_not() -> None:
    frame = drawn(400, 0.05, leaving=0.08)
    found = churn_risk(frame, as_of=BEGIN + pd.Timedelta(days=900), horizon=60)
    test = found.attrs["test"]
    assert test.is_better and test.brier < 0.5 * test.brier_of_base_rate
    assert "long without a booking" in found.iloc[0]["reasons"]


def test_where_nothing_can_be_learnt_it_says_so() -> None:
    # All are alike and forget: nothing tells who comes next.
    frame = drawn(300, 1 / 60)
    found = churn_risk(frame, as_of=BEGIN + pd.Timedelta(days=900), horizon=40)
    test, account = found.attrs["test"], account_of(found)
    assert test is None or test.brier > 0.93 * test.brier_of_base_rate
    assert test is None or test.is_better or "does NOT beat the base rate" in account.quality
    assert test is None or test.is_better or "take the base rate" in account.doubts[-2]


@pytest.mark.parametrize(("customers", "base_rate"), [(30, None), (1, None), (0, None)])
def test_few_customers_get_the_base_rate(customers: int, base_rate: float | None) -> None:
    found = churn_risk(drawn(customers, 0.05), as_of=BEGIN + pd.Timedelta(days=900), horizon=60)
    assert len(found) == customers and found.attrs["test"] is None
    assert found["risk"].nunique() <= 1 and (found["reasons"] == "").all()
    if customers:
        assert "everybody has the base rate" in account_of(found).doubts[0]


def test_all_or_none_staying_away_is_no_lesson() -> None:
    frame = drawn(200, 0.5)
    all_come = churn_risk(frame, as_of=BEGIN + pd.Timedelta(days=900), horizon=100)
    assert (all_come["risk"] == 0).all() and all_come.attrs["base_rate"] == 0
    nobody = churn_risk(frame, as_of=BEGIN + pd.Timedelta(days=2000), horizon=100)
    assert (nobody["risk"] == 1).all()
    assert "200 of 200 customers stayed away" in account_of(nobody).doubts[0]


def test_less_than_a_horizon_of_history_has_no_base_rate() -> None:
    found = churn_risk(drawn(100, 0.05, days=50), as_of=BEGIN + pd.Timedelta(days=50), horizon=90)
    assert found["risk"].isna().all() and len(found) == 100
    assert "not even a base rate" in account_of(found).doubts[0]


def test_two_horizons_teach_without_calibration() -> None:
    frame = drawn(400, 0.05, leaving=0.08, days=300)
    found = churn_risk(frame, as_of=BEGIN + pd.Timedelta(days=300), horizon=110)
    assert found["risk"].nunique() > 10
    assert "Too little history to calibrate" in account_of(found).doubts[0]


def test_the_test_by_hand() -> None:
    risk = np.array([0.1, 0.9, 0.5, 0.5])
    found = scored(risk, np.array([False, True, True, False]))
    assert found.brier == pytest.approx((0.01 + 0.01 + 0.25 + 0.25) / 4)
    assert found.brier_of_base_rate == pytest.approx(0.25)
    # In order of risk: the first is right, then one of two at the next: 1/2 x 1 + 1/2 x 2/3.
    assert found.pr_auc == pytest.approx(5 / 6)
    assert sum(each.customers for each in found.bins) == 4


def test_the_line_finds_what_was_bent() -> None:
    chance = np.random.default_rng(6)
    risk = chance.uniform(0.02, 0.98, 20_000)
    happened = chance.random(len(risk)) < risk
    slope, intercept = line_of(log_odds(risk), happened)
    assert (slope, intercept) == pytest.approx((1, 0), abs=0.05)
    assert line_of(2 * log_odds(risk), happened)[0] == pytest.approx(0.5, abs=0.03)
    assert line_of(np.zeros(4), np.array([True, False, True, True])) == pytest.approx((0, np.log(3)))
    assert np.isfinite(log_odds(np.array([0.0, 1.0]))).all()


def test_what_cannot_be_is_refused() -> None:
    frame = drawn(3, 0.05)
    with pytest.raises(InputError, match="horizon 0 is no number of days"):
        churn_risk(frame, as_of="2026-01-01", horizon=0)
    with pytest.raises(InputError, match=r"horizon 1\.5 is no number of days"):
        churn_risk(frame, as_of="2026-01-01", horizon=1.5)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="1,000,000 days is too far ahead"):
        churn_risk(frame, as_of="2026-01-01", horizon=1_000_000)
    with pytest.raises(InputError, match="no as-of"):
        churn_risk(frame, as_of="today?", horizon=9)
    with pytest.raises(InputError, match="no column 'money'"):
        churn_risk(frame, as_of="2026-01-01", horizon=9, value="money")
