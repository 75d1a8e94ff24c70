"""Refunds counted by hand from `ten_payments`."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from tests.engines import Place
from tests.metrics.ten_payments import march
from tests.money_tables import frame_of


def test_refunds_by_their_own_days(place: Place) -> None:
    found = march(place, "refunds_paid", "refunded_value", "total_revenue", "refund_value_rate_by_event")
    # r0 r2 r3 r6; r1 r5 r7 came later, r4 never
    assert found["refunds_paid"] == 4
    # 20 + 50 + 9 + 7
    assert found["refunded_value"] == Decimal("86.00")
    # less than the 380.00 captured
    assert found["total_revenue"] == Decimal("294.00")
    assert found["refund_value_rate_by_event"] == pytest.approx(86 / 380)


def test_refunds_of_the_payments_of_march(place: Place) -> None:
    ages = [f"refund_rate_{days}d" for days in (30, 90, 180)]
    assert ages == ["refund_rate_30d", "refund_rate_90d", "refund_rate_180d"]
    found = march(place, "refund_rate", "refund_value_rate", *ages)
    # p1 (twice) p3 p6 p8 p10 of p1 p3 p6 p7 p8 p10
    assert found["refund_rate"] == pytest.approx(5 / 6)
    # r0 20, r1 30, r2 50, r3 9, r5 10 of 380; p10's value is not known, so its refund stays out too
    assert found["refund_value_rate"] == pytest.approx(119 / 380)
    # p1, p3 at exactly 30 days, p6 before it was captured, p10
    assert found["refund_rate_30d"] == pytest.approx(4 / 6)
    # p8 a second too late for 90 days
    assert found["refund_rate_90d"] == pytest.approx(4 / 6)
    assert found["refund_rate_180d"] == pytest.approx(5 / 6)


def test_the_value_of_refunds_at_an_age(place: Place) -> None:
    found = march(place, "refund_value_rate_30d", "refund_value_rate_90d", "refund_value_rate_180d")
    # r0 20, r2 50 at exactly 30 days, r3 9; r1 after 32 days; r5 a second too late for 90
    assert found == {
        "refund_value_rate_30d": pytest.approx(79 / 380),
        "refund_value_rate_90d": pytest.approx(109 / 380),
        "refund_value_rate_180d": pytest.approx(119 / 380),
    }


def test_refunds_as_they_were_known(place: Place) -> None:
    # At the end of March: p1 p3 p6; nobody knows yet what comes within 30 days
    then = march(
        place, "refund_rate", "refund_value_rate", "refund_rate_30d", as_of=datetime(2026, 3, 31, 22)
    )
    # 20 + 50 + 9
    assert then == {
        "refund_rate": pytest.approx(3 / 6),
        "refund_value_rate": pytest.approx(79 / 380),
        "refund_rate_30d": None,
    }


def test_what_refunds_cost(place: Place) -> None:
    entry = {"leg": "platform", "occurred_at": datetime(2026, 3, 3), "business_model": "b2c"}
    entries = [
        {**entry, "entry": "accrued", "amount_base_minor": 100_00},
        {**entry, "entry": "clawed_back", "amount_base_minor": 17_00},
    ]
    found = march(
        place,
        "refund_revenue_impact",
        "refund_revenue_impact_rate",
        commission_entries=frame_of("commission_entries", entries),
    )
    # Reversed 3 + 5 + 1, fees lost 0.10 + 0.20, less the penalty of 1.00 kept
    assert found["refund_revenue_impact"] == Decimal("8.30")
    # over a net revenue of 100 - 17
    assert found["refund_revenue_impact_rate"] == pytest.approx(0.1)


CAPTURED, REFUNDED = datetime(2026, 3, 2, 9), datetime(2026, 3, 20, 9)
AT_CAPTURE, DIFFERENCE = "refunded_value_at_capture_rates", "refund_exchange_difference"
OF_PAYMENT = {"USD": "p0", "GBP": "p0", "EUR": "p1", "KWD": "p2"}


def exchanged(
    place: Place,
    *refunds: tuple[str, int, int | None],
    captured: datetime | None = CAPTURED,
    as_of: datetime = datetime(2026, 12, 1),
) -> dict[str, object]:
    """Refunds of USD 300.00 captured for 250.00, and of EUR 50.00, as (payment, amount, base amount)."""
    paid = {"attempted_at": CAPTURED, "business_model": "b2c", "is_test": False}
    payments = [
        {
            **paid,
            "currency": "USD",
            "amount_minor": 300_00,
            "captured_at": captured,
            "captured_base_minor": 250_00,
        },
        {
            **paid,
            "currency": "EUR",
            "amount_minor": 50_00,
            "captured_at": CAPTURED,
            "captured_base_minor": 50_00,
        },
        {
            **paid,
            "currency": "KWD",
            "amount_minor": 10_000,
            "captured_at": CAPTURED,
            "captured_base_minor": None,
        },
    ]
    given_back = [
        {
            "attempt_id": OF_PAYMENT[currency],
            "currency": currency,
            "amount_minor": amount,
            "amount_base_minor": base,
            "requested_at": REFUNDED,
            "refunded_at": REFUNDED,
            "business_model": "b2c",
            "is_test": False,
        }
        for currency, amount, base in refunds
    ]
    tables = {"payments": frame_of("payments", payments), "refunds": frame_of("refunds", given_back)}
    found = march(place, "refunded_value", AT_CAPTURE, DIFFERENCE, as_of=as_of, **tables)
    return {name: None if value is None else str(value) for name, value in found.items()}


def test_what_refunds_are_worth_more_than_when_they_were_captured(place: Place) -> None:
    # A third of the dollars was 83.33 and a bit, two thirds were 166.67; euros stay what they are.
    assert exchanged(place, ("USD", 100_00, 90_00), ("USD", 200_00, 160_00), ("EUR", 20_00, 20_00)) == {
        "refunded_value": "270.00",
        AT_CAPTURE: "270.00",
        DIFFERENCE: "0.00",
    }
    assert exchanged(place, ("USD", 100_00, 90_00)) == {
        "refunded_value": "90.00",
        AT_CAPTURE: "83.33",
        DIFFERENCE: "6.67",
    }
    # Half a cent goes up: 3 of 300.00 dollars are 2.5 cents.
    assert exchanged(place, ("USD", 3, 2), ("USD", 300_00, 240_00)) == {
        "refunded_value": "240.02",
        AT_CAPTURE: "250.03",
        DIFFERENCE: "-10.01",
    }


@pytest.mark.parametrize(
    "odd",
    [
        ("KWD", 1_000, 4_00),  # its capture has no value
        ("GBP", 10_00, 12_00),  # of a payment in dollars
        ("EUR", 50_01, 50_01),  # more than was paid
        ("EUR", -1, -1),
        ("EUR", 1_00, None),
    ],
)
def test_a_refund_without_a_rate_of_capture_is_left_out(
    place: Place, odd: tuple[str, int, int | None]
) -> None:
    found = exchanged(place, ("USD", 100_00, 90_00), odd)
    assert (found[AT_CAPTURE], found[DIFFERENCE]) == ("83.33", "6.67")
    alone = exchanged(place, odd)
    assert alone[DIFFERENCE] is None


def test_what_is_captured_later_has_no_rate_yet(place: Place) -> None:
    late = datetime(2026, 3, 25, 9)
    wanted = {"refunded_value": "90.00", AT_CAPTURE: "83.33", DIFFERENCE: "6.67"}
    assert exchanged(place, ("USD", 100_00, 90_00), captured=late) == wanted
    before = exchanged(place, ("USD", 100_00, 90_00), captured=late, as_of=datetime(2026, 3, 22))
    assert before == {"refunded_value": "90.00", AT_CAPTURE: None, DIFFERENCE: None}
