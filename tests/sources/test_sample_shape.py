"""Whether the sample platform is believable: shares, seasons and lead times within stated bands."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta

import pandas as pd
import pyarrow as pa
import pytest

from analytics_lib.sources.sample import SamplePlan, generate
from analytics_lib.sources.sample.days import easter_sunday


@pytest.fixture(scope="module")
def bookings() -> pd.DataFrame:
    parts: dict[str, list[pa.Table]] = {}
    for name, table in generate(SamplePlan(bookings=60_000, only=("bookings",))):
        parts.setdefault(name, []).append(table)
    frame = pa.concat_tables(parts["bookings"]).to_pandas(date_as_object=False)
    frame = frame.merge(parts["products"][0].to_pandas()[["product_id", "kind"]], on="product_id")
    frame = frame.sort_values("booking_id", ignore_index=True)
    frame["local"] = (
        frame.created_at.dt.tz_localize("UTC").dt.tz_convert("Europe/Madrid").dt.tz_localize(None)
    )
    frame["day"] = frame.local.dt.normalize()
    frame["lead"] = (frame.starts_on - frame.day).dt.days
    return frame


@pytest.fixture(scope="module")
def settled(bookings: pd.DataFrame) -> pd.DataFrame:
    """Bookings whose trip is over: their fate is known."""
    return bookings[bookings.ends_on < "2026-10-25"]


def share(values: pd.Series, by: pd.Series) -> dict[str, float]:
    return values.groupby(by).mean().to_dict()


def test_shares_of_the_business_models(bookings: pd.DataFrame) -> None:
    shares = bookings.business_model.value_counts(normalize=True)
    assert 0.48 < shares["b2c"] < 0.58 and 0.20 < shares["b2b"] < 0.29 and 0.19 < shares["b2b2c"] < 0.27


def test_seven_currencies_and_few_test_records(bookings: pd.DataFrame) -> None:
    shares = bookings.currency.value_counts(normalize=True)
    assert set(shares.index) == {"EUR", "USD", "GBP", "JPY", "CHF", "SEK", "PLN"}
    assert shares.min() > 0.008 and 0.50 < shares["EUR"] < 0.65
    assert 0.003 < bookings.is_test.mean() < 0.007


def test_hotel_lead_times_are_skewed_around_three_to_four_weeks(bookings: pd.DataFrame) -> None:
    lead = bookings.lead[bookings.kind == "hotel"]
    assert 20 <= lead.median() <= 30
    assert lead.mean() > 1.6 * lead.median()
    assert 110 <= lead.quantile(0.9) <= 170


def test_cancellations_grow_with_lead_time_and_from_direct_to_resold(settled: pd.DataFrame) -> None:
    hotel = settled[settled.kind == "hotel"]
    by_model = share(hotel.cancelled_at.notna(), hotel.business_model)
    assert 0.16 < by_model["b2c"] < 0.23 and 0.15 < by_model["b2b"] < 0.22 and 0.26 < by_model["b2b2c"] < 0.34
    by_lead = (
        hotel.cancelled_at.notna().groupby(pd.cut(hotel.lead, [-1, 0, 13, 59, 400]), observed=True).mean()
    )
    assert by_lead.is_monotonic_increasing and by_lead.iloc[0] < 0.08 and by_lead.iloc[-1] > 0.25


def test_few_do_not_show_up(settled: pd.DataFrame) -> None:
    hotel = settled[settled.kind == "hotel"]
    assert 0.007 < hotel.no_show_at.notna().mean() < 0.016


def test_most_confirmations_take_minutes_some_hours_a_few_never_come(settled: pd.DataFrame) -> None:
    wait = (settled.confirmed_at - settled.created_at).dt.total_seconds()
    assert 0.70 < (wait < 600).mean() < 0.90
    assert 0.02 < (wait > 3_600).mean() < 0.15
    never = share(settled.expired_at.notna(), settled.business_model)
    assert 0.007 < never["b2c"] < never["b2b"] < 0.03


def test_offices_rest_at_the_weekend_and_at_night(bookings: pd.DataFrame) -> None:
    weekend = share(bookings.local.dt.dayofweek >= 5, bookings.business_model)
    assert weekend["b2b"] < 0.15 and 0.24 < weekend["b2c"] < 0.34
    evening = share(bookings.local.dt.hour.isin([20, 21, 22]), bookings.business_model)
    assert evening["b2c"] > 3 * evening["b2b"]
    assert (bookings.local.dt.hour.isin([2, 3, 4])).mean() < 0.02


def test_the_year_and_its_holidays_show(bookings: pd.DataFrame) -> None:
    by_month = bookings.groupby([bookings.local.dt.year, bookings.local.dt.month]).size()
    for year in (2024, 2025):
        assert by_month[year, 1] > 1.25 * by_month[year, 12]
    by_day = bookings.groupby("day").size()
    for year in (2024, 2025, 2026):
        friday = pd.Timestamp(easter_sunday(year)) - timedelta(days=2)
        assert by_day[friday] < 0.8 * by_day[[friday - timedelta(days=7 * i) for i in (1, 2)]].mean()
    for year in (2024, 2025):
        assert by_day[pd.Timestamp(year, 12, 25)] < 0.65 * by_day[f"{year}-12-08" : f"{year}-12-19"].mean()
    sunny = bookings[bookings.destination_id.isin(["d-palma", "d-dubrovnik", "d-athens"])]
    arrivals = sunny[sunny.starts_on.dt.year == 2025].groupby(sunny.starts_on.dt.month).size()
    assert arrivals.loc[[7, 8]].mean() > 1.7 * arrivals.loc[[1, 2]].mean()


def test_every_model_grows(bookings: pd.DataFrame) -> None:
    def of(year: int) -> pd.Series:
        months = bookings[(bookings.local.dt.year == year) & (bookings.local.dt.month <= 10)]
        return months.groupby("business_model").size()

    growth = of(2026) / of(2024) - 1
    assert 0.10 < growth["b2b"] < growth["b2c"] < growth["b2b2c"] < 0.70


def test_customers_return_some_of_them_often(bookings: pd.DataFrame) -> None:
    each = bookings.groupby("customer_id").size()
    assert 0.40 < len(each) / len(bookings) < 0.50
    assert 0.45 < (each == 1).mean() < 0.65 and 12 < each.max() < 60


@pytest.mark.parametrize(
    ("year", "day"),
    [(1818, (3, 22)), (2024, (3, 31)), (2025, (4, 20)), (2026, (4, 5)), (2038, (4, 25))],
    ids=str,
)
def test_easter(year: int, day: tuple[int, int]) -> None:
    assert easter_sunday(year) == date(year, *day)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_bookings() -> None:
    code = (
        "import resource; from analytics_lib.sources.sample import *\n"
        "for _ in generate(SamplePlan(bookings={})): pass\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    peaks = []
    for count in (60_000, 300_000):
        done = subprocess.run(
            [sys.executable, "-c", code.format(count)], capture_output=True, text=True, check=True
        )
        peaks.append(int(done.stdout))
    assert peaks[1] < 1.4 * peaks[0]
