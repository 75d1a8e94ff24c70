"""What each metric of uptime, of requests and of rooms to sell counts, and its formula over a cell."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from tests.oracles.bookings import CUTS as BOOKING_CUTS
from tests.oracles.bookings import nightly
from tests.oracles.cuts import looked_up, own
from tests.oracles.domain import Domain
from tests.oracles.oracle import (
    UNKNOWN,
    Base,
    Cell,
    Cut,
    Formula,
    Number,
    Oracle,
    Row,
    Seen,
    Tallying,
    World,
    by_local_date,
    divided,
    for_all_models,
    less,
    ratio,
    total,
)

# Uptime: whether a service was watched, known and down, at one moment after another

Question = Callable[["Service", datetime], bool]


class Service:
    """What is known of one service at the moment that is looked from."""

    def __init__(self, world: World, name: str) -> None:
        self.watched = [
            (row.monitored_from, row.monitored_to)
            for row in world.rows("services")
            if (row.service or UNKNOWN) == name
        ]
        mine = [row for row in world.rows("outages") if (row.service or UNKNOWN) == name]
        self.spans = {
            kind: [(row.started_at, row.ended_at) for row in mine if row.kind == kind]
            for kind in ("unplanned", "maintenance", "unmeasured")
        }
        self.turns = sorted(
            {
                each
                for spans in (self.watched, *self.spans.values())
                for span in spans
                for each in span
                if each is not None
            }
        )

    def is_measured(self, moment: datetime) -> bool:
        is_unknown = _lies_in(moment, self.spans["maintenance"]) or _lies_in(moment, self.spans["unmeasured"])
        return _lies_in(moment, self.watched) and not is_unknown

    def is_down(self, moment: datetime) -> bool:
        return self.is_measured(moment) and _lies_in(moment, self.spans["unplanned"])


def _lies_in(moment: datetime, spans: Iterable[tuple[datetime | None, datetime | None]]) -> bool:
    """Whether any span holds the moment; without an end it still lasts, without a start it never was."""
    return any(
        start is not None and start <= moment and (end is None or moment < end) for start, end in spans
    )


def services(oracle: Oracle) -> dict[str, Service]:
    """Every service that is watched or was ever out."""
    if not hasattr(oracle, "services"):
        tables = ("services", "outages")
        names = {row.service or UNKNOWN for table in tables for row in oracle.world.rows(table)}
        oracle.services = {name: Service(oracle.world, name) for name in sorted(names)}  # type: ignore[attr-defined]
    return dict(oracle.services)  # type: ignore[attr-defined]


def of_cell(cell: Cell) -> list[Service]:
    name = cell.part("service")
    return [each for other, each in services(cell.oracle).items() if name in (None, other)]


def lasting(cell: Cell, group: Sequence[Service], question: Question) -> Fraction:
    """Seconds of the window in which the question holds for any of the services.

    Between two moments at which anything changes nothing does, so it is enough to ask at the first.
    """
    start, end = cell.window()
    turns = {start, end}
    for service in group:
        inside = service.turns[bisect_left(service.turns, start) : bisect_left(service.turns, end)]
        turns |= set(inside)
    ordered = sorted(turns)
    length = timedelta(0)
    for here, following in pairwise(ordered):
        if any(question(service, here) for service in group):
            length += following - here
    return Fraction(length // timedelta(microseconds=1), 1_000_000)


def number(seconds: Fraction) -> Number:
    return int(seconds) if seconds.denominator == 1 else seconds


def each_alone(question: Question) -> Formula:
    return lambda cell: number(sum((lasting(cell, [each], question) for each in of_cell(cell)), Fraction(0)))


def any_of_them(question: Question) -> Formula:
    return lambda cell: number(lasting(cell, of_cell(cell), question))


def uptime(how: Callable[[Question], Formula]) -> Formula:
    """Of the time that is measured, the share that is not down."""

    def formula(cell: Cell) -> Number | None:
        known = how(Service.is_measured)(cell)
        return divided(less(known, how(Service.is_down)(cell)), known)

    return formula


def counted(question: Question) -> Base:
    """How many services there are of which the question ever held in the window."""
    return Base(
        lambda cell: sum(lasting(cell, [each], question) > 0 for each in of_cell(cell)),
        lambda oracle: [(name,) for name in services(oracle)] if oracle.by else [()],
    )


# Requests


def requests(world: World) -> Iterator[Seen]:
    for row in world.rows("request_counts"):
        yield Seen(row, row.bucket_at, row.valid)


def judged(world: World) -> Iterator[Seen]:
    """Valid ones where it is told how many of them were good."""
    for row in world.rows("request_counts"):
        if row.good is not None:
            yield Seen(row, row.bucket_at, row.valid)


def good(world: World) -> Iterator[Seen]:
    for row in world.rows("request_counts"):
        if row.valid is not None:
            yield Seen(row, row.bucket_at, row.good)


# Rooms


@for_all_models
@by_local_date
def rooms(world: World) -> Iterator[Seen]:
    for row in world.rows("capacity"):
        yield Seen(row, row.stay_on, row.units_available)


def with_inventory(world: World) -> Iterator[Row]:
    """Bookings of products of which any day's free rooms are known."""
    known = {row.product_id for row in world.rows("capacity") if row.units_available is not None}
    for booking in world.scoped("bookings"):
        if world.look.knows(booking.created_at) and booking.product_id in known:
            yield booking


@by_local_date
def lodging(world: World) -> Iterator[Seen]:
    for booking in with_inventory(world):
        for night, price in nightly(booking, world.look):
            yield Seen(booking, night, price)


@by_local_date
def nights(world: World) -> Iterator[Seen]:
    for booking in with_inventory(world):
        for night, _ in nightly(booking, world.look):
            yield Seen(booking, night, booking.units)


_measured, _down = counted(Service.is_measured), counted(Service.is_down)

METRICS: dict[str, tuple[Formula, Tallying | Base | None]] = {
    "measured_seconds": (each_alone(Service.is_measured), _measured),
    "downtime_seconds": (each_alone(Service.is_down), _down),
    "service_uptime": (uptime(each_alone), _measured),
    "system_uptime": (uptime(any_of_them), _measured),
    "valid_requests": (total(requests), requests),
    "request_success_rate": (ratio(good, judged), judged),
    "available_room_nights": (total(rooms), rooms),
    "revenue_per_available_room": (ratio(lodging, rooms), rooms),
    "occupancy_rate": (ratio(nights, rooms), rooms),
}
"""Metric -> its formula over a cell, and what it rests on."""


def _of_product(column: str) -> Cut:
    def cut(row: Row, world: World) -> object:
        product = world.find("products", "product_id", row.product_id)
        destination = getattr(product, "destination_id", None)
        return getattr(world.find("destinations", "destination_id", destination), column, None)

    return cut


CUTS: dict[str, dict[str, Cut]] = {
    **BOOKING_CUTS,
    "request_counts": {"service": own("service")},
    "capacity": {
        "product": own("product_id"),
        "product_name": looked_up("products", "product_id", "name"),
        "product_kind": looked_up("products", "product_id", "kind"),
        "destination": lambda row, world: getattr(
            world.find("products", "product_id", row.product_id), "destination_id", None
        ),
        "destination_name": _of_product("name"),
        "country": _of_product("country_code"),
        "region": _of_product("region"),
    },
}
"""Table -> dimension -> the value of a row in it."""

DOMAIN = Domain(METRICS, CUTS)
