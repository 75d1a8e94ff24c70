"""The models by name: each can be asked, says what it did, is kept, and tells a partner no secrets."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from analytics_lib import AnalyticsService, Scope
from analytics_lib.errors import InputError, UnknownName
from analytics_lib.modelling.models import Models
from analytics_lib.models.account import account_of

ASKED: dict[str, Callable[[Models, Scope], pd.DataFrame]] = {
    "forecast": lambda models, scope: models.forecast("total_bookings", scope, over="week"),
    "anomalies": lambda models, scope: models.anomalies("total_bookings", scope, over="week"),
    "lifetime_values": lambda models, scope: models.lifetime_values(scope),
    "churn": lambda models, scope: models.churn(scope),
    "survival": lambda models, scope: models.survival(scope),
    "partner_churn": lambda models, scope: models.partner_churn(scope),
    "partner_survival": lambda models, scope: models.partner_survival(scope),
    "demand": lambda models, scope: models.demand(scope),
    "elasticity": lambda models, scope: models.elasticity(scope),
    "markup_advice": lambda models, scope: models.markup_advice(scope),
    "tier_margins": lambda models, scope: models.tier_margins(scope),
    "commission": lambda models, scope: models.scenario("commission", scope),
    "revenue_share": lambda models, scope: models.scenario("revenue_share", scope),
    "markup": lambda models, scope: models.scenario("markup", scope),
}
FOR_PARTNERS = {"forecast", "anomalies"}


@pytest.mark.slow
@pytest.mark.parametrize("name", ASKED)
def test_each_says_what_it_did_and_is_kept(story: AnalyticsService, name: str) -> None:
    scope = story.scope(period="all")
    frame = ASKED[name](story.models, scope)
    account = account_of(frame)
    assert account.did and account.data and account.quality
    assert all(text.strip() == text for text in (account.did, account.data, account.quality, *account.doubts))
    statistics = story.cache_statistics()
    again = ASKED[name](story.models, scope)
    pd.testing.assert_frame_equal(frame, again)
    after = story.cache_statistics()
    assert statistics is not None and after is not None and after.hits == statistics.hits + 1
    again.iloc[:, 0] = None
    pd.testing.assert_frame_equal(frame, ASKED[name](story.models, scope))


@pytest.mark.parametrize("name", sorted(ASKED.keys() - FOR_PARTNERS))
def test_the_platforms_own_is_not_for_partners(story: AnalyticsService, name: str) -> None:
    with pytest.raises(InputError):
        ASKED[name](story.models, story.scope(period="all", partner="op-001"))


def test_drivers_are_those_of_measure(story: AnalyticsService) -> None:
    scope = story.scope(period="2025-08")
    frame = story.models.drivers("total_bookings", scope, "destination_name", compare="year")
    said = story.measure("total_bookings", scope, compare="year")
    assert sum(frame["total_effect"]) == said["change"].iloc[0]
    assert frame.sort_values("total_effect")["group"].iloc[0] == "Athens"


def test_an_unknown_scenario_is_one_sentence(story: AnalyticsService) -> None:
    with pytest.raises(UnknownName, match="commission, markup, revenue_share"):
        story.models.scenario("weather")
    with pytest.raises(InputError, match="is not a scope"):
        story.models.churn("2026-10")  # type: ignore[arg-type]
