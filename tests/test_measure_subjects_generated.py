"""Visits, messages and assistants over made-up tables, on both engines, against the oracles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import engines
from tests.ai_usage_tables import asked_platforms
from tests.engines import Place
from tests.made_questions import FEW, THOROUGH, ask_about
from tests.notifications_tables import notified_platforms
from tests.oracles import ai_usage, journeys, notifications, visits
from tests.oracles.domain import Domain
from tests.tables import Platform
from tests.visits_tables import visited_platforms

place = engines.place

MADE = {
    "ai_usage": (ai_usage.DOMAIN, asked_platforms()),
    "notifications": (notifications.DOMAIN, notified_platforms()),
    "visits": (visits.DOMAIN.beside(journeys.DOMAIN), visited_platforms()),
}
ALL = pytest.mark.parametrize(("domain", "platforms"), MADE.values(), ids=MADE)


@ALL
@FEW
@given(data=st.data())
def test_any_table(
    place: Place, domain: Domain, platforms: st.SearchStrategy[Platform], data: st.DataObject
) -> None:
    ask_about(place, data.draw(platforms, label="platform"), data, [domain])


@pytest.mark.slow
@ALL
@THOROUGH
@given(data=st.data())
def test_many_tables(
    place: Place, domain: Domain, platforms: st.SearchStrategy[Platform], data: st.DataObject
) -> None:
    ask_about(place, data.draw(platforms, label="platform"), data, [domain])
