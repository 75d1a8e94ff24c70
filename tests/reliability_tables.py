"""Small made-up platforms that are watched, fail and are mended, with every gap: uptime, requests, rooms."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from hypothesis import strategies as st

from tests.engines import about_frame
from tests.made_rows import STEPS, frame_of, instant_near_an_edge, scoped
from tests.tables import BEYOND_FLOATS, TEXTS, ZONES, Platform, bookings_frame

Rows = list[dict[str, object]]

SERVICES = ("web", "pay", "unknown")
MOST_OUTAGES = 40
NOWHERE = datetime(2019, 1, 1)


def _end(chance: Random, start: datetime) -> datetime | None:
    """Never yet, at once, before, or from a second to months later."""
    lengths = (0, -600, 1, 60, 3_600, 3_600, 7_200, 86_400, 40 * 86_400)
    return None if chance.random() < 0.15 else start + timedelta(seconds=chance.choice(lengths))


def _outage(chance: Random, number: int, crowd: list[datetime]) -> dict[str, object]:
    # Often where others begin or end, to overlap them or to meet them exactly.
    start = chance.choice(crowd) if crowd and chance.random() < 0.5 else instant_near_an_edge(chance)
    start += timedelta(seconds=chance.choice((0, 0, *STEPS)))
    end = _end(chance, start)
    crowd += [start, *([end] if end else [])]
    return {
        "outage_id": f"o{number}",
        "service": chance.choice((None, "gone", *SERVICES[:2] * 4)),
        "kind": chance.choice((None, "flood", "maintenance", "unmeasured", *["unplanned"] * 4)),
        "started_at": start if chance.random() < 0.95 else None,
        "ended_at": end,
    }


def _service(chance: Random, name: str) -> dict[str, object]:
    return {
        "service": name,
        "monitored_from": chance.choice((None, NOWHERE, NOWHERE, instant_near_an_edge(chance))),
        "monitored_to": chance.choice((None, None, instant_near_an_edge(chance))),
    }


def _requests(chance: Random, count: int) -> Rows:
    rows: dict[tuple[str, datetime], dict[str, object]] = {}
    for _ in range(count):
        service, bucket = chance.choice((*SERVICES, "gone")), instant_near_an_edge(chance)
        valid = chance.choice((None, 0, 1, 1_000, BEYOND_FLOATS))
        most = 1_000 if valid is None else valid
        good = chance.choice((None, 0, most, most // 2))
        rows[service, bucket] = {"service": service, "bucket_at": bucket, "valid": valid, "good": good}
    return list(rows.values())


def _capacity(chance: Random, count: int) -> Rows:
    rows: dict[tuple[str, object], dict[str, object]] = {}
    for _ in range(count):
        product, day = chance.choice(("h1", "h2", "gone")), instant_near_an_edge(chance).date()
        units = chance.choice((None, 0, 3, 10))
        rows[product, day] = {"product_id": product, "stay_on": day, "units_available": units}
    return list(rows.values())


def _booking(chance: Random) -> dict[str, object]:
    created = instant_near_an_edge(chance)
    starts = created.date() + timedelta(days=chance.choice((0, 3, 20)))
    nights = chance.choice((None, 0, 1, 3, 7, 40))
    return {
        **scoped(chance),
        "product_id": chance.choice((None, "h1", "h1", "h2", "h3", "gone")),
        "destination_id": chance.choice((None, "d1", "gone")),
        "created_at": created,
        "cancelled_at": chance.choice((None, None, created + timedelta(days=2))),
        "no_show_at": chance.choice((None, None, None, created + timedelta(days=4))),
        "starts_on": chance.choice((None, starts, starts, starts)),
        "ends_on": None if nights is None else starts + timedelta(days=nights),
        "units": chance.choice((None, 1, 2)),
        "lodging_base_minor": chance.choice((None, 0, 1, -700, BEYOND_FLOATS, 10_000)),
    }


@st.composite
def watched_platforms(draw: st.DrawFn) -> Platform:
    """A platform of three services and MOST_OUTAGES outages, sometimes of fewer or none."""
    count = draw(st.sampled_from((MOST_OUTAGES, 12, 1, 0)))
    chance = Random(draw(st.integers(0, 2**32)))
    crowd: list[datetime] = []
    tables = {
        "services": [_service(chance, name) for name in SERVICES[: chance.choice((3, 3, 2, 0))]],
        "outages": [_outage(chance, number, crowd) for number in range(count)],
        "request_counts": _requests(chance, count),
        "capacity": _capacity(chance, 3 * count),
        "products": [
            {"product_id": "h1", "name": chance.choice(TEXTS), "kind": "hotel", "destination_id": "d1"},
            {"product_id": "h2", "kind": chance.choice(TEXTS), "destination_id": "gone"},
        ],
        "destinations": [{"destination_id": "d1", "name": chance.choice(TEXTS), "country_code": "ES"}],
        "partners": [{"partner_id": name} for name in ("p1", "p2", "p5")],
    }
    through = chance.choice((datetime(2026, 3, 29, 12), datetime(2026, 12, 31)))
    frames = {name: frame_of(name, rows) for name, rows in tables.items()}
    frames["bookings"] = bookings_frame([_booking(chance) for _ in range(count)])
    frames["about"] = about_frame(chance.choice((None, datetime(2030, 1, 1))))
    return Platform(frames, draw(st.sampled_from(ZONES)), through)
