"""Published figures of the real hotel bookings, asked for by name, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import select

from analytics_lib import schema
from analytics_lib.catalogue import METRICS, find
from analytics_lib.measure import measure
from analytics_lib.scope import Scope
from analytics_lib.sources.load import load
from analytics_lib.warehouse import Warehouse, open_warehouse
from tests.engines import ENGINES, postgresql_database

ZONE = "Europe/Lisbon"


@pytest.fixture(scope="module", params=ENGINES)
def hotel(
    request: pytest.FixtureRequest, real_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Warehouse]:
    if request.param == "duckdb":
        yield from loaded(f"duckdb:///{tmp_path_factory.mktemp('hotel')}/hotel.duckdb", real_data)
        return
    with postgresql_database(request.getfixturevalue("postgresql_server")) as url:
        yield from loaded(url, real_data)


def loaded(url: str, folder: Path) -> Iterator[Warehouse]:
    load("hotel_bookings", [folder / "hotel_bookings.parquet"], url)
    warehouse = open_warehouse(url)
    yield warehouse
    warehouse.close()


def end_of_data(hotel: Warehouse) -> datetime:
    return datetime.fromisoformat(hotel.about["data_through"].removesuffix("Z"))


def asked(
    hotel: Warehouse,
    *metrics: str,
    period: str = "all",
    by: str | None = None,
    as_of: datetime | None = None,
    compare: str | None = None,
) -> pd.DataFrame:
    scope = Scope.build(
        period=period,
        as_of=as_of or end_of_data(hotel),
        zone=ZONE,
        data_from=datetime.fromisoformat(hotel.about["data_from"].removesuffix("Z")),
    )
    return measure(find(metrics), scope, by=() if by is None else (by,), compare=compare, warehouse=hotel)


def values(frame: pd.DataFrame, by: str = "metric") -> dict[str, object]:
    return dict(zip(frame[by], frame["value"], strict=True))


@pytest.mark.parametrize(
    ("metric", "wanted"),
    [
        (
            "cancellation_rate",
            {"b2b": 0.195805, "b2c": 0.164583, "b2b2c": 0.402376, "unknown": 0.800000},
        ),
        ("no_show_rate", {"b2b": 0.012633, "b2c": 0.015895, "b2b2c": 0.009068, "unknown": 0.0}),
    ],
)
def test_rates_by_business_model(hotel: Warehouse, metric: str, wanted: dict[str, float]) -> None:
    found = values(asked(hotel, metric, by="business_model"), "business_model")
    assert {name: round(float(str(value)), 6) for name, value in found.items()} == wanted


def test_rates_and_value_of_all_time(hotel: Warehouse) -> None:
    found = values(
        asked(hotel, "cancellation_rate", "no_show_rate", "gross_bookings_value", "total_bookings")
    )
    assert round(float(str(found["cancellation_rate"])), 6) == 0.360307
    assert round(float(str(found["no_show_rate"])), 6) == 0.010110
    assert found["gross_bookings_value"] == Decimal("42723497.53")
    assert found["total_bookings"] == 119_390


@pytest.mark.parametrize(
    ("by", "wanted"),
    [
        (None, {"all": 0.370416}),
        ("product", {"Resort Hotel": 0.277634, "City Hotel": 0.417270}),
        (
            "channel",
            {"TA/TO": 0.410259, "Direct": 0.174599, "Corporate": 0.220758, "GDS": 0.191710},
        ),
    ],
)
def test_published_cancellations_count_no_shows_too(
    hotel: Warehouse, by: str | None, wanted: dict[str, float]
) -> None:
    frame = asked(hotel, "cancellation_rate", "no_show_rate", by=by)
    key = frame[by] if by else pd.Series(["all"] * len(frame))
    together = {
        name: round(float(rates.astype(float).sum()), 6)
        for name, rates in frame["value"].groupby(key.to_numpy())
    }
    assert {name: together[name] for name in wanted} == wanted


def test_lead_time(hotel: Warehouse) -> None:
    found = values(asked(hotel, "lead_time_average", "lead_time_median", "lead_time_p90"))
    assert found["lead_time_average"] == pytest.approx(104.01141636652986, abs=1e-9)
    assert (found["lead_time_median"], found["lead_time_p90"]) == (69.0, 265.0)


def test_a_half_month_is_not_compared_with_a_whole_one(hotel: Warehouse) -> None:
    """Up to the end of 15 October 2016 in Lisbon, which is an hour ahead of UTC: +5.2 %, not -50.1 %."""
    as_of = datetime(2016, 10, 15, 23)
    (row,) = asked(hotel, "total_bookings", period="2016-10", as_of=as_of, compare="previous").to_dict(
        "records"
    )
    assert (row["value"], row["previous"]) == (2_207, 2_098)
    assert round(row["change_ratio"], 3) == 0.052
    (september,) = asked(hotel, "total_bookings", period="2016-09").to_dict("records")
    assert september["value"] == 4_427


@pytest.mark.parametrize(
    ("metric", "age", "wanted"),
    [
        ("cancellation_rate", timedelta(0), 0.040),
        ("cancellation_rate_30d", timedelta(30), 0.187),
        ("cancellation_rate_90d", timedelta(90), 0.250),
        ("cancellation_rate", None, 0.361),
    ],
)
def test_a_cohorts_cancellations_grow_with_age(
    hotel: Warehouse, metric: str, age: timedelta | None, wanted: float
) -> None:
    """The published rates of June 2016 leave no-shows out: 3,052 bookings, 122 cancelled on the same day.

    The handbook's day 0 is the day of booking itself; no metric has that age, so it is summed over the days.
    """
    if age == timedelta(0):
        cancelled = sum(
            round(float(str(row["value"])) * row["n"])
            for day in pd.date_range("2016-06-01", "2016-06-30")
            for row in asked(
                hotel,
                metric,
                period=f"{day:%Y-%m-%d}",
                as_of=day.to_pydatetime() + timedelta(hours=23),
            ).to_dict("records")
        )
        share = cancelled / 3_052
    else:
        (row,) = asked(hotel, metric, period="2016-06").to_dict("records")
        assert row["n"] == 3_052
        share = row["value"]
    assert round(share, 3) == wanted


def test_average_daily_rate_leaves_complimentary_nights_out(hotel: Warehouse, real_data: Path) -> None:
    """101.93 with them (the published figure), 103.05 without them, as the handbook asks."""
    found = values(asked(hotel, "room_revenue", "room_nights_sold", "average_daily_rate"))
    rows = pd.read_parquet(real_data / "hotel_bookings.parquet")
    nights = rows["stays_in_weekend_nights"] + rows["stays_in_week_nights"]
    cents = (rows["adr"] * nights * 100).round().astype("int64")
    stayed = rows["reservation_status"] == "Check-Out"
    assert round(cents[stayed].sum() / nights[stayed].sum() / 100, 2) == 101.93
    paid = stayed & (cents != 0)
    assert found["room_revenue"] == Decimal(int(cents[paid].sum())).scaleb(-2)
    assert found["room_nights_sold"] == int(nights[paid].sum())
    assert found["average_daily_rate"] == pytest.approx(
        Decimal(int(cents[paid].sum())) / Decimal(int(nights[paid].sum())) / 100, abs=Decimal("1e-7")
    )
    assert round(found["average_daily_rate"], 2) == Decimal("103.05")


def test_hours_are_not_known(hotel: Warehouse) -> None:
    (row,) = asked(hotel, "total_bookings", period="2016-10-01T10").to_dict("records")
    assert row["value"] is None
    assert "knows only days" in row["reason"]


def test_months_at_the_end_are_marked_and_not_reported_as_a_collapse(hotel: Warehouse) -> None:
    (row,) = asked(hotel, "total_bookings", period="2017-08", compare="year").to_dict("records")
    assert (row["value"], row["previous"]) == (730, 3_954)
    assert row["quality"] == "provisional"
    assert (row["change"], row["change_ratio"]) == (None, None)
    assert "complete only" in row["reason"]


# The whole catalogue

FIELDS = ["metric", "value", "quality", "reason"]
ANSWERED = {
    *(name for name, metric in METRICS.items() if metric.owner == "Bookings"),
    "bookings_on_the_books",
    "value_on_the_books",
    "pickup",
    "gross_bookings_value_at_reference_rates",
    "exchange_effect",
    "active_partners",
    "partner_churn_rate",
    "like_for_like_growth",
    "seasonal_index",
    "seasonal_index_of_stays",
}
"""What rests on bookings alone; all else needs tables that the hotels do not have."""


@pytest.mark.parametrize("period", ["2016-07-12", "2016-W28", "2016-07", "2016", "all", "2019-01"])
def test_every_metric_answers_or_says_why(hotel: Warehouse, period: str) -> None:
    as_of = datetime(2020, 1, 1) if period == "2019-01" else None
    frame = asked(hotel, *METRICS, period=period, as_of=as_of)[FIELDS]
    assert set(frame["metric"]) == set(METRICS)
    assert frame.loc[frame["value"].isna(), "reason"].str.len().gt(0).all()
    unanswerable = frame[~frame["metric"].isin(ANSWERED)]
    assert unanswerable["value"].isna().all()
    assert unanswerable["reason"].str.contains("because").all()


@pytest.mark.parametrize("model", ["b2c", "b2b", "b2b2c"])
def test_every_metric_of_every_business_model(hotel: Warehouse, model: str) -> None:
    scope = Scope.build(period="2016-Q3", as_of=end_of_data(hotel), zone=ZONE, business_models=[model])
    frame = measure(find(METRICS), scope, compare="year", warehouse=hotel)
    assert frame.loc[frame["value"].isna(), "reason"].str.len().gt(0).all()
    placed = frame[frame["metric"] == "total_bookings"].iloc[0]
    assert placed["value"] > 0


DIMENSIONS = sorted({dimension for metric in METRICS.values() for dimension in metric.dimensions})


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_every_metric_by_every_dimension(hotel: Warehouse, dimension: str) -> None:
    cut = [metric for metric in METRICS.values() if dimension in metric.dimensions]
    scope = Scope.build(period="2016-07", as_of=end_of_data(hotel), zone=ZONE)
    frame = measure(cut, scope, by=(dimension,), warehouse=hotel)
    assert set(frame["metric"]) == {metric.name for metric in cut}
    assert frame.loc[frame["value"].isna(), "reason"].str.len().gt(0).all()


def test_the_numbers_of_partners(hotel: Warehouse) -> None:
    """Counted apart from the library: agents of 2016 beside those of 2015."""
    frame = asked(hotel, "active_partners", "partner_churn_rate", period="2016")
    bookings = hotel.fetch(
        select(schema.bookings.c.partner_id, schema.bookings.c.created_at).where(
            schema.bookings.c.partner_id.is_not(None)
        )
    )
    # Lisbon keeps UTC in winter, so both years begin at midnight.
    by_year = {
        year: set(bookings.loc[bookings["created_at"].dt.year == year, "partner_id"]) for year in (2015, 2016)
    }
    churned = len(by_year[2015] - by_year[2016]) / len(by_year[2015])
    assert values(frame)["active_partners"] == len(by_year[2016])
    assert values(frame)["partner_churn_rate"] == pytest.approx(churned)
