"""Models of partners over a database: who left, fell silent or fades in the sample, and few others."""

from __future__ import annotations

import pandas as pd
import pytest

from analytics_lib import AnalyticsService
from analytics_lib.errors import InputError
from analytics_lib.modelling.partners import partner_churn, partner_survival
from analytics_lib.models.account import account_of
from analytics_lib.models.activity import activity_risk
from analytics_lib.warehouse import Warehouse

LEFT = ["op-008", "re-012"]
SILENT = ["ag-018", "co-014", "re-019"]
FADING = ["re-011", "re-029"]


@pytest.mark.slow
def test_the_story_is_found(story: AnalyticsService) -> None:
    frame = partner_churn(story.scope(period="all"), story.warehouse)
    risk = frame.set_index("partner_id")["risk"]
    assert risk[LEFT + SILENT].min() > 0.99
    # They fade slowly, and one of them still sells every other week.
    assert risk["re-011"] > 0.6 and risk["re-029"] > 0.35
    assert set(LEFT + SILENT) <= set(frame["partner_id"].head(10))
    assert set(LEFT + SILENT + FADING) <= set(frame["partner_id"].head(20))
    assert (risk >= 0.5).sum() <= 20 < len(risk) / 5
    assert risk["op-001"] < 0.1
    assert frame.set_index("partner_id").loc["re-019", "why"].startswith("nothing sold for 231 days")


@pytest.mark.slow
def test_it_was_right_half_a_year_before(story: AnalyticsService) -> None:
    account = account_of(partner_churn(story.scope(period="all"), story.warehouse))
    assert "put 11 of 108 partners at a risk of half or more; 11 of these" in account.quality


@pytest.mark.slow
def test_a_year_earlier_nobody_knows_what_came(story: AnalyticsService) -> None:
    frame = partner_churn(story.scope(period="2025-10"), story.warehouse)
    risk = frame.set_index("partner_id")["risk"]
    assert risk[LEFT].min() > 0.99
    assert risk["re-019"] < 0.1  # it sold until March 2026


def test_it_is_that_of_the_listing(sampled: Warehouse) -> None:
    analytics = AnalyticsService(sampled)
    scope = analytics.scope(period="all")
    days = analytics.listing("partner_days", scope)
    plain = activity_risk(
        pd.DataFrame({"partner_id": days["partner_id"].astype(object), "date": pd.to_datetime(days["day"])}),
        as_of="2026-11-01",
    )
    found = partner_churn(scope, sampled)
    pd.testing.assert_frame_equal(found.drop(columns="margin"), plain)
    lately = days[pd.to_datetime(days["day"]) >= "2025-11-01"]
    assert found["margin"].sum() == pytest.approx(int(lately["margin_minor"].sum()) / 100)
    assert found.attrs["currency"] == "EUR"
    assert "money in EUR" in account_of(found).data


def test_partners_of_few_customers_are_left_out(sampled: Warehouse) -> None:
    analytics = AnalyticsService(sampled)
    everybody = partner_churn(analytics.scope(period="all"), sampled)
    enough = analytics.listing("partner_bookings", analytics.scope(period="all", smallest_group=5))
    shown = partner_churn(analytics.scope(period="all", smallest_group=5), sampled)
    assert set(shown["partner_id"]) == set(enough["partner_id"])
    assert shown.attrs["withheld"] == len(everybody) - len(shown) > 0
    # Those who are left are judged by all of their days.
    kept = everybody[everybody["partner_id"].isin(shown["partner_id"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(shown, kept)


def test_how_long_partners_stay(sampled: Warehouse) -> None:
    analytics = AnalyticsService(sampled)
    frame = partner_survival(analytics.scope(period="all"), sampled)
    assert frame["survival"].is_monotonic_decreasing and frame["survival"].iloc[-1] < 1
    assert "a silence of 90 days" in account_of(frame).did
    cohorts = partner_survival(analytics.scope(period="all"), sampled, by="cohort")
    starts = cohorts[cohorts["time"] == 0]["at_risk"].sum()
    assert starts == frame["at_risk"].iloc[0]


def test_stays_of_partners_of_few_customers_are_left_out(sampled: Warehouse) -> None:
    analytics = AnalyticsService(sampled)
    whole = partner_survival(analytics.scope(period="all"), sampled)
    scope = analytics.scope(period="all", smallest_group=5)
    shown = partner_survival(scope, sampled)
    enough = analytics.listing("partner_bookings", scope)["partner_id"]
    left_out = partner_churn(scope, sampled).attrs["withheld"]
    assert shown.attrs["withheld"] == left_out > 0 == whole.attrs["withheld"]
    assert shown["at_risk"].iloc[0] <= len(enough)
    assert account_of(shown).doubts[-1] == f"Partners with fewer than 5 customers are left out: {left_out}."
    nobody = partner_survival(analytics.scope(period="all", smallest_group=100_000), sampled)
    assert nobody.empty and account_of(nobody).did.startswith("Withheld")
    assert not account_of(nobody).doubts and nobody.attrs["withheld"] > left_out


def test_a_partner_is_not_shown_the_others(sampled: Warehouse) -> None:
    own = AnalyticsService(sampled).scope(period="all", partner="op-001")
    for model in (partner_churn, partner_survival):
        with pytest.raises(InputError, match="not shown in a partner's scope"):
            model(own, sampled)
