"""Every metric over tables made up by hypothesis, on both engines, against the oracle."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_lib.catalogue import find
from analytics_lib.measure import measure
from tests import engines
from tests.engines import Place
from tests.made_questions import MODERATE, THOROUGH
from tests.oracles.agreement import assert_agrees
from tests.oracles.bookings import DIMENSIONS, MEASURED, booking_oracle
from tests.small_sample import scope_of
from tests.tables import SHORTER, Platform, looks, platforms

place = engines.place


def ask_about(place: Place, platform: Platform, data: st.DataObject) -> None:
    """Draw a question about the platform, and hold the answer against the oracle's."""
    look = data.draw(looks(platform), label="look")
    by = tuple(data.draw(st.lists(st.sampled_from(DIMENSIONS), max_size=2, unique=True), label="by"))
    over = data.draw(st.sampled_from((None, *SHORTER[look.frame])), label="over")
    compare = data.draw(st.sampled_from((None, "previous", "year")), label="compare")
    oracle = booking_oracle(platform.tables, look, by, over)
    before = booking_oracle(platform.tables, look.compared(compare), by, over) if compare else None
    with place.holding(platform.tables) as warehouse:
        frame = measure(find(MEASURED), scope_of(look), by, over, compare, warehouse=warehouse)
    assert_agrees(frame, oracle, before, compare or "previous")


@MODERATE
@given(platform=platforms(), data=st.data())
def test_every_metric_over_any_table(place: Place, platform: Platform, data: st.DataObject) -> None:
    ask_about(place, platform, data)


@pytest.mark.slow
@THOROUGH
@given(platform=platforms(), data=st.data())
def test_every_metric_over_many_tables(place: Place, platform: Platform, data: st.DataObject) -> None:
    ask_about(place, platform, data)
