"""Listings: one row an entity, within the scope, without those that are too few."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from analytics_lib import AnalyticsService, Scope
from analytics_lib.catalogue import LISTINGS
from analytics_lib.errors import InputError, UnknownName
from analytics_lib.metric import ListedKey
from analytics_lib.warehouse import Warehouse
from tests import engines
from tests.engines import Place, about_frame, coverage_frame
from tests.money_tables import frame_of
from tests.small_sample import END, ZONE, sample
from tests.tables import bookings_frame

place = engines.place
YEAR = Scope.build(period="2025", as_of=END, zone=ZONE)

ROWS = [
    ("c1", "p1", datetime(2026, 3, 2, 8), 100_00, None),
    ("c1", "p1", datetime(2026, 3, 9, 8), None, None),
    ("c2", "p1", datetime(2026, 3, 5, 8), 2**53 + 1, datetime(2026, 3, 6)),
    ("c2", "p2", datetime(2026, 4, 5, 8), 50_00, None),
    (None, "p2", datetime(2026, 3, 7, 8), 70_00, datetime(2026, 9, 1)),
]


def asked(place: Place, name: str, **words: object) -> list[tuple[object, ...]]:
    rows = bookings_frame(
        [
            {
                "customer_id": customer,
                "partner_id": partner,
                "created_at": created,
                "price_base_minor": price,
                "cancelled_at": cancelled,
                "is_test": False,
            }
            for customer, partner, created, price, cancelled in ROWS
        ]
    )
    scope = Scope.build(period="2026-03", as_of=datetime(2026, 8, 1), **words)  # type: ignore[arg-type]
    with place.holding({"about": about_frame(datetime(2026, 10, 1)), "bookings": rows}) as warehouse:
        frame = AnalyticsService(warehouse).listing(name, scope)
    return [tuple(row) for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False)]


def test_customers_by_hand(place: Place) -> None:
    # The last booking of c2 is April's; what nobody is named for is nobody's.
    first, second = ROWS[0][2], ROWS[1][2]
    assert asked(place, "customer_bookings") == [
        ("c1", 2, 0, 100_00, first, second),
        ("c2", 1, 1, 2**53 + 1, ROWS[2][2], ROWS[2][2]),
    ]


def test_partners_by_hand(place: Place) -> None:
    # The cancellation of September is not known in August.
    assert [row[:4] for row in asked(place, "partner_bookings")] == [
        ("p1", 3, 1, 100_00 + 2**53 + 1),
        ("p2", 1, 0, 70_00),
    ]


def test_rows_about_few_are_left_out(place: Place) -> None:
    assert [row[0] for row in asked(place, "partner_bookings", smallest_group=2)] == ["p1"]
    assert asked(place, "customer_bookings", smallest_group=2) == []


def test_over_the_sample_it_is_what_measure_says(sampled: Warehouse) -> None:
    analytics = AnalyticsService(sampled)
    frame = analytics.listing("partner_bookings", YEAR)
    said = analytics.measure("total_bookings", YEAR, by="partner")
    assert dict(zip(frame["partner_id"], frame["bookings"], strict=True)) == {
        row["partner"]: row["value"] for row in said.to_dict("records") if row["partner"] != "unknown"
    }
    customers = analytics.listing("customer_bookings", YEAR)
    named = sample()["bookings"].query("not is_test")
    named = named[(named["created_at"] >= YEAR.period.start) & (named["created_at"] < YEAR.period.end)]
    assert customers["bookings"].sum() == named["customer_id"].notna().sum()
    assert customers["customer_id"].is_monotonic_increasing
    assert customers.attrs["data_version"] == sampled.version()


def test_a_partner_sees_its_own_and_no_customers(sampled: Warehouse) -> None:
    analytics = AnalyticsService(sampled)
    own = Scope.build(period="2025", as_of=END, zone=ZONE, partners=["op-001"])
    assert set(analytics.listing("partner_bookings", own)["partner_id"]) == {"op-001"}
    with pytest.raises(InputError, match="customer_bookings is not shown in a partner's scope"):
        analytics.listing("customer_bookings", own)


def test_what_cannot_be_listed_says_why(place: Place) -> None:
    tables = {"about": about_frame(END), "coverage": coverage_frame(without=("bookings.customer_id",))}
    with place.holding(tables) as warehouse:
        analytics = AnalyticsService(warehouse)
        with pytest.raises(InputError, match=r"has no bookings\.customer_id"):
            analytics.listing("customer_bookings", YEAR)
        with pytest.raises(UnknownName, match="did you mean customer_bookings"):
            analytics.listing("customers_bookings", YEAR)


def test_margins_of_customers_add_up(sampled: Warehouse) -> None:
    analytics = AnalyticsService(sampled)
    margins = analytics.listing("customer_margins", YEAR)
    kept = analytics.measure("net_revenue", YEAR)["value"].iloc[0]
    assert Decimal(int(margins["margin_minor"].sum())).scaleb(-2) == kept
    assert margins["customer_id"].is_unique


def entry_of(booking: str, leg: str, entry: str, minor: int, at: datetime) -> dict[str, object]:
    return {
        "booking_id": booking,
        "leg": leg,
        "entry": entry,
        "amount_base_minor": minor,
        "occurred_at": at,
        "is_test": False,
    }


def purchases_of(place: Place, name: str, **words: object) -> list[tuple[object, ...]]:
    """March as its end knew it, in Madrid, where the clock of the first booking shows the next day."""
    rows = [
        {"booking_id": "b1", "created_at": datetime(2026, 3, 4, 23, 30), "price_base_minor": 100_00},
        {"booking_id": "b2", "created_at": datetime(2026, 3, 5, 9), "price_base_minor": 200_00},
        {"booking_id": "b3", "created_at": datetime(2026, 3, 9, 9), "price_base_minor": 50_00},
        {"booking_id": "b4", "created_at": datetime(2026, 3, 9, 9), "price_base_minor": 1, "is_test": True},
    ]
    fixed = {"customer_id": "c1", "partner_id": "p1", "is_test": False}
    accrued = datetime(2026, 3, 10)
    entries = [
        entry_of("b1", "platform", "accrued", 15_00, accrued),
        entry_of("b1", "agency", "accrued", 9_00, accrued),
        entry_of("b2", "platform", "accrued", 20_00, accrued),
        entry_of("b2", "platform", "clawed_back", 20_00, datetime(2026, 3, 20)),
        entry_of("b2", "platform", "paid", 7_00, accrued),
        entry_of("b1", "platform", "clawed_back", 15_00, datetime(2026, 4, 2)),
        entry_of("b4", "platform", "accrued", 99_00, accrued),
    ]
    tables = {
        "about": about_frame(datetime(2026, 10, 1)),
        "bookings": bookings_frame([fixed | row for row in rows]),
        "commission_entries": frame_of("commission_entries", entries),
    }
    scope = Scope.build(period="2026-03", zone=ZONE, **words)  # type: ignore[arg-type]
    with place.holding(tables) as warehouse:
        frame = AnalyticsService(warehouse).listing(name, scope)
    frame["day"] = [str(day)[:10] for day in frame["day"]]
    return [tuple(row) for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False)]


@pytest.mark.parametrize(("name", "who"), [("customer_purchases", "c1"), ("partner_days", "p1")])
def test_days_with_their_margin_by_hand(place: Place, name: str, who: str) -> None:
    # What was clawed back in April is not yet known in March; of the last booking nothing is.
    asked_in_autumn = purchases_of(place, name, as_of=datetime(2026, 9, 1))
    assert asked_in_autumn == [(who, "2026-03-05", 2, 300_00, 15_00), (who, "2026-03-09", 1, 50_00, None)]
    in_march = purchases_of(place, name, as_of=datetime(2026, 3, 15))
    assert in_march == [(who, "2026-03-05", 2, 300_00, 35_00), (who, "2026-03-09", 1, 50_00, None)]


def test_days_add_up_to_what_measure_says(sampled: Warehouse) -> None:
    analytics = AnalyticsService(sampled)
    everything = analytics.scope(period="all")
    days = analytics.listing("customer_purchases", everything)
    kept = analytics.measure("net_revenue_of_bookings", everything)["value"].iloc[0]
    assert Decimal(int(days["margin_minor"].sum())).scaleb(-2) == kept
    assert not days.duplicated(["customer_id", "day"]).any()
    of_partners = analytics.listing("partner_days", everything)
    said = analytics.measure("total_bookings", everything, by="partner").query("partner != 'unknown'")
    assert of_partners["bookings"].sum() == said["value"].sum()
    own = analytics.scope(period="all", partner="op-001")
    with pytest.raises(InputError, match="partner_days is not shown in a partner's scope"):
        analytics.listing("partner_days", own)


@pytest.mark.parametrize("name", ["arm", "customer_id"])
def test_columns_have_names_of_their_own(name: str) -> None:
    listing = LISTINGS["customer_bookings"]
    with pytest.raises(InputError, match="name of its own"):
        replace(listing, keys=(ListedKey(name=name, value=listing.who),))
