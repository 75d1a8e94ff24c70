"""Notifications: what a booking brings with it, and marketing to direct customers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np
import pyarrow as pa

from analytics_lib.sources.sample.campaigns import Campaigns
from analytics_lib.sources.sample.demand import B2C, MODELS
from analytics_lib.sources.sample.draws import BoolArray, IntArray
from analytics_lib.sources.sample.fates import Event
from analytics_lib.sources.sample.messages import (
    CHANNELS,
    EMAIL,
    PUSH,
    SMS,
    TRANSACTIONAL,
    WHATSAPP,
    Messages,
    Moment,
    follow,
    in_order,
)
from analytics_lib.sources.sample.recipients import APP, MESSENGER, MESSENGER_SHARES, SHARES, given_to
from analytics_lib.sources.sample.rows import as_table, instants, named, numbered
from analytics_lib.sources.sample.slices import BookedSlice, World

# From so many days ahead, a balance is asked for; otherwise the itinerary comes at once.
_BALANCE_LEAD = 35
_BALANCE_DAYS = (18, 24)
"""Before the start."""
_REMINDER_DAYS = 2
_REVIEW_DAYS = (1, 3)
"""After completion."""
_REVIEWED = np.array([10_000, 6_500, 6_500], dtype=np.int64)
"""Of completed bookings, by model: some partners ask their customers themselves."""
_HOUR = 3_600


class Notifications:
    """Writes `notifications`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._campaigns = Campaigns(world)
        self._written = 0

    def write(self, booked: BookedSlice) -> Iterator[tuple[str, pa.Table]]:
        """What the bookings bring with them, also later, and the marketing of the slice's days.

        Each table is in order of time.
        """
        marketing = ([messages] for messages in self._campaigns.messages(booked))
        for place, parts in enumerate(chain([list(self._of_bookings(booked))], marketing)):
            yield "notifications", self._table(booked, in_order(parts), place)

    def finish(self) -> Iterator[tuple[str, pa.Table]]:
        """Nothing more."""
        yield from ()

    def _of_bookings(self, booked: BookedSlice) -> Iterator[Messages]:
        """By kind of message; partners' customers get mail only."""
        draws, size = booked.draws(self._world.seed, "notifications"), len(booked)
        local, fates, trips, seed = self._world.local, booked.fates, booked.trips, self._world.seed
        direct, confirmed = booked.model == B2C, fates.confirmed
        uses = given_to(seed, MESSENGER, booked.model, booked.customer, MESSENGER_SHARES[booked.country])
        has_app = given_to(seed, APP, booked.model, booked.customer, SHARES[APP])
        mail = np.full(size, EMAIL, dtype=np.int64)

        sent = confirmed.at + draws.within(1, 20, size)
        yield self._messages(booked, confirmed.happened, sent, mail)

        balance = local.at(
            trips.starts - np.minimum(draws.within(*_BALANCE_DAYS, size), trips.lead),
            draws.within(9 * _HOUR, 19 * _HOUR, size),
        )
        itinerary = confirmed.at + draws.within(120, 5_400, size)
        sent = np.where(trips.lead >= _BALANCE_LEAD, balance, itinerary)
        live = direct & _live(confirmed, fates.cancelled, sent)
        yield self._messages(booked, live, sent, np.where(uses, WHATSAPP, SMS))

        day = trips.starts - np.minimum(trips.lead, _REMINDER_DAYS)
        sent = local.at(day, draws.within(9 * _HOUR, 20 * _HOUR, size))
        live = direct & _live(confirmed, fates.cancelled, sent) & (trips.lead >= _REMINDER_DAYS)
        yield self._messages(booked, live & (has_app | uses), sent, np.where(has_app, PUSH, WHATSAPP))

        sent = fates.cancelled.at + draws.within(2, 90, size)
        yield self._messages(booked, fates.cancelled.happened, sent, mail)

        completed = fates.completed
        day = local.day_of(completed.at) + draws.within(*_REVIEW_DAYS, size)
        asks = completed.happened & draws.chance(_REVIEWED[booked.model], size)
        sent = local.at(np.where(asks, day, booked.day), draws.within(10 * _HOUR, 20 * _HOUR, size))
        yield self._messages(booked, asks, sent, mail)

    def _messages(
        self, booked: BookedSlice, happens: BoolArray, sent: IntArray, channel: IntArray
    ) -> Messages:
        rows = np.flatnonzero(happens & (sent < self._world.through))
        return Messages(
            sent=sent[rows],
            channel=channel[rows],
            occasion=np.full(len(rows), TRANSACTIONAL, dtype=np.int64),
            campaign=np.full(len(rows), -1, dtype=np.int64),
            customer_id=booked.customer_id.take(pa.array(rows)),
            customer=booked.customer[rows],
            model=booked.model[rows],
            partner=booked.partner[rows],
            is_test=booked.is_test[rows],
        )

    def _table(self, booked: BookedSlice, messages: Messages, place: int) -> pa.Table:
        draws = booked.draws(self._world.seed, f"messages {place}")
        known = follow(self._world.seed, draws, self._world.local, messages, self._world.through)
        number = np.arange(self._written + 1, self._written + 1 + len(messages), dtype=np.int64)
        self._written += len(messages)
        return as_table(
            "notifications",
            {
                "message_id": numbered("n", number, 9),
                "customer_id": messages.customer_id,
                "channel": named(CHANNELS, messages.channel),
                "campaign": named(self._campaigns.names, messages.campaign, messages.campaign >= 0),
                "sent_at": instants(messages.sent),
                "delivered_at": _seen(known.delivered),
                "opened_at": _seen(known.opened),
                "machine_opened_at": _seen(known.machine_opened),
                "clicked_at": _seen(known.clicked),
                "failed_at": _seen(known.failed),
                "reports_delivery": pa.array(known.reports_delivery),
                "reports_opens": pa.array(known.reports_opens),
                "business_model": named(MODELS, messages.model),
                "partner_id": named(self._world.partners.ids, messages.partner, messages.partner >= 0),
                "is_test": pa.array(messages.is_test),
            },
        )


def _live(confirmed: Event, cancelled: Event, at: IntArray) -> BoolArray:
    """Which bookings are confirmed, and not cancelled, at an instant each."""
    live: BoolArray = confirmed.happened & (confirmed.at < at) & ~(cancelled.happened & (cancelled.at <= at))
    return live


def _seen(moment: Moment) -> pa.Array:
    return instants(moment.at, moment.seen)
