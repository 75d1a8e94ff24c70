"""Messages to customers: by which channel, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from analytics_lib.sources.sample.days import LocalDays
from analytics_lib.sources.sample.draws import BoolArray, Draws, IntArray, Quantiles
from analytics_lib.sources.sample.recipients import PRIVATE_MAIL, RECEIPTS_OFF, SHARES, given_to

CHANNELS = ("email", "sms", "push", "whatsapp")
EMAIL, SMS, PUSH, WHATSAPP = range(4)

TRANSACTIONAL, MARKETING, SALE = range(3)
"""Occasions: what a booking brings with it, marketing, and the marketing of the great sale."""

# By channel, in ten-thousandths: bounced, wrong number, app removed, no longer there.
_FAILED = np.array([150, 300, 900, 200], dtype=np.int64)
# Of the messages that arrive, by occasion and channel: read; then, of those that are read, followed.
_READ = np.array(
    [(4_700, 9_000, 1_250, 7_250), (2_400, 0, 760, 0), (3_200, 0, 1_150, 0)],
    dtype=np.int64,
)
_FOLLOWED = np.array([(2_600, 670, 5_200, 1_500), (1_260, 0, 4_000, 0), (2_200, 0, 5_600, 0)], dtype=np.int64)
_PREFETCHED = 9_500
"""Mail to a private program that is fetched by machine; the rest waits until the program is started."""

# Seconds, as quantiles in ten-thousandths, by channel: until it arrives, and until it comes back.
_ARRIVES = Quantiles(
    [
        [(0, 1), (5_000, 5), (8_500, 20), (9_700, 180), (10_000, 2_700)],
        [(0, 1), (5_000, 4), (9_000, 15), (9_800, 120), (10_000, 1_500)],
        [(0, 1), (5_000, 2), (9_000, 30), (10_000, 1_800)],
        [(0, 1), (6_000, 3), (8_500, 60), (9_500, 600), (10_000, 3_400)],
    ]
)
_FAILS = Quantiles(
    [
        [(0, 1), (6_000, 8), (9_000, 300), (10_000, 3_000)],
        [(0, 2), (6_000, 20), (9_000, 240), (10_000, 1_800)],
        [(0, 1), (10_000, 2)],
        [(0, 1), (8_000, 4), (10_000, 60)],
    ]
)
# Seconds until it is read: most in the first hours, some after days; not a week, the night's rest included.
_READS = Quantiles(
    [
        [
            (0, 15),
            (1_500, 420),
            (3_500, 2_700),
            (5_000, 7_800),
            (7_000, 25_000),
            (8_500, 76_000),
            (9_500, 216_000),
            (10_000, 560_000),
        ],
        [(0, 10), (5_000, 180), (8_000, 1_500), (9_500, 14_400), (10_000, 150_000)],
        [(0, 5), (5_000, 600), (8_000, 5_400), (9_500, 21_600), (10_000, 86_000)],
        [(0, 5), (4_000, 240), (7_000, 1_800), (9_000, 12_600), (9_800, 64_000), (10_000, 400_000)],
    ]
)
_PREFETCH = Quantiles([[(0, 5), (5_000, 60), (9_000, 420), (10_000, 1_500)]])
_FOLLOWS = Quantiles([[(0, 2), (5_000, 14), (8_500, 70), (9_700, 400), (10_000, 3_000)]])

# Nine tenths of what would be read before the morning is read when people get up, in local seconds.
_MORNING, _GETTING_UP, _SLEEPERS = 24_000, 25_200, 9_000


@dataclass(frozen=True)
class Messages:
    """Messages in order of time, one array an attribute.

    `channel` is a position in CHANNELS, `campaign` one in the campaigns' names, -1 for none; `customer`
    counts from 0 within the business model, `partner` is -1 for direct customers.
    """

    sent: IntArray
    channel: IntArray
    occasion: IntArray
    campaign: IntArray
    customer_id: pa.Array
    customer: IntArray
    model: IntArray
    partner: IntArray
    is_test: BoolArray

    def __len__(self) -> int:
        return len(self.sent)


@dataclass(frozen=True)
class Moment:
    """An instant for each message, and whether anybody has seen it by the end of the data."""

    at: IntArray
    seen: BoolArray


@dataclass(frozen=True)
class Outcomes:
    """What is known of each message. Where a channel does not report, nothing is seen."""

    delivered: Moment
    failed: Moment
    opened: Moment
    machine_opened: Moment
    clicked: Moment
    reports_delivery: BoolArray
    reports_opens: BoolArray


def follow(seed: int, draws: Draws, local: LocalDays, messages: Messages, through: int) -> Outcomes:
    """What becomes of messages; what would happen at or after `through` has not happened yet.

    Everyone reads or does not; whether it is seen depends on the channel and the customer's settings.
    A link tells of a click in every channel.
    """
    size, channel, sent = len(messages), messages.channel, messages.sent
    fails = draws.chance(_FAILED[channel], size)
    arrived = sent + _ARRIVES.draw(draws.words(size), channel)
    failed = sent + _FAILS.draw(draws.words(size), channel)
    is_read = draws.chance(_READ[messages.occasion, channel], size) & ~fails
    read = _awake(draws, local, arrived + _READS.draw(draws.words(size), channel))
    is_followed = draws.chance(_FOLLOWED[messages.occasion, channel], size) & is_read
    followed = read + _FOLLOWS.draw(draws.words(size))
    fetched = draws.chance(_PREFETCHED, size) & _has(seed, PRIVATE_MAIL, messages) & (channel == EMAIL)
    machine = arrived + _PREFETCH.draw(draws.words(size))

    reports_delivery = channel != PUSH
    hides = _has(seed, RECEIPTS_OFF, messages) & (channel == WHATSAPP)
    reports_opens = (channel != SMS) & ~hides

    def by_now(at: IntArray, seen: BoolArray) -> Moment:
        return Moment(at, seen & (at < through))

    return Outcomes(
        delivered=by_now(arrived, ~fails & reports_delivery),
        failed=by_now(failed, fails & reports_delivery),
        opened=by_now(read, is_read & reports_opens),
        machine_opened=by_now(machine, fetched & ~fails),
        clicked=by_now(followed, is_followed),
        reports_delivery=reports_delivery,
        reports_opens=reports_opens,
    )


def in_order(parts: Sequence[Messages]) -> Messages:
    """All messages of some parts in order of time."""
    sent = np.concatenate([part.sent for part in parts])
    order = np.argsort(sent, kind="stable")
    return Messages(
        sent=sent[order],
        channel=np.concatenate([part.channel for part in parts])[order],
        occasion=np.concatenate([part.occasion for part in parts])[order],
        campaign=np.concatenate([part.campaign for part in parts])[order],
        customer_id=pa.concat_arrays([part.customer_id for part in parts]).take(pa.array(order)),
        customer=np.concatenate([part.customer for part in parts])[order],
        model=np.concatenate([part.model for part in parts])[order],
        partner=np.concatenate([part.partner for part in parts])[order],
        is_test=np.concatenate([part.is_test for part in parts])[order],
    )


def _has(seed: int, trait: str, messages: Messages) -> BoolArray:
    return given_to(seed, trait, messages.model, messages.customer, SHARES[trait])


def _awake(draws: Draws, local: LocalDays, at: IntArray) -> IntArray:
    """The same instants, most of those in the night put off to the morning."""
    begins = local.begin(local.day_of(at))
    second = at - begins
    sleeps = (second < _MORNING) & draws.chance(_SLEEPERS, len(at))
    return np.where(sleeps, begins + _GETTING_UP + second // 2, at)
