"""Costs of the sample platform: what each thing costs beside what is sold, and when it is spent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from analytics_lib.sources.sample import SamplePlan
from analytics_lib.sources.sample.demand import MODELS
from tests.sold_platform import DAYS_A_SLICE, SoldPlatform, costs_of, sold_platform

SALE = ("2025-05-12", "2025-05-25")
BEFORE_SALE = ("2025-03-24", "2025-05-11")
AFTER_SALE = ("2025-05-26", "2025-06-29")


def real(made: SoldPlatform) -> pd.DataFrame:
    """Bookings that are no test records."""
    return made.bookings[~made.bookings.is_test]


def kept_by(made: SoldPlatform, column: str) -> pd.Series:
    """What the platform keeps of its bookings: its leg less what it gave back."""
    rows = made.entries[(made.entries.leg == "platform") & ~made.entries.is_test]
    signed = rows.amount_base_minor.where(rows.entry == "accrued", -rows.amount_base_minor)
    return signed.groupby(rows[column]).sum()


def cost_of_a_booking(made: SoldPlatform, days: tuple[str, str]) -> pd.Series:
    """Marketing by channel over direct bookings, in euros, within local days, the last included."""
    spent = made.costs[(made.costs.kind == "marketing") & made.costs.spent_on.between(*days)]
    booked = real(made)[(real(made).business_model == "b2c") & real(made).day.between(*days)]
    return spent.groupby("channel").amount_base_minor.sum() / booked.groupby("channel").size() / 100


@pytest.fixture(scope="module")
def made() -> SoldPlatform:
    return sold_platform(SamplePlan(bookings=20_000))


def test_rows_are_unique_positive_and_in_order_of_time(made: SoldPlatform) -> None:
    costs = made.costs
    assert costs.cost_id.is_unique and costs.cost_id.is_monotonic_increasing
    assert (costs.amount_base_minor > 0).all()
    assert costs.spent_on.is_monotonic_increasing
    assert costs.spent_on.between("2024-01-01", "2026-10-31").all()


def test_which_costs_name_a_channel_or_a_partner(made: SoldPlatform) -> None:
    costs = made.costs
    marketing = costs.kind == "marketing"
    assert (costs.channel.notna() == marketing).all()
    assert (costs.business_model[marketing] == "b2c").all()
    assert costs.partner_id[marketing | (costs.kind == "platform")].isna().all()
    assert costs.partner_id[costs.kind == "incentive"].notna().all()
    model = {
        name: MODELS[place]
        for name, place in zip(made.world.partners.ids, made.world.partners.model.tolist(), strict=True)
    }
    named = costs.dropna(subset="partner_id")
    assert (named.partner_id.map(model) == named.business_model).all()
    support = costs[costs.kind == "support"].groupby("business_model").partner_id
    assert support.count()["b2c"] == 0 and (support.nunique()[["b2b", "b2b2c"]] > 5).all()
    assert (support.size() > support.count()).all()


def test_paid_search_is_the_dearest_channel_and_email_the_cheapest(made: SoldPlatform) -> None:
    cost = cost_of_a_booking(made, ("2024-01-01", "2025-03-31")).sort_values()
    assert cost.index.tolist() == [
        "email",
        "direct",
        "organic_search",
        "app",
        "social",
        "metasearch",
        "paid_search",
    ]
    assert 35 < cost["paid_search"] < 60 and 1 < cost["email"] < 5


def test_the_spring_sale_is_dear_and_only_where_it_was_advertised(made: SoldPlatform) -> None:
    usual = (cost_of_a_booking(made, BEFORE_SALE) + cost_of_a_booking(made, AFTER_SALE)) / 2
    times = cost_of_a_booking(made, SALE) / usual
    advertised = ["social", "email", "paid_search"]
    assert (times[advertised] > 1.35).all()
    assert times.drop(advertised).between(0.75, 1.25).all()


def test_the_dear_days_begin_and_end_with_the_sale(made: SoldPlatform) -> None:
    social = made.costs[made.costs.channel == "social"].set_index("spent_on").amount_base_minor

    def a_day(first: str, last: str) -> float:
        return social[first:last].sum() / ((pd.Timestamp(last) - pd.Timestamp(first)).days + 1)

    usual = a_day(*BEFORE_SALE)
    assert a_day("2025-05-12", "2025-05-14") > 6 * usual
    assert a_day("2025-05-26", "2025-05-28") < 2 * usual


def test_the_spring_sale_brings_more_bookings_and_less_profit(made: SoldPlatform) -> None:
    direct = real(made)[real(made).business_model == "b2c"].set_index("booking_id")
    kept = kept_by(made, "booking_id").reindex(direct.index).fillna(0)
    marketing = made.costs[made.costs.kind == "marketing"]

    def a_day(days: tuple[str, str]) -> tuple[float, float]:
        within, length = direct.day.between(*days), pd.Timestamp(days[1]) - pd.Timestamp(days[0])
        spent = marketing[marketing.spent_on.between(*days)].amount_base_minor.sum()
        return within.sum() / (length.days + 1), (kept[within].sum() - spent) / (length.days + 1)

    (number, profit), (before, profit_before), (after, profit_after) = map(
        a_day, (SALE, BEFORE_SALE, AFTER_SALE)
    )
    assert number > 1.3 * max(before, after)
    assert profit < 0.7 * min(profit_before, profit_after)


def test_media_bought_by_the_click_are_charged_daily_the_others_on_sundays(made: SoldPlatform) -> None:
    marketing = made.costs[made.costs.kind == "marketing"]
    assert not marketing.duplicated(["channel", "spent_on"]).any()
    weekdays = marketing.groupby("channel").spent_on.agg(lambda days: set(days.dt.dayofweek))
    daily = {"paid_search", "metasearch", "social"}
    assert set(weekdays.index[weekdays.map(len) == 7]) == daily
    assert all(weekdays[channel] == {6} for channel in set(weekdays.index) - daily)


def test_bonuses_are_paid_for_quarters_and_above_all_to_resellers(made: SoldPlatform) -> None:
    bonuses = made.costs[made.costs.kind == "incentive"]
    assert (bonuses.spent_on + pd.Timedelta(days=1)).dt.is_quarter_start.all()
    assert not bonuses.duplicated(["partner_id", "spent_on"]).any()
    assert (bonuses.amount_base_minor % 100 == 0).all()
    quarters = real(made).assign(spent_on=real(made).day.dt.to_period("Q").dt.end_time.dt.normalize())
    sold = quarters.groupby(["partner_id", "spent_on"]).price_base_minor.sum()
    paid = bonuses.set_index(["partner_id", "spent_on"]).amount_base_minor
    share = paid / sold.loc[paid.index]
    assert share.max() < 0.0111
    by_prefix = share.groupby(share.index.get_level_values(0).str[:2]).median()
    assert by_prefix.idxmax() == "re" and by_prefix["re"] > 2 * by_prefix.drop("re").max()
    due = sold[sold.index.get_level_values(1) < "2026-10-01"]
    large = due[due > due.median()]
    assert 0.62 < large.index.isin(paid.index).mean() < 0.78


def test_support_and_the_platform_are_paid_at_the_end_of_each_month(made: SoldPlatform) -> None:
    monthly = made.costs[made.costs.kind.isin(["support", "platform"])]
    assert monthly.spent_on.dt.is_month_end.all()
    months = monthly.groupby(["kind", "business_model"]).spent_on.nunique()
    assert len(months) == 6 and (months == 34).all()


def test_the_losing_reseller_asks_for_far_more_support_than_others(made: SoldPlatform) -> None:
    support = made.costs[made.costs.kind == "support"].groupby("partner_id").amount_base_minor.sum()
    months = made.costs[made.costs.kind == "support"].groupby("partner_id").size()
    support = support[months > 24]
    share = support / real(made).groupby("partner_id").price_base_minor.sum().loc[support.index]
    losing = made.losing_reseller
    assert share[losing] > 3 * share.drop(losing).max()


def test_the_platform_grows_with_the_business_but_less_than_it(made: SoldPlatform) -> None:
    platform = made.costs[made.costs.kind == "platform"]
    platform = platform.groupby(["business_model", "spent_on"]).amount_base_minor.sum()
    sold = real(made).assign(spent_on=real(made).day.dt.to_period("M").dt.end_time.dt.normalize())
    sold = sold.groupby(["business_model", "spent_on"]).price_base_minor.sum()
    late = platform.index.get_level_values(1) > "2024-12-31"
    for model in MODELS:
        spread = [
            series[late].loc[model].std() / series[late].loc[model].mean() for series in (platform, sold)
        ]
        assert 0.1 < spread[0] / spread[1] < 0.9, model
        assert np.corrcoef(platform.loc[model], sold.loc[model])[0, 1] > 0.5, model


def test_return_on_investment_by_business_model(made: SoldPlatform) -> None:
    spent = made.costs.groupby("business_model").amount_base_minor.sum()
    kept = kept_by(made, "business_model")
    roi = (kept - spent) / spent
    assert 0.4 < roi["b2c"] < 0.9 and 0.4 < roi["b2b2c"] < 1.0
    assert 0 < roi["b2b"] < 0.5


def test_platinum_partners_and_the_losing_reseller_do_not_pay(made: SoldPlatform) -> None:
    spent = made.costs.groupby("partner_id").amount_base_minor.sum()
    result = kept_by(made, "partner_id").sub(spent, fill_value=0)
    partners = made.world.partners
    always = pd.Series(partners.terms.tier).groupby(partners.terms.owner).min() == 3
    trade = pd.Series(partners.model == MODELS.index("b2b"))
    platinum = [partners.ids[place] for place in np.flatnonzero(always & trade)]
    assert len(platinum) > 3 and result.reindex(platinum).sum() < 0
    resellers = result[result.index.str.startswith("re-")]
    assert set(resellers.index[resellers < 0]) == {made.losing_reseller}


def test_nothing_depends_on_what_is_booked_later(made: SoldPlatform) -> None:
    for known in (1, 3, 5):
        border = pd.Timestamp("2024-01-01") + pd.Timedelta(days=known * DAYS_A_SLICE)
        earlier = costs_of(made.world, made.slices[:known])
        before, all_before = (rows[rows.spent_on < border] for rows in (earlier, made.costs))
        assert len(before) > 100
        pd.testing.assert_frame_equal(before, all_before)


def test_test_bookings_cost_nothing(made: SoldPlatform) -> None:
    booked = made.slices[0]
    everything = np.ones(len(booked), dtype=np.bool_)
    assert not len(costs_of(made.world, [replace(booked, is_test=everything)]))
    without = [replace(booked, is_test=~everything)]
    assert (
        costs_of(made.world, without).amount_base_minor.sum()
        > costs_of(made.world, [booked]).amount_base_minor.sum()
    )


@pytest.mark.parametrize(
    "plan",
    [
        SamplePlan(bookings=1),
        SamplePlan(bookings=1, seed=3),
        SamplePlan(bookings=500, through=date(2024, 2, 1)),
        SamplePlan(bookings=500, through=date(2025, 5, 20)),
        SamplePlan(bookings=1_000, through=date(2026, 10, 15)),
    ],
    ids=str,
)
def test_any_plan_spends_in_its_time_and_in_proportion(plan: SamplePlan) -> None:
    small = sold_platform(plan)
    assert (small.costs.spent_on < pd.Timestamp(plan.through)).all()
    sold = real(small).price_base_minor.sum()
    assert 0 < small.costs.amount_base_minor.sum() < 0.12 * sold
    assert len(small.costs) < 20 or plan.bookings > 1


def test_small_and_large_platforms_spend_alike(made: SoldPlatform) -> None:
    def share(of: SoldPlatform) -> float:
        return of.costs.amount_base_minor.sum() / real(of).price_base_minor.sum()

    assert share(sold_platform(SamplePlan(bookings=1_000))) == pytest.approx(share(made), rel=0.15)
