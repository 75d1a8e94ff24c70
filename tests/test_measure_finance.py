"""Commissions, costs, returns and constant rates, on both engines, against the oracle."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from analytics_lib.catalogue import find
from analytics_lib.measure import measure
from analytics_lib.warehouse import Warehouse
from tests.made_questions import not_cut
from tests.money_tables import WAYS_OF_FINANCE
from tests.oracles.finance import DOMAIN
from tests.sample_questions import of_a_distributor
from tests.small_sample import look_at, sample, scope_of


def test_every_metric_is_cut_by_every_dimension() -> None:
    assert not_cut(DOMAIN, WAYS_OF_FINANCE) == []


@pytest.mark.parametrize("by", WAYS_OF_FINANCE, ids="-".join)
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
    """Costs know no hours, and so nothing that rests on them does."""
    look = look_at("day", "2026-03-29")
    DOMAIN.hold(sampled, sample(), look, over="hour")
    frame = measure(find(["costs", "return_on_investment"]), scope_of(look), over="hour", warehouse=sampled)
    assert frame["reason"].str.contains("dated by local days, not hours").all()


def test_balances_by_age_over_months(sampled: Warehouse) -> None:
    """Each month's claims as old as they were at its end, so that they move from band to band."""
    DOMAIN.hold(sampled, sample(), look_at("quarter", "2026-Q1"), ("ageing_band", "leg"), "month", "previous")


@pytest.mark.parametrize("compare", ["previous", "year"])
def test_a_period_to_date(sampled: Warehouse, compare: str) -> None:
    look = look_at("quarter", "2026-Q2", datetime(2026, 5, 17, 9, 30))
    DOMAIN.hold(sampled, sample(), look, ("channel",), "month", compare)


@pytest.mark.parametrize("models", [("b2c",), ("b2b", "b2b2c")])
def test_business_models(sampled: Warehouse, models: tuple[str, ...]) -> None:
    DOMAIN.hold(sampled, sample(), look_at("year", "2025", models=models), ("business_model", "channel"))


def test_a_distributors_scope_includes_its_children(sampled: Warehouse) -> None:
    DOMAIN.hold(
        sampled, sample(), look_at("year", "2025", partners=of_a_distributor().look.partners), ("partner",)
    )


def test_the_legs_add_up_to_the_price(sampled: Warehouse) -> None:
    """METRICS invariant 10: to the minor unit, over all bookings that were recognised."""
    years = [
        measure(find(["price_divided"]), scope_of(look_at("year", name)), ["leg"], warehouse=sampled)
        for name in ("2024", "2025", "2026")
    ]
    entries, bookings = sample()["commission_entries"], sample()["bookings"]
    recognised = set(entries.loc[entries["entry"] == "accrued", "booking_id"])
    bookings = bookings[bookings["booking_id"].isin(recognised) & ~bookings["is_test"].astype(bool)]
    assert all(len(legs) == 5 for legs in years)
    assert sum(sum(legs["value"]) for legs in years) == Decimal(
        int(bookings["price_base_minor"].sum())
    ).scaleb(-2)


def test_value_is_that_at_constant_rates_and_the_effect_of_exchange(sampled: Warehouse) -> None:
    parts = ("gross_bookings_value", "gross_bookings_value_at_reference_rates", "exchange_effect")
    for by in ((), ("currency",)):
        frame = measure(find(parts), scope_of(look_at("quarter", "2026-Q1")), by, warehouse=sampled)
        value, constant, effect = (list(frame[frame["metric"] == name]["value"]) for name in parts)
        assert value == [one + other for one, other in zip(constant, effect, strict=True)]
        assert any(effect)
