"""The allotments of the sample platform, beside the nights that are sold, counted one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from analytics_lib.schema import metadata
from analytics_lib.sources.sample import SamplePlan
from analytics_lib.sources.sample.bookings import BookingBook
from analytics_lib.sources.sample.capacity import Capacity
from analytics_lib.sources.sample.demand import bookings_a_day
from analytics_lib.sources.sample.geography import DESTINATIONS
from analytics_lib.sources.sample.inventory import quoted_products
from analytics_lib.sources.sample.plan import FIRST_DAY
from analytics_lib.sources.sample.platform import world_of
from analytics_lib.sources.sample.products import HOTEL, Products

PLAN = SamplePlan(bookings=30_000)
MIDDLE = SamplePlan(bookings=20_000, seed=5, through=date(2026, 2, 17))

Frames = dict[str, pd.DataFrame]


def frames_of(plan: SamplePlan, days_a_slice: int = 200, **changes: bool) -> Frames:
    """Bookings and capacity of a platform, in slices of so many days; `changes` hold for all bookings."""
    world = world_of(plan)
    book, capacity = BookingBook(world), Capacity(world)
    counts = bookings_a_day(plan.seed, plan.bookings, FIRST_DAY, plan.through)
    parts: dict[str, list[pa.Table]] = {}
    for first in range(0, len(counts), days_a_slice):
        booked = book.write(FIRST_DAY + timedelta(days=first), counts[first : first + days_a_slice])
        for column, value in changes.items():
            booked = replace(booked, **{column: np.full(len(booked), value)})
        for name, table in book.tables(booked):
            parts.setdefault(name, []).append(table)
        assert list(capacity.write(booked)) == []
    for name, table in capacity.finish():
        parts.setdefault(name, []).append(table)
    return {name: pa.concat_tables(tables).to_pandas(date_as_object=False) for name, tables in parts.items()}


def with_sold(frames: Frames) -> pd.DataFrame:
    """Every night that is offered, with the rooms sold, and the fullest night of its quarter."""
    offered, bookings = frames["capacity"], frames["bookings"]
    gone = bookings.is_test | bookings.cancelled_at.notna() | bookings.expired_at.notna()
    bookings = bookings[~gone & bookings.product_id.isin(offered.product_id)]
    nights = bookings.loc[bookings.index.repeat((bookings.ends_on - bookings.starts_on).dt.days)]
    into = pd.to_timedelta(nights.groupby(level=0).cumcount(), unit="D")
    nights = nights.assign(stay_on=nights.starts_on + into)
    sold = nights.groupby(["product_id", "stay_on"]).units.sum().rename("sold").reset_index()
    rows = sold.merge(offered, how="outer", on=["product_id", "stay_on"]).fillna({"sold": 0})
    rows["quarter"] = rows.stay_on.dt.to_period("Q")
    rows["fullest"] = rows.groupby(["product_id", "quarter"]).sold.transform("max")
    return rows.dropna()


@pytest.fixture(scope="module", params=[PLAN, MIDDLE], ids=str)
def plan(request: pytest.FixtureRequest) -> SamplePlan:
    chosen: SamplePlan = request.param
    return chosen


@pytest.fixture(scope="module")
def frames(plan: SamplePlan) -> Frames:
    return frames_of(plan)


@pytest.fixture(scope="module")
def nights(frames: Frames) -> pd.DataFrame:
    return with_sold(frames)


def test_the_best_liked_hotel_of_the_twenty_largest_places() -> None:
    products = Products(PLAN.seed, 1)
    chosen = [products.all[place] for place in quoted_products(products)]
    assert len({product.place for product in chosen}) == len(chosen) == 20
    least = min(DESTINATIONS[product.place].weight for product in chosen)
    left_out = set(range(len(DESTINATIONS))) - {product.place for product in chosen}
    assert all(DESTINATIONS[place].weight <= least for place in left_out)
    for product in chosen:
        rivals = [each for each in products.all if each.kind == HOTEL and each.place == product.place]
        assert product.kind == HOTEL and product.popularity == max(each.popularity for each in rivals)


def test_every_night_is_offered_until_sixty_days_after_the_data(plan: SamplePlan, frames: Frames) -> None:
    offered = frames["capacity"]
    assert list(offered.columns) == [column.name for column in metadata.tables["capacity"].columns]
    nights = pd.date_range(FIRST_DAY, plan.through + timedelta(days=60))
    ids = [world_of(plan).products.ids()[place] for place in quoted_products(world_of(plan).products)]
    assert set(offered.product_id) == set(ids) and len(offered) == len(ids) * len(nights)
    assert offered.stay_on.is_monotonic_increasing
    for _, rows in offered.groupby("product_id"):
        assert (rows.stay_on.to_numpy() == nights.to_numpy()).all()


def test_nothing_is_sold_that_is_not_there(nights: pd.DataFrame) -> None:
    assert (nights.sold <= nights.units_available).all()
    assert (nights.units_available >= 3).all() and nights.sold.sum() > 1_000


def test_allotments_hold_for_a_quarter_and_lie_a_little_above_its_fullest_night(
    plan: SamplePlan, nights: pd.DataFrame
) -> None:
    by_quarter = nights.groupby(["product_id", "quarter"])
    assert (by_quarter.units_available.nunique() == 1).all()
    over = nights[nights.quarter < pd.Timestamp(plan.through).to_period("Q")]
    least, most = (np.ceil(over.fullest * percent / 100).clip(lower=3) for percent in (110, 125))
    assert ((over.units_available >= least) & (over.units_available <= most)).all()
    extra = over[over.fullest >= 8].eval("units_available / fullest - 1")
    assert extra.min() < 0.16 and extra.max() > 0.22


def test_quarters_ahead_offer_no_less_than_a_year_before(plan: SamplePlan, nights: pd.DataFrame) -> None:
    each = nights.groupby(["product_id", "quarter"])[["units_available", "fullest"]].first().reset_index()
    ahead = each[each.quarter >= pd.Timestamp(plan.through).to_period("Q")]
    before = each.assign(quarter=each.quarter + 4)
    both = ahead.merge(before, on=["product_id", "quarter"], suffixes=("", "_before"))
    fullest = both[["fullest", "fullest_before"]].max(axis=1)
    assert len(both) >= 20
    assert (both.units_available >= np.ceil(fullest * 1.10).clip(lower=3)).all()
    assert (both.units_available <= np.ceil(fullest * 1.25).clip(lower=3)).all()


def test_test_bookings_take_no_rooms() -> None:
    only_tests = frames_of(SamplePlan(bookings=3_000), is_test=True)["capacity"]
    assert (only_tests.units_available == 3).all()
    without = frames_of(SamplePlan(bookings=3_000), is_test=False)["capacity"]
    assert without.units_available.max() > 3


def test_occupancy(frames: Frames, nights: pd.DataFrame) -> None:
    past = nights[nights.stay_on < frames["bookings"].created_at.max().normalize()]
    assert 0.08 < past.sold.sum() / past.units_available.sum() < 0.30


def test_the_order_of_slices_does_not_count() -> None:
    plan = SamplePlan(bookings=3_000)
    world = world_of(plan)
    book = BookingBook(world)
    counts = bookings_a_day(plan.seed, plan.bookings, FIRST_DAY, plan.through)
    firsts = range(0, len(counts), 90)
    slices = [book.write(FIRST_DAY + timedelta(days=at), counts[at : at + 90]) for at in firsts]
    forward, backward = Capacity(world), Capacity(world)
    for booked, other in zip(slices, reversed(slices), strict=True):
        assert list(forward.write(booked)) == list(backward.write(other)) == []
    assert list(forward.finish()) == list(backward.finish())


@pytest.mark.parametrize("tiny", [SamplePlan(1), SamplePlan(1, 3, date(2024, 2, 1))], ids=str)
def test_tiny_platforms_have_rooms_too(tiny: SamplePlan) -> None:
    offered = frames_of(tiny)["capacity"]
    assert len(offered) == 20 * ((tiny.through - FIRST_DAY).days + 61)
    assert (offered.units_available >= 3).all()
