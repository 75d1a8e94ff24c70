"""Payments counted by hand from the dozen attempts of `ten_payments`."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from tests.engines import Place
from tests.metrics.ten_payments import asked, march, march_by
from tests.money_tables import frame_of


def test_attempts(place: Place) -> None:
    found = march(place, "payment_attempts", "payment_attempt_success_rate", "acceptance_rate")
    # Begun in March: p0 p1 p3 p4 p6 p7 p8 p9 p10 p11; p2 began in February, p5 and p12 in April
    assert found["payment_attempts"] == 10
    # Captured p1 p3 p6 p7 p8 p10; ended too p0 p4 (failed) and p9 (voided); p11 has not ended
    assert found["payment_attempt_success_rate"] == pytest.approx(6 / 9)
    assert found["acceptance_rate"] == pytest.approx(6 / 10)


def test_intents_belong_to_their_first_attempt(place: Place) -> None:
    found = march(place, "payment_intents", "payment_success_rate")
    # i0 i2 i3 i4 i5 and p6 p7 p10 by themselves; i1 was tried first in February
    assert found["payment_intents"] == 8
    # i0 i2 (only in April) i3 p6 p7 p10
    assert found["payment_success_rate"] == pytest.approx(6 / 8)
    # In February i1, whose second attempt was captured in March; as of the end of February it was open
    of_february = {"period": "2026-02"}
    assert march(place, "payment_intents", "payment_success_rate", **of_february) == {
        "payment_intents": 1,
        "payment_success_rate": 1.0,
    }
    then = march(place, "payment_success_rate", **of_february, as_of=datetime(2026, 2, 28, 23))
    assert then["payment_success_rate"] == 0.0


def test_no_attempt_is_known_before_it_began(place: Place) -> None:
    """Whatever its other timestamps say: here the retry was captured two hours before it was attempted."""
    tries = [
        {"intent_id": "i0", "attempted_at": datetime(2026, 3, 1, 9), "is_test": False},
        {
            "intent_id": "i0",
            "attempted_at": datetime(2026, 3, 2, 12),
            "captured_at": datetime(2026, 3, 2, 10),
            "is_test": False,
        },
    ]
    payments = frame_of("payments", tries)
    for hour, rate in ((11, 0.0), (13, 1.0)):
        then = datetime(2026, 3, 2, hour)
        assert march(place, "payment_success_rate", as_of=then, payments=payments) == {
            "payment_success_rate": rate
        }


def test_declines(place: Place) -> None:
    # p0 by the issuer, p4 as a risk
    assert march(place, "payment_declines")["payment_declines"] == 2
    assert march_by(place, "payment_decline_share", "failed_stage") == {
        "issuer": 0.5,
        "risk": 0.5,
        "unknown": 0.0,
    }


def test_pending(place: Place) -> None:
    # p8 by a second, and p11; p7 was captured after exactly 72 hours, p9 voided after 24
    found = march(place, "pending_attempts", "payment_pending_rate")
    assert found == {"pending_attempts": 2, "payment_pending_rate": pytest.approx(2 / 10)}
    # 72 hours from the end of March nothing can change any more; a second earlier it can
    ripe = datetime(2026, 4, 3, 22)
    assert march(place, "pending_attempts", as_of=ripe)["pending_attempts"] == 2
    unripe = march(place, "pending_attempts", as_of=datetime(2026, 4, 3, 21, 59, 59))
    assert unripe["pending_attempts"] is None


def test_authorised(place: Place) -> None:
    found = march(place, "authorisation_rate", "authorised_value", "capture_rate")
    # Sent p0 p1 p3 p6 p9, approved all but p0; p4 was blocked before
    assert found["authorisation_rate"] == pytest.approx(4 / 5)
    # p1 100, p3 50, p6 100 as of its attempt, p9 200
    assert found["authorised_value"] == Decimal("450.00")
    # less p9, which was voided
    assert found["capture_rate"] == pytest.approx(250 / 450)


def test_payments_and_their_value(place: Place) -> None:
    found = march(place, "payments", "payment_value", "payment_fees", "payment_fee_rate")
    # p1 p3 p6 p7 p8 p10
    assert found["payments"] == 6
    # 100 + 50 + 99 + 101 + 30; p10 has no value
    assert found["payment_value"] == Decimal("380.00")
    # 1.50 + 0.50 + 0.20 + 0.40 + 0.10; p6 has none that is known
    assert found["payment_fees"] == Decimal("2.70")
    # Both are known of p1 p3 p7 p8: 2.60 over 281.00
    assert found["payment_fee_rate"] == pytest.approx(2.60 / 281)
    reason = asked(place, "payment_value")["reason"][0]
    assert reason == "1 of 6 rows left out: they have no value"
    # EUR 180, USD 99 and JPY 101 of 380
    assert march_by(place, "payment_value_share", "currency") == {
        "EUR": pytest.approx(180 / 380),
        "JPY": pytest.approx(101 / 380),
        "KWD": None,
        "USD": pytest.approx(99 / 380),
    }


def test_settlement(place: Place) -> None:
    found = march(place, "settlement_lag_median", "settlement_lag_p95", "unsettled_payments")
    # p7 1 day, p1 2 days, p3 4 days; rank 0.95 * 2 = 1.9: nine tenths of the way from 2 to 4
    assert found["settlement_lag_median"] == 2.0
    assert found["settlement_lag_p95"] == pytest.approx(3.8)
    # p6 p8 p10
    assert found["unsettled_payments"] == 3


def test_constant_rates(place: Place) -> None:
    found = march(place, "payment_value_at_reference_rates", "payment_exchange_effect")
    # p1 100, p3 50, p8 30; p6 110 / 1.25 = 88; p7 16132 / 160 = 100.825, the half away from zero: 100.83
    assert found["payment_value_at_reference_rates"] == Decimal("368.83")
    # p6 99 - 88, p7 101 - 100.83
    assert found["payment_exchange_effect"] == Decimal("11.17")


def test_both_periods_at_the_rates_of_the_one_asked_for(place: Place) -> None:
    frame = asked(place, "payment_value_at_reference_rates", period="2026-04", compare="previous")
    # p5 33.333 / 0.25 = 133.332; p12's francs have no rate
    assert frame["value"][0] == Decimal("133.33")
    assert frame["reason"][0] == "1 of 2 rows left out: they have no value"
    # March at the rates of April: p6 110 / 1.10 = 100 instead of 88
    assert frame["previous"][0] == Decimal("380.83")
    assert frame["change"][0] == Decimal("-247.50")


def test_constant_rates_in_another_reporting_currency(place: Place) -> None:
    """The same rows as if the base were the dinar, of three decimals; units are then for one dinar."""
    found = march(place, "payment_value_at_reference_rates", currency="KWD")
    # p7 16132 / 160 = 100.825 dinars, p6 110 / 1.25 = 88; what is in euros has no rate
    assert found["payment_value_at_reference_rates"] == Decimal("188.825")
    # In yen: p6 88, and p7 as it is
    found = march(place, "payment_value_at_reference_rates", currency="JPY")
    assert found["payment_value_at_reference_rates"] == Decimal("16220")
