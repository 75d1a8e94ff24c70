"""Ten bookings and a test record, small enough to count by hand, and March 2026 in Madrid asked of them.

March there is [28 February 23:00, 31 March 22:00) UTC: summer time begins on the 29th. All is looked at
from 15 July, when even the youngest booking of March is more than 90 days old.

        placed (UTC)     confirmed   cancelled      stay             guests  price   lodging  model
    b0  1 Mar            1 h         -              11 to 14 March   2       300.00  270.00   b2c
    b1  5 Mar            72 h        after 7 d      24 to 26 March   1       200.00  180.00   b2c
    b2  10 Mar           72 h 1 s    after 30 d     9 to 11 May      4       400.00  360.00   b2b
    b3  28 Mar 23:30     never       -, no-show     2 to 5 April     2       150.00  135.00   b2b
    b4  31 Mar 21:59:59  1 min       -              31 March, a day  -        50.00  -        b2b2c
    b5  31 Mar 22:00     1 min       -              20 to 21 April   1       999.99   50.00   b2c, April
    b6  10 Feb           1 h         20 March       30 Mar to 2 Apr  3        80.00   70.00   b2b, February
    b7  20 Feb           1 h         -              30 Mar to 2 Apr  2       120.00  100.00   b2b, February
    b8  15 Mar           2 h         after 12 h     open             0       none    none     b2c
    b9  20 Mar           1 h         -              25 to 26 March   1         0.00    0.00   b2c, free
    b10 as b0, but a test record

b7 has two rooms, all others one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal

from analytics_lib.catalogue import find
from analytics_lib.measure import measure
from analytics_lib.scope import Scope
from analytics_lib.warehouse import Warehouse
from tests.engines import Place, about_frame
from tests.tables import bookings_frame

AS_OF = datetime(2026, 7, 15)
Answer = int | float | Decimal | None


def _booking(
    created: datetime,
    confirmed_after: timedelta | None,
    stay: tuple[date, date] | None,
    guests: int | None,
    price: int | None,
    lodging: int | None,
    model: str,
    **more: object,
) -> dict[str, object]:
    return {
        "created_at": created,
        "confirmed_at": None if confirmed_after is None else created + confirmed_after,
        "starts_on": stay[0] if stay else None,
        "ends_on": stay[1] if stay else None,
        "party_size": guests,
        "units": 1,
        "price_base_minor": price,
        "lodging_base_minor": lodging,
        "business_model": model,
        "is_test": False,
        **more,
    }


def _days(month: int, first: int, last_month: int, last: int) -> tuple[date, date]:
    return date(2026, month, first), date(2026, last_month, last)


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MARCH = {day: datetime(2026, 3, day, 9) for day in (1, 5, 10, 15, 20)}

ROWS = [
    _booking(MARCH[1], HOUR, _days(3, 11, 3, 14), 2, 300_00, 270_00, "b2c"),
    _booking(
        MARCH[5], 72 * HOUR, _days(3, 24, 3, 26), 1, 200_00, 180_00, "b2c", cancelled_at=MARCH[5] + 7 * DAY
    ),
    _booking(
        MARCH[10],
        72 * HOUR + timedelta(seconds=1),
        _days(5, 9, 5, 11),
        4,
        400_00,
        360_00,
        "b2b",
        cancelled_at=MARCH[10] + 30 * DAY,
    ),
    _booking(
        datetime(2026, 3, 28, 23, 30),
        None,
        _days(4, 2, 4, 5),
        2,
        150_00,
        135_00,
        "b2b",
        no_show_at=datetime(2026, 4, 3, 12),
    ),
    _booking(datetime(2026, 3, 31, 21, 59, 59), HOUR / 60, _days(3, 31, 3, 31), None, 50_00, None, "b2b2c"),
    _booking(datetime(2026, 3, 31, 22), HOUR / 60, _days(4, 20, 4, 21), 1, 999_99, 50_00, "b2c"),
    _booking(
        datetime(2026, 2, 10, 9),
        HOUR,
        _days(3, 30, 4, 2),
        3,
        80_00,
        70_00,
        "b2b",
        cancelled_at=datetime(2026, 3, 20, 10),
    ),
    _booking(datetime(2026, 2, 20, 9), HOUR, _days(3, 30, 4, 2), 2, 120_00, 100_00, "b2b", units=2),
    _booking(MARCH[15], 2 * HOUR, None, 0, None, None, "b2c", cancelled_at=MARCH[15] + 12 * HOUR),
    _booking(MARCH[20], HOUR, _days(3, 25, 3, 26), 1, 0, 0, "b2c"),
    _booking(MARCH[1], HOUR, _days(3, 11, 3, 14), 2, 300_00, 270_00, "b2c", is_test=True),
]


@contextmanager
def held(place: Place) -> Iterator[Warehouse]:
    """A warehouse that holds the ten bookings."""
    with place.holding({"about": about_frame(AS_OF), "bookings": bookings_frame(ROWS)}) as warehouse:
        yield warehouse


def march(place: Place, *metrics: str, as_of: datetime = AS_OF, period: str = "2026-03") -> dict[str, Answer]:
    """Metric -> its value for March."""
    with held(place) as warehouse:
        scope = Scope.build(period=period, as_of=as_of, zone="Europe/Madrid")
        frame = measure(find(metrics), scope, warehouse=warehouse)
    return dict(zip(frame["metric"], frame["value"], strict=True))


def march_by_model(place: Place, metric: str) -> dict[str, Answer]:
    """Business model -> the metric's value for March."""
    with held(place) as warehouse:
        scope = Scope.build(period="2026-03", as_of=AS_OF, zone="Europe/Madrid")
        frame = measure(find([metric]), scope, by=["business_model"], warehouse=warehouse)
    return dict(zip(frame["business_model"], frame["value"], strict=True))
