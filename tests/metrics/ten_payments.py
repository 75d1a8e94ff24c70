"""A dozen attempts to pay, their refunds and disputes, small enough to count by hand.

March 2026 in Madrid is [28 February 23:00, 31 March 22:00) UTC. All is looked at from 1 December.

         intent  attempted (UTC)  what became of it                                        amount
    p0   i0      1 Mar 9:00       sent, declined by the issuer                             EUR 100.00
    p1   i0      1 Mar 9:05       authorised, captured, paid out after 2 days              EUR 100.00
    p2   i1      28 Feb 22:59:59  abandoned, in February                                   EUR 50.00
    p3   i1      1 Mar 8:00       authorised, captured, paid out after 4 days              EUR 50.00
    p4   i2      31 Mar 21:00     blocked as a risk, never sent                            KWD 33.333
    p5   i2      1 Apr 10:00      authorised and captured in April, for 133.00             KWD 33.333
    p6   -       10 Mar 9:00      authorised at 100.00; captured two days later for 99.00  USD 110.00
    p7   -       15 Mar 9:00      captured after exactly 72 h for 101.00, paid out next day  JPY 16,132
    p8   i3      20 Mar 9:00      captured after 72 h and 1 s                              EUR 30.00
    p9   i4      25 Mar 9:00      authorised, voided after a day                           EUR 200.00
    p10  -       28 Mar 9:00      captured, worth nobody knows what: there is no rate yet  KWD 10.000
    p11  i5      29 Mar 9:00      nothing                                                  EUR 10.00
    p12  -       2 Apr 9:00       captured for 21.00                                       CHF 20.00
    p13  as p1, but a test record

    Fees: p1 1.50, p3 0.50, p6 not known, p7 0.20, p8 0.40, p10 0.10

         of   requested  refunded                       amount  reversed  fee lost  penalty kept
    r0   p1   5 Mar      6 Mar                          20.00   3.00      0.10      0.00
    r1   p1   1 Apr      2 Apr                          30.00   2.00      -         -
    r2   p3   30 Mar     31 Mar, 30 days from capture   50.00   5.00      0.20      1.00
    r3   p6   10 Mar     11 Mar, before the capture     9.00    1.00      -         -
    r4   p7   20 Mar     never                          5.00    0.50      -         -
    r5   p8   1 Jun      90 days and 1 s from capture   10.00   1.00      -         -
    r6   none 14 Mar     15 Mar                         7.00    -         -         -
    r7   p10  4 Apr      5 Apr                          4.00    -         -         -
    r8   as r0, but a test record

         of    opened   closed  outcome  amount
    d0   p1    10 Apr   20 Apr  lost     100.00
    d1   p1    20 Mar   28 Mar  won      40.00
    d2   p3    5 Mar    open    -        50.00
    d3   none  15 Mar   16 Mar  lost     10.00
    d4   as d2, but a test record

    Units for one euro:  USD 1.10 from 2025, 1.25 from 28 February 23:00, 1.10 from 10 March;
                         JPY 160 from 2025; KWD 0.25 from 31 March 22:00; never any of CHF
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pandas as pd

from analytics_lib.catalogue import find
from analytics_lib.measure import measure
from analytics_lib.scope import Scope
from tests.engines import Place, about_frame
from tests.metrics.ten_bookings import Answer
from tests.money_tables import frame_of

AS_OF = datetime(2026, 12, 1)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def _mar(day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute)


def _attempt(
    intent: str | None,
    attempted: datetime,
    currency: str,
    amount: int,
    base: int | None,
    *,
    approved: datetime | None = None,
    captured: datetime | None = None,
    captured_base: int | None = None,
    fee: int | None = None,
    paid_out_after: timedelta | None = None,
    **more: object,
) -> dict[str, object]:
    """Who approves it was sent it before."""
    return {
        "intent_id": intent,
        "attempted_at": attempted,
        "sent_at": approved,
        "authorised_at": approved,
        "captured_at": captured,
        "paid_out_at": captured + paid_out_after if captured and paid_out_after else None,
        "currency": currency,
        "amount_minor": amount,
        "amount_base_minor": base,
        "captured_base_minor": captured_base,
        "fee_base_minor": fee,
        "business_model": "b2c",
        "is_test": False,
        **more,
    }


_P1 = _attempt(
    "i0",
    _mar(1, 9, 5),
    "EUR",
    100_00,
    100_00,
    approved=_mar(1, 9, 5) + SECOND,
    captured=_mar(1, 9, 6),
    captured_base=100_00,
    fee=1_50,
    paid_out_after=2 * DAY,
)

PAYMENTS = [
    _attempt("i0", _mar(1), "EUR", 100_00, 100_00, sent_at=_mar(1) + SECOND, failed_stage="issuer"),
    _P1,
    _attempt("i1", datetime(2026, 2, 28, 22, 59, 59), "EUR", 50_00, 50_00, failed_stage="abandoned"),
    _attempt(
        "i1",
        _mar(1, 8),
        "EUR",
        50_00,
        50_00,
        approved=_mar(1, 8) + SECOND,
        captured=_mar(1, 8, 1),
        captured_base=50_00,
        fee=50,
        paid_out_after=4 * DAY,
    ),
    _attempt("i2", _mar(31, 21), "KWD", 33_333, None, failed_stage="risk"),
    _attempt(
        "i2",
        datetime(2026, 4, 1, 10),
        "KWD",
        33_333,
        133_33,
        approved=datetime(2026, 4, 1, 10),
        captured=datetime(2026, 4, 1, 10),
        captured_base=133_00,
    ),
    _attempt(
        None,
        _mar(10),
        "USD",
        110_00,
        100_00,
        approved=_mar(10) + SECOND,
        captured=_mar(12),
        captured_base=99_00,
    ),
    _attempt(
        None,
        _mar(15),
        "JPY",
        16_132,
        100_00,
        captured=_mar(15) + 72 * HOUR,
        captured_base=101_00,
        fee=20,
        paid_out_after=DAY,
    ),
    _attempt("i3", _mar(20), "EUR", 30_00, 30_00, captured=_mar(23) + SECOND, captured_base=30_00, fee=40),
    _attempt("i4", _mar(25), "EUR", 200_00, 200_00, approved=_mar(25) + SECOND, voided_at=_mar(26)),
    _attempt(None, _mar(28), "KWD", 10_000, None, captured=_mar(28) + SECOND, fee=10),
    _attempt("i5", _mar(29), "EUR", 10_00, 10_00),
    _attempt(
        None,
        datetime(2026, 4, 2, 9),
        "CHF",
        20_00,
        21_00,
        captured=datetime(2026, 4, 2, 9),
        captured_base=21_00,
    ),
    {**_P1, "is_test": True},
]


def _refund(
    of: str | None,
    requested: datetime,
    refunded: datetime | None,
    amount: int,
    reversed_: int | None = None,
    fee_lost: int | None = None,
    kept: int | None = None,
    **more: object,
) -> dict[str, object]:
    return {
        "attempt_id": of,
        "requested_at": requested,
        "refunded_at": refunded,
        "amount_base_minor": amount,
        "platform_reversed_base_minor": reversed_,
        "fee_lost_base_minor": fee_lost,
        "penalty_kept_base_minor": kept,
        "business_model": "b2c",
        "is_test": False,
        **more,
    }


_R0 = _refund("p1", _mar(5), _mar(6), 20_00, 3_00, 10, 0)
APRIL = datetime(2026, 4, 1, 9)

REFUNDS = [
    _R0,
    _refund("p1", APRIL, APRIL + DAY, 30_00, 2_00),
    _refund("p3", _mar(30), _mar(1, 8, 1) + 30 * DAY, 50_00, 5_00, 20, 1_00),
    _refund("p6", _mar(10), _mar(11), 9_00, 1_00),
    _refund("p7", _mar(20), None, 5_00, 50),
    _refund("p8", datetime(2026, 6, 1), _mar(23) + SECOND + 90 * DAY + SECOND, 10_00, 1_00),
    _refund(None, _mar(14), _mar(15), 7_00),
    _refund("p10", APRIL + 3 * DAY, APRIL + 4 * DAY, 4_00),
    {**_R0, "is_test": True},
]


def _dispute(
    of: str | None, opened: datetime, closed: datetime | None, outcome: str | None, amount: int
) -> dict[str, object]:
    return {
        "attempt_id": of,
        "opened_at": opened,
        "closed_at": closed,
        "outcome": outcome,
        "amount_base_minor": amount,
        "business_model": "b2c",
        "is_test": False,
    }


_D2 = _dispute("p3", _mar(5), None, None, 50_00)

DISPUTES = [
    _dispute("p1", APRIL + 9 * DAY, APRIL + 19 * DAY, "lost", 100_00),
    _dispute("p1", _mar(20), _mar(28), "won", 40_00),
    _D2,
    _dispute(None, _mar(15), _mar(16), "lost", 10_00),
    {**_D2, "is_test": True},
]

RATES = [
    {"currency": currency, "valid_from": since, "units_per_base_e9": units}
    for currency, since, units in (
        ("USD", datetime(2025, 1, 1), 1_100_000_000),
        ("USD", datetime(2026, 2, 28, 23), 1_250_000_000),
        ("USD", datetime(2026, 3, 10), 1_100_000_000),
        ("JPY", datetime(2025, 1, 1), 160_000_000_000),
        ("KWD", datetime(2026, 3, 31, 22), 250_000_000),
    )
]


def asked(
    place: Place,
    *metrics: str,
    by: Sequence[str] = (),
    period: str = "2026-03",
    compare: str | None = None,
    as_of: datetime = AS_OF,
    currency: str = "EUR",
    **more: pd.DataFrame,
) -> pd.DataFrame:
    """The answer of a warehouse that holds them, and the tables given beside."""
    tables = {
        "about": about_frame(AS_OF, reporting_currency=currency),
        "payments": frame_of("payments", PAYMENTS),
        "refunds": frame_of("refunds", REFUNDS),
        "disputes": frame_of("disputes", DISPUTES),
        "exchange_rates": frame_of("exchange_rates", RATES),
        **more,
    }
    scope = Scope.build(period=period, as_of=as_of, zone="Europe/Madrid")
    with place.holding(tables) as warehouse:
        return measure(find(metrics), scope, by, compare=compare, warehouse=warehouse)  # type: ignore[arg-type]


def march(place: Place, *metrics: str, **more: object) -> dict[str, Answer]:
    """Metric -> its value for March."""
    frame = asked(place, *metrics, **more)  # type: ignore[arg-type]
    return dict(zip(frame["metric"], frame["value"], strict=True))


def march_by(place: Place, metric: str, by: str, **more: object) -> dict[str, Answer]:
    """Value of a dimension -> the metric's value for March."""
    frame = asked(place, metric, by=[by], **more)  # type: ignore[arg-type]
    return dict(zip(frame[by], frame["value"], strict=True))
