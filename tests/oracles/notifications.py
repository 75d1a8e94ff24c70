"""What each metric of messages counts, message by message."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import wraps

from tests.oracles.cuts import SOLD, at, own
from tests.oracles.domain import Domain
from tests.oracles.oracle import Cut, Formula, Row, Seen, Tallying, World, ratio, total

Message = Row
Knows = Callable[[datetime | None], bool]


def of_messages(each: Callable[[Message, Knows], int | bool | None]) -> Tallying:
    """A tally of messages by the instant of sending: a number, None for unknown, or whether it counts."""

    @wraps(each)
    def tally(world: World) -> Iterator[Seen]:
        for message in world.scoped("notifications"):
            if world.look.knows(message.sent_at):
                found = each(message, world.look.knows)
                if found is not False:
                    yield Seen(message, message.sent_at, 1 if found is True else found)

    return tally


def is_delivered(message: Message, knows: Knows) -> bool:
    return message.reports_delivery is True and knows(message.delivered_at)


def arrived(message: Message, knows: Knows) -> bool:
    """Delivered; where nobody reports that, not known to have failed."""
    if message.reports_delivery is True:
        return knows(message.delivered_at)
    return not knows(message.failed_at)


def in_a_week(message: Message, instant: datetime | None, knows: Knows) -> bool:
    return (
        knows(instant)
        and instant is not None
        and timedelta(0) <= instant - message.sent_at <= timedelta(days=7)
    )


@of_messages
def sent(message: Message, knows: Knows) -> bool:
    return True


@of_messages
def failed(message: Message, knows: Knows) -> bool:
    return knows(message.failed_at)


@of_messages
def reporting(message: Message, knows: Knows) -> bool:
    return message.reports_delivery is True


@of_messages
def delivered(message: Message, knows: Knows) -> bool:
    return is_delivered(message, knows)


@of_messages
def delivered_or_untold(message: Message, knows: Knows) -> int | None:
    return int(is_delivered(message, knows)) if message.reports_delivery is True else None


@of_messages
def reached(message: Message, knows: Knows) -> bool:
    return arrived(message, knows)


@of_messages
def openable(message: Message, knows: Knows) -> bool:
    return message.reports_opens is True and arrived(message, knows)


@of_messages
def opened(message: Message, knows: Knows) -> bool:
    is_open = in_a_week(message, message.opened_at, knows)
    return message.reports_opens is True and arrived(message, knows) and is_open


@of_messages
def opened_or_untold(message: Message, knows: Knows) -> int | bool | None:
    if not arrived(message, knows):
        return False
    is_open = in_a_week(message, message.opened_at, knows)
    return int(is_open) if message.reports_opens is True else None


@of_messages
def opened_by_machines(message: Message, knows: Knows) -> bool:
    return message.reports_opens is True and arrived(message, knows) and knows(message.machine_opened_at)


@of_messages
def clicked(message: Message, knows: Knows) -> bool:
    return arrived(message, knows) and in_a_week(message, message.clicked_at, knows)


@of_messages
def opened_and_clicked(message: Message, knows: Knows) -> bool:
    both = (message.opened_at, message.clicked_at)
    is_both = all(in_a_week(message, instant, knows) for instant in both)
    return message.reports_opens is True and arrived(message, knows) and is_both


METRICS: dict[str, tuple[Formula, Tallying | None]] = {
    "messages_sent": (total(sent), sent),
    "messages_failed": (total(failed), failed),
    "delivered_messages": (total(delivered_or_untold), delivered_or_untold),
    "delivery_rate": (ratio(delivered, reporting), reporting),
    "opened_messages": (total(opened_or_untold), opened_or_untold),
    "open_rate": (ratio(opened, openable), openable),
    "machine_open_rate": (ratio(opened_by_machines, openable), openable),
    "clicked_messages": (total(clicked), clicked),
    "click_rate": (ratio(clicked, reached), reached),
    "click_to_open_rate": (ratio(opened_and_clicked, opened), opened),
}
"""Metric -> its formula over a cell, and the tally whose messages it rests on."""


def _sent(message: Row, world: World) -> datetime | None:
    return message.sent_at


CUTS: dict[str, dict[str, Cut]] = {
    "notifications": {
        **SOLD,
        "channel": own("channel"),
        "campaign": own("campaign"),
        "weekday": at(_sent, "weekday"),
        "hour_of_day": at(_sent, "hour"),
    }
}
"""Table -> dimension -> the value of a row in it."""

DOMAIN = Domain(METRICS, CUTS)
