"""Every metric of visits, ways to a booking and prices shown, on both engines, against the oracle."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_lib.warehouse import Warehouse
from tests import engines
from tests.engines import Place
from tests.made_rows import FEW, some_dimensions
from tests.oracles.calendar import Look, bounds, bucket_name
from tests.oracles.domain import Domain
from tests.oracles.visits import CUTS, DOMAIN, METRICS
from tests.sample_questions import QUESTIONS, of_a_distributor
from tests.small_sample import look_at, sample
from tests.tables import SHORTER, Platform, looks
from tests.test_measure_generated import THOROUGH
from tests.visits_tables import visited_platforms

place = engines.place

BY_THE_DAY = ("daily_active_users", "stickiness")
WITHOUT_DAYS = Domain({name: how for name, how in METRICS.items() if name not in BY_THE_DAY}, CUTS)


def domain_for(look: Look, over: str | None) -> Domain:
    """The metrics to ask for: a day of 23 or 25 hours is not looked at in part."""
    first, last = (
        bounds(bucket_name(instant, "day", look.zone), "day", look.zone)
        for instant in (look.start, look.until - timedelta(microseconds=1))
    )
    is_cut = over == "hour" or look.frame == "hour" or look.until < last[1]
    is_odd = any(high - low != timedelta(days=1) for low, high in (first, last))
    return WITHOUT_DAYS if is_cut and (is_odd or over == "hour") else DOMAIN


@pytest.mark.parametrize("dimension", DOMAIN.dimensions)
def test_by_every_dimension(sampled: Warehouse, dimension: str) -> None:
    DOMAIN.hold(sampled, sample(), look_at("month", "2026-03"), (dimension,))


@pytest.mark.parametrize("question", QUESTIONS)
def test_over_the_sample(sampled: Warehouse, question: str) -> None:
    asked = QUESTIONS[question]
    domain = domain_for(asked.look, asked.over)
    domain.hold(sampled, sample(), asked.look, asked.by, asked.over, asked.compare)


def test_a_distributor_with_its_children(sampled: Warehouse) -> None:
    asked = of_a_distributor()
    DOMAIN.hold(sampled, sample(), asked.look, asked.by)


def ask_about(place: Place, platform: Platform, data: st.DataObject) -> None:
    """Draw a question about the platform, and hold the answer against the oracle's."""
    look = data.draw(looks(platform), label="look")
    by = some_dimensions(data, DOMAIN)
    over = data.draw(st.sampled_from((None, *SHORTER[look.frame])), label="over")
    compare = data.draw(st.sampled_from((None, "previous", "year")), label="compare")
    with place.holding(platform.tables) as warehouse:
        domain = domain_for(look, over)
        domain.hold(warehouse, platform.tables, look, by, over, compare)


@FEW
@given(platform=visited_platforms(), data=st.data())
def test_over_any_table(place: Place, platform: Platform, data: st.DataObject) -> None:
    ask_about(place, platform, data)


@pytest.mark.slow
@THOROUGH
@given(platform=visited_platforms(), data=st.data())
def test_over_many_tables(place: Place, platform: Platform, data: st.DataObject) -> None:
    ask_about(place, platform, data)


@pytest.mark.slow
def test_over_the_hours_of_a_week(sampled: Warehouse) -> None:
    look = look_at("week", "2026-W43")
    domain_for(look, "hour").hold(sampled, sample(), look, over="hour")
