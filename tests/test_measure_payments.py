"""Payments, refunds and disputes, on both engines, against the oracle."""

from __future__ import annotations

from datetime import datetime

import pytest

from analytics_lib.catalogue import find
from analytics_lib.measure import measure
from analytics_lib.warehouse import Warehouse
from tests.made_questions import not_cut
from tests.money_tables import WAYS_OF_PAYMENTS
from tests.oracles import payments, refunds
from tests.sample_questions import of_a_distributor
from tests.small_sample import look_at, sample, scope_of

DOMAIN = payments.DOMAIN.beside(refunds.DOMAIN)


def test_every_metric_is_cut_by_every_dimension() -> None:
    assert not_cut(DOMAIN, WAYS_OF_PAYMENTS) == []


@pytest.mark.parametrize("by", WAYS_OF_PAYMENTS, ids="-".join)
def test_by_every_dimension(sampled: Warehouse, by: tuple[str, ...]) -> None:
    DOMAIN.hold(sampled, sample(), look_at("year", "2025"), by)


@pytest.mark.parametrize("compare", ["previous", "year"])
@pytest.mark.parametrize(("frame", "name"), [("month", "2026-03"), ("quarter", "2026-Q1")])
def test_compared(sampled: Warehouse, frame: str, name: str, compare: str) -> None:
    DOMAIN.hold(sampled, sample(), look_at(frame, name), compare=compare)


@pytest.mark.parametrize("over", ["month", "week", "day"])
def test_over_buckets(sampled: Warehouse, over: str) -> None:
    frame, name = {
        "month": ("year", "2025"),
        "week": ("quarter", "2026-Q1"),
        "day": ("month", "2026-03"),
    }[over]
    DOMAIN.hold(sampled, sample(), look_at(frame, name), over=over)


def test_over_hours(sampled: Warehouse) -> None:
    DOMAIN.hold(sampled, sample(), look_at("week", "2026-W13"), over="hour")


@pytest.mark.parametrize("compare", ["previous", "year"])
def test_a_period_to_date(sampled: Warehouse, compare: str) -> None:
    look = look_at("quarter", "2026-Q2", datetime(2026, 5, 17, 9, 30))
    DOMAIN.hold(sampled, sample(), look, ("method",), "month", compare)


@pytest.mark.parametrize("models", [("b2c",), ("b2b", "b2b2c")])
def test_business_models(sampled: Warehouse, models: tuple[str, ...]) -> None:
    DOMAIN.hold(sampled, sample(), look_at("year", "2025", models=models), ("business_model", "provider"))


def test_a_distributors_scope_includes_its_children(sampled: Warehouse) -> None:
    DOMAIN.hold(
        sampled, sample(), look_at("year", "2025", partners=of_a_distributor().look.partners), ("partner",)
    )


def test_value_is_that_at_constant_rates_and_the_effect_of_exchange(sampled: Warehouse) -> None:
    """METRICS section 3: current, constant and effect reconcile, by currency and together."""
    parts = ("payment_value", "payment_value_at_reference_rates", "payment_exchange_effect")
    for by in ((), ("currency",)):
        frame = measure(find(parts), scope_of(look_at("quarter", "2026-Q1")), by, warehouse=sampled)
        value, constant, effect = (list(frame[frame["metric"] == name]["value"]) for name in parts)
        assert value == [one + other for one, other in zip(constant, effect, strict=True)]
        assert any(effect)


def test_what_has_no_rate_yet_is_left_out_and_said(sampled: Warehouse) -> None:
    """In the sample the rates of one currency begin in the course of 2025."""
    asked = find(["payment_value_at_reference_rates", "payment_exchange_effect"])
    frame = measure(asked, scope_of(look_at("year", "2025")), warehouse=sampled)
    paid = sample()["payments"]
    year = datetime(2024, 12, 31, 23), datetime(2025, 12, 31, 22, 59, 59)
    in_2025 = paid[paid["captured_at"].between(*year) & ~paid["is_test"].astype(bool)]
    zlotys = (in_2025["currency"] == "PLN").sum()
    assert zlotys > 0
    assert set(frame["reason"]) == {f"{zlotys} of {len(in_2025)} rows left out: they have no value"}
    by_currency = measure(asked, scope_of(look_at("year", "2025")), ["currency"], warehouse=sampled)
    assert by_currency[by_currency["currency"] == "PLN"]["value"].isna().all()


def test_a_share_at_an_age_waits_for_the_youngest(sampled: Warehouse) -> None:
    ages = find(["refund_rate_30d", "refund_rate_90d", "refund_rate_180d"])
    found = measure(ages, scope_of(look_at("month", "2026-07")), warehouse=sampled)
    assert [value is None for value in found["value"]] == [False, False, True]
