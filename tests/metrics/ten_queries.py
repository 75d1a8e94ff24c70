"""Ten questions to the assistants, small enough to count by hand, and March 2026 in Madrid asked of them.

March there is [28 February 23:00, 31 March 22:00) UTC. All is looked at from 15 April.

         talk  assistant  asked (UTC)       answered   status   solved  rated
    a0   c1    search     2 Mar  9:00       2 s        ok       no      5 after a minute
    a1   c1    search     2 Mar  9:05       2.001 s    ok       yes     4 after exactly seven days
    a2   c2    search     5 Mar  9:00       8 s        ok       -       3 after seven days and a second
    a3   c3    help       5 Mar  9:00       8.001 s    ok       no      1 on 2 April
    a4   c4    help       6 Mar  9:00       1 s        error    -       6
    a5   c4    help       6 Mar  9:01       -          timeout  -       2 a second before it was asked
    a6   c5    help       31 Mar 21:59:59   -          running  -       -
    a7   c6    search     28 Feb 22:59      0.5 s      ok       no      4 on 1 March; a question of February
    a8   c6    search     28 Feb 23:00      3 s        ok       yes     -
    a9   c1    search     2 Mar  9:00       0.1 s      ok       yes     1: what a0 called itself
    a10  as a0, but a test record
    a11  -     help       10 Mar 9:00       30 s       timeout  -       -

a5 has a limit of 20 seconds; a11 has one of 10 seconds, although it was given up later.

a0 and a1 are of the visit s1 that made the booking b1, a2 of s2 that made b1 too, a3 of s3 that made
nothing, a7 of s4 that made b2 in February, a9 of s5 that made b3, a11 of s6 that made the test record b4.
b5 of March was made without a visit.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.engines import Place
from tests.metrics.rows import Answer, Rows, values

AS_OF = datetime(2026, 4, 15)
SECOND, MINUTE, WEEK = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=7)


def _query(
    name: str,
    talk: str | None,
    agent: str,
    received: datetime,
    seconds: float | None,
    status: str,
    **more: object,
) -> dict[str, object]:
    return {
        "query_id": name,
        "conversation_id": talk,
        "agent": agent,
        "intent": "price",
        "received_at": received,
        "completed_at": None if seconds is None else received + timedelta(seconds=seconds),
        "limit_ms": 20_000,
        "status": status,
        "business_model": "b2c",
        "is_test": False,
        **more,
    }


NINE = {day: datetime(2026, 3, day, 9) for day in (2, 5, 6, 10)}
A0: dict[str, object] = {"resolved": False, "session_id": "s1", "rating": 5, "rated_at": NINE[2] + MINUTE}
LATE = {"rating": 3, "rated_at": NINE[5] + WEEK + SECOND}
QUERIES: Rows = [
    _query("a0", "c1", "search", NINE[2], 2, "ok", **A0),
    _query(
        "a1",
        "c1",
        "search",
        NINE[2] + 5 * MINUTE,
        2.001,
        "ok",
        resolved=True,
        session_id="s1",
        rating=4,
        rated_at=NINE[2] + 5 * MINUTE + WEEK,
    ),
    _query("a2", "c2", "search", NINE[5], 8, "ok", session_id="s2", **LATE),
    _query(
        "a3",
        "c3",
        "help",
        NINE[5],
        8.001,
        "ok",
        resolved=False,
        session_id="s3",
        rating=1,
        rated_at=datetime(2026, 4, 2),
    ),
    _query("a4", "c4", "help", NINE[6], 1, "error", rating=6, rated_at=NINE[6] + MINUTE),
    _query("a5", "c4", "help", NINE[6] + MINUTE, None, "timeout", rating=2, rated_at=NINE[6] + 59 * SECOND),
    _query("a6", "c5", "help", datetime(2026, 3, 31, 21, 59, 59), None, "running"),
    _query(
        "a7",
        "c6",
        "search",
        datetime(2026, 2, 28, 22, 59),
        0.5,
        "ok",
        resolved=False,
        session_id="s4",
        rating=4,
        rated_at=datetime(2026, 3, 1),
    ),
    _query("a8", "c6", "search", datetime(2026, 2, 28, 23), 3, "ok", resolved=True),
    _query(
        "a9",
        "c1",
        "search",
        NINE[2],
        0.1,
        "ok",
        parent_query_id="a0",
        resolved=True,
        session_id="s5",
        rating=1,
        rated_at=NINE[2] + MINUTE,
    ),
    _query("a10", "c1", "search", NINE[2], 2, "ok", **A0 | {"is_test": True}),
    _query("a11", None, "help", NINE[10], 30, "timeout", limit_ms=10_000, session_id="s6"),
]
SESSIONS: Rows = [
    {"session_id": visit, "booking_id": booking, "is_test": False}
    for visit, booking in (("s1", "b1"), ("s2", "b1"), ("s3", None), ("s4", "b2"), ("s5", "b3"), ("s6", "b4"))
]
BOOKINGS: Rows = [
    {"booking_id": "b1", "created_at": NINE[5], "is_test": False, "business_model": "b2c"},
    {"booking_id": "b2", "created_at": datetime(2026, 2, 28, 22), "is_test": False, "business_model": "b2c"},
    {"booking_id": "b3", "created_at": NINE[6], "is_test": False, "business_model": "b2c"},
    {"booking_id": "b4", "created_at": NINE[10], "is_test": True, "business_model": "b2c"},
    {"booking_id": "b5", "created_at": NINE[10], "is_test": False, "business_model": "b2c"},
]


def march(place: Place, *metrics: str, as_of: datetime = AS_OF, **how: Any) -> dict[Any, Answer]:
    """Metric -> its value for March; metric and group where it is cut by `by`."""
    rows = {"ai_queries": QUERIES, "sessions": SESSIONS, "bookings": BOOKINGS}
    return values(place, rows, *metrics, period="2026-03", as_of=as_of, **how)
