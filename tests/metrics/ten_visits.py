"""Ten visits and what hangs on them, small enough to count by hand, and March 2026 in Madrid asked of them.

March there is [28 February 23:00, 31 March 22:00) UTC: summer time begins on the 29th. All is looked at
from 15 April. Instants are UTC.

         visitor begins        channel  searched  viewed    checkout  booked    booking
    s0   ana     2 Feb  9:00   ads      -         -         -         -         -        February
    s1   ana     10 Feb 9:00   mail     -         -         -         -         -        February
    s2   ana     2 Mar  9:00   direct   9:01      9:02      9:05      9:10      b1       confirmed
    s3   ana     2 Mar 10:00   ads      10:00     -         -         -         -
    s4   ben     5 Mar  9:00   search   9:01      9:00:30   9:05      9:06      b2       viewed too early
    s5   ben     5 Mar 23:30   ads      23:31     23:31     -         -         -        6 March in Madrid
    s6   cleo    28 Mar 23:30  -        23:40     23:41     23:50     0:30      b3       29 March in Madrid
    s7   cleo    31 Mar 22:00  ads      22:01     22:02     22:03     22:04     b4       April in Madrid
    s8   -       20 Mar 12:00  direct   12:01     -         -         -         -        nobody knows who
    s9   robot   20 Mar 13:00  direct   13:00     -         -         -         -        a robot
    s10  as s2, but a test record
    s11  ben     27 Feb 9:00   mail     -         -         -         -         -        February

b1 is confirmed on 3 March, b2 never, b3 on 16 April, b4 at once. All are sold directly on a phone, but for s8
on the page of a partner.

Prices shown, all on the day of their visit: q0 in s2 100.00 with room; q1 in s2 300.00 without; q2 in s3
200.00 with room; q3 in s8, its price unknown, with room; q4 in s9, to the robot; q5 in s7, in April; q6 in
s4 50.00, and it is not known whether there was room.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from tests.engines import Place
from tests.metrics.rows import Answer, Rows, values

AS_OF = datetime(2026, 4, 15)


def _visit(
    name: str,
    visitor: str | None,
    began: datetime,
    channel: str | None,
    *steps: datetime | None,
    **more: object,
) -> dict[str, object]:
    named = dict(zip(("searched_at", "viewed_at", "checkout_at", "booked_at"), steps, strict=False))
    return {
        "session_id": name,
        "visitor_id": visitor,
        "started_at": began,
        "channel": channel,
        "device": "phone",
        "business_model": "b2c",
        "own_domain": False,
        "is_bot": False,
        "is_test": False,
        **named,
        **more,
    }


def _at(month: int, day: int, *clock: int) -> datetime:
    return datetime.combine(datetime(2026, month, day), time(*clock))


_S2 = (_at(3, 2, 9, 1), _at(3, 2, 9, 2), _at(3, 2, 9, 5), _at(3, 2, 9, 10))
_S4 = (_at(3, 5, 9, 1), _at(3, 5, 9, 0, 30), _at(3, 5, 9, 5), _at(3, 5, 9, 6))
_S6 = (_at(3, 28, 23, 40), _at(3, 28, 23, 41), _at(3, 28, 23, 50), _at(3, 29, 0, 30))
_S7 = (_at(3, 31, 22, 1), _at(3, 31, 22, 2), _at(3, 31, 22, 3), _at(3, 31, 22, 4))

SESSIONS: Rows = [
    _visit("s0", "ana", _at(2, 2, 9), "ads"),
    _visit("s1", "ana", _at(2, 10, 9), "mail"),
    _visit("s2", "ana", _at(3, 2, 9), "direct", *_S2, booking_id="b1"),
    _visit("s3", "ana", _at(3, 2, 10), "ads", _at(3, 2, 10)),
    _visit("s4", "ben", _at(3, 5, 9), "search", *_S4, booking_id="b2"),
    _visit("s5", "ben", _at(3, 5, 23, 30), "ads", _at(3, 5, 23, 31), _at(3, 5, 23, 31)),
    _visit("s6", "cleo", _at(3, 28, 23, 30), None, *_S6, booking_id="b3"),
    _visit("s7", "cleo", _at(3, 31, 22), "ads", *_S7, booking_id="b4"),
    _visit("s8", None, _at(3, 20, 12), "direct", _at(3, 20, 12, 1), own_domain=True, partner_id="p1"),
    _visit("s9", "robot", _at(3, 20, 13), "direct", _at(3, 20, 13), is_bot=True),
    _visit("s10", "ana", _at(3, 2, 9), "direct", *_S2, booking_id="b1", is_test=True),
    _visit("s11", "ben", _at(2, 27, 9), "mail"),
]

BOOKINGS: Rows = [
    {"booking_id": "b1", "created_at": _S2[3], "confirmed_at": _at(3, 3), "is_test": False},
    {"booking_id": "b2", "created_at": _S4[3], "confirmed_at": None, "is_test": False},
    {"booking_id": "b3", "created_at": _S6[3], "confirmed_at": _at(4, 16), "is_test": False},
    {"booking_id": "b4", "created_at": _S7[3], "confirmed_at": _S7[3], "is_test": False},
]


def _quote(name: str, visit: str, shown: datetime, price: int | None, room: bool | None) -> dict[str, object]:
    return {
        "quote_id": name,
        "session_id": visit,
        "quoted_at": shown,
        "price_base_minor": price,
        "available": room,
        "is_test": False,
    }


QUOTES: Rows = [
    _quote("q0", "s2", _at(3, 2, 9, 3), 100_00, True),
    _quote("q1", "s2", _at(3, 2, 9, 4), 300_00, False),
    _quote("q2", "s3", _at(3, 2, 10, 1), 200_00, True),
    _quote("q3", "s8", _at(3, 20, 12, 1), None, True),
    _quote("q4", "s9", _at(3, 20, 13, 1), 999_00, True),
    _quote("q5", "s7", _at(3, 31, 22, 2), 999_00, True),
    _quote("q6", "s4", _at(3, 5, 9, 2), 50_00, None),
]


def march(
    place: Place, *metrics: str, as_of: datetime = AS_OF, period: str = "2026-03", **how: Any
) -> dict[Any, Answer]:
    """Metric -> its value for March; metric and group or bucket where it is cut by `by` or `over`."""
    rows = {"sessions": SESSIONS, "bookings": BOOKINGS, "quotes": QUOTES}
    return values(place, rows, *metrics, period=period, as_of=as_of, **how)
