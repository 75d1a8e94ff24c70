"""Four bookings, how their prices are divided, and a few costs, small enough to count by hand.

March 2026 in Madrid is [28 February 23:00, 31 March 22:00) UTC. All is looked at from 1 June.

        placed   by  price   in its own currency
    b0  1 Mar    c1  100.00  EUR 100.00
    b1  20 Feb   c2  200.00  EUR 200.00
    b2  5 Mar    c2  none    KWD 10.000, without a rate
    b3  10 Mar   c3  50.00   USD 60.00

    One euro is 1.25 dollars where March begins.

         of  leg          entry        amount  on      when    due
    e0   b0  supplier     accrued      70.00   90.00   2 Mar
    e1   b0  platform     accrued      15.00   90.00   2 Mar
    e2   b0  agency       accrued      10.00   90.00   2 Mar
    e3   b0  distributor  accrued      5.00    90.00   2 Mar
    e4   b1  platform     accrued      40.00   180.00  1 Mar
    e5   b1  reseller     accrued      20.00   180.00  1 Mar
    e6   b1  supplier     accrued      140.00  180.00  1 Mar
    e7   b0  agency       invoiced     10.00           5 Mar   20 Mar
    e8   b0  agency       paid         4.00            25 Mar  20 Mar
    e9   b1  reseller     invoiced     20.00           10 Mar  31 Mar
    e10  b0  distributor  clawed back  5.00            30 Mar
    e11  b0  platform     clawed back  3.00            2 Apr
    e12  b2  platform     accrued      9.00    8.00    6 Mar
    e13  b1  reseller     accrued      1.00    -       12 Mar
    e14  b1  reseller     invoiced     8.00            20 Feb  31 Dec
    e15  as e1, but a test record
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import pandas as pd

from analytics_lib.catalogue import find
from analytics_lib.measure import measure
from analytics_lib.scope import Scope
from tests.engines import Place, about_frame
from tests.metrics.ten_bookings import Answer
from tests.money_tables import frame_of

AS_OF = datetime(2026, 6, 1)


def _at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 9)


BOOKINGS = [
    {
        "created_at": placed,
        "customer_id": customer,
        "price_base_minor": base,
        "currency": currency,
        "price_minor": price,
        "is_test": False,
    }
    for placed, customer, base, currency, price in (
        (_at(3, 1), "c1", 100_00, "EUR", 100_00),
        (_at(2, 20), "c2", 200_00, "EUR", 200_00),
        (_at(3, 5), "c2", None, "KWD", 10_000),
        (_at(3, 10), "c3", 50_00, "USD", 60_00),
    )
]

_PARTS = (
    ("b0", "supplier", "accrued", 70_00, 90_00, _at(3, 2), None),
    ("b0", "platform", "accrued", 15_00, 90_00, _at(3, 2), None),
    ("b0", "agency", "accrued", 10_00, 90_00, _at(3, 2), None),
    ("b0", "distributor", "accrued", 5_00, 90_00, _at(3, 2), None),
    ("b1", "platform", "accrued", 40_00, 180_00, _at(3, 1), None),
    ("b1", "reseller", "accrued", 20_00, 180_00, _at(3, 1), None),
    ("b1", "supplier", "accrued", 140_00, 180_00, _at(3, 1), None),
    ("b0", "agency", "invoiced", 10_00, None, _at(3, 5), date(2026, 3, 20)),
    ("b0", "agency", "paid", 4_00, None, _at(3, 25), date(2026, 3, 20)),
    ("b1", "reseller", "invoiced", 20_00, None, _at(3, 10), date(2026, 3, 31)),
    ("b0", "distributor", "clawed_back", 5_00, None, _at(3, 30), None),
    ("b0", "platform", "clawed_back", 3_00, None, _at(4, 2), None),
    ("b2", "platform", "accrued", 9_00, 8_00, _at(3, 6), None),
    ("b1", "reseller", "accrued", 1_00, None, _at(3, 12), None),
    ("b1", "reseller", "invoiced", 8_00, None, _at(2, 20), date(2025, 12, 31)),
)
_NAMES = (
    "booking_id",
    "leg",
    "entry",
    "amount_base_minor",
    "commissionable_base_minor",
    "occurred_at",
    "due_on",
)
ENTRIES = [
    *({**dict(zip(_NAMES, part, strict=True)), "is_test": False} for part in _PARTS),
    {**dict(zip(_NAMES, _PARTS[1], strict=True)), "is_test": True},
]

RATES = [
    {"currency": "USD", "valid_from": datetime(2026, 2, 1), "units_per_base_e9": 1_250_000_000},
    {"currency": "USD", "valid_from": datetime(2026, 3, 2), "units_per_base_e9": 1_200_000_000},
]


def asked(
    place: Place, *metrics: str, by: Sequence[str] = (), over: str | None = None, **more: pd.DataFrame
) -> pd.DataFrame:
    """The answer for March of a warehouse that holds them, and the tables given beside."""
    return of_period(place, "2026-03", *metrics, by=by, over=over, **more)


def of_period(
    place: Place,
    period: str,
    *metrics: str,
    by: Sequence[str] = (),
    over: str | None = None,
    **more: pd.DataFrame,
) -> pd.DataFrame:
    """The same, for any period."""
    tables = {
        "about": about_frame(AS_OF),
        "bookings": frame_of("bookings", BOOKINGS),
        "commission_entries": frame_of("commission_entries", ENTRIES),
        "exchange_rates": frame_of("exchange_rates", RATES),
        **more,
    }
    scope = Scope.build(period=period, as_of=AS_OF, zone="Europe/Madrid")
    with place.holding(tables) as warehouse:
        return measure(find(metrics), scope, by, over, warehouse=warehouse)


def values(frame: pd.DataFrame, by: str = "metric") -> dict[str, Answer]:
    """Metric, or the value of a dimension -> the number."""
    return dict(zip(frame[by], frame["value"], strict=True))
