"""A small platform in which nothing is wrong, over all tables, to be broken row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd

from analytics_lib import schema
from tests.engines import about_frame

Row = dict[str, Any]
Rows = Mapping[str, Sequence[Row]]

BEGIN, END = datetime(2026, 1, 1), datetime(2026, 3, 1)
DIRECT: Row = {"business_model": "b2c", "is_test": False}
RESOLD: Row = {"business_model": "b2b2c", "partner_id": "re-1", "is_test": False}
UNPAID: Row = {"captured_at": None, "captured_base_minor": None, "paid_out_at": None}


def at(day: int, hour: int = 12, minute: int = 0) -> datetime:
    """An instant in January 2026."""
    return datetime(2026, 1, day, hour, minute)


def booking(number: int, scope: Row = DIRECT, **more: Any) -> Row:
    """A confirmed booking of 100 euros."""
    return {
        "booking_id": f"b{number}",
        "customer_id": "c1",
        "product_id": "h1",
        "destination_id": "d1",
        "channel": "web",
        "created_at": at(10),
        "confirmed_at": at(10, 13),
        "starts_on": date(2026, 2, 1),
        "ends_on": date(2026, 2, 3),
        "party_size": 2,
        "units": 1,
        "currency": "EUR",
        "list_price_minor": 11_000,
        "discount_minor": 1_000,
        "price_minor": 10_000,
        "price_base_minor": 10_000,
        **scope,
        **more,
    }


def payment(name: str, of: str, scope: Row = DIRECT, **more: Any) -> Row:
    """A payment of 50 euros that was captured and paid out."""
    return {
        "attempt_id": name,
        "intent_id": f"i-{name}",
        "booking_id": of,
        "currency": "EUR",
        "amount_minor": 5_000,
        "amount_base_minor": 5_000,
        "captured_base_minor": 5_000,
        "attempted_at": at(10, 14),
        "sent_at": at(10, 14),
        "authorised_at": at(10, 14),
        "captured_at": at(10, 15),
        "paid_out_at": at(12),
        **scope,
        **more,
    }


def refund(name: str, attempt: str, of: str, scope: Row = DIRECT, **more: Any) -> Row:
    """A refund of 20 euros that was paid."""
    return {
        "refund_id": name,
        "attempt_id": attempt,
        "booking_id": of,
        "currency": "EUR",
        "amount_minor": 2_000,
        "amount_base_minor": 2_000,
        "requested_at": at(14),
        "refunded_at": at(15),
        **scope,
        **more,
    }


def entry(name: str, of: str, leg: str, kind: str, minor: int, scope: Row = DIRECT, **more: Any) -> Row:
    """A commission entry."""
    return {
        "entry_id": name,
        "booking_id": of,
        "leg": leg,
        "entry": kind,
        "amount_base_minor": minor,
        "commissionable_base_minor": 10_000,
        "occurred_at": at(10, 13),
        **scope,
        **more,
    }


def legs(of: str, scope: Row = DIRECT) -> list[Row]:
    """What is accrued for a booking of 100 euros: the platform loses two on it."""
    return [
        entry(f"{of}-s", of, "supplier", "accrued", 9_000, scope),
        entry(f"{of}-p", of, "platform", "accrued", -200, scope),
        entry(f"{of}-r", of, "reseller", "accrued", 1_200, scope),
    ]


SOUND: Rows = {
    "destinations": [{"destination_id": "d1", "name": "Málaga"}],
    "products": [{"product_id": "h1", "name": "Hotel at the @ sign, room +12", "destination_id": "d1"}],
    "partners": [
        {"partner_id": "di-1", "kind": "distributor", "joined_at": datetime(2019, 1, 1)},
        {"partner_id": "re-1", "kind": "reseller", "business_model": "b2b2c", "parent_partner_id": "di-1"},
    ],
    "partner_terms": [
        {"partner_id": "re-1", "valid_from": datetime(2019, 1, 1), "valid_to": at(1), "commission_rate": 1.0},
        {"partner_id": "re-1", "valid_from": at(1), "commission_rate": 0.0, "revenue_share_rate": 0.4},
        {"partner_id": "di-1", "valid_from": datetime(2020, 1, 1)},
    ],
    "customers": [{"customer_id": "c1", "joined_at": datetime(2025, 1, 1)}],
    "exchange_rates": [
        {"currency": "USD", "valid_from": at(5), "units_per_base_e9": 1_250_000_000},
        {"currency": "USD", "valid_from": at(12), "units_per_base_e9": 2_000_000_000},
        {"currency": "JPY", "valid_from": at(5), "units_per_base_e9": 160_000_000_000},
        {"currency": "KWD", "valid_from": at(5), "units_per_base_e9": 320_000_000},
    ],
    "bookings": [
        booking(1),
        booking(2, RESOLD),
        booking(3, expired_at=at(12), confirmed_at=None),
        # 125 dollars at 1.25, and again at 2 from the very instant of the rate.
        booking(4, currency="USD", list_price_minor=None, price_minor=12_500, price_base_minor=10_000),
        booking(
            5,
            created_at=at(12),
            confirmed_at=at(12),
            currency="USD",
            list_price_minor=None,
            price_minor=20_000,
        ),
        booking(6, currency="JPY", list_price_minor=None, price_minor=16_000),
        booking(7, currency="KWD", list_price_minor=None, price_minor=32_000),
        # No rate was known yet, so nobody knows what it is worth.
        booking(8, created_at=at(4), currency="USD", list_price_minor=None, price_base_minor=None),
    ],
    "payments": [
        payment("p1", "b1"),
        # A deposit and what remains, each tried until it succeeded.
        payment("p2a", "b2", RESOLD, **UNPAID, intent_id="i2", failed_stage="issuer"),
        payment("p2b", "b2", RESOLD, intent_id="i2"),
        payment("p3", "b2", RESOLD),
        payment("p4", "b3", **UNPAID, voided_at=at(11)),
        payment("p5", "b6", currency="JPY", amount_minor=8_000),
    ],
    "refunds": [
        refund("r1", "p1", "b1", amount_minor=3_000, amount_base_minor=3_000),
        refund("r2", "p1", "b1"),
        refund("r3", "p3", "b2", RESOLD, refunded_at=None, amount_minor=9_000, amount_base_minor=9_000),
    ],
    "disputes": [
        {"dispute_id": "x1", "attempt_id": "p2b", "amount_base_minor": 5_000, "opened_at": at(20), **RESOLD}
    ],
    "commission_entries": [
        *legs("b1"),
        *legs("b2", RESOLD),
        *(leg for number in (4, 5, 6, 7) for leg in legs(f"b{number}")),
        entry("e1", "b2", "reseller", "invoiced", 1_200, RESOLD),
        entry("e2", "b2", "reseller", "paid", 700, RESOLD),
        entry("e3", "b2", "reseller", "paid", 500, RESOLD),
        entry("e4", "b2", "reseller", "clawed_back", -1_200, RESOLD),
    ],
    "sessions": [
        {
            "session_id": "s1",
            "visitor_id": "v1",
            "customer_id": "c1",
            "booking_id": "b1",
            "started_at": at(10, 11),
            "searched_at": at(10, 11),
            "viewed_at": at(10, 11, 30),
            "checkout_at": at(10, 11, 45),
            "booked_at": at(10),
            **DIRECT,
        },
        {"session_id": "s2", "started_at": at(11), "searched_at": at(11, 13), **DIRECT},
    ],
    "searches": [{"search_id": "f1", "session_id": "s1", "destination_id": "d1", "searched_at": at(10, 11)}],
    "ai_queries": [
        {"query_id": "q1", "session_id": "s1", "status": "ok", "received_at": at(9), "completed_at": at(9)},
        {"query_id": "q2", "parent_query_id": "q1", "status": "running", "received_at": at(9), "rating": 5},
    ],
    "notifications": [
        {
            "message_id": "m1",
            "customer_id": "c1",
            "channel": "email",
            "campaign": "spring@home-2026.1",
            "sent_at": at(8),
            "delivered_at": at(8),
            "opened_at": at(9),
            "reports_opens": True,
            "reports_delivery": True,
            **DIRECT,
        },
        {"message_id": "m2", "channel": "sms", "sent_at": at(8), "failed_at": at(8), "reports_opens": False},
    ],
    "services": [{"service": "web", "monitored_from": datetime(2020, 1, 1)}],
    "outages": [{"outage_id": "o1", "service": "web", "kind": "maintenance", "started_at": at(3)}],
    "costs": [{"cost_id": "k1", "kind": "incentive", "partner_id": "re-1", "amount_base_minor": -5}],
    "capacity": [{"product_id": "h1", "stay_on": date(2026, 2, 1), "units_available": 0}],
    "quotes": [{"quote_id": "u1", "session_id": "s1", "product_id": "h1", "quoted_at": at(10, 11)}],
    "request_counts": [{"service": "web", "bucket_at": at(3), "valid": 5, "good": 5}],
}
"""Ids are short; every rule and every audit of `check` has something to look at here, and nothing to find."""


def frames(rows: Rows, data_through: datetime | None = END, **about: str) -> dict[str, pd.DataFrame]:
    """Rows as tables, with what they say about themselves."""
    told = {"data_from": BEGIN.isoformat(), **about}
    held = {"about": about_frame(data_through, **told)}
    for name, mine in rows.items():
        columns = [column.name for column in schema.metadata.tables[name].columns]
        held[name] = pd.DataFrame(
            {column: pd.Series([row.get(column) for row in mine], dtype=object) for column in columns}
        )
    return held


def with_more(*added: tuple[str, Row]) -> Rows:
    """The sound platform with more rows in some tables."""
    rows = {name: list(mine) for name, mine in SOUND.items()}
    for name, row in added:
        rows[name].append(row)
    return rows
