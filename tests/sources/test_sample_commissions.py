"""Commission entries of the sample platform: legs recomputed, added up and given back."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest

from analytics_lib.sources.sample import SamplePlan
from analytics_lib.sources.sample.days import utc
from analytics_lib.sources.sample.story import ARM_PERMILLE
from tests.sold_platform import LEG, SoldPlatform, sold_platform

COST_OF_LIST = {"hotel": "0.76", "package": "0.825", "tour": "0.74", "activity": "0.76", "transfer": "0.8"}


@pytest.fixture(scope="module")
def made() -> SoldPlatform:
    return sold_platform(SamplePlan(bookings=20_000))


def cents(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def test_the_accrued_legs_of_every_confirmed_booking_add_up_to_its_price(made: SoldPlatform) -> None:
    confirmed = made.bookings[made.bookings.confirmed_at.notna()].set_index("booking_id")
    accrued = made.of("accrued")
    sums = accrued.groupby("booking_id").amount_base_minor.sum()
    pd.testing.assert_series_equal(
        sums, confirmed.price_base_minor.sort_index(), check_names=False, check_index_type=False
    )
    assert not accrued.duplicated(LEG).any()
    assert set(made.entries.booking_id) == set(confirmed.index)


def test_each_business_model_has_its_legs(made: SoldPlatform) -> None:
    legs = made.of("accrued").groupby("business_model").leg.unique().map(set)
    assert legs["b2c"] == {"supplier", "platform"}
    assert legs["b2b"] == {"supplier", "platform", "agency"}
    assert legs["b2b2c"] == {"supplier", "platform", "distributor", "reseller"}
    kind = made.partners.set_index("partner_id").kind
    accrued = made.of("accrued")
    sold_by = accrued.partner_id.map(kind)
    assert set(sold_by[accrued.leg == "agency"]) == {"tour_operator", "agency", "corporate"}
    assert set(sold_by[accrued.leg == "reseller"]) == {"reseller"}
    assert set(sold_by[accrued.leg == "distributor"]) == {"reseller", "distributor"}


def test_rows_agree_with_their_bookings(made: SoldPlatform) -> None:
    entries, bookings = made.entries, made.bookings.set_index("booking_id")
    of = bookings.loc[entries.booking_id]
    for column in ("business_model", "is_test"):
        assert (entries[column].to_numpy() == of[column].to_numpy()).all(), column
    assert (entries.partner_id.fillna("").to_numpy() == of.partner_id.fillna("").to_numpy()).all()
    net = (of.price_base_minor - of.tax_base_minor).to_numpy()
    assert (entries.commissionable_base_minor.to_numpy() == net).all()
    assert entries.is_test.any()
    assert entries.entry_id.is_unique and entries.entry_id.is_monotonic_increasing
    assert (entries.amount_base_minor != 0).all()


def test_entries_of_a_slice_are_in_order_of_time(made: SoldPlatform) -> None:
    backwards = made.entries.occurred_at.diff() < pd.Timedelta(0)
    assert 0 < backwards.sum() < len(made.slices)


def test_entries_carry_the_instants_of_what_they_tell(made: SoldPlatform) -> None:
    bookings = made.bookings.set_index("booking_id")
    for entry, event in (("accrued", "confirmed_at"), ("clawed_back", "cancelled_at")):
        rows = made.of(entry)
        assert (rows.occurred_at.to_numpy() == bookings[event].loc[rows.booking_id].to_numpy()).all(), entry
        assert rows.due_on.isna().all()
    assert (made.entries.occurred_at < made.through).all()
    assert (made.entries.occurred_at >= pd.Timestamp(utc(made.world.begin))).all()


def test_legs_recomputed_from_bookings_terms_and_partners_alone(made: SoldPlatform) -> None:
    # The price experiment is no part of these tables.
    rows = made.bookings[made.bookings.confirmed_at.notna() & (made.bookings.arm < 0)]
    rows = pd.concat(
        [part.head(700) for _, part in rows.sample(frac=1, random_state=1).groupby("business_model")]
    )
    parent = made.partners.set_index("partner_id").parent_partner_id
    above = rows.partner_id.map(parent).fillna(rows.partner_id)
    own = made.terms_of(rows.partner_id.dropna(), rows.created_at)
    highest = made.terms_of(above.dropna(), rows.created_at)
    accrued = made.sums("accrued")
    for row in rows.itertuples():
        net = Decimal(row.price_base_minor - row.tax_base_minor)
        cost = cents(net * row.list_price_minor / row.price_minor * Decimal(COST_OF_LIST[row.kind]))
        expected = {"supplier": row.tax_base_minor + cost}
        if row.business_model == "b2b":
            expected["agency"] = cents(net * Decimal(str(own.commission_rate[row.Index])))
        if row.business_model == "b2b2c":
            expected["distributor"] = cents(net * Decimal(str(highest.commission_rate[row.Index])))
            if pd.notna(parent[row.partner_id]):
                share = Decimal(str(own.revenue_share_rate[row.Index]))
                expected["reseller"] = cents(max(net - cost, Decimal(0)) * share)
        expected["platform"] = row.price_base_minor - sum(expected.values())
        found = accrued[row.booking_id].to_dict()
        assert found == {leg: amount for leg, amount in expected.items() if amount}, row


def test_the_price_experiment_is_no_business_of_the_supplier(made: SoldPlatform) -> None:
    hotel = made.bookings[(made.bookings.kind == "hotel") & (made.bookings.business_model == "b2c")]
    hotel = hotel[hotel.confirmed_at.notna()].set_index("booking_id")
    cost = made.sums("accrued").xs("supplier", level="leg").loc[hotel.index] - hotel.tax_base_minor
    list_price = (hotel.price_base_minor - hotel.tax_base_minor) * hotel.list_price_minor / hotel.price_minor
    share = cost.groupby(hotel.arm).sum() / list_price.groupby(hotel.arm).sum()
    assert share[-1] == pytest.approx(0.76, abs=0.001)
    for arm, permille in enumerate(ARM_PERMILLE):
        assert share[arm] == pytest.approx(760 / permille, abs=0.001), arm


def test_what_is_clawed_back_is_the_part_of_the_price_that_is_given_back(made: SoldPlatform) -> None:
    bookings = made.bookings.set_index("booking_id")
    gone = bookings[bookings.cancelled_at.notna() & bookings.confirmed_at.notna()]
    back = made.of("clawed_back").groupby("booking_id").amount_base_minor.sum()
    kept = [
        cents(Decimal(price) * share / 10_000)
        for price, share in zip(gone.price_base_minor, gone.kept_share, strict=True)
    ]
    expected = gone.price_base_minor - kept
    assert (back.reindex(gone.index).fillna(0) == expected).all()
    assert set(back.index) <= set(gone.index)
    assert (expected == 0).any() and (expected == gone.price_base_minor).any()
    assert expected.between(1, gone.price_base_minor - 1).any()


def test_every_leg_gives_back_the_same_part_and_never_more_than_it_has(made: SoldPlatform) -> None:
    accrued, back = made.sums("accrued"), made.sums("clawed_back")
    both = pd.DataFrame({"accrued": accrued.loc[back.index], "back": back})
    assert (np.sign(both.accrued) == np.sign(both.back)).all()
    assert (both.back.abs() <= both.accrued.abs()).all()
    assert (both.back < 0).any()
    share = made.bookings.set_index("booking_id").kept_share.loc[both.index.get_level_values(0)].to_numpy()
    assert ((both.back - both.accrued * (10_000 - share) / 10_000).abs() <= 1).all()


@pytest.fixture(scope="module")
def earned(made: SoldPlatform) -> pd.DataFrame:
    """Confirmed bookings of partners, with the platform's leg and the tier of who sold them."""
    rows = made.bookings[made.bookings.partner_id.notna() & made.bookings.confirmed_at.notna()]
    tier = made.terms_of(rows.partner_id, rows.created_at).tier
    rows = rows.assign(tier=tier, kind=rows.partner_id.map(made.partners.set_index("partner_id").kind))
    rows = rows.set_index("booking_id")
    leg = made.sums("accrued").xs("platform", level="leg")
    back = made.sums("clawed_back").xs("platform", level="leg")
    return rows.assign(
        accrued=leg.reindex(rows.index).fillna(0),
        left=leg.sub(back, fill_value=0).reindex(rows.index).fillna(0),
    )


@pytest.mark.parametrize("amount", ["accrued", "left"])
def test_the_top_tier_of_b2b_loses_money_and_no_other(earned: pd.DataFrame, amount: str) -> None:
    by_tier = earned.groupby(["business_model", "tier"])[amount].sum()
    assert set(by_tier.index[by_tier < 0]) == {("b2b", "platinum")}
    net = (
        (earned.price_base_minor - earned.tax_base_minor).groupby([earned.business_model, earned.tier]).sum()
    )
    assert -0.03 < by_tier["b2b", "platinum"] / net["b2b", "platinum"] < -0.005


@pytest.mark.parametrize("amount", ["accrued", "left"])
def test_one_reseller_loses_money_and_no_other(earned: pd.DataFrame, made: SoldPlatform, amount: str) -> None:
    by_reseller = earned[earned.kind == "reseller"].groupby("partner_id")[amount].sum()
    losing = made.world.partners.ids[made.world.partners.terms.losing_reseller]
    assert set(by_reseller.index[by_reseller < 0]) == {losing}
    assert made.terms[made.terms.revenue_share_rate > 0.9].partner_id.unique().tolist() == [losing]


def test_the_margin_before_partners(made: SoldPlatform) -> None:
    accrued = made.of("accrued").pivot(index="booking_id", columns="leg", values="amount_base_minor")
    rows = made.bookings[made.bookings.confirmed_at.notna()].set_index("booking_id")
    margin = (rows.price_base_minor - accrued.supplier).groupby(rows.business_model).sum()
    net = (rows.price_base_minor - rows.tax_base_minor).groupby(rows.business_model).sum()
    share = margin / net
    assert 0.19 < share["b2c"] < 0.21 and 0.135 < share["b2b"] < 0.165 and 0.18 < share["b2b2c"] < 0.205


@pytest.mark.parametrize(
    "plan",
    [
        SamplePlan(bookings=1),
        SamplePlan(bookings=1, seed=3),
        SamplePlan(bookings=2_000, through=date(2024, 2, 1)),
        SamplePlan(bookings=500, through=date(2026, 10, 15)),
    ],
    ids=str,
)
def test_any_plan_keeps_to_its_time_and_adds_up(plan: SamplePlan) -> None:
    small = sold_platform(plan)
    entries = small.entries
    if not len(entries):
        assert not small.bookings.confirmed_at.notna().any()
        return
    assert (entries.occurred_at < small.through).all()
    accrued = small.of("accrued").groupby("booking_id").amount_base_minor.sum()
    confirmed = small.bookings[small.bookings.confirmed_at.notna()].set_index("booking_id")
    assert (accrued == confirmed.price_base_minor.sort_index()).all() and len(accrued) == len(confirmed)


def test_the_same_plan_gives_the_same_rows() -> None:
    once, again = (sold_platform(SamplePlan(bookings=300)).entries for _ in range(2))
    pd.testing.assert_frame_equal(once, again)
