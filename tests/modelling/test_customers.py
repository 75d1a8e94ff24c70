"""Models of customers over a database: money, days, scope, and nobody shown who should not be."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
import pytest

from analytics_lib import AnalyticsService
from analytics_lib.errors import InputError, UnknownName
from analytics_lib.modelling.customers import customer_churn, customer_survival, lifetime_values
from analytics_lib.modelling.history import history
from analytics_lib.models.account import account_of
from analytics_lib.models.churn import churn_risk
from analytics_lib.models.lifetime_value import lifetime_value
from analytics_lib.warehouse import Warehouse


@pytest.fixture
def everything(sampled: Warehouse) -> AnalyticsService:
    return AnalyticsService(sampled)


def purchases(analytics: AnalyticsService, until: str = "2026-11-01") -> pd.DataFrame:
    """What the listing says of all days before one, in euros."""
    days = analytics.listing("customer_purchases", analytics.scope(period="all"))
    found = pd.DataFrame(
        {
            "customer_id": days["customer_id"].astype(object),
            "date": pd.to_datetime(days["day"]),
            "value": days["margin_minor"].astype("Float64").astype(float) / 100,
        }
    )
    return found[found["date"] < until]


def test_worth_is_that_of_the_listing(everything: AnalyticsService) -> None:
    found = lifetime_values(everything.scope(period="all"), everything.warehouse, horizon_days=364)
    plain = lifetime_value(purchases(everything), horizon=52, discount=0.10, until="2026-10-31")
    pd.testing.assert_frame_equal(found, plain)
    assert found.attrs["currency"] == "EUR"
    assert found.attrs["purchases"] == plain.attrs["purchases"]
    assert found.attrs["data_version"] == everything.warehouse.version()
    assert "before 2026-11-01 (Europe/Madrid), money in EUR" in account_of(found).data


def test_a_scope_that_ended_earlier_knows_no_later_bookings(everything: AnalyticsService) -> None:
    scope = everything.scope(period="2025")
    known = history("customer_purchases", scope, everything.warehouse)
    assert (known.last_day, known.following) == (date(2025, 12, 31), date(2026, 1, 1))
    assert known.days["day"].min() < pd.Timestamp("2025-01-01")
    assert known.days["day"].max() <= pd.Timestamp("2025-12-31")
    # Its margin is what was known at the as-of, which is where the data end.
    later = purchases(everything, "2026-01-01")
    assert known.days["margin"].sum() == pytest.approx(later["value"].sum())
    then = everything.scope(period="2025", as_of="2025-06-30T12:00")
    cut = history("customer_purchases", then, everything.warehouse)
    assert cut.last_day == date(2025, 6, 30)
    assert cut.days["day"].max() <= pd.Timestamp("2025-06-30")
    of_one = everything.scope(period="2025", business_model="b2c")
    assert len(history("customer_purchases", of_one, everything.warehouse).days) < len(known.days)


def test_churn_is_that_of_the_listing(everything: AnalyticsService) -> None:
    found = customer_churn(everything.scope(period="all"), everything.warehouse, horizon_days=120)
    plain = churn_risk(purchases(everything), as_of="2026-11-01", horizon=120)
    pd.testing.assert_frame_equal(found, plain)
    assert found.attrs["test"] == plain.attrs["test"]
    assert str(account_of(plain).quality) == account_of(found).quality


def test_survival_counts_everybody_who_came_early_enough(everything: AnalyticsService) -> None:
    scope = everything.scope(period="all")
    frame = customer_survival(scope, everything.warehouse, gone_after=365)
    first = purchases(everything).groupby("customer_id")["date"].min()
    assert frame["at_risk"].iloc[0] == (first <= pd.Timestamp("2025-10-31")).sum()
    assert "a silence of 365 days" in account_of(frame).did
    cohorts = customer_survival(scope, everything.warehouse, by="cohort")
    assert set(cohorts["group"]) == {"2024", "2025"} == set(cohorts.attrs["medians"])
    with pytest.raises(UnknownName, match="cohort"):
        customer_survival(scope, everything.warehouse, by="country")  # type: ignore[arg-type]


def test_small_groups_are_withheld(everything: AnalyticsService) -> None:
    scope = everything.scope(period="all", smallest_group=5)
    open_scope = everything.scope(period="all")
    for model in (lifetime_values, customer_churn):
        shown, hidden = (model(each, everything.warehouse) for each in (open_scope, scope))
        assert hidden.empty and hidden.columns.tolist() == shown.columns.tolist()
        assert hidden.attrs["withheld"] == len(shown) > 0 == shown.attrs["withheld"]
        assert account_of(hidden).did == account_of(shown).did
        assert "withheld" in account_of(hidden).doubts[-1]


def test_survival_tells_of_no_small_group(everything: AnalyticsService) -> None:
    scope = everything.scope(period="all", smallest_group=5)
    curve = customer_survival(scope, everything.warehouse)
    whole = customer_survival(everything.scope(period="all"), everything.warehouse)
    assert curve["at_risk"].min() >= 5 > whole["at_risk"].min()
    assert curve.attrs["withheld"] == len(whole) - len(curve) > 0 == whole.attrs["withheld"]
    assert whole["ended"].isin([1, 2, 3, 4]).any() and not curve["ended"].isin([1, 2, 3, 4]).any()
    assert "left_out" not in curve.attrs
    nobody = everything.scope(period="all", smallest_group=100_000)
    for by in (None, "cohort"):
        hidden = customer_survival(nobody, everything.warehouse, by=by)  # type: ignore[arg-type]
        account = account_of(hidden)
        assert hidden.empty and hidden.attrs["medians"] == {}
        assert account.did == "Withheld: it would be about too few customers." and not account.doubts
        assert account.data.startswith("What was known at")


def test_nobody_can_be_followed_for_centuries(everything: AnalyticsService) -> None:
    frame = customer_survival(everything.scope(period="all"), everything.warehouse, gone_after=99_999)
    account = account_of(frame)
    assert frame.empty and account.did.startswith("Nobody could be followed for as long as 99,999 days")
    assert " 0 " not in str(account) and "groups" not in str(account)


def test_too_few_to_speak_of(everything: AnalyticsService) -> None:
    first = everything.scope(period="all", smallest_group=5, as_of=datetime(2024, 1, 2))
    account = account_of(lifetime_values(first, everything.warehouse))
    assert account.did.startswith("Withheld") and account.data.startswith("What was known at")


def test_what_cannot_be_is_refused_before_the_database_is_asked(everything: AnalyticsService) -> None:
    scope, nowhere = everything.scope(period="all"), None
    with pytest.raises(InputError, match="horizon 0 is no number of days"):
        lifetime_values(scope, nowhere, horizon_days=0)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="discount -2 is no yearly rate"):
        lifetime_values(scope, nowhere, discount=-2)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"horizon 1\.5 is no number of days"):
        customer_churn(scope, nowhere, horizon_days=1.5)  # type: ignore[arg-type]
    for model in (lifetime_values, customer_churn):
        with pytest.raises(InputError, match="1,000,000 days is too far ahead: give 36,525"):
            model(scope, nowhere, horizon_days=1_000_000)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="silence -3 is no number of days"):
        customer_survival(scope, nowhere, gone_after=-3)  # type: ignore[arg-type]


def test_a_partner_is_shown_no_margin(everything: AnalyticsService) -> None:
    own = everything.scope(period="all", partner="op-001")
    for model in (lifetime_values, customer_churn, customer_survival):
        with pytest.raises(InputError, match="not shown in a partner's scope"):
            model(own, everything.warehouse)
