"""Listings: one row an entity, within the scope, without those that are too few."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from analytics_lib import AnalyticsService, Scope
from analytics_lib.errors import InputError, UnknownName
from analytics_lib.warehouse import Warehouse
from tests import engines
from tests.engines import Place, about_frame, coverage_frame
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
