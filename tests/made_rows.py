"""What made-up platforms of any domain share: odd instants, whose a row is, and where the data ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pandas as pd

from analytics_lib import schema
from tests.engines import about_frame
from tests.tables import CHANGES, PARTNERS, Platform

STEPS = (0, 0, -1e-6, 1, -1800, 1800, -3600, 4200, 40_000)
"""Seconds from an edge of the calendar at which much happens."""

SCOPED = {
    "business_model": (None, "b2c", "b2c", "b2c", "b2b", "b2b2c"),
    "partner_id": (None, None, None, *PARTNERS, "gone"),
    "is_test": (False, False, False, False, None, True),
}


def instant_near_an_edge(chance: Random) -> datetime:
    """Somewhere in spring 2026, or at most half a day from a change of the clock or the end of a month."""
    if chance.random() < 0.4:
        return datetime(2026, 1, 20) + timedelta(seconds=chance.randrange(110 * 86_400))
    midnights = [datetime(2026, month, 1) - timedelta(hours=hours) for month in (3, 4, 5) for hours in (0, 2)]
    return chance.choice([*CHANGES, *midnights]) + timedelta(seconds=chance.choice(STEPS))


def scoped(chance: Random) -> dict[str, object]:
    """Whose a row is, and whether it is a test."""
    return {name: chance.choice(values) for name, values in SCOPED.items()}


def frame_of(table: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    """Rows of a table; what a row does not say is missing."""
    names = [column.name for column in schema.metadata.tables[table].columns]
    return pd.DataFrame({name: pd.Series([row.get(name) for row in rows], dtype=object) for name in names})


def with_rows(platform: Platform, chance: Random, **rows: list[dict[str, object]]) -> Platform:
    """The platform with these rows beside its own, and with data to the end of all that happens in them."""
    tables = {**platform.tables, **{table: frame_of(table, found) for table, found in rows.items()}}
    instants = [
        value
        for found in rows.values()
        for row in found
        for name, value in row.items()
        if name.endswith("_at") and isinstance(value, datetime)
    ]
    through = max([platform.data_through, *(instant + timedelta(microseconds=1) for instant in instants)])
    tables["about"] = about_frame(through if chance.random() < 0.7 else None)
    return replace(platform, tables=tables, data_through=through)
