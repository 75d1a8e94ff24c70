"""What each metric of visits and of prices shown counts, row by row."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache, lru_cache, wraps

from tests.oracles.calendar import QUARTER, bounds, bucket_name, clock, first_instant, reached
from tests.oracles.cuts import SOLD, at, looked_up, own
from tests.oracles.domain import Domain
from tests.oracles.oracle import (
    HALF,
    Base,
    Cell,
    Cut,
    Formula,
    Group,
    Number,
    Oracle,
    Row,
    Seen,
    Tallying,
    World,
    divided,
    rank,
    ratio,
    total,
)

Visit = Row

# Visits, by the instant at which they begin


@lru_cache(maxsize=4)
def visits_of_people(world: World) -> list[Visit]:
    """The visits of the scope that have begun, without those of robots."""
    return [
        visit
        for visit in world.scoped("sessions")
        if world.look.knows(visit.started_at) and visit.is_bot is not True
    ]


@lru_cache(maxsize=4)
def visits_in_period(world: World) -> list[Visit]:
    """Those of them that begin in the period."""
    return [visit for visit in visits_of_people(world) if world.look.holds(visit.started_at)]


def of_visits(
    each: Callable[[Visit, World], bool], who: Callable[[Visit, World], object] | None = None
) -> Tallying:
    """A tally of the visits for which something is true, or of those who made them."""

    @wraps(each)
    def tally(world: World) -> Iterator[Seen]:
        for visit in visits_in_period(world):
            if each(visit, world):
                whose = who(visit, world) if who else None
                yield Seen(visit, visit.started_at, None if who and whose is None else 1, whose)

    return tally


def visitor_of(visit: Visit, _world: World) -> object:
    return visit.visitor_id


def visitor_and_day(visit: Visit, world: World) -> object:
    day = clock(visit.started_at, world.look.zone).date()
    return None if visit.visitor_id is None else (visit.visitor_id, day)


def has_confirmed_booking(visit: Visit, world: World) -> bool:
    booking = world.find("bookings", "booking_id", visit.booking_id)
    knows = world.look.knows
    return knows(visit.booked_at) and booking is not None and knows(booking.confirmed_at)


def steps(visit: Visit, world: World) -> int:
    """How many steps of the funnel the visit took one after the other."""
    taken, last = 0, visit.started_at
    for instant in (visit.searched_at, visit.viewed_at, visit.checkout_at, visit.booked_at):
        if not world.look.knows(instant) or instant < last:
            break
        taken, last = taken + 1, instant
    return taken


def took(count: int) -> Tallying:
    return of_visits(lambda visit, world: steps(visit, world) >= count)


def always(_visit: Visit, _world: World) -> bool:
    return True


visits = of_visits(always)
visitors = of_visits(always, visitor_of)
visitor_days = of_visits(always, visitor_and_day)
converted = of_visits(has_confirmed_booking)
converted_visitors = of_visits(has_confirmed_booking, visitor_of)
searched, viewed, checked_out, booked = (took(count) for count in (1, 2, 3, 4))


def robots(world: World) -> Iterator[Seen]:
    for visit in world.scoped("sessions"):
        if world.look.knows(visit.started_at) and visit.is_bot is True:
            yield Seen(visit, visit.started_at)


def time_to_book(world: World) -> Iterator[Seen]:
    for visit in visits_in_period(world):
        if steps(visit, world) == 4:
            yield Seen(visit, visit.started_at, (visit.booked_at - visit.started_at) // timedelta(seconds=1))


# Who comes back


def window_before(cell: Cell) -> tuple[datetime, datetime]:
    """As much of the period or bucket before as this one has of its own, by the wall clock."""
    look, over = cell.look, cell.oracle.over
    low, high = cell.window()
    name, frame = (look.name, look.frame) if cell.bucket is None or over is None else (cell.bucket, over)
    start, end = bounds(name, frame, look.zone)
    other_start, other_end = bounds(
        bucket_name(start - timedelta(microseconds=1), frame, look.zone), frame, look.zone
    )

    def counterpart(instant: datetime) -> datetime:
        if instant <= start:
            return other_start
        if instant >= end:
            return other_end
        if frame == "hour":
            return min(other_end, other_start + (instant - start))
        passed = clock(instant, look.zone) - clock(start, look.zone)
        return min(other_end, reached(clock(other_start, look.zone) + passed, look.zone))

    return counterpart(low), max(counterpart(low), counterpart(high))


@lru_cache(maxsize=4)
def _visitors_ever(oracle: Oracle) -> dict[Group | None, list[tuple[datetime, object]]]:
    """Group, and None for all -> (instant, visitor) of each visit at any time."""
    found: dict[Group | None, list[tuple[datetime, object]]] = defaultdict(list)
    for visit in visits_of_people(oracle.world):
        if visit.visitor_id is not None:
            for group in (oracle.group_of(visit), None):
                found[group].append((visit.started_at, visit.visitor_id))
    return found


def returned(cell: Cell) -> tuple[int, int]:
    """How many were there before, and how many of them are there again."""
    there = _visitors_ever(cell.oracle).get(cell.group, [])
    (low, high), (start, end) = window_before(cell), cell.window()
    before = {who for when, who in there if low <= when < high}
    now = {who for when, who in there if start <= when < end}
    return len(before), len(before & now)


THERE_BEFORE = Base(
    lambda cell: returned(cell)[0],
    lambda oracle: (group for group in _visitors_ever(oracle) if group is not None),
)
"""A rate of return rests on those who were there before, also in groups where nobody is there any more."""


def retention(cell: Cell) -> Number | None:
    before, kept = returned(cell)
    return divided(kept, before)


def churn(cell: Cell) -> Number | None:
    before, kept = returned(cell)
    return divided(before - kept, before)


# How much of the calendar has passed


@cache
def quarters_of(start: datetime, end: datetime, zone: str) -> Counter[tuple[str, str]]:
    """(weekday, hour) -> the microseconds of a window in it, by looking at every quarter of an hour."""
    found: Counter[tuple[str, str]] = Counter()
    instant = start
    while instant < end:
        midnight = datetime.combine(instant.date(), datetime.min.time())
        following = min(end, midnight + ((instant - midnight) // QUARTER + 1) * QUARTER)
        local = clock(instant, zone)
        found[str(local.isoweekday()), f"{local.hour:02}"] += (following - instant) // timedelta(
            microseconds=1
        )
        instant = following
    return found


@cache
def days_of(start: datetime, end: datetime, zone: str) -> dict[str, Fraction]:
    """Weekday -> the local days of a window that have begun in it, each whole."""
    found: dict[str, Fraction] = defaultdict(Fraction)
    day = clock(start, zone).date()
    while first_instant(day, zone) < end:
        found[str(day.isoweekday())] += 1
        day += timedelta(days=1)
    return found


def slot_of(cell: Cell) -> dict[str, str]:
    return dict(zip(cell.oracle.by, cell.group or (), strict=False))


def hours_passed(cell: Cell) -> Fraction:
    """The hours of the cell's window that bear its weekday and its hour of day, if it has these."""
    slot, passed = slot_of(cell), quarters_of(*cell.window(), cell.look.zone)
    found = sum(
        length
        for (weekday, hour), length in passed.items()
        if slot.get("weekday", weekday) == weekday and slot.get("hour_of_day", hour) == hour
    )
    return Fraction(found, 3_600_000_000)


def days_passed(cell: Cell) -> Fraction:
    slot, passed = slot_of(cell), days_of(*cell.window(), cell.look.zone)
    return sum((count for day, count in passed.items() if slot.get("weekday", day) == day), start=Fraction(0))


def mean_daily_visitors(cell: Cell) -> Number | None:
    if "hour" in (cell.oracle.over, cell.look.frame):
        return None
    return divided(cell.distinct(visitor_days), days_passed(cell))


# Prices, by the instant at which they are shown


def of_quotes(
    each: Callable[[Row, World], bool], column: str | None = None, who: str | None = None
) -> Tallying:
    """A tally of the prices shown to people for which something is true."""

    @wraps(each)
    def tally(world: World) -> Iterator[Seen]:
        for quote in world.scoped("quotes"):
            visit = world.find("sessions", "session_id", quote.session_id)
            is_known = world.look.knows(quote.quoted_at)
            if is_known and not (visit and visit.is_bot is True) and each(quote, world):
                whose = getattr(quote, who) if who else None
                amount = getattr(quote, column) if column else None if who and whose is None else 1
                yield Seen(quote, quote.quoted_at, amount, whose)

    return tally


def led_to_a_booking(quote: Row, world: World) -> bool:
    visit = world.find("sessions", "session_id", quote.session_id)
    return visit is not None and world.look.knows(visit.booked_at)


shown = of_quotes(always)
with_room = of_quotes(lambda quote, _world: quote.available is True)
prices = of_quotes(always, column="price_base_minor")
shown_visits = of_quotes(always, who="session_id")
shown_visits_that_booked = of_quotes(led_to_a_booking, who="session_id")


def distinct_over(top: Tallying, bottom: Tallying) -> Formula:
    """Different ones over different ones."""
    return lambda cell: divided(cell.distinct(top), cell.distinct(bottom))


METRICS: dict[str, tuple[Formula, Tallying | Base | None]] = {
    "sessions": (total(visits), visits),
    "bot_sessions": (total(robots), robots),
    "active_users": (lambda cell: cell.distinct(visitors), visitors),
    "daily_active_users": (mean_daily_visitors, None),
    "stickiness": (lambda cell: divided(mean_daily_visitors(cell), cell.distinct(visitors)), visitors),
    "sessions_per_hour": (lambda cell: divided(cell.total(visits), hours_passed(cell)), None),
    "sessions_per_user": (lambda cell: divided(cell.total(visits), cell.distinct(visitors)), visitors),
    "user_retention_rate": (retention, THERE_BEFORE),
    "user_churn_rate": (churn, THERE_BEFORE),
    "converted_sessions": (total(converted), converted),
    "conversion_rate": (ratio(converted, visits), visits),
    "user_conversion_rate": (distinct_over(converted_visitors, visitors), visitors),
    "funnel_searched": (total(searched), searched),
    "funnel_viewed": (total(viewed), viewed),
    "funnel_checkout": (total(checked_out), checked_out),
    "funnel_booked": (total(booked), booked),
    "funnel_search_rate": (ratio(searched, visits), visits),
    "funnel_view_rate": (ratio(viewed, searched), searched),
    "funnel_checkout_rate": (ratio(checked_out, viewed), viewed),
    "funnel_booking_rate": (ratio(booked, checked_out), checked_out),
    "funnel_conversion_rate": (ratio(booked, visits), visits),
    "session_time_to_book_median": (rank(time_to_book, HALF), time_to_book),
    "quotes": (total(shown), shown),
    "quote_availability_rate": (ratio(with_room, shown), shown),
    "quoted_price_median": (rank(prices, HALF), prices),
    "quote_conversion_rate": (distinct_over(shown_visits_that_booked, shown_visits), shown_visits),
}
"""Metric -> its formula over a cell, and the tally whose rows it rests on."""


def yes_or_no(column: str) -> Cut:
    """A flag as a database writes it."""

    def cut(row: Row, _world: World) -> str | None:
        value = getattr(row, column)
        return None if value is None else str(value).lower()

    return cut


def _begun(visit: Row, world: World) -> datetime | None:
    return visit.started_at


def _quoted(quote: Row, world: World) -> datetime | None:
    return quote.quoted_at


CUTS: dict[str, dict[str, Cut]] = {
    "sessions": {
        **SOLD,
        "channel": own("channel"),
        "device": own("device"),
        "own_domain": yes_or_no("own_domain"),
        "weekday": at(_begun, "weekday"),
        "hour_of_day": at(_begun, "hour"),
    },
    "quotes": {
        **SOLD,
        "product": own("product_id"),
        "product_name": looked_up("products", "product_id", "name"),
        "product_kind": looked_up("products", "product_id", "kind"),
        "arm": own("arm"),
        "weekday": at(_quoted, "weekday"),
        "hour_of_day": at(_quoted, "hour"),
    },
}
"""Table -> dimension -> the value of a row in it."""

DOMAIN = Domain(METRICS, CUTS)
