"""What each metric of customers counts, and its formula over a cell."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from tests.oracles.bookings import CUTS as BOOKING_CUTS
from tests.oracles.calendar import bounds, bucket_name, clock
from tests.oracles.cuts import looked_up, own
from tests.oracles.domain import Domain
from tests.oracles.lasting import half_after, share_beyond, watched
from tests.oracles.oracle import (
    UNKNOWN,
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
    distinct,
    divided,
    ratio,
    share,
    total,
)
from tests.oracles.returning import base_people, held, kept_people, resting_on

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)


def purchases(world: World) -> Iterator[Seen]:
    """Bookings, of the customer who placed them."""
    for booking in world.scoped("bookings"):
        if world.look.knows(booking.created_at):
            who = booking.customer_id
            yield Seen(booking, booking.created_at, 1 if who is not None else None, who)


def first_purchases(world: World) -> Iterator[Seen]:
    """Everybody's first booking of all, where the scope holds that one; with the instant of the second."""
    by_customer: dict[str, list[Row]] = defaultdict(list)
    for booking in world.rows("bookings"):
        if None not in (booking.customer_id, booking.created_at) and booking.is_test is not True:
            by_customer[booking.customer_id].append(booking)
    for bookings in by_customer.values():
        first, *later = sorted(bookings, key=lambda each: (each.created_at, each.booking_id))
        if world.holds(first):
            row = Row(**vars(first), second_at=later[0].created_at if later else None)
            yield Seen(row, first.created_at)


def second(booking: Row) -> datetime | None:
    return booking.second_at


# Segments, at the end of each window


def standing_customers(world: World) -> Iterator[tuple[Row, Seen]]:
    bought = [(seen.who, seen.when) for seen in purchases(world) if seen.who is not None]
    earned = list(earnings(world))
    for _, end in world.windows():
        first: dict[object, datetime] = {}
        for who, when in bought:
            if when < end:
                first[who] = min(when, first.get(who, when))
        margin = dict.fromkeys(first, 0)
        for who, when, amount in earned:
            if who in margin and end - 365 * DAY <= when < end:
                margin[who] += amount
        ranked = sorted(margin.values())
        for who, since in first.items():
            ahead = len(ranked) - bisect_right(ranked, margin[who])
            is_vip = margin[who] > 0 and ahead * 10 < len(ranked)
            segment = "new" if end - since <= 90 * DAY else "vip" if is_vip else "regular"
            row = Row(table="customer_states", customer_id=who, segment=segment, margin=margin[who])
            yield row, Seen(row, end - INSTANT)


def earnings(world: World) -> Iterator[tuple[str, datetime, int]]:
    """(customer, instant, what the platform was to keep, or had to give back)."""
    for entry in world.scoped("commission_entries"):
        booking = world.find("bookings", "booking_id", entry.booking_id)
        sign = {"accrued": 1, "clawed_back": -1}.get(entry.entry)
        if entry.leg != "platform" or None in (sign, booking, entry.occurred_at, entry.amount_base_minor):
            continue
        if booking.customer_id is not None:
            yield booking.customer_id, entry.occurred_at, sign * entry.amount_base_minor


def customers(world: World) -> Iterator[Seen]:
    for _, seen in standing_customers(world):
        yield seen


def customer_margins(world: World) -> Iterator[Seen]:
    for row, seen in standing_customers(world):
        yield Seen(row, seen.when, row.margin)


# Cohorts


def month_after(month: str, count: int) -> str:
    months = int(month[:4]) * 12 + int(month[5:]) - 1 + count
    return f"{months // 12:04}-{months % 12 + 1:02}"


def months_apart(month: str, other: str) -> int:
    return (int(other[:4]) - int(month[:4])) * 12 + int(other[5:]) - int(month[5:])


def followed(cell: Cell, age: int) -> list[tuple[str, set[str]]]:
    """(first month, all months) of the customers of the cell's cohorts that are old enough."""
    if (cell.oracle.over or cell.look.frame) in ("hour", "day", "week"):
        return []
    start, end = cell.window()
    months: dict[object, set[str]] = defaultdict(set)
    for seen in cell.ever(purchases, but="age"):
        if seen.who is not None:
            months[seen.who].add(bucket_name(seen.when, "month", cell.look.zone))
    found = []
    for mine in months.values():
        first = min(mine)
        low, high = bounds(first, "month", cell.look.zone)
        is_inside = start <= low < end and high <= cell.look.end
        if is_inside and bounds(month_after(first, age), "month", cell.look.zone)[1] <= cell.look.as_of:
            found.append((first, mine))
    return found


NEVER = 1_200
"""An age that nobody has: an answer without any cohort is of an unknown one."""


def age_of(cell: Cell) -> int:
    """A month, where none is asked for."""
    age = cell.part("age")
    return NEVER if age == UNKNOWN else int(age or 1)


def cohort(*, unbounded: bool) -> Formula:
    def formula(cell: Cell) -> Number | None:
        age = age_of(cell)
        people = followed(cell, age)
        active = 0
        for first, mine in people:
            ages = {months_apart(first, month) for month in mine}
            active += any(each >= age for each in ages) if unbounded else age in ages
        return divided(active, len(people))

    return formula


def _with_ages(oracle: Oracle) -> Iterable[Group]:
    for group in oracle.ever(purchases, "age"):
        if "age" not in oracle.by:
            yield group
            continue
        place = oracle.by.index("age")
        for age in range(40):
            yield (*group[:place], f"{age:02}", *group[place:])


_cohort = Base(lambda cell: len(followed(cell, age_of(cell))), _with_ages)


# The shape of the year


def placed(world: World) -> Iterator[Seen]:
    for seen in purchases(world):
        yield Seen(seen.row, seen.when)


def arriving(world: World) -> Iterator[Seen]:
    for seen in purchases(world):
        if seen.row.starts_on is not None:
            yield Seen(seen.row, seen.row.starts_on)


arriving.knows_only_days = True  # type: ignore[attr-defined]


def known_from_to(world: World, column: str) -> tuple[list[datetime], list[datetime]]:
    """What the data says of where it is complete."""
    lows = [datetime.fromisoformat(row.value) for row in world.rows("about") if row.key == "data_from"]
    highs = []
    for row in world.rows("coverage"):
        if (row.table_name, row.column_name) == ("bookings", column):
            lows += [row.complete_from] if row.complete_from else []
            highs += [row.complete_through] if row.complete_through else []
    return lows, highs


def months_known(cell: Cell, tally: Tallying) -> list[tuple[str, int]]:
    """(month, rows) for every complete month from the first with any, in order."""
    look, column = cell.look, "starts_on" if tally is arriving else "created_at"
    lows, highs = known_from_to(cell.world, column)
    counts: dict[str, int] = defaultdict(int)
    for seen in cell.ever(tally, but="month_of_year"):
        counts[look.bucket(seen.when, "month")] += 1
    month, end = min(counts, default="9999-01"), min([cell.window()[1], *highs])
    found = []
    while month < "9999" and bounds(month, "month", look.zone)[1] <= end:
        if all(bounds(month, "month", look.zone)[0] >= low for low in lows):
            found.append((month, counts.get(month, 0)))
        month = month_after(month, 1)
    return found


def indices(months: list[tuple[str, int]]) -> dict[str, Number] | None:
    """Month of the year -> its index: the mean of what it was of the year around it, mean 1 over all."""
    if len(months) < 24:
        return None
    counts = [count for _, count in months]
    ratios: dict[str, list[Number]] = defaultdict(list)
    for place in range(6, len(counts) - 6):
        year_before, year_after = counts[place - 6 : place + 6], counts[place - 5 : place + 7]
        around = divided(sum(year_before) + sum(year_after), 24)
        if around:
            ratios[months[place][0][5:]].append(counts[place] / around)
    if len(ratios) < 12:
        return None
    means = {month: sum(found) / len(found) for month, found in ratios.items()}
    level = sum(means.values()) / 12
    return {month: mean / level for month, mean in means.items()} if level else None


def month_asked(cell: Cell) -> str:
    month = cell.part("month_of_year")
    return month or f"{clock(cell.window()[0], cell.look.zone):%m}"


def season(tally: Tallying) -> tuple[Formula, Base]:
    def formula(cell: Cell) -> Number | None:
        found = indices(months_known(cell, tally)) if cell.oracle.serves(tally) else None
        return None if found is None else found.get(month_asked(cell))

    def count(cell: Cell) -> int:
        if not cell.oracle.serves(tally):
            return 0
        return sum(count for month, count in months_known(cell, tally) if month[5:] == month_asked(cell))

    return formula, Base(count, lambda _oracle: ())


METRICS: dict[str, tuple[Formula, Tallying | Base | None]] = {
    "active_customers": (distinct(purchases), purchases),
    "new_customers": (total(first_purchases), first_purchases),
    "bookings_per_customer": (
        lambda cell: divided(cell.total(purchases) or 0, cell.distinct(purchases)),
        purchases,
    ),
    "customer_retention_rate": (
        lambda cell: divided(
            held(purchases, "year", kept_people)(cell), held(purchases, "year", base_people)(cell)
        ),
        resting_on(purchases, "year"),
    ),
    "cohort_retention": (cohort(unbounded=False), _cohort),
    "cohort_retention_unbounded": (cohort(unbounded=True), _cohort),
    "second_booking_median": (half_after(first_purchases, second), watched(first_purchases, second)),
    "one_time_share_12m": (share_beyond(365, first_purchases, second), watched(first_purchases, second)),
    "customers": (total(customers), customers),
    "customers_share": (share(customers), customers),
    "customer_margin": (total(customer_margins), customer_margins),
    "customer_margin_average": (ratio(customer_margins, customers), customers),
    "seasonal_index": season(placed),
    "seasonal_index_of_stays": season(arriving),
}
"""Metric -> its formula over a cell, and what it rests on."""

CUTS: dict[str, dict[str, Cut]] = {
    **BOOKING_CUTS,
    "customer_states": {
        "segment": own("segment"),
        "customer_country": looked_up("customers", "customer_id", "country_code"),
    },
}
"""Table -> dimension -> the value of a row in it."""

DOMAIN = Domain(METRICS, CUTS)
