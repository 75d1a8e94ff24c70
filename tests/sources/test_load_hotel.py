"""The real hotel bookings load on both engines and give the published figures."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from analytics_lib.schema import bookings
from analytics_lib.sources.load import LoadReport, load
from analytics_lib.warehouse import Warehouse, open_warehouse

Loaded = tuple[LoadReport, Warehouse]


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def hotel(
    request: pytest.FixtureRequest, real_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Loaded:
    if request.param == "duckdb":
        url = f"duckdb:///{tmp_path_factory.mktemp('hotel')}/hotel.duckdb"
    else:
        url = request.getfixturevalue("postgresql_server")
    report = load("hotel_bookings", [real_data / "hotel_bookings.parquet"], url, replace=True)
    with open_warehouse(url) as warehouse:
        yield report, warehouse


def lost_and_all(warehouse: Warehouse, by: str) -> dict[str | None, tuple[int, int]]:
    """Bookings cancelled or missed, and all bookings, by a column."""
    b = bookings.c
    lost = func.count().filter(b.cancelled_at.is_not(None) | b.no_show_at.is_not(None))
    frame = warehouse.fetch(
        select(b[by].label("by"), lost.label("lost"), func.count().label("n")).group_by(b[by])
    )
    return {
        None if key is None else str(key): (int(lost), int(n))
        for key, lost, n in frame.itertuples(index=False)
    }


def test_the_published_counts(hotel: Loaded) -> None:
    _, warehouse = hotel
    assert lost_and_all(warehouse, "product_id") == {
        "Resort Hotel": (11_122, 40_060),
        "City Hotel": (33_102, 79_330),
    }
    assert lost_and_all(warehouse, "channel") == {
        "TA/TO": (40_152, 97_870),
        "Direct": (2_557, 14_645),
        "Corporate": (1_474, 6_677),
        "GDS": (37, 193),
        "Undefined": (4, 5),
    }


def test_the_value_is_exact(hotel: Loaded) -> None:
    _, warehouse = hotel
    b = bookings.c
    frame = warehouse.fetch(
        select(func.sum(b.price_base_minor).label("a"), func.sum(b.lodging_base_minor).label("b"))
    )
    assert frame.iloc[0].tolist() == [4_272_349_753, 4_272_349_753]


def test_the_last_row_of_the_file_is_the_last_booking(hotel: Loaded, real_data: Path) -> None:
    import pandas as pd

    _, warehouse = hotel
    last = pd.read_parquet(real_data / "hotel_bookings.parquet").iloc[-1]
    b = bookings.c
    row = warehouse.fetch(
        select(b.starts_on, b.created_at, b.partner_id).where(b.booking_id == "119389")
    ).iloc[0]
    assert row["starts_on"] == last["arrival_date"]
    assert row["created_at"] == last["booking_date"] + pd.Timedelta(hours=12)
    assert row["partner_id"] == f"agent-{int(last['agent'])}"


def test_rows_that_break_a_rule_are_counted(hotel: Loaded) -> None:
    report, _ = hotel
    assert {found.rule: found.rows for found in report.rule_breaks} == {
        "no_guests": 180,
        "zero_nights": 715,
        "negative_price": 1,
        "unknown_business_model": 5,
        "undefined_channel": 5,
    }
    assert dict(report.rows) == {
        "about": 6,
        "coverage": 6,
        "products": 2,
        "partners": 669,
        "bookings": 119_390,
    }


def test_what_the_set_says_about_itself(hotel: Loaded) -> None:
    _, warehouse = hotel
    about = warehouse.about
    assert (about["reporting_currency"], about["zone"], about["resolution"]) == (
        "EUR",
        "Europe/Lisbon",
        "day",
    )
    assert (about["data_from"], about["data_through"]) == ("2013-06-24T12:00:00", "2017-09-15T00:00:00")
    spans = warehouse.coverage.set_index(["table_name", "column_name"]).loc["bookings"]
    # 5 % of lead times are longer than 320 days, 5 % of cancellations come more than 276 days ahead.
    assert str(spans.loc["created_at", "complete_through"].date()) == "2016-12-09"
    assert str(spans.loc["cancelled_at", "complete_through"].date()) == "2017-01-19"
    assert str(spans.loc["party_size", "complete_from"].date()) == "2015-07-01"
    nothing_invented = {
        "customer_id",
        "destination_id",
        "confirmed_at",
        "expired_at",
        "device",
        "discount_minor",
    }
    assert not nothing_invented & set(spans.index)
    assert set(warehouse.coverage["table_name"]) == {"bookings", "products", "partners"}
