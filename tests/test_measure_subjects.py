"""Every metric of visits, messages, assistants, customers, partners and the order book over the sample.

On both engines, against the oracles: by every dimension, and in all the ways that a question can be put.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from analytics_lib.warehouse import Warehouse
from tests.made_questions import not_cut
from tests.oracles import ai_usage, customers, journeys, notifications, order_book, partners, visits
from tests.oracles.calendar import Look
from tests.oracles.domain import Domain
from tests.sample_questions import QUESTIONS, Asked, of_a_distributor
from tests.small_sample import look_at, sample

Ways = tuple[tuple[str, ...], ...]

# The clock changed between this period and the one before.
QUARTER = look_at("quarter", "2026-Q1")

MOST = (
    "month and the one before",
    "quarter as known on its last day",
    "half a year's months and those before",
    "hours of the change of clocks",
    "to date by weeks and models",
    "direct",
    "sold by others",
)
"""What is asked each time of subjects that take long; the other questions are slow."""


@dataclass(frozen=True)
class Subject:
    """A domain, the ways in which it is cut, about when, and what it is asked each time."""

    domain: Domain
    ways: Ways
    look: Look = QUARTER
    often: tuple[str, ...] = MOST


def one_by_one(domain: Domain) -> Ways:
    return tuple((name,) for name in domain.dimensions)


VISITS = visits.DOMAIN.beside(journeys.DOMAIN)
SUBJECTS = {
    "ai_usage": Subject(ai_usage.DOMAIN, one_by_one(ai_usage.DOMAIN), often=tuple(QUESTIONS)),
    "notifications": Subject(notifications.DOMAIN, one_by_one(notifications.DOMAIN), often=tuple(QUESTIONS)),
    "visits": Subject(VISITS, one_by_one(VISITS), look_at("month", "2026-03"), often=tuple(QUESTIONS)),
    # What all metrics share is cut two at a time, so that it is asked less often.
    "customers": Subject(
        customers.DOMAIN,
        (
            ("business_model", "partner_kind"),
            ("partner", "partner_name"),
            ("channel", "device"),
            ("product_kind", "product", "product_name"),
            ("destination", "destination_name", "country", "region"),
            ("currency", "lead_time_band", "nights_band"),
            ("party_size", "stay_month"),
            ("month_of_year",),
            ("weekday",),
            ("hour_of_day",),
            ("age",),
            ("age", "device"),
            ("segment", "customer_country"),
        ),
    ),
    "order_book": Subject(
        order_book.DOMAIN,
        (
            ("business_model", "partner_kind"),
            ("partner", "partner_name"),
            ("channel", "device", "product_kind", "product", "product_name"),
            ("destination", "destination_name", "country", "region"),
            ("currency", "lead_time_band", "nights_band"),
            ("party_size", "stay_month"),
            ("month_of_year", "weekday", "hour_of_day"),
        ),
    ),
    "partners": Subject(
        partners.DOMAIN,
        (
            ("business_model", "partner_kind"),
            ("partner", "partner_name"),
            ("business_model", "channel"),
            ("device", "product_kind", "product", "product_name"),
            ("destination", "destination_name", "country", "region"),
            ("currency", "lead_time_band", "nights_band"),
            ("party_size", "stay_month"),
            ("month_of_year", "weekday"),
            ("weekday", "hour_of_day"),
            ("leg",),
            ("lifecycle_state",),
            ("from_state",),
            ("from_state", "lifecycle_state"),
            ("lifecycle_state", "partner_kind", "from_state"),
        ),
    ),
}


def cuts() -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, subject in SUBJECTS.items():
        for by in subject.ways:
            yield name, by


def questions(*, often: bool) -> Iterator[tuple[str, str]]:
    for name, subject in SUBJECTS.items():
        for question in QUESTIONS:
            if (question in subject.often) is often:
                yield name, question


def hold(warehouse: Warehouse, subject: str, asked: Asked) -> None:
    domain = SUBJECTS[subject].domain
    domain.hold(warehouse, sample(), asked.look, asked.by, asked.over, asked.compare)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_metric_is_cut_by_every_dimension(subject: str) -> None:
    assert not_cut(SUBJECTS[subject].domain, SUBJECTS[subject].ways) == []


@pytest.mark.parametrize(("subject", "by"), tuple(cuts()), ids=str)
def test_by_every_dimension(sampled: Warehouse, subject: str, by: tuple[str, ...]) -> None:
    SUBJECTS[subject].domain.hold(sampled, sample(), SUBJECTS[subject].look, by)


@pytest.mark.parametrize(("subject", "question"), tuple(questions(often=True)))
def test_questions(sampled: Warehouse, subject: str, question: str) -> None:
    hold(sampled, subject, QUESTIONS[question])


@pytest.mark.slow
@pytest.mark.parametrize(("subject", "question"), tuple(questions(often=False)))
def test_more_questions(sampled: Warehouse, subject: str, question: str) -> None:
    hold(sampled, subject, QUESTIONS[question])


def test_channels_by_weeks_and_those_before(sampled: Warehouse) -> None:
    VISITS.hold(sampled, sample(), look_at("month", "2026-03"), ("channel",), "week", "previous")


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_distributor_with_its_children(sampled: Warehouse, subject: str) -> None:
    hold(sampled, subject, of_a_distributor())


@pytest.mark.slow
@pytest.mark.parametrize("subject", SUBJECTS)
def test_hours_of_a_week(sampled: Warehouse, subject: str) -> None:
    SUBJECTS[subject].domain.hold(sampled, sample(), look_at("week", "2026-W43"), over="hour")
