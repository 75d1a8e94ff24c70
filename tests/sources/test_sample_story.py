"""What happens to the sample platform can be found again in its bookings, by simple questions.

What the story does to payments, commissions, sessions and the like is tested with those tables.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from analytics_lib.sources.sample import SamplePlan, generate
from analytics_lib.sources.sample.story import (
    ARM_PERMILLE,
    ARM_WEIGHTS,
    COLLAPSE,
    ELASTICITY,
    EXPERIMENT,
    POUND_SHOCK,
    PROVIDER_FAILURE,
    SPRING_SALE,
    ZLOTY_START,
    Span,
)

WEEK = pd.Timedelta(days=7)


def collect(plan: SamplePlan) -> dict[str, pd.DataFrame]:
    parts: dict[str, list[pa.Table]] = {}
    for name, table in generate(plan):
        parts.setdefault(name, []).append(table)
    return {name: pa.concat_tables(tables).to_pandas(date_as_object=False) for name, tables in parts.items()}


@pytest.fixture(scope="module")
def frames() -> dict[str, pd.DataFrame]:
    return collect(SamplePlan(bookings=60_000, only=("bookings",)))


@pytest.fixture(scope="module")
def bookings(frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    frame = frames["bookings"].merge(frames["products"][["product_id", "kind"]], on="product_id")
    local = frame.created_at.dt.tz_localize("UTC").dt.tz_convert("Europe/Madrid").dt.tz_localize(None)
    frame["day"] = local.dt.normalize()
    return frame.sort_values("booking_id", ignore_index=True)


def within(frame: pd.DataFrame, span: Span, shift: pd.Timedelta | None = None) -> pd.DataFrame:
    """The rows of a span, or of as long a one that lies `shift` from it."""
    first, after = pd.Timestamp(span.first), pd.Timestamp(span.after)
    moved = shift or pd.Timedelta(0)
    return frame[(frame.day >= first + moved) & (frame.day < after + moved)]


def test_the_sale_brings_half_as_many_direct_bookings_again_by_email_and_social_media(
    bookings: pd.DataFrame,
) -> None:
    direct = bookings[bookings.business_model == "b2c"]
    sale, before = within(direct, SPRING_SALE), within(direct, SPRING_SALE, -2 * WEEK)
    assert 1.3 < len(sale) / len(before) < 1.75
    shares, usual = (frame.channel.value_counts(normalize=True) for frame in (sale, before))
    assert shares["email"] > 1.8 * usual["email"] and shares["social"] > 1.8 * usual["social"]
    discount = (sale.discount_minor / sale.list_price_minor).mean()
    assert discount > 2 * (before.discount_minor / before.list_price_minor).mean()
    resold = bookings[bookings.business_model != "b2c"]
    assert len(within(resold, SPRING_SALE)) < 1.25 * len(within(resold, SPRING_SALE, -2 * WEEK))


def test_hardly_anybody_books_athens_while_it_burns_and_most_who_were_to_go_cancel(
    bookings: pd.DataFrame,
) -> None:
    athens = bookings[bookings.destination_id == "d-athens"]
    assert len(within(athens, COLLAPSE)) < 0.3 * len(within(athens, COLLAPSE, -4 * WEEK))
    elsewhere = bookings[bookings.destination_id == "d-palma"]
    assert len(within(elsewhere, COLLAPSE)) > 0.7 * len(within(elsewhere, COLLAPSE, -4 * WEEK))
    booked_before = athens[athens.day < pd.Timestamp(COLLAPSE.first)]
    to_go = booked_before[booked_before.starts_on.between("2025-08-07", "2025-09-13")]
    years = athens[athens.starts_on.between("2024-08-07", "2024-09-13")]
    assert to_go.cancelled_at.notna().mean() > 0.5 > 2 * years.cancelled_at.notna().mean()
    fled = to_go[to_go.cancelled_at.dt.normalize().between("2025-08-01", "2025-08-05")]
    assert len(fled) > 0.3 * len(to_go)
    assert not (fled.completed_at.notna() | fled.no_show_at.notna()).any()


def test_direct_bookings_expire_while_the_provider_fails(bookings: pd.DataFrame) -> None:
    direct = bookings[bookings.business_model == "b2c"]
    week, before = within(direct, PROVIDER_FAILURE), within(direct, PROVIDER_FAILURE, -4 * WEEK)
    assert 0.04 < week.expired_at.notna().mean() < 0.14
    assert before.expired_at.notna().mean() < 0.025


def test_the_pound_falls_by_a_tenth_and_prices_in_it_follow_with_the_next_list(
    frames: dict[str, pd.DataFrame], bookings: pd.DataFrame
) -> None:
    rates = frames["exchange_rates"].set_index("valid_from")
    pound = rates[rates.currency == "GBP"].units_per_base_e9
    shock = pd.Timestamp(POUND_SHOCK)
    before, after = pound[: shock - WEEK].iloc[-5:].mean(), pound[shock + WEEK : shock + 3 * WEEK].mean()
    assert 1.07 < after / before < 1.13
    others = [rates[rates.currency == code].units_per_base_e9 for code in ("USD", "CHF", "SEK")]
    for rate in others:
        assert (
            0.95 < rate[shock + WEEK : shock + 3 * WEEK].mean() / rate[: shock - WEEK].iloc[-5:].mean() < 1.05
        )
    # What costs so much in euros costs the same in pounds as before until the quarter ends.
    simple = bookings[bookings.kind.isin(["activity", "tour", "transfer"])]
    simple = simple.assign(log=np.log(simple.list_price_minor / simple.units))
    spans = {
        "before": Span(date(2026, 2, 1), date(2026, 4, 20)),
        "after": Span(date(2026, 4, 24), date(2026, 7, 1)),
        "next list": Span(date(2026, 7, 1), date(2026, 9, 1)),
    }
    pounds_a_euro = {}
    for name, span in spans.items():
        rows = within(simple, span)
        in_euros = rows[rows.currency == "EUR"].groupby("product_id").log.mean()
        british = rows[rows.currency == "GBP"]
        pounds_a_euro[name] = np.exp((british.log - british.product_id.map(in_euros)).mean())
    assert 0.96 < pounds_a_euro["after"] / pounds_a_euro["before"] < 1.04
    assert 1.05 < pounds_a_euro["next list"] / pounds_a_euro["before"] < 1.15


def test_the_zloty_starts_late_with_its_customers(
    frames: dict[str, pd.DataFrame], bookings: pd.DataFrame
) -> None:
    first = pd.Timestamp(ZLOTY_START)
    zloty = bookings[bookings.currency == "PLN"]
    assert first <= zloty.day.min() < first + WEEK and len(zloty) > 500
    rates = frames["exchange_rates"]
    start = rates[rates.currency == "PLN"].valid_from.min()
    assert first - WEEK < start < first
    customers = frames["customers"]
    polish = customers[customers.country_code == "PL"]
    assert polish.joined_at.min() >= first - pd.Timedelta(hours=2)
    assert zloty.customer_id.isin(polish.customer_id).all()


def test_arms_are_weighted_by_the_price_to_the_power_of_the_elasticity() -> None:
    expected = [round(10_000 * (permille / 1_000) ** ELASTICITY) for permille in ARM_PERMILLE]
    assert list(ARM_WEIGHTS) == pytest.approx(expected, abs=1)


def test_cheaper_arms_sell_more_hotels_and_prices_outside_do_not_move(bookings: pd.DataFrame) -> None:
    direct = bookings[(bookings.business_model == "b2c") & (bookings.kind == "hotel")]
    night = direct.assign(
        each=direct.list_price_minor
        * direct.price_base_minor
        / direct.price_minor
        / direct.units
        / (direct.ends_on - direct.starts_on).dt.days
    )
    spread = {
        name: np.log(within(night, span).each).groupby(within(night, span).product_id).std().median()
        for name, span in (("in", EXPERIMENT), ("before", Span(date(2025, 3, 15), date(2025, 7, 15))))
    }
    assert spread["in"] > spread["before"] + 0.01


def test_partners_ramp_up_fade_and_fall_silent(
    frames: dict[str, pd.DataFrame], bookings: pd.DataFrame
) -> None:
    partners = frames["partners"].set_index("partner_id")
    sold = bookings[bookings.partner_id.notna()]
    month = sold.day.dt.to_period("M")
    trade = sold.groupby(["partner_id", month]).size().unstack(fill_value=0)
    young = partners[(partners.joined_at > "2024-02-01") & (partners.joined_at < "2025-07-01")].index
    first, later = [], []
    for partner in young:
        begun = partners.joined_at[partner].to_period("M")
        first.append(trade.loc[partner, begun + 1 : begun + 3].mean())
        later.append(trade.loc[partner, begun + 9 : begun + 11].mean())
    assert np.mean(later) > 1.8 * np.mean(first)
    lived = partners[(partners.joined_at < "2024-01-01") & partners.ended_at.isna()].index
    of_lived = trade.loc[trade.index.intersection(lived)]
    year = of_lived.loc[:, "2024-01":"2024-12"].sum(axis=1)
    last = of_lived.loc[:, "2025-11":"2026-10"].sum(axis=1)
    big = year[year > 20].index
    silent = (of_lived.loc[big, "2026-07":"2026-10"].sum(axis=1) == 0).sum()
    faded = ((last[big] < 0.4 * year[big]) & (last[big] > 0)).sum()
    loyal = (last[big] > 0.8 * year[big]).sum()
    assert silent >= 1 and faded >= 2 and loyal > 0.6 * len(big)


def test_only_partners_under_a_name_of_their_own_sell_by_white_label(
    frames: dict[str, pd.DataFrame], bookings: pd.DataFrame
) -> None:
    terms = frames["partner_terms"]
    under = bookings[bookings.channel == "white_label"].merge(terms, on="partner_id")
    in_force = (under.valid_from <= under.created_at) & ~(under.valid_to <= under.created_at)
    assert in_force.groupby(under.booking_id).sum().eq(1).all()
    assert under.white_label[in_force].all()


def test_tiers_change_over_time_and_the_top_one_is_dear(frames: dict[str, pd.DataFrame]) -> None:
    terms = frames["partner_terms"].sort_values(["partner_id", "valid_from"])
    changes = terms.groupby("partner_id").tier.nunique()
    assert (changes > 1).sum() > 15
    rates = terms[terms.commission_rate.notna()].groupby("tier").commission_rate.max()
    assert rates["standard"] < rates["silver"] < rates["gold"] < rates["platinum"] == 0.165
    assert terms.revenue_share_rate.max() == 0.96
    assert terms[terms.revenue_share_rate == 0.96].partner_id.nunique() == 1
