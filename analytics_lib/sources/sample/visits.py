"""Visits to the platform's pages and to those of its partners: who came, when, by which way, after what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa

from analytics_lib.sources.sample.demand import MODELS
from analytics_lib.sources.sample.draws import BoolArray, IntArray
from analytics_lib.sources.sample.rows import named
from analytics_lib.sources.sample.slices import BookedSlice, World
from analytics_lib.sources.sample.ways import CHANNELS, ONLINE, WHITE_LABEL

BOOKS, RETURNS, LOOKS, FAILS, CRAWLS = range(5)
"""What comes of a visit: a booking; nothing yet, but its visitor is on the way to one; nothing; nothing, for
the payment fails; nothing, for it is a machine's."""

UNKNOWN = -1
NONE = -1

_PORTAL = CHANNELS.index("partner_portal")
_ONLINE = np.array([CHANNELS.index(channel) for channel in ONLINE], dtype=np.int64)


@dataclass(frozen=True)
class Visits:
    """Some visits, one array an attribute; positions stand for names as in BookedSlice.

    `booking` is the position in the slice of the booking that the visitor makes, in this visit or in a later
    one (NONE for nobody's); `buyer` and `product` are what the visitor is like and after; `customer` counts
    within the model (UNKNOWN where the platform does not know who it is).
    """

    outcome: IntArray
    booking: IntArray
    model: IntArray
    partner: IntArray
    buyer: IntArray
    channel: IntArray
    device: IntArray
    started: IntArray
    product: IntArray
    customer: IntArray
    visitor: IntArray
    is_test: BoolArray

    def __len__(self) -> int:
        return len(self.started)

    @property
    def human(self) -> BoolArray:
        """Which visits are not a machine's."""
        people: BoolArray = self.outcome != CRAWLS
        return people

    def at(self, rows: IntArray) -> Visits:
        """The visits at these positions."""
        return Visits(**{field.name: getattr(self, field.name)[rows] for field in fields(Visits)})


def online(booked: BookedSlice) -> IntArray:
    """Positions of the bookings that were made in a session."""
    return np.flatnonzero(np.isin(booked.channel, _ONLINE))


def of_bookings(
    booked: BookedSlice,
    rows: IntArray,
    *,
    outcome: int,
    started: IntArray,
    visitor: IntArray,
    booking: IntArray | None = None,
    channel: IntArray | None = None,
    device: IntArray | None = None,
    product: IntArray | None = None,
    customer: IntArray | None = None,
    is_test: BoolArray | None = None,
) -> Visits:
    """A visit beside each of these bookings, which may come twice; it is like its booking where not told."""
    nobody = np.full(len(rows), NONE, dtype=np.int64)
    return Visits(
        outcome=np.full(len(rows), outcome, dtype=np.int64),
        booking=nobody if booking is None else booking,
        model=booked.model[rows],
        partner=booked.partner[rows],
        buyer=booked.buyer[rows],
        channel=booked.channel[rows] if channel is None else channel,
        device=booked.device[rows] if device is None else device,
        started=started,
        product=booked.product[rows] if product is None else product,
        customer=nobody if customer is None else customer,
        visitor=visitor,
        is_test=booked.is_test[rows] if is_test is None else is_test,
    )


def together(world: World, parts: Sequence[Visits]) -> Visits:
    """All these visits in order of time, but for those that lie outside the data or their partner's time."""
    joined = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Visits)
    }
    partner, started = joined["partner"], joined["started"]
    partners, sold = world.partners, partner >= 0
    open_ = (started >= world.begin) & (started < world.through)
    open_[sold] &= (started[sold] >= partners.joined[partner[sold]]) & (
        started[sold] < partners.ended[partner[sold]]
    )
    order = np.flatnonzero(open_)
    order = order[np.argsort(started[order], kind="stable")]
    visits = {name: column[order] for name, column in joined.items()}
    # A name of its own may not be in force yet, or no longer, when the visit begins.
    own = world.partners.has_own_name(visits["partner"], visits["started"])
    visits["channel"] = np.where((visits["channel"] == WHITE_LABEL) & ~own, _PORTAL, visits["channel"])
    return Visits(**visits)


def scoped_visits(world: World, visits: Visits, rows: IntArray | None = None) -> dict[str, pa.Array]:
    """`business_model`, `partner_id` and `is_test` of the visits at these positions, or of all."""
    at = np.arange(len(visits), dtype=np.int64) if rows is None else rows
    partner = visits.partner[at]
    return {
        "business_model": named(MODELS, visits.model[at]),
        "partner_id": named(world.partners.ids, partner, partner >= 0),
        "is_test": pa.array(visits.is_test[at]),
    }
