"""Small platforms to write and to read in tests, in this process or in others."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
from sqlalchemy import func, select

from analytics_lib import schema
from analytics_lib.sources.publish import Publication, publish
from analytics_lib.warehouse import open_warehouse

START = datetime(2026, 1, 1)
BEYOND_FLOAT = 2**53 + 1


def about_rows(**changes: str | None) -> pa.Table:
    """A complete `about`, with changes; None leaves a key out."""
    about: dict[str, str | None] = {
        "reporting_currency": "EUR",
        "zone": "Europe/Madrid",
        "data_from": "2026-01-01T00:00:00",
        "data_through": "2026-03-01T00:00:00",
        "resolution": "second",
        **changes,
    }
    kept = {key: value for key, value in about.items() if value is not None}
    return pa.table({"key": list(kept), "value": list(kept.values())})


def bookings(first: int, count: int, price: int = 100) -> pa.Table:
    """Bookings `first` to `first + count - 1`, one a second, all at one price."""
    numbers = range(first, first + count)
    return pa.table(
        {
            "booking_id": [f"b{number:07d}" for number in numbers],
            "created_at": pa.array([START + timedelta(seconds=n) for n in numbers], type=pa.timestamp("us")),
            "price_minor": pa.array([price] * count, type=pa.int64()),
            "price_base_minor": pa.array([price] * count, type=pa.int64()),
        }
    )


def append_platform(publication: Publication, count: int, price: int = 100) -> None:
    """A whole small platform."""
    publication.append("about", about_rows())
    publication.append("bookings", bookings(0, count, price))


def write_platform(
    url: str, count: int, *, price: int = 100, source: str = "small", replace: bool = False
) -> str:
    """Publish a small platform; returns its version."""
    with publish(url, source=source, replace=replace) as publication:
        append_platform(publication, count, price)
    return publication.version


def read_while_loading(url: str, started: Path, until: Path) -> None:
    """Open and read again and again until a file appears; every answer must be of one version.

    Version N consists of N bookings at price N: a mixture would show.
    """
    b = schema.bookings.c
    question = select(
        func.count().label("n"), func.min(b.price_minor).label("low"), func.max(b.price_minor).label("high")
    )
    while not until.exists():
        with open_warehouse(url) as warehouse, warehouse.reading() as reader:
            for _ in range(2):
                row = reader.fetch(question).iloc[0]
                assert row["n"] == row["low"] == row["high"], dict(row)
        started.touch()
        time.sleep(0.05)


def write_slowly(url: str, ready: Path) -> None:
    """Begin to publish, say so, and go on for longer than anyone waits."""
    with publish(url, source="small") as publication:
        publication.append("about", about_rows())
        for batch in range(1000):
            publication.append("bookings", bookings(batch * 1000, 1000))
            ready.touch()
            time.sleep(0.05)
