"""Costs, returns and constant rates, counted by hand from `ten_entries` and what is added here."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pandas as pd
import pytest

from tests.engines import Place
from tests.metrics.ten_entries import asked, values
from tests.money_tables import frame_of

COSTS = [
    {"kind": kind, "spent_on": day, "amount_base_minor": amount, "channel": channel}
    for kind, day, amount, channel in (
        ("marketing", date(2026, 3, 5), 10_00, "web"),
        ("marketing", date(2026, 3, 31), 5_00, "app"),
        ("marketing", date(2026, 4, 1), 7_00, "web"),
        ("marketing", date(2026, 3, 6), None, "web"),
        ("incentive", date(2026, 3, 7), 2_00, None),
        ("support", date(2026, 3, 1), 3_00, None),
        ("platform", date(2026, 3, 10), 1_00, None),
        ("platform", date(2026, 2, 28), 4_00, None),
    )
]
PAYMENTS = [
    {
        "attempted_at": datetime(2026, 3, 3, 9),
        "captured_at": datetime(2026, 3, 3, 9),
        "fee_base_minor": 4_00,
        "is_test": False,
    }
]
SESSIONS = [
    {"started_at": datetime(2026, 3, day, 9), "is_bot": is_bot, "is_test": False}
    for day, is_bot in ((1, False), (2, None), (3, True), (4, False))
]


def of_march(place: Place, *metrics: str, costs: list[dict[str, object]] = COSTS) -> pd.DataFrame:
    return asked(
        place,
        *metrics,
        costs=frame_of("costs", costs),
        payments=frame_of("payments", PAYMENTS),
        sessions=frame_of("sessions", SESSIONS),
    )


def test_costs(place: Place) -> None:
    assert values(of_march(place, "costs", "marketing_costs", "incentive_costs", "support_costs")) == {
        # 10 + 5 + 2 + 3 + 1
        "costs": Decimal("21.00"),
        "marketing_costs": Decimal("15.00"),
        "incentive_costs": Decimal("2.00"),
        "support_costs": Decimal("3.00"),
    }


def test_returns(place: Place) -> None:
    found = values(of_march(place, "contribution", "return_on_investment", "return_on_ad_spend"))
    # Net revenue of 64 less the fee of 4
    assert found["contribution"] == Decimal("60.00")
    assert found["return_on_investment"] == pytest.approx((60 - 21) / 21)
    # 21 kept of the bookings of March, for 15 of marketing
    assert found["return_on_ad_spend"] == pytest.approx(21 / 15)


def test_no_costs_give_no_return(place: Place) -> None:
    frame = of_march(place, "return_on_investment", "return_on_ad_spend", costs=[])
    assert list(frame["value"]) == [None, None]
    assert frame["reason"].str.startswith("nothing to divide by").all()


def test_channels(place: Place) -> None:
    found = values(of_march(place, "contribution_per_session", "customer_acquisition_cost"))
    # 21 less 15 over three visits; the third of March was a robot's
    assert found["contribution_per_session"] == Decimal("2.00")
    # 15 for c1 and c3; c2 was here in February
    assert found["customer_acquisition_cost"] == Decimal("7.50")


def test_constant_rates(place: Place) -> None:
    frame = of_march(place, "gross_bookings_value_at_reference_rates", "exchange_effect")
    found = values(frame)
    # b0 100 and b3 60 / 1.25 = 48; b2 has no value
    assert found["gross_bookings_value_at_reference_rates"] == Decimal("148.00")
    # b3 is worth 50 and not 48
    assert found["exchange_effect"] == Decimal("2.00")
    assert list(frame["reason"]) == [None, "1 of 3 rows left out: they have no value"]
