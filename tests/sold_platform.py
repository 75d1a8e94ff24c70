"""Bookings of the sample platform with what is owed for them and what they cost, made slice by slice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd
import pyarrow as pa

from analytics_lib.sources.sample import SamplePlan
from analytics_lib.sources.sample.bookings import BookingBook
from analytics_lib.sources.sample.commissions import Commissions
from analytics_lib.sources.sample.costs import Costs
from analytics_lib.sources.sample.days import utc
from analytics_lib.sources.sample.demand import bookings_a_day
from analytics_lib.sources.sample.penalties import penalty_share
from analytics_lib.sources.sample.plan import FIRST_DAY
from analytics_lib.sources.sample.platform import world_of
from analytics_lib.sources.sample.slices import BookedSlice, World

DAYS_A_SLICE = 150
"""Fewer than a platform of that size would take, so that there are several slices."""

LEG = ["booking_id", "leg"]


@dataclass(frozen=True)
class SoldPlatform:
    """A platform's world and slices, and its tables as frames.

    `bookings` carry more than the table does: the product's `kind`, the local `day`, the `arm` of the price
    experiment, and `kept_share`, the ten-thousandths of the price that are kept if they are cancelled.
    """

    world: World
    slices: list[BookedSlice]
    bookings: pd.DataFrame
    entries: pd.DataFrame
    costs: pd.DataFrame
    partners: pd.DataFrame
    terms: pd.DataFrame

    @property
    def through(self) -> pd.Timestamp:
        """The first instant after the data."""
        return pd.Timestamp(utc(self.world.through))

    @property
    def losing_reseller(self) -> str:
        """The id of the reseller with terms that are too good."""
        return self.world.partners.ids[self.world.partners.terms.losing_reseller]

    def of(self, *kinds: str) -> pd.DataFrame:
        """Entries of some kinds."""
        return self.entries[self.entries.entry.isin(kinds)]

    def sums(self, kind: str) -> pd.Series:
        """Amounts by booking and leg."""
        return self.of(kind).groupby(LEG).amount_base_minor.sum()

    def terms_of(self, partner: pd.Series, created: pd.Series) -> pd.DataFrame:
        """The terms in force, by the index of the partners asked for."""
        asked = pd.DataFrame({"partner_id": partner, "at": created.loc[partner.index], "row": partner.index})
        found = asked.merge(self.terms, on="partner_id")
        valid = (found.valid_from <= found["at"]) & (found.valid_to.isna() | (found["at"] < found.valid_to))
        return found[valid].set_index("row")


def local_time(instants: pd.Series) -> pd.Series:
    """What the clock in Madrid shows at UTC instants."""
    return instants.dt.tz_localize("UTC").dt.tz_convert("Europe/Madrid").dt.tz_localize(None)


def costs_of(world: World, slices: Iterable[BookedSlice]) -> pd.DataFrame:
    """The costs of some slices."""
    costs = Costs(world)
    for booked in slices:
        assert not list(costs.write(booked))
    found = list(costs.finish())
    assert [name for name, _ in found] in ([], ["costs"])
    return _frame([table for _, table in found]) if found else pd.DataFrame({"amount_base_minor": []})


def sold_platform(plan: SamplePlan) -> SoldPlatform:
    """The platform of a plan, in slices of DAYS_A_SLICE days."""
    world = world_of(plan)
    book, commissions = BookingBook(world), Commissions(world)
    counts = bookings_a_day(plan.seed, plan.bookings, FIRST_DAY, plan.through)
    slices: list[BookedSlice] = []
    bookings: list[pd.DataFrame] = []
    entries: list[pa.Table] = []
    for first in range(0, len(counts), DAYS_A_SLICE):
        booked = book.write(FIRST_DAY + timedelta(days=first), counts[first : first + DAYS_A_SLICE])
        rows = _frame([table for name, table in book.tables(booked) if name == "bookings"])
        slices.append(booked)
        bookings.append(rows.assign(arm=booked.arm, kept_share=penalty_share(world, booked)))
        for name, table in commissions.write(booked):
            assert name == "commission_entries"
            entries.append(table)
    assert not list(commissions.finish())
    products = _frame([world.products.table()])[["product_id", "kind"]]
    together = pd.concat(bookings, ignore_index=True).merge(products, on="product_id")
    return SoldPlatform(
        world=world,
        slices=slices,
        bookings=together.assign(day=local_time(together.created_at).dt.normalize()),
        entries=_frame(entries) if entries else pd.DataFrame(columns=["entry", "occurred_at"]),
        costs=costs_of(world, slices),
        partners=_frame([world.partners.table()]),
        terms=_frame([world.partners.terms.table()]),
    )


def _frame(tables: list[pa.Table]) -> pd.DataFrame:
    return pa.concat_tables(tables).to_pandas(date_as_object=False)
