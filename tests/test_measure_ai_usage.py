"""Every metric of the assistants, on both engines, against the oracle."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_lib.warehouse import Warehouse
from tests import engines
from tests.ai_usage_tables import asked_platforms
from tests.engines import Place
from tests.made_rows import FEW, some_dimensions
from tests.oracles.ai_usage import DOMAIN
from tests.sample_questions import QUESTIONS, of_a_distributor
from tests.small_sample import look_at, sample
from tests.tables import SHORTER, Platform, looks
from tests.test_measure_generated import THOROUGH

place = engines.place


@pytest.mark.parametrize("dimension", DOMAIN.dimensions)
def test_by_every_dimension(sampled: Warehouse, dimension: str) -> None:
    DOMAIN.hold(sampled, sample(), look_at("quarter", "2026-Q1"), (dimension,))


@pytest.mark.parametrize("question", QUESTIONS)
def test_over_the_sample(sampled: Warehouse, question: str) -> None:
    asked = QUESTIONS[question]
    DOMAIN.hold(sampled, sample(), asked.look, asked.by, asked.over, asked.compare)


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
        DOMAIN.hold(warehouse, platform.tables, look, by, over, compare)


@FEW
@given(platform=asked_platforms(), data=st.data())
def test_over_any_table(place: Place, platform: Platform, data: st.DataObject) -> None:
    ask_about(place, platform, data)


@pytest.mark.slow
@THOROUGH
@given(platform=asked_platforms(), data=st.data())
def test_over_many_tables(place: Place, platform: Platform, data: st.DataObject) -> None:
    ask_about(place, platform, data)


@pytest.mark.slow
def test_over_the_hours_of_a_week(sampled: Warehouse) -> None:
    look = look_at("week", "2026-W43")
    DOMAIN.hold(sampled, sample(), look, over="hour")
