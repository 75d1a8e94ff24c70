"""Small made-up platforms: every kind of gap and oddity that the canonical tables allow.

Bookings crowd around the changes of the clock in spring 2026 and the bounds of the months beside them,
so that a handful of rows meets the edges of any period asked about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

import pandas as pd
from hypothesis import strategies as st

from analytics_lib import schema
from tests.engines import about_frame
from tests.oracles.calendar import Look

ZONES = (
    "UTC",
    "Europe/Madrid",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Africa/Cairo",
)
"""Whole, half-hour and Ramadan changes of the clock; in Cairo a day in spring has no midnight."""

CHANGES = (
    datetime(2026, 3, 29, 1),
    datetime(2026, 3, 8, 7),
    datetime(2026, 4, 4, 15),
    datetime(2026, 2, 15, 2),
    datetime(2026, 3, 22, 2),
    datetime(2026, 4, 23, 22),
)
"""The instants at which the clocks of these zones change in spring 2026."""

PERIODS = (
    ("month", "2026-03"),
    ("month", "2026-04"),
    ("quarter", "2026-Q1"),
    ("quarter", "2026-Q2"),
    ("year", "2026"),
    ("week", "2026-W13"),
    ("week", "2026-W14"),
    ("day", "2026-03-29"),
    ("day", "2026-04-05"),
    ("day", "2026-04-24"),
    ("day", "2026-03-08"),
)

SHORTER = {
    "day": ("hour", "day"),
    "week": ("hour", "day", "week"),
    "month": ("day", "week", "month"),
    "quarter": ("week", "month", "quarter"),
    "year": ("month", "quarter", "year"),
}

TEXTS = (None, "a", "b", "unknown", "ñ '%s' :x")
PARTNERS = ("p1", "p2", "p3", "p4", "p5")
BEYOND_FLOATS = 2**53 + 1
MOST_BOOKINGS = 60


def _instant(chance: Random) -> datetime:
    """Somewhere in the months around, or at most an hour from an edge of the calendar."""
    if chance.random() < 0.4:
        return datetime(2026, 1, 20) + timedelta(seconds=chance.randrange(110 * 86_400))
    midnights = [
        datetime(2026, month, 1) - timedelta(hours=hours) for month in (3, 4, 5) for hours in range(3)
    ]
    days = [datetime(2026, 3, 29) + timedelta(days=days) for days in (0, 1, 6, 7)]
    steps = (0, 0, -1e-6, 1, -1800, 1800, -3600, 4200, 40_000)
    return chance.choice([*CHANGES, *midnights, *days]) + timedelta(seconds=chance.choice(steps))


def _later(chance: Random, instant: datetime) -> datetime | None:
    """Often nothing; otherwise the exact ages at which rates are cut, or before the instant."""
    ages = (1, 71, 72, 73, 7 * 24, 30 * 24, 90 * 24, -5)
    return None if chance.random() < 0.5 else instant + timedelta(hours=chance.choice(ages))


def _money(chance: Random) -> int | None:
    return chance.choice((None, 0, 1, -1, -10_001, BEYOND_FLOATS, *[chance.randint(-500, 50_000)] * 6))


def _booking(chance: Random) -> dict[str, object]:
    created = _instant(chance)
    ahead = chance.choice((None, -2, 0, 1, 1, 7, 8, 30, 31, 90, 200))
    starts = None if ahead is None else created.date() + timedelta(days=ahead)
    nights = chance.choice((None, -1, 0, 1, 2, 3, 3, 7, 40))
    return {
        "product_id": chance.choice((None, "h1", "h2", "gone")),
        "destination_id": chance.choice((None, "d1", "d2", "gone")),
        "channel": chance.choice(TEXTS),
        "device": chance.choice(TEXTS),
        "created_at": created if chance.random() < 0.95 else None,
        "confirmed_at": _later(chance, created),
        "cancelled_at": _later(chance, created),
        "no_show_at": created + timedelta(days=1) if chance.random() < 0.2 else None,
        "expired_at": _later(chance, created) if chance.random() < 0.2 else None,
        "starts_on": starts,
        "ends_on": None if nights is None or starts is None else starts + timedelta(days=nights),
        "party_size": chance.choice((None, 0, 1, 2, 10)),
        "units": chance.choice((None, 0, 1, 1, 2)),
        "currency": chance.choice((None, "EUR", "JPY")),
        "price_base_minor": _money(chance),
        "lodging_base_minor": _money(chance),
        "business_model": chance.choice((None, "b2c", "b2c", "b2b", "b2b2c", "barter")),
        "partner_id": chance.choice((None, *PARTNERS, "gone")),
        "is_test": chance.choice((False, False, False, False, None, True)),
    }


BOOKING_COLUMNS = tuple(column.name for column in schema.bookings.columns)


def bookings_frame(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Bookings, with ids in the order given where they have none; what a row does not say is missing."""
    numbered = [{"booking_id": f"b{number}", **row} for number, row in enumerate(rows)]
    return pd.DataFrame(
        {name: pd.Series([row.get(name) for row in numbered], dtype=object) for name in BOOKING_COLUMNS}
    )


@dataclass(frozen=True)
class Platform:
    """Tables, and the zone in which they are to be read."""

    tables: dict[str, pd.DataFrame]
    zone: str
    data_through: datetime

    def with_bookings(self, bookings: pd.DataFrame) -> Platform:
        return replace(self, tables={**self.tables, "bookings": bookings})

    @property
    def bookings(self) -> pd.DataFrame:
        return self.tables["bookings"]


@st.composite
def platforms(draw: st.DrawFn) -> Platform:
    """A platform of at most MOST_BOOKINGS bookings, sometimes of none or one.

    Rows come from a seed: drawn value by value they would be few, alike and slow to make.
    """
    count = draw(st.sampled_from((MOST_BOOKINGS, 20, 5, 1, 0)))
    chance = Random(draw(st.integers(0, 2**32)))
    rows = [_booking(chance) for _ in range(count)]
    names = [chance.choice(TEXTS) for _ in range(9)]
    parents = [chance.choice((None, *PARTNERS[:place])) for place in range(len(PARTNERS))]
    instants = [
        row[name]
        for row in rows
        for name in ("created_at", "confirmed_at", "cancelled_at", "no_show_at", "expired_at")
    ]
    last = max([datetime(2026, 4, 1), *(instant for instant in instants if isinstance(instant, datetime))])
    data_through = last + timedelta(microseconds=1)
    says_so = data_through if chance.random() < 0.7 else None
    tables = {
        "about": about_frame(says_so),
        "bookings": bookings_frame(rows),
        "products": pd.DataFrame(
            {
                "product_id": ["h1", "h2"],
                "name": names[0:2],
                "kind": names[2:4],
                "destination_id": ["d1", None],
            }
        ),
        "destinations": pd.DataFrame(
            {
                "destination_id": ["d1", "d2"],
                "name": names[4:6],
                "country_code": ["ES", None],
                "region": names[6:8],
            }
        ),
        "partners": pd.DataFrame(
            {
                "partner_id": list(PARTNERS),
                "name": [names[8], *names[0:4]],
                "kind": [None, "agency", "agency", "distributor", "reseller"],
                "parent_partner_id": parents,
            }
        ),
    }
    return Platform(tables, draw(st.sampled_from(ZONES)), data_through)


@st.composite
def looks(draw: st.DrawFn, platform: Platform) -> Look:
    """A period, complete or to date, as of the end of the data or of an earlier or later moment, for whom."""
    frame, name = draw(st.sampled_from(PERIODS))
    models = draw(st.sampled_from(((), (), ("b2c",), ("b2b", "b2b2c"))))
    partners = draw(st.sampled_from(((), (), ("p1",), ("p2", "p5"))))
    whole = Look.at(name, frame, platform.data_through, platform.zone, models, partners)
    wanted = draw(
        st.sampled_from(
            (
                platform.data_through,
                whole.end,
                whole.start + (whole.end - whole.start) * 2 / 3,
                whole.end + timedelta(hours=72),
                whole.end + timedelta(days=40),
            )
        )
    )
    return replace(whole, as_of=max(wanted, whole.start + timedelta(minutes=30)))
