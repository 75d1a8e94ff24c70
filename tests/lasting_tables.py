"""Small made-up platforms that have lasted for years: partners, customers, terms, and all that is at an age.

What happens lies at, or an instant off, the ages at which states change before an edge of the calendar:
30, 90 and 365 days, and a year of weeks.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import pandas as pd
from hypothesis import strategies as st

from tests.engines import about_frame
from tests.made_rows import frame_of, scoped
from tests.tables import (
    BEYOND_FLOATS,
    CHANGES,
    PARTNERS,
    TEXTS,
    ZONES,
    Platform,
    bookings_frame,
)

Rows = list[dict[str, object]]

AGES = (0, 0, 0, 30, 90, 364, 365, 365)
STEPS = (0, 0, -1e-6, 1e-6, 1, -3600, 3600, 40_000)
CUSTOMERS = (None, *[f"c{number}" for number in range(12)])
MOST_ROWS = 60


def instant(chance: Random) -> datetime:
    """Somewhere in three years, or at an age before an edge of the calendar in spring 2026."""
    if chance.random() < 0.4:
        return datetime(2023, 6, 1) + timedelta(seconds=chance.randrange(1060 * 86_400))
    midnights = [datetime(2026, month, 1) - timedelta(hours=hours) for month in (1, 4, 5) for hours in (0, 2)]
    edge = chance.choice([*CHANGES, *midnights, datetime(2026, 3, 30), datetime(2026, 4, 5)])
    return edge - timedelta(days=chance.choice(AGES)) + timedelta(seconds=chance.choice(STEPS))


def perhaps(chance: Random, value: datetime, part: float = 0.5) -> datetime | None:
    return value if chance.random() < part else None


def later(chance: Random, since: datetime) -> datetime | None:
    """Often nothing; otherwise an age later, at once, before, or where a period may begin."""
    if chance.random() < 0.2:
        return instant(chance)
    ages = (-5, 0, 1, 30, 89, 90, 91, 365, 366)
    return perhaps(chance, since + timedelta(days=chance.choice(ages), seconds=chance.choice(STEPS)))


def money(chance: Random) -> int | None:
    return chance.choice((None, 0, 1, -10_001, BEYOND_FLOATS, *[chance.randint(-500, 50_000)] * 6))


def _booking(chance: Random, crowd: list[datetime]) -> dict[str, object]:
    # Several at one instant, so that only their names tell which came first.
    created = chance.choice(crowd) if crowd and chance.random() < 0.2 else instant(chance)
    crowd.append(created)
    ahead = chance.choice((None, -3, 0, 1, 7, 30, 91))
    starts = None if ahead is None else created.date() + timedelta(days=ahead)
    return {
        **scoped(chance),
        "customer_id": chance.choice(CUSTOMERS),
        "product_id": chance.choice((None, "h1", "h2", "gone")),
        "destination_id": chance.choice((None, "d1", "gone")),
        "channel": chance.choice(TEXTS),
        "device": chance.choice(TEXTS),
        "created_at": perhaps(chance, created, 0.95),
        "cancelled_at": later(chance, created),
        "no_show_at": perhaps(chance, created + timedelta(days=8), 0.15),
        "starts_on": starts,
        "ends_on": None if starts is None else starts + timedelta(days=2),
        "party_size": chance.choice((None, 0, 2)),
        "units": chance.choice((None, 1, 2)),
        "currency": chance.choice((None, "EUR")),
        "price_base_minor": money(chance),
    }


def _entry(chance: Random, number: int) -> dict[str, object]:
    return {
        **scoped(chance),
        "entry_id": f"e{number}",
        "booking_id": chance.choice((None, "gone", *[f"b{chance.randrange(MOST_ROWS)}"] * 6)),
        "leg": chance.choice((None, "agency", *["platform"] * 5)),
        "entry": chance.choice((None, "accrued", "accrued", "accrued", "clawed_back", "paid", "invoiced")),
        "amount_base_minor": money(chance),
        "occurred_at": perhaps(chance, instant(chance), 0.95),
    }


def _session(chance: Random, number: int) -> dict[str, object]:
    began = instant(chance)
    return {
        **scoped(chance),
        "session_id": f"s{number}",
        "visitor_id": chance.choice((None, "v1", "v2")),
        "started_at": perhaps(chance, began, 0.95),
        "booked_at": later(chance, began),
        "booking_id": chance.choice((None, "b0", "b1", "gone")),
        "partner_id": chance.choice((None, *PARTNERS)),
        "own_domain": chance.choice((None, False, True, True, True)),
        "is_bot": chance.choice((None, False, False, True)),
    }


def _search(chance: Random, number: int) -> dict[str, object]:
    return {
        **scoped(chance),
        "search_id": f"q{number}",
        "session_id": chance.choice((None, "gone", f"s{chance.randrange(MOST_ROWS)}")),
        "destination_id": chance.choice((None, "d1", "gone")),
        "searched_at": perhaps(chance, instant(chance), 0.95),
        "is_repeat": chance.choice((None, False, True)),
    }


def _payment(chance: Random, number: int) -> dict[str, object]:
    tried = instant(chance)
    return {
        **scoped(chance),
        "attempt_id": f"a{number}",
        "booking_id": chance.choice((None, "gone", f"b{chance.randrange(MOST_ROWS)}")),
        "attempted_at": perhaps(chance, tried, 0.95),
        "captured_at": chance.choice((tried, later(chance, tried))),
        "fee_base_minor": money(chance),
    }


def _cost(chance: Random, number: int) -> dict[str, object]:
    return {
        **{name: value for name, value in scoped(chance).items() if name != "is_test"},
        "cost_id": f"k{number}",
        "kind": chance.choice((None, "incentive", "incentive", "support", "marketing")),
        "channel": chance.choice(TEXTS),
        "spent_on": chance.choice((None, *[instant(chance).date()] * 5)),
        "amount_base_minor": money(chance),
    }


def _partner(chance: Random, place: int) -> dict[str, object]:
    joined = instant(chance)
    return {
        "partner_id": PARTNERS[place],
        "name": chance.choice(TEXTS),
        "kind": chance.choice((None, "agency", "reseller")),
        "business_model": chance.choice((None, "b2b", "b2b2c", "b2b2c")),
        "parent_partner_id": chance.choice((None, *PARTNERS[:place])),
        "joined_at": perhaps(chance, joined, 0.9),
        "ended_at": later(chance, joined),
    }


def _terms(chance: Random) -> Rows:
    """Terms that overlap, meet, are empty or run backwards, of partners that may not be there."""
    rows: dict[tuple[str, datetime], dict[str, object]] = {}
    last: datetime | None = None
    for _ in range(chance.choice((0, 1, 12))):
        partner = chance.choice((*PARTNERS, "gone"))
        begins = last if last is not None and chance.random() < 0.3 else instant(chance)
        last = later(chance, begins)
        rows[partner, begins] = {
            "partner_id": partner,
            "valid_from": begins,
            "valid_to": last,
            "white_label": chance.choice((None, False, True, True, True)),
        }
    return list(rows.values())


def _numbered(chance: Random, each: object, count: int) -> Rows:
    return [each(chance, number) for number in range(count)]  # type: ignore[operator]


@st.composite
def lasting_platforms(draw: st.DrawFn) -> Platform:
    """A platform of at most MOST_ROWS bookings and as many of all that belongs to them, sometimes of none."""
    count = draw(st.sampled_from((MOST_ROWS, MOST_ROWS, 12, 1, 0)))
    chance = Random(draw(st.integers(0, 2**32)))
    crowd: list[datetime] = []
    bookings = [_booking(chance, crowd) for _ in range(count)]
    rows = {
        "commission_entries": _numbered(chance, _entry, 2 * count),
        "sessions": _numbered(chance, _session, count),
        "searches": _numbered(chance, _search, count),
        "payments": _numbered(chance, _payment, count // 2),
        "costs": _numbered(chance, _cost, count // 2),
        "partners": _numbered(chance, _partner, len(PARTNERS) if chance.random() < 0.9 else 0),
        "partner_terms": _terms(chance),
        "customers": [
            {"customer_id": name, "country_code": chance.choice((None, "ES", "DE"))}
            for name in CUSTOMERS[1:9]
        ],
        "products": [
            {"product_id": "h1", "name": "x", "kind": None},
            {"product_id": "h2", "kind": chance.choice(TEXTS)},
        ],
        "destinations": [{"destination_id": "d1", "name": None, "country_code": "ES", "region": "a"}],
    }
    if not rows["partners"]:
        rows["partners"] = [{"partner_id": name} for name in PARTNERS]
    # Whether the data ends before or after what a question asks about, it says so or not.
    through = chance.choice((datetime(2026, 4, 20), datetime(2026, 12, 31)))
    tables: dict[str, pd.DataFrame] = {name: frame_of(name, found) for name, found in rows.items()}
    tables["bookings"] = bookings_frame(bookings)
    known = [value for found in (*rows.values(), bookings) for row in found for value in row.values()]
    last = max([through, *(value for value in known if isinstance(value, datetime))])
    tables["about"] = about_frame(chance.choice((last + timedelta(microseconds=1), None)))
    zone = draw(st.sampled_from(ZONES))
    return Platform(tables, zone, through)
