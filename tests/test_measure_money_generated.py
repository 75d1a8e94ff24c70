"""Payments, refunds, disputes, commissions, costs and returns over made-up tables, against the oracles."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import engines
from tests.engines import Place
from tests.made_questions import MODERATE, ask_about
from tests.money_tables import (
    MOST_ROWS,
    WAYS_OF_FINANCE,
    WAYS_OF_PAYMENTS,
    ask_every_way,
    money_platforms,
)
from tests.oracles import finance, payments, refunds
from tests.tables import Platform

place = engines.place

WAYS = ((payments.DOMAIN.beside(refunds.DOMAIN), WAYS_OF_PAYMENTS), (finance.DOMAIN, WAYS_OF_FINANCE))
DOMAINS = tuple(domain for domain, _ in WAYS)


@settings(MODERATE, max_examples=10)
@given(platform=money_platforms(), data=st.data())
def test_any_table(place: Place, platform: Platform, data: st.DataObject) -> None:
    ask_about(place, platform, data, DOMAINS)


@settings(MODERATE, max_examples=1)
@given(platform=money_platforms(counts=(MOST_ROWS,)))
def test_any_table_by_every_dimension(place: Place, platform: Platform) -> None:
    ask_every_way(place, platform, WAYS)


@pytest.mark.slow
@settings(MODERATE, max_examples=15)
@given(platform=money_platforms(counts=(MOST_ROWS,)))
def test_many_tables_by_every_dimension(place: Place, platform: Platform) -> None:
    ask_every_way(place, platform, WAYS)


@pytest.mark.slow
@settings(MODERATE, max_examples=80)
@given(platform=money_platforms(), data=st.data())
def test_many_tables(place: Place, platform: Platform, data: st.DataObject) -> None:
    ask_about(place, platform, data, DOMAINS)
