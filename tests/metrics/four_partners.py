"""Four partners and what they sold, small enough to count by hand, and March 2026 asked of them, in UTC.

        joined              left                sold (b: booking, price)
    p1  10 Jan 2024         -                   5 and 25 Mar 2025 (100, 50), 10 Feb (80), 1 Mar (200), 16 Mar
    p2  10 Mar 2025         28 Feb 2026 12:00   20 Mar 2025 (300), 20 Feb (40), 1 Apr (10)
    p3  1 Feb 2026          -                   15 Feb (70), 31 Mar 23:59 (60)
    p4  20 Mar 2026         -                   a test record only
    p5  2 Apr 2026          -                   nothing

The booking of 16 March has no price. One of 15 March, at 999, came through nobody. All at 9:00 if not said.

What the platform keeps (entries of its leg):

        March 2025          March 2026
    p1  10                  20, less 4 clawed back
    p2  30                  2 clawed back
    p3  5 clawed back       7
    p4  -                   9

Terms that allow a site of its own: p1 from January to 10 March and from 10 March on, p2 to 1 March 0:00, p3
from 31 March. p4's terms do not allow it, and p5's end before they begin.
"""

from __future__ import annotations

from datetime import date, datetime

from tests.engines import Place
from tests.metrics.small_world import Answer, Rows, ask

AS_OF = datetime(2026, 5, 1)


def _at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 9)


def _partner(name: str, joined: datetime, ended: datetime | None = None) -> dict[str, object]:
    return {"partner_id": name, "business_model": "b2b2c", "joined_at": joined, "ended_at": ended}


def _sold(partner: str | None, created: datetime, price: int | None) -> dict[str, object]:
    return {"partner_id": partner, "created_at": created, "price_base_minor": price, "is_test": False}


_BOOKINGS = [
    _sold("p1", _at(2025, 3, 5), 100_00),
    _sold("p2", _at(2025, 3, 20), 300_00),
    _sold("p1", _at(2025, 3, 25), 50_00),
    _sold("p1", _at(2026, 2, 10), 80_00),
    _sold("p3", _at(2026, 2, 15), 70_00),
    _sold("p2", _at(2026, 2, 20), 40_00),
    _sold("p1", _at(2026, 3, 1), 200_00),
    _sold(None, _at(2026, 3, 15), 999_00),
    _sold("p1", _at(2026, 3, 16), None),
    _sold("p3", datetime(2026, 3, 31, 23, 59), 60_00),
    _sold("p2", datetime(2026, 4, 1), 10_00),
    {**_sold("p4", _at(2026, 3, 21), 5_00), "is_test": True},
]


def _entry(partner: str, when: datetime, entry: str, amount: int, leg: str = "platform") -> dict[str, object]:
    return {
        "partner_id": partner,
        "occurred_at": when,
        "entry": entry,
        "amount_base_minor": amount,
        "leg": leg,
    }


_ENTRIES = [
    _entry("p1", _at(2025, 3, 6), "accrued", 10_00),
    _entry("p2", _at(2025, 3, 21), "accrued", 30_00),
    _entry("p3", _at(2025, 3, 22), "clawed_back", 5_00),
    _entry("p1", _at(2026, 3, 2), "accrued", 20_00),
    _entry("p1", _at(2026, 3, 3), "clawed_back", 4_00),
    _entry("p2", _at(2026, 3, 4), "clawed_back", 2_00),
    _entry("p3", _at(2026, 3, 5), "accrued", 7_00),
    _entry("p4", _at(2026, 3, 6), "accrued", 9_00),
    _entry("p1", _at(2026, 3, 7), "accrued", 99_00, "agency"),
    _entry("p1", _at(2026, 3, 7), "paid", 99_00),
]


def _visit(
    number: int, partner: str, when: datetime, *, own: bool = True, **more: object
) -> dict[str, object]:
    return {
        "session_id": f"s{number}",
        "partner_id": partner,
        "started_at": when,
        "own_domain": own,
        "is_bot": False,
        **more,
    }


_BOOKED = {"booked_at": datetime(2026, 3, 12, 10), "booking_id": "b6"}

_SESSIONS = [
    _visit(1, "p1", _at(2026, 3, 5)),
    _visit(2, "p1", _at(2026, 3, 12), **_BOOKED),
    _visit(3, "p1", _at(2026, 3, 12), **_BOOKED),
    _visit(4, "p1", _at(2026, 3, 13), own=False, booked_at=_at(2026, 3, 13), booking_id="b8"),
    _visit(5, "p2", _at(2026, 3, 3)),
    _visit(6, "p3", _at(2026, 3, 20)),
    _visit(7, "p3", _at(2026, 3, 31), is_bot=True),
    _visit(8, "p4", _at(2026, 3, 21)),
    _visit(9, "p2", datetime(2026, 3, 1)),
    _visit(10, "p1", _at(2026, 3, 6), booking_id="b1"),
]


def _term(partner: str, begins: datetime, ends: datetime | None, *, site: bool = True) -> dict[str, object]:
    return {"partner_id": partner, "valid_from": begins, "valid_to": ends, "white_label": site}


_TERMS = [
    _term("p1", datetime(2026, 1, 1), datetime(2026, 3, 10)),
    _term("p1", datetime(2026, 3, 10), None),
    _term("p2", datetime(2025, 3, 10), datetime(2026, 3, 1)),
    _term("p3", datetime(2026, 3, 31), None),
    _term("p4", datetime(2026, 3, 20), None, site=False),
    _term("p5", datetime(2026, 3, 20), datetime(2026, 3, 10)),
]


def _paid(name: str, tried: datetime, captured: datetime, fee: int) -> dict[str, object]:
    return {
        "attempt_id": name,
        "partner_id": "p1",
        "attempted_at": tried,
        "captured_at": captured,
        "fee_base_minor": fee,
    }


def _spent(name: str, kind: str, day: date, partner: str, amount: int) -> dict[str, object]:
    return {
        "cost_id": name,
        "kind": kind,
        "spent_on": day,
        "partner_id": partner,
        "amount_base_minor": amount,
    }


ROWS: dict[str, Rows] = {
    "partners": [
        _partner("p1", _at(2024, 1, 10)),
        _partner("p2", _at(2025, 3, 10), datetime(2026, 2, 28, 12)),
        _partner("p3", _at(2026, 2, 1)),
        _partner("p4", _at(2026, 3, 20)),
        _partner("p5", _at(2026, 4, 2)),
    ],
    "bookings": [{"booking_id": f"b{number}", **row} for number, row in enumerate(_BOOKINGS)],
    "commission_entries": [{"entry_id": f"e{number}", **row} for number, row in enumerate(_ENTRIES)],
    "sessions": _SESSIONS,
    "partner_terms": _TERMS,
    "searches": [
        {"search_id": "q1", "searched_at": _at(2026, 3, 1), "is_repeat": False},
        {"search_id": "q2", "searched_at": _at(2026, 3, 1), "is_repeat": True},
        {"search_id": "q3", "searched_at": _at(2026, 3, 31), "session_id": "s7", "is_repeat": False},
        {"search_id": "q4", "searched_at": _at(2026, 3, 5), "session_id": "s1", "is_repeat": False},
        {"search_id": "q5", "searched_at": _at(2026, 3, 6), "session_id": "gone", "is_repeat": None},
        {"search_id": "q6", "searched_at": datetime(2026, 4, 1), "is_repeat": False},
    ],
    "payments": [
        _paid("a1", _at(2026, 3, 2), _at(2026, 3, 2), 1_50),
        _paid("a2", datetime(2026, 3, 31, 23), datetime(2026, 4, 1), 80),
    ],
    "costs": [
        _spent("k1", "incentive", date(2026, 3, 31), "p1", 5_00),
        _spent("k2", "support", date(2026, 3, 1), "p3", 2_50),
        _spent("k3", "marketing", date(2026, 3, 1), "p3", 100_00),
    ],
}


def of_partners(
    place: Place,
    *metrics: str,
    period: str = "2026-03",
    by: str | None = None,
    as_of: datetime = AS_OF,
) -> dict[str, Answer]:
    """Metric, or the value of the dimension -> the number."""
    return ask(place, ROWS, *metrics, period=period, as_of=as_of, by=by)
