"""Partners, customers and the order book over made-up tables, on both engines, against the oracles."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import engines
from tests.engines import Place
from tests.lasting_tables import lasting_platforms
from tests.made_questions import MODERATE, ask_about, assert_are_shares
from tests.oracles import customers, order_book, partners
from tests.tables import Platform, looks

place = engines.place

DOMAINS = (partners.DOMAIN, customers.DOMAIN, order_book.DOMAIN)

RATES = (
    "gross_revenue_retention",
    "partner_churn_rate",
    "partner_survival_12m",
    "white_label_usage",
    "customer_retention_rate",
    "cohort_retention",
    "cohort_retention_unbounded",
    "one_time_share_12m",
    "customers_share",
)


@settings(MODERATE, max_examples=6)
@given(platform=lasting_platforms(), data=st.data())
def test_any_table(place: Place, platform: Platform, data: st.DataObject) -> None:
    ask_about(place, platform, data, DOMAINS, hours_of_weeks=False)


@pytest.mark.slow
@settings(MODERATE, max_examples=80)
@given(platform=lasting_platforms(), data=st.data())
def test_many_tables(place: Place, platform: Platform, data: st.DataObject) -> None:
    ask_about(place, platform, data, DOMAINS, hours_of_weeks=False)


@settings(MODERATE, max_examples=4)
@given(platform=lasting_platforms(), data=st.data())
def test_rates_lie_between_nothing_and_all(place: Place, platform: Platform, data: st.DataObject) -> None:
    look = data.draw(looks(platform), label="look")
    with place.holding(platform.tables) as warehouse:
        assert_are_shares(warehouse, look, RATES)
