"""Prices over a database: listings by hand on each engine, and the experiment of the sample."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from analytics_lib import AnalyticsService, Scope
from analytics_lib.errors import InputError
from analytics_lib.modelling.prices import elasticity, markup_advice, price_demand
from analytics_lib.models.account import account_of
from analytics_lib.models.elasticity import NOT_CAUSAL
from analytics_lib.sources.sample.story import ELASTICITY
from analytics_lib.warehouse import Warehouse
from tests import engines
from tests.engines import Place, about_frame
from tests.small_sample import END, ZONE
from tests.tables import bookings_frame

place = engines.place
MARCH = Scope.build(period="2026-03", as_of=datetime(2026, 5, 1), zone=ZONE)
BOT, TEST = "s5", "s6"


def shown(
    session: str, product: str, at: datetime, price: int, arm: str | None, **more: Any
) -> dict[str, Any]:
    row = {
        "session_id": session,
        "product_id": product,
        "quoted_at": at,
        "price_base_minor": price,
        "arm": arm,
    }
    return {
        "starts_on": date(2026, 3, 20), "available": True, "is_test": session == TEST,
        "business_model": "b2c", **row, **more,
    }  # fmt: skip


def held() -> dict[str, pd.DataFrame]:
    """s1 books h1 after seeing two hotels, s2 books later than is known, s3 has no room, s4 no arm."""
    sessions = [
        {"session_id": f"s{number}", "visitor_id": visitor, "booking_id": booking, "booked_at": booked,
         "is_bot": f"s{number}" == BOT, "started_at": datetime(2026, 3, 1), "is_test": f"s{number}" == TEST,
         "business_model": "b2c"}
        for number, visitor, booking, booked in (
            (1, "v1", "b0", datetime(2026, 3, 10)), (2, "v1", "b1", datetime(2026, 6, 1)),
            (3, "v2", None, None), (4, None, None, None), (5, "v3", None, None), (6, "v4", None, None),
        )
    ]  # fmt: skip
    late = datetime(2026, 3, 12, 23, 30)
    quotes = [
        shown("s1", "h1", datetime(2026, 3, 10), 100_00, "low"),
        shown("s1", "h1", datetime(2026, 3, 10), 120_00, "low"),
        shown("s1", "h2", datetime(2026, 3, 10), 90_00, "low"),
        shown("s2", "h1", late, 130_00, "high"),
        shown("s3", "h1", late, 140_00, "high", available=False),
        shown("s4", "h2", datetime(2026, 3, 1), 80_00, None),
        shown(BOT, "h1", late, 1, "low"),
        shown(TEST, "h1", late, 1, "low"),
        shown("s1", "h1", datetime(2026, 4, 1), 1, "low"),
    ]
    bookings = bookings_frame(
        [
            {"product_id": "h1", "created_at": at, "is_test": False, "business_model": model}
            for at, model in (
                (datetime(2026, 3, 10), "b2c"), (datetime(2026, 3, 6), "b2c"), (datetime(2026, 3, 7), "b2b"),
            )
        ]
    )  # fmt: skip
    legs = [
        ("b0", "supplier", "accrued", 70_00, "b2c"), ("b0", "platform", "accrued", 30_00, "b2c"),
        ("b0", "platform", "clawed_back", 30_00, "b2c"), ("b1", "supplier", "accrued", 60_00, "b2c"),
        ("b1", "agency", "accrued", 5_00, "b2c"), ("b1", "platform", "accrued", 35_00, "b2c"),
        ("b2", "supplier", "accrued", 999_00, "b2b"),
    ]  # fmt: skip
    entries = [
        {"entry_id": f"e{number}", "booking_id": booking, "leg": leg, "entry": entry, "is_test": False,
         "amount_base_minor": amount, "occurred_at": datetime(2026, 3, 11), "business_model": model}
        for number, (booking, leg, entry, amount, model) in enumerate(legs)
    ]  # fmt: skip
    products = [{"product_id": name, "name": name.upper(), "kind": "hotel"} for name in ("h1", "h2")]
    return {
        "about": about_frame(datetime(2026, 10, 1)),
        "sessions": pd.DataFrame(sessions, dtype=object),
        "quotes": pd.DataFrame([{"quote_id": f"q{n}", **row} for n, row in enumerate(quotes)], dtype=object),
        "bookings": bookings,
        "commission_entries": pd.DataFrame(entries, dtype=object),
        "products": pd.DataFrame(products, dtype=object),
    }


@pytest.fixture
def few(place: Place) -> Iterator[Warehouse]:
    with place.holding(held()) as warehouse:
        yield warehouse


def rows_of(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    return [tuple(row) for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False)]


def test_what_visits_were_shown_by_hand(few: Warehouse) -> None:
    # At 23:30 UTC it is the next day in Madrid: a week before the start, not eight days.
    frame = AnalyticsService(few).listing("quoted_visits", MARCH)
    ahead, week = "3 8 to 30 days", "2 within a week"
    assert rows_of(frame) == [
        ("s1", "v1", "h1", "hotel", "low", ahead, 2, 2, 220_00, 2),
        ("s1", "v1", "h2", "hotel", "low", ahead, 1, 1, 90_00, 0),
        ("s2", "v1", "h1", "hotel", "high", week, 1, 1, 130_00, 0),
        ("s3", "v2", "h1", "hotel", "high", week, 1, 0, None, 0),
        ("s4", None, "h2", "hotel", None, ahead, 1, 1, 80_00, 0),
    ]


def test_what_products_cost_by_hand(few: Warehouse) -> None:
    frame = AnalyticsService(few).listing("product_margins", MARCH)
    assert rows_of(frame) == [("h1", "H1", "hotel", 2, 200_00, 135_00)]


def test_demand_by_hand(few: Warehouse) -> None:
    frame = price_demand(MARCH, few)
    columns = ["product_id", "lead_time_band", "quotes", "available", "bookings", "conversion", "mean_price"]
    assert rows_of(frame[columns]) == [
        ("h1", "2 within a week", 2, 1, 0, 0, 130),
        ("h1", "3 8 to 30 days", 2, 2, 1, 0.5, 110),
        ("h2", "3 8 to 30 days", 2, 2, 0, 0, 85),
    ]
    assert "1 of 6 quotes (16.7%) had no room" in account_of(frame).doubts[0]


def test_what_cannot_be_told_says_why(few: Warehouse, place: Place) -> None:
    with pytest.raises(InputError, match=r"No price was shown in 2026-04"):
        price_demand(Scope.build(period="2026-04", as_of=datetime(2026, 5, 1), business_models="b2b"), few)
    alone = Scope.build(period="2026-03", as_of=datetime(2026, 5, 1), smallest_group=2)
    with pytest.raises(InputError, match="ask without smallest_group"):
        elasticity(alone, few)
    with pytest.raises(InputError, match="Only 1 observations can serve"):
        elasticity(MARCH, few)


# The experiment of the sample


@pytest.mark.slow
def test_the_elasticity_of_the_experiment_is_found(story: AnalyticsService) -> None:
    frame = elasticity(story.scope(period="all"), story.warehouse)
    row = frame.iloc[0]
    assert row["method"] == "experiment"
    assert row["lower"] < ELASTICITY < row["upper"] < -1
    assert row["first_stage_f"] > 10
    assert any("prices shown without room are left out" in doubt for doubt in account_of(frame).doubts)
    assert not any(NOT_CAUSAL in doubt for doubt in account_of(frame).doubts)


@pytest.mark.slow
def test_outside_the_experiment_it_misses_and_warns(story: AnalyticsService) -> None:
    frame = elasticity(Scope.build(period="2024", as_of=END, zone=ZONE), story.warehouse)
    assert frame["method"].iloc[0] == "association"
    assert frame["lower"].iloc[0] > ELASTICITY
    assert NOT_CAUSAL in account_of(frame).doubts


@pytest.mark.slow
def test_advice_follows_from_the_experiment_alone(story: AnalyticsService) -> None:
    frame = markup_advice(story.scope(period="all"), story.warehouse)
    assert frame["reason"].isna().all()
    assert set(frame["product_kind"]) == {"hotel"}
    assert frame["bookings"].is_monotonic_decreasing
    for row in frame.to_dict("records"):
        assert row["unit_cost"] < row["price"]
        assert row["lowest"] <= row["advised_price"] <= row["highest"]
        assert row["advised_price"] <= (row["price"] * Decimal("1.2")).quantize(Decimal("0.01")) + Decimal(
            "0.01"
        )
    assert any("outside the bounds" in doubt for doubt in account_of(frame).doubts)
    none = markup_advice(Scope.build(period="2024", as_of=END, zone=ZONE), story.warehouse)
    assert none["reason"].str.contains("not causal").all()
    assert none["advised_price"].isna().all()
    with pytest.raises(InputError, match=r"Nothing sold directly|No price was shown"):
        markup_advice(story.scope(period="2025", business_model="b2b"), story.warehouse)


@pytest.mark.slow
def test_demand_adds_up_to_what_measure_says(story: AnalyticsService) -> None:
    scope = Scope.build(period="2025", as_of=END, zone=ZONE)
    frame = price_demand(scope, story.warehouse, by=["product_kind", "price_arm"])
    assert frame["quotes"].sum() == story.measure("quotes", scope)["value"].iloc[0]
    arms = frame.set_index("price_arm")["conversion"]
    assert arms["low"] > arms["control"] > arms["high"]
