"""Commissions counted by hand from `ten_entries`."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from analytics_lib import Scope
from analytics_lib.catalogue import find
from analytics_lib.measure import measure
from tests.engines import Place, about_frame
from tests.metrics.ten_entries import asked, of_period, values
from tests.money_tables import frame_of


def test_net_revenue(place: Place) -> None:
    found = values(asked(place, "net_revenue", "net_revenue_of_bookings", "take_rate"))
    # Recognised in March: e1 15, e4 40, e12 9; what e11 reverses belongs to April
    assert found["net_revenue"] == Decimal("64.00")
    assert values(of_period(place, "2026-04", "net_revenue"))["net_revenue"] == Decimal("-3.00")
    # Of the bookings placed in March b0 15 - 3 and b2 9; b1 is of February
    assert found["net_revenue_of_bookings"] == Decimal("21.00")
    # b0's 12 over b0's 100 and b3's 50; b2 has no price, so it stays out on both sides
    assert found["take_rate"] == pytest.approx(12 / 150)


def test_the_price_is_divided_among_the_legs(place: Place) -> None:
    found = values(asked(place, "price_divided", by=["leg"]), "leg")
    # b0's 100 and b1's 200 to the cent, and what else is recognised: e12 9 and e13 1
    assert found == {
        "agency": Decimal("10.00"),
        "distributor": Decimal("5.00"),
        "platform": Decimal("64.00"),
        "reseller": Decimal("21.00"),
        "supplier": Decimal("210.00"),
    }


def test_commissions_of_the_month(place: Place) -> None:
    found = values(
        asked(
            place,
            "commission_accrued",
            "commission_invoiced",
            "commission_paid",
            "commission_clawed_back",
            "own_commission_accrued",
            "own_commission_paid",
        )
    )
    assert found == {
        # e2 10, e3 5, e5 20, e13 1
        "commission_accrued": Decimal("36.00"),
        # e7 10, e9 20; e14 was invoiced in February
        "commission_invoiced": Decimal("30.00"),
        "commission_paid": Decimal("4.00"),
        "commission_clawed_back": Decimal("5.00"),
        # without the distributor's e3
        "own_commission_accrued": Decimal("31.00"),
        "own_commission_paid": Decimal("4.00"),
    }


def test_effective_commission(place: Place) -> None:
    # e2 10, e3 5 and e5 20 on 90 + 90 + 180; nobody knows what e13 is on
    assert values(asked(place, "effective_commission"))["effective_commission"] == pytest.approx(35 / 360)


def test_balances_at_the_end(place: Place) -> None:
    frame = asked(place, "commission_balance", "commission_outstanding")
    # 36 accrued less 4 paid and 5 clawed back; e8, e10 and the four of accrual
    assert values(frame)["commission_balance"] == Decimal("27.00")
    # 10 + 20 + 8 invoiced less 4 paid
    assert values(frame)["commission_outstanding"] == Decimal("34.00")
    assert list(frame["n"]) == [6, 4]


def test_what_happens_as_the_period_ends_stands_only_after_it(place: Place) -> None:
    """April begins in Madrid on 31 March at 22:00 UTC."""
    entry = {"leg": "agency", "entry": "accrued", "is_test": False}
    begins = datetime(2026, 3, 31, 22)
    entries = [
        {**entry, "amount_base_minor": 2_00, "occurred_at": begins - timedelta(microseconds=1)},
        {**entry, "amount_base_minor": 1_00, "occurred_at": begins},
    ]
    frame = asked(place, "commission_balance", commission_entries=frame_of("commission_entries", entries))
    assert list(frame["value"]) == [Decimal("2.00")]


def test_claims_by_age(place: Place) -> None:
    # On 1 April e7 and e8 are 12 days over, e9 one day, e14 91 days, and what is accrued is no claim
    assert values(asked(place, "commission_outstanding", by=["ageing_band"]), "ageing_band") == {
        "1 up to 30 days": Decimal("26.00"),
        "4 over 90 days": Decimal("8.00"),
    }
    # On 16 March, when the 11th week is over, e7 and e9 are not yet due, and e14 is 75 days over
    weeks = asked(place, "commission_outstanding", by=["ageing_band"], over="week")
    assert values(weeks[weeks["bucket"] == "2026-W11"], "ageing_band") == {
        "0 not yet due": Decimal("30.00"),
        "1 up to 30 days": Decimal("0.00"),
        "3 61 to 90 days": Decimal("8.00"),
        "4 over 90 days": Decimal("0.00"),
    }


def test_the_edges_of_the_bands(place: Place) -> None:
    """One claim of a different amount for each number of days on 1 April, when March is over."""
    days = (-1, 0, 1, 30, 31, 60, 61, 90, 91)
    claims = [
        {
            "leg": "agency",
            "entry": "invoiced",
            "amount_base_minor": 2**place_of_bit,
            "occurred_at": datetime(2026, 1, 1),
            "due_on": date(2026, 4, 1) - timedelta(days=overdue),
            "is_test": False,
        }
        for place_of_bit, overdue in enumerate(days)
    ]
    entries = frame_of("commission_entries", claims)
    frame = asked(place, "commission_outstanding", by=["ageing_band"], commission_entries=entries)
    assert {band: int(value * 100) for band, value in values(frame, "ageing_band").items()} == {
        "0 not yet due": 1 + 2,
        "1 up to 30 days": 4 + 8,
        "2 31 to 60 days": 16 + 32,
        "3 61 to 90 days": 64 + 128,
        "4 over 90 days": 256,
    }


def test_what_is_due_today_is_not_overdue(place: Place) -> None:
    """At noon the day has begun and is not over."""
    rows = [
        {
            "leg": "agency",
            "entry": "invoiced",
            "amount_base_minor": 20_00,
            "occurred_at": datetime(2026, 3, 2),
            "due_on": due,
            "is_test": False,
        }
        for due in (date(2026, 3, 31), date(2026, 3, 30), date(2026, 4, 1))
    ]
    entries = frame_of("commission_entries", rows)
    tables = {"about": about_frame(datetime(2026, 12, 1)), "commission_entries": entries}
    scope = Scope.build(period="2026-03", as_of=datetime(2026, 3, 31, 10), zone="Europe/Madrid")
    with place.holding(tables) as warehouse:
        frame = measure(find(["commission_outstanding"]), scope, by=("ageing_band",), warehouse=warehouse)
    assert dict(zip(frame["ageing_band"], frame["value"], strict=True)) == {
        "0 not yet due": Decimal("40.00"),
        "1 up to 30 days": Decimal("20.00"),
    }


def test_what_customers_have_been_worth(place: Place) -> None:
    # e1 15 of c1, e4 40 and e12 9 of c2; what e11 reverses belongs to April
    assert values(asked(place, "historic_customer_value"))["historic_customer_value"] == Decimal("64.00")
    later = values(of_period(place, "2026-04", "historic_customer_value"))
    assert later["historic_customer_value"] == Decimal("61.00")
