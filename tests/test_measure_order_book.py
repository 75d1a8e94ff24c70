"""The order book at the end of every period, on both engines, against the oracle."""

from __future__ import annotations

import pytest

from analytics_lib.warehouse import Warehouse
from tests.lasting_questions import MOST, not_cut
from tests.oracles.order_book import DOMAIN
from tests.sample_questions import QUESTIONS, Asked, of_a_distributor
from tests.small_sample import look_at, sample

WAYS = (
    ("business_model", "partner_kind"),
    ("partner", "partner_name"),
    ("channel", "device", "product_kind", "product", "product_name"),
    ("destination", "destination_name", "country", "region"),
    ("currency", "lead_time_band", "nights_band"),
    ("party_size", "stay_month"),
    ("month_of_year", "weekday", "hour_of_day"),
)
"""How bookings are cut."""


def hold(warehouse: Warehouse, asked: Asked) -> None:
    DOMAIN.hold(warehouse, sample(), asked.look, asked.by, asked.over, asked.compare)


def test_every_metric_is_cut_by_every_dimension() -> None:
    assert not_cut(DOMAIN, WAYS) == []


@pytest.mark.parametrize("by", WAYS, ids="-".join)
def test_by_every_dimension(sampled: Warehouse, by: tuple[str, ...]) -> None:
    # The clock changed between this period and the one before.
    DOMAIN.hold(sampled, sample(), look_at("quarter", "2026-Q1"), by)


@pytest.mark.parametrize("question", MOST)
def test_questions(sampled: Warehouse, question: str) -> None:
    hold(sampled, QUESTIONS[question])


@pytest.mark.slow
@pytest.mark.parametrize("question", sorted(set(QUESTIONS) - set(MOST)))
def test_more_questions(sampled: Warehouse, question: str) -> None:
    hold(sampled, QUESTIONS[question])


def test_the_scope_of_a_distributor(sampled: Warehouse) -> None:
    hold(sampled, of_a_distributor())


@pytest.mark.slow
def test_hours_of_a_week(sampled: Warehouse) -> None:
    DOMAIN.hold(sampled, sample(), look_at("week", "2026-W43"), over="hour")
